#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>

#include <longclip/matrix.h>

#include "io/staged.h"

namespace longclip::cli {

// OUT.npy and OUT.names.jsonl, written row by row: features in NumPy's format ('<f4', C order)
// and the name of each row. Both appear when publish() is called, or not at all.
class FeatureFile {
 public:
  // Throws InvalidFile if the place cannot be written.
  explicit FeatureFile(const std::filesystem::path& path);

  // Appends a row. All rows have one width.
  void add(std::span<const float> features, const std::string& name);

  // Throws InvalidFile if something could not be written.
  void publish();

  std::size_t rows() const noexcept { return rows_; }
  std::size_t width() const noexcept { return width_; }
  const std::filesystem::path& names_path() const noexcept { return names_path_; }

 private:
  std::filesystem::path path_;
  std::filesystem::path names_path_;
  io::Staged staged_;
  io::Staged staged_names_;
  std::ofstream features_;
  std::ofstream names_;
  std::size_t rows_ = 0;
  std::size_t width_ = 0;
};

}  // namespace longclip::cli
