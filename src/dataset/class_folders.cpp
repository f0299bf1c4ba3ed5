// A folder for each class, as ImageNet's validation set is laid out.
#include <longclip/dataset.h>

#include <system_error>

#include <longclip/error.h>

#include "dataset/listing.h"

namespace longclip {
namespace fs = std::filesystem;
namespace {

void add_pictures(const fs::path& folder, std::size_t label, LabelledImages& result) {
  for (const auto& path : dataset::list_folder(folder)) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      if (!fs::is_symlink(path, ignored)) add_pictures(path, label, result);  // a link may lead in a circle
    } else {
      result.images.push_back(path);
      result.labels.push_back(label);
    }
  }
}

}  // namespace

LabelledImages read_class_folders(const fs::path& folder) {
  LabelledImages result;
  result.path = folder;
  for (const auto& path : dataset::list_folder(folder)) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) continue;
    result.classes.push_back(path.filename().string());
    add_pictures(path, result.classes.size() - 1, result);
  }
  if (result.images.empty()) {
    throw InvalidInput(folder.string() + ": holds no pictures in folders, one folder for each class");
  }
  return result;
}

}  // namespace longclip
