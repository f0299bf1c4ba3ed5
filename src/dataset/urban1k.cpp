#include "dataset/urban1k.h"

#include <map>
#include <system_error>
#include <utility>

#include <longclip/error.h>

#include "dataset/captions.h"
#include "dataset/listing.h"
#include "dataset/source.h"
#include "io/read_file.h"

namespace longclip::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLargestCaption = 1 << 20;  // bytes of a file; a caption has some thousand characters

struct ShorterFirst {
  bool operator()(const std::string& a, const std::string& b) const {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  }
};
using FilesByStem = std::map<std::string, fs::path, ShorterFirst>;

FilesByStem files_in(const fs::path& folder) {
  FilesByStem files;
  for (const auto& path : list_folder(folder)) {
    const auto [known, added] = files.emplace(path.stem().string(), path);
    if (!added) {
      throw InvalidFile(path.string() + ": " + known->second.filename().string() +
                        " has the same name but for its ending; leave one of them");
    }
  }
  return files;
}

std::string read_caption(const fs::path& path) {
  const auto bytes = io::read_file(path, kLargestCaption + 1);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.size() > kLargestCaption && text.find('\n') == std::string_view::npos) {
    throw InvalidFile(path.string() + ": its first line is longer than a mebibyte, which no caption is");
  }
  return urban1k_caption(text, path.string());
}

}  // namespace

bool is_urban1k(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_directory(folder / "image", ignored) && fs::is_directory(folder / "caption", ignored);
}

std::string urban1k_caption(std::string_view bytes, const std::string& name) {
  const Source source{name, bytes, nullptr};
  std::string_view rest = without_byte_order_mark(bytes);
  return checked_caption(take_line(rest), {source, 0}, "the caption, the first line,");
}

void read_urban1k(const fs::path& folder, fs::path images, Selection& selection) {
  if (images.empty()) images = folder / "image";
  const auto pictures = files_in(images);
  const auto captions = files_in(folder / "caption");
  for (const auto& [stem, path] : captions) {
    if (!pictures.contains(stem)) throw InvalidFile(path.string() + ": " + images.string() + " has no picture for it");
  }
  for (const auto& [stem, path] : pictures) {
    const auto caption = captions.find(stem);
    if (caption == captions.end()) {
      throw InvalidFile(path.string() + ": has no caption; " + (folder / "caption" / (stem + ".txt")).string() +
                        " is missing");
    }
    selection.offer([&, &picture = path] {
      Example example;
      example.image = picture;
      example.long_captions = {read_caption(caption->second)};
      return example;
    });
  }
}

}  // namespace longclip::dataset
