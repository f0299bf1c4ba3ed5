#include "cli/feature_file.h"

#include "cli/json.h"
#include "cli/output_file.h"

namespace longclip::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHeaderSize = 128;  // room for any row count, so that it can be filled in last

std::string npy_header(std::size_t rows, std::size_t width) {
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(kHeaderSize - 10);
  header += '\0';
  header += "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
            std::to_string(width) + "), }";
  header.resize(kHeaderSize - 1, ' ');
  return header + '\n';
}

fs::path checked(const fs::path& path) {
  check_output(path);
  return path;
}

fs::path names_beside(const fs::path& path) {
  fs::path names = path;
  if (names.extension() == ".npy") names.replace_extension();
  return names += ".names.jsonl";
}

}  // namespace

FeatureFile::FeatureFile(const fs::path& path)
    : path_(checked(path)),
      names_path_(checked(names_beside(path))),
      staged_(path_, io::Staged::Kind::file),
      staged_names_(names_path_, io::Staged::Kind::file),
      features_(staged_.path(), std::ios::binary | std::ios::trunc),
      names_(staged_names_.path(), std::ios::binary | std::ios::trunc) {
  if (!features_.write(npy_header(0, 0).data(), kHeaderSize)) io::fail_to_write(path_);
}

void FeatureFile::add(std::span<const float> features, const std::string& name) {
  width_ = features.size();
  features_.write(reinterpret_cast<const char*>(features.data()), static_cast<std::streamsize>(features.size_bytes()));
  names_ << json_line({{"row", rows_}, {"name", name}});
  if (!features_) io::fail_to_write(path_);
  if (!names_) io::fail_to_write(names_path_);
  ++rows_;
}

void FeatureFile::publish() {
  features_.seekp(0);
  features_.write(npy_header(rows_, width_).data(), kHeaderSize);
  features_.close();
  if (!features_) io::fail_to_write(path_);
  names_.close();
  if (!names_) io::fail_to_write(names_path_);
  staged_names_.publish();
  staged_.publish();
}

}  // namespace longclip::cli
