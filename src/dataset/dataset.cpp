#include <longclip/dataset.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <longclip/error.h>

#include "dataset/folder.h"
#include "dataset/format.h"
#include "dataset/parse.h"
#include "dataset/selection.h"
#include "dataset/urban1k.h"
#include "io/mapped_file.h"

namespace longclip {
namespace dataset {
namespace fs = std::filesystem;
namespace {

constexpr const char* kUrban1k = "urban1k";

std::string_view characters(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const Format& format_named(const std::string& name) {
  for (const Format& format : formats()) {
    if (format.name == name) return format;
  }
  if (name == kUrban1k) throw InvalidInput("the format urban1k is a folder with image/ and caption/, not a file");
  std::string names;
  for (const auto& known : dataset_formats()) names += (names.empty() ? "" : ", ") + known;
  throw InvalidInput("there is no data set format " + name + "; those there are: " + names);
}

const Format& format_of(std::string_view bytes, const fs::path& path) {
  const auto all = formats();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Format& format) { return format.recognise(bytes); });
  if (found != all.end()) return *found;
  throw InvalidInput(path.string() + ": is no data set that is known; what is: " + known_forms());
}

Dataset result(std::string format, const fs::path& path, Selection& selection) {
  if (selection.offered() == 0) throw InvalidFile(path.string() + ": holds no example");
  if (selection.examples().empty()) {
    throw InvalidInput(path.string() + ": has " + std::to_string(selection.offered()) +
                       " examples, and so many or more were to be left out");
  }
  return {std::move(format), path, std::move(selection.examples())};
}

}  // namespace

Dataset parse_dataset(std::string_view bytes, const fs::path& path, const DatasetOptions& options,
                      const io::MappedFile* file) {
  const Format& format = options.format.empty() ? format_of(bytes, path) : format_named(options.format);
  const ImageFolder images(options.images.empty() ? format.usual_images(path) : options.images);
  Selection selection(options.first, options.count);
  format.read({path.string(), bytes, file}, images, selection);
  return result(format.name, path, selection);
}

}  // namespace dataset

std::vector<std::string> dataset_formats() {
  std::vector<std::string> names;
  for (const auto& format : dataset::formats()) names.emplace_back(format.name);
  names.emplace_back(dataset::kUrban1k);
  return names;
}

Dataset read_dataset(const std::filesystem::path& path, const DatasetOptions& options) {
  using namespace dataset;
  std::error_code ignored;
  std::filesystem::path file = path;
  if (std::filesystem::is_directory(path, ignored)) {
    if (options.format == kUrban1k || (options.format.empty() && !holds_captions(path) && is_urban1k(path))) {
      Selection selection(options.first, options.count);
      read_urban1k(path, options.images, selection);
      return result(kUrban1k, path, selection);
    }
    file = captions_file_in(path);
  }
  const auto mapped = io::MappedFile::open(file);
  return parse_dataset(characters(mapped->bytes()), file, options, mapped.get());
}

}  // namespace longclip
