#pragma once

#include <filesystem>
#include <string_view>

#include "dataset/source.h"

namespace longclip::dataset {

// The folder that the picture names of a data set are relative to. Names that lead out of it are
// refused: a captions file from elsewhere must not choose among all the files of this machine.
class ImageFolder {
 public:
  explicit ImageFolder(std::filesystem::path folder);

  // Where the picture `name` lies: in the folder, or itself if it is absolute and inside the folder.
  // Complains about `place` otherwise.
  std::filesystem::path find(std::string_view name, const Place& place) const;

 private:
  std::filesystem::path folder_;
  std::filesystem::path absolute_;
};

}  // namespace longclip::dataset
