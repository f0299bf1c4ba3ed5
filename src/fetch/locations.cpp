#include "fetch/locations.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include <longclip/error.h>
#include <longclip/fetch.h>

#include "package/package.h"

namespace longclip {
namespace {

// Empty where it is not set.
std::filesystem::path folder_from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// models_directory(), or empty where the environment names no place.
std::filesystem::path directory_by_environment() {
  if (const auto home = folder_from_environment("LONGCLIP_HOME"); !home.empty()) return home / "models";
  // Relative ones are to be ignored, says the XDG Base Directory Specification.
  if (const auto data = folder_from_environment("XDG_DATA_HOME"); data.is_absolute()) return data / "longclip/models";
  if (const auto home = folder_from_environment("HOME"); !home.empty()) return home / ".local/share/longclip/models";
  return {};
}

// The file that holds this code: the shared library, or the program it is linked into.
std::filesystem::path this_binary() {
  Dl_info info{};
  std::error_code error;
  if (::dladdr(reinterpret_cast<const void*>(&this_binary), &info) != 0 && info.dli_fname != nullptr) {
    const std::filesystem::path name = info.dli_fname;
    // A program's name is as it was called, perhaps from another folder.
    if (name.is_absolute()) return std::filesystem::canonical(name, error);
  }
  return std::filesystem::read_symlink("/proc/self/exe", error);
}

std::string remedy(const std::string& name) {
  for (const auto& model : published_models()) {
    if (model.name == name) {
      return "run `longclip fetch " + name + "`, or `longclip convert " + model.file + " " + name +
             "` for a file at hand";
    }
  }
  return "make one with `longclip convert CHECKPOINT PACKAGE`, or `longclip fetch " + published_models().front().name +
         "`";
}

}  // namespace

std::vector<std::filesystem::path> hub::installed_models(const std::filesystem::path& binary) {
  if (!binary.is_absolute()) return {};  // unknown: the working folder is not to be searched in its place
  const auto folder = binary.parent_path();
  const std::filesystem::path models = "share/longclip/models";
  return {folder.parent_path() / models, folder.parent_path().parent_path() / models};
}

std::filesystem::path models_directory() {
  if (const auto directory = directory_by_environment(); !directory.empty()) return directory;
  throw InvalidFile("models have no place, since HOME is not set: set LONGCLIP_HOME to a folder");
}

std::filesystem::path find_package(const std::string& name_or_path) {
  const std::filesystem::path path = name_or_path;
  if (package::is_package(path)) return path;
  const bool is_name = path.has_filename() && path == path.filename();
  const auto own = directory_by_environment();
  if (is_name) {
    if (!own.empty() && package::is_package(own / path)) return own / path;
    for (const auto& installed : hub::installed_models(this_binary())) {
      if (package::is_package(installed / path)) return installed / path;
    }
  }
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return path;  // to load it tells what it lacks
  if (std::filesystem::exists(path, error)) {
    throw InvalidFile(name_or_path + ": is a file, not a package: make one of it with `longclip convert " +
                      name_or_path + " PACKAGE`");
  }
  if (!is_name) throw InvalidFile(name_or_path + ": there is no such folder: " + remedy(path.filename().string()));
  throw InvalidFile(name_or_path + ": there is no such model" + (own.empty() ? "" : " in " + own.string()) + ": " +
                    remedy(name_or_path));
}

}  // namespace longclip
