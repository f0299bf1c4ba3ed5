#include "cli/pictures.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/line_reader.h"
#include "cli/natural_order.h"
#include "cli/standard_input.h"

namespace longclip::cli {
namespace fs = std::filesystem;
namespace {

// What a folder is searched for; a file that is named itself may be called as it likes.
bool looks_like_picture(const fs::path& path) {
  constexpr std::array<std::string_view, 8> kExtensions = {".jpg", ".jpeg", ".png",  ".webp",
                                                           ".bmp", ".tif",  ".tiff", ".gif"};
  return std::find(kExtensions.begin(), kExtensions.end(), lower_extension(path)) != kExtensions.end();
}

class Finder {
 public:
  explicit Finder(Failures& failures) : failures_(failures) {}

  void add(const std::string& argument) {
    if (argument == kStandardInput) {
      pictures_.push_back({argument, std::make_shared<const std::vector<std::byte>>(read_standard_input())});
    } else if (argument.starts_with('@')) {
      add_list(argument.substr(1));
    } else if (lower_extension(argument) == ".txt") {
      add_list(argument);
    } else {
      add_path(argument);
    }
  }

  std::vector<Picture> take() { return std::move(pictures_); }

 private:
  void add_path(const std::string& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      add_folder(path);
    } else {
      pictures_.push_back({path, nullptr});
    }
  }

  void add_folder(const std::string& folder) {
    std::vector<std::string> names;
    const std::size_t failed = failures_.size();
    search(folder, names);
    if (names.empty() && failures_.size() == failed) {
      failures_.add(folder, "holds no pictures (jpg, png, webp, bmp, tiff, gif)");
    }
    std::sort(names.begin(), names.end(), natural_less);
    for (auto& name : names) pictures_.push_back({std::move(name), nullptr});
  }

  // A folder inside that cannot be searched is a failure of its own.
  void search(const fs::path& folder, std::vector<std::string>& names) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      const fs::path& path = entry->path();
      std::error_code ignored;
      if (path.filename().native().starts_with('.')) continue;
      if (entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
        search(path, names);
      } else if (looks_like_picture(path) && entry->is_regular_file(ignored)) {
        names.push_back(path.string());
      }
    }
    if (error) failures_.add(folder.string(), "cannot be searched: " + error.message());
  }

  void add_list(const std::string& file) {
    LineReader lines(file);
    const std::size_t before = pictures_.size();
    while (const auto line = lines.next()) {
      if (!line->empty()) add_path(*line);
    }
    if (pictures_.size() == before) failures_.add(lines.name(), "names no pictures");
  }

  Failures& failures_;
  std::vector<Picture> pictures_;
};

}  // namespace

std::string lower_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

std::vector<Picture> find_pictures(const std::vector<std::string>& arguments, Failures& failures) {
  Finder finder(failures);
  for (const auto& argument : arguments) finder.add(argument);
  return finder.take();
}

void add_image_options(CLI::App& command, ImageOptions& options) {
  command.add_flag("--honour-orientation", options.honour_orientation,
                   "turn pictures as their EXIF tag says; the reference ignores it");
  command.add_flag("--accept-damaged", options.accept_damaged, "take truncated pictures, the rest filled in");
  command.add_flag("--scaled-decoding", options.scaled_decoding,
                   "let the decoder shrink large JPEGs: faster, with pixels that are not quite the reference's");
}

Image open_picture(const Picture& picture, const ImageOptions& options) {
  return picture.bytes ? Image::decode(*picture.bytes, options, picture.name) : Image::read(picture.name, options);
}

void ask_for_picture(const Picture& picture) {
  std::error_code ignored;
  if (picture.bytes || !fs::is_regular_file(picture.name, ignored)) return;  // a pipe can be read only once
  const int file = ::open(picture.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return;  // who opens it says why
  ::posix_fadvise(file, 0, 0, POSIX_FADV_WILLNEED);
  ::close(file);
}

}  // namespace longclip::cli
