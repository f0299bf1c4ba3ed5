#include "dataset/image_folder.h"

#include <string>
#include <system_error>
#include <utility>

namespace longclip::dataset {
namespace fs = std::filesystem;
namespace {

// Whether a normal relative path names something below where it starts.
bool leads_inside(const fs::path& path) { return !path.empty() && path != "." && *path.begin() != ".."; }

}  // namespace

ImageFolder::ImageFolder(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;  // of a working folder that is gone
  absolute_ = fs::absolute(folder_, error).lexically_normal();
}

fs::path ImageFolder::find(std::string_view name, const Place& place) const {
  if (name.find('\0') != name.npos) place.fail("the picture's name holds a NUL character");
  const fs::path path = fs::path(name).lexically_normal();
  if (path.is_absolute()) {
    if (leads_inside(path.lexically_relative(absolute_))) return path;
  } else if (leads_inside(path)) {
    return folder_ / path;
  }
  place.fail("the picture \"" + std::string(name) + "\" is not inside " + folder_.string() +
             "; give the folder that holds the pictures (--images)");
}

}  // namespace longclip::dataset
