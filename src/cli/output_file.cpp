#include "cli/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include <longclip/error.h>

namespace longclip::cli {
namespace fs = std::filesystem;

void check_output(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (fs::is_directory(status) || !path.has_filename())
    throw InvalidFile(path.string() + ": is a folder; name a file in it");
  // What is written takes the place of the old file, and must not take that of a device or pipe.
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw InvalidFile(path.string() + ": is no ordinary file; name another one to write");
  }
  // Folders that are missing are made, in the nearest one that is there.
  fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  while (!fs::exists(folder, error) && folder.has_parent_path()) folder = folder.parent_path();
  if (!fs::exists(folder, error)) folder = ".";
  if (!fs::is_directory(folder, error)) {
    throw InvalidFile(path.string() + ": cannot be written: " + folder.string() + " is no folder");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw InvalidFile(path.string() + ": cannot be written in " + folder.string() + ": " + std::strerror(errno));
  }
}

}  // namespace longclip::cli
