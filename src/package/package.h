#pragma once

#include <filesystem>
#include <string>

#include "package/config.h"

namespace longclip::package {

inline constexpr const char* config_file = "config.json";
inline constexpr const char* vision_file = "vision.pt";
inline constexpr const char* text_file = "text.pt";

// A package folder whose config was read and whose files are there.
struct Package {
  std::filesystem::path path;
  Config config;

  std::filesystem::path vision() const { return path / vision_file; }
  std::filesystem::path text() const { return path / text_file; }
  std::filesystem::path tokenizer() const { return path / config.tokenizer_file; }
};

// True for a folder with a config.json that says it is a package of ours.
bool is_package(const std::filesystem::path& path) noexcept;

// Throws InvalidFile (missing folder, config or file) and UnsupportedModel (newer format).
Package open_package(const std::filesystem::path& path);

// Throws InvalidFile if a file of the package is not the one whose SHA-256 config.json has. Files
// that config.json does not list pass.
void verify_file(const Package& package, const std::string& file);

}  // namespace longclip::package
