#include "dataset/folder.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include <longclip/error.h>

#include "dataset/format.h"
#include "dataset/listing.h"
#include "io/mapped_file.h"

namespace longclip::dataset {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCaptions = "captions.json";

// Not every file of a folder is opened: it may hold a hundred thousand pictures.
bool may_hold_captions(const fs::path& path) {
  constexpr std::array<std::string_view, 3> kEndings = {".json", ".jsonl", ".token"};
  return std::find(kEndings.begin(), kEndings.end(), path.extension().native()) != kEndings.end();
}

bool is_recognised(const fs::path& path) {
  const auto file = io::MappedFile::open(path);
  const std::string_view bytes(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size());
  const auto all = formats();
  return std::any_of(all.begin(), all.end(), [&](const Format& format) { return format.recognise(bytes); });
}

}  // namespace

bool holds_captions(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kCaptions, ignored);
}

fs::path captions_file_in(const fs::path& folder) {
  if (holds_captions(folder)) return folder / kCaptions;
  std::vector<fs::path> found;
  for (const auto& path : list_folder(folder)) {
    std::error_code ignored;
    if (may_hold_captions(path) && fs::is_regular_file(path, ignored) && is_recognised(path)) found.push_back(path);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw InvalidInput(folder.string() + ": holds no data set that is known; what is: " + known_forms());
  throw InvalidInput(folder.string() + ": holds more than one data set, such as " + found[0].filename().string() +
                     " and " + found[1].filename().string() + "; name the file");
}

std::string known_forms() {
  std::string forms;
  for (const Format& format : formats()) forms += std::string(format.described) + "; ";
  return forms + "a folder with Urban-1k's image/ and caption/";
}

}  // namespace longclip::dataset
