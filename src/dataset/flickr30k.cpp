// Flickr30k's results_20130124.token: lines NAME#K<TAB>CAPTION, K from 0 to 4 for each picture. The
// order of the lines says which captions belong together, so it is checked.
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "dataset/captions.h"
#include "dataset/format.h"

namespace longclip::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kCaptions = 5;

struct Line {
  std::string_view image;
  std::size_t number;
  std::string_view caption;
};

std::optional<Line> parse(std::string_view line) {
  const auto tab = line.find('\t');
  if (tab == line.npos) return std::nullopt;
  const auto mark = line.substr(0, tab).rfind('#');
  if (mark == line.npos || mark == 0) return std::nullopt;
  Line parsed{line.substr(0, mark), 0, line.substr(tab + 1)};
  const auto [end, error] = std::from_chars(line.data() + mark + 1, line.data() + tab, parsed.number);
  if (error != std::errc() || end != line.data() + tab) return std::nullopt;
  return parsed;
}

std::string numbered(std::string_view image, std::size_t number) {
  return std::string(image) + "#" + std::to_string(number);
}

}  // namespace

bool is_flickr30k(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  return parse(take_line(bytes)).has_value();
}

fs::path flickr30k_images(const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = beside(file) / "flickr30k-images";
  return fs::is_directory(folder, ignored) ? folder : beside(file);
}

void read_flickr30k(const Source& source, const ImageFolder& images, Selection& selection) {
  std::unordered_set<std::string_view> known;
  std::string_view image;
  Example example;
  for_each_line(source, [&](std::string_view line, const Place& place) {
    const auto parsed = parse(line);
    if (!parsed) place.fail("is not of the form NAME#NUMBER<TAB>CAPTION");
    const std::size_t wanted = example.short_captions.size();
    if (wanted == 0) {
      image = parsed->image;
      if (!known.insert(image).second) place.fail("the picture " + std::string(image) + " was there before");
      example.image = images.find(image, place);
    }
    if (parsed->image != image || parsed->number != wanted) {
      place.fail(numbered(parsed->image, parsed->number) + " is out of order: " + numbered(image, wanted) +
                 " is due, since each picture has captions 0 to 4 one after the other");
    }
    example.short_captions.push_back(checked_caption(parsed->caption, place));
    if (example.short_captions.size() == kCaptions) {
      selection.offer([&] { return std::move(example); });
      example = Example();
    }
    return !selection.full();
  });
  if (!example.short_captions.empty()) {
    source.fail(source.bytes.size() - 1, "ends before " + numbered(image, example.short_captions.size()));
  }
}

}  // namespace longclip::dataset
