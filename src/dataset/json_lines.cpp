// A record a line: what is easiest to write for a collection of one's own.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "dataset/captions.h"
#include "dataset/format.h"
#include "dataset/json_records.h"
#include "dataset/scene_fields.h"

namespace longclip::dataset {
namespace {

// The captions of a field that may be called by either number.
std::vector<std::string> captions_in(const Fields& fields, const char* one, const char* several) {
  if (fields.has(one) && fields.has(several)) {
    fields.fail("has both \"" + std::string(one) + "\" and \"" + several + "\"; leave one out");
  }
  auto captions = fields.texts_or_none(fields.has(one) ? one : several);
  if (std::any_of(captions.begin(), captions.end(), is_blank)) fields.fail("a caption is empty");
  return captions;
}

Example example_of(const Record& record, const ImageFolder& images) {
  const Fields fields(record);
  Example example;
  example.image = images.find(fields.text("image"), record.place);
  example.long_captions = captions_in(fields, "caption", "captions");
  example.short_captions = captions_in(fields, "short", "shorts");
  if (example.long_captions.empty() && example.short_captions.empty()) {
    fields.fail("there is no caption: give a \"caption\", a \"short\" one, or both");
  }
  read_scene_fields(fields, example);
  return example;
}

}  // namespace

bool is_json_lines(std::string_view bytes) {
  return first_key_among(bytes, {"image", "images", "annotations"}) == "image";
}

void read_json_lines(const Source& source, const ImageFolder& images, Selection& selection) {
  std::vector<std::string_view> keys = {"image", "caption", "captions", "short", "shorts"};
  std::copy(std::begin(kSceneKeys), std::end(kSceneKeys), std::back_inserter(keys));
  for_each_line(source, [&](std::string_view line, const Place& place) {
    if (is_blank(line)) return true;
    const Record record = read_record(line, place, keys);
    selection.offer([&] { return example_of(record, images); });
    return !selection.full();
  });
}

}  // namespace longclip::dataset
