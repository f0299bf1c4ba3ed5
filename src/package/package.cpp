#include "package/package.h"

#include <system_error>

#include <longclip/error.h>

#include "io/mapped_file.h"
#include "io/sha256.h"

namespace longclip::package {
namespace {

// A config is a page of text; a larger file is none of ours.
constexpr std::size_t largest_config = 1 << 20;

Config read_config(const std::filesystem::path& file) {
  const auto mapped = io::MappedFile::open(file);
  const auto bytes = mapped->bytes();
  if (bytes.size() > largest_config) throw InvalidFile(file.string() + ": is too large to be a package's config");
  return parse_config({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, file.string());
}

}  // namespace

bool is_package(const std::filesystem::path& path) noexcept {
  try {
    const auto mapped = io::MappedFile::open(path / config_file);
    const auto bytes = mapped->bytes();
    if (bytes.size() > largest_config) return false;
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return text.find("\"longclip-package\"") != std::string_view::npos;
  } catch (const std::exception&) {
    return false;
  }
}

Package open_package(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw InvalidFile(path.string() + ": there is no such package; `longclip fetch longclip-b` downloads one, " +
                      "`longclip convert CHECKPOINT PACKAGE` makes one");
  }
  if (!std::filesystem::is_directory(path, error)) {
    throw InvalidFile(path.string() + ": is a file, not a package; `longclip convert " + path.string() +
                      " PACKAGE` makes a package of a checkpoint");
  }
  if (!std::filesystem::exists(path / config_file, error)) {
    throw InvalidFile(path.string() + ": is not a package: it has no config.json");
  }
  Package package{path, read_config(path / config_file)};
  const auto require = [&](const std::filesystem::path& file) {
    if (!std::filesystem::is_regular_file(file, error)) {
      throw InvalidFile(file.string() + ": is missing, and config.json says that the package has it");
    }
  };
  if (package.config.has_vision) require(package.vision());
  if (package.config.has_text) {
    require(package.text());
    require(package.tokenizer());
  }
  return package;
}

void verify_file(const Package& package, const std::string& file) {
  const auto wanted = package.config.files.find(file);
  if (wanted == package.config.files.end()) return;
  const auto path = package.path / file;
  if (io::sha256_of_file(path) != wanted->second) {
    throw InvalidFile(path.string() +
                      ": is damaged or was changed: its SHA-256 is not the one in config.json; make the package again");
  }
}

}  // namespace longclip::package
