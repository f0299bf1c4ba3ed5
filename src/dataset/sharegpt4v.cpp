// ShareGPT4V's captions, what Long-CLIP was trained on: 1.2 million records in one JSON list. A
// caption is the answer in a conversation. `longclip scenes` writes the same, with fields of its own.
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

std::string answer_in(const Fields& fields) {
  const auto& conversations = fields.at("conversations");
  const bool answered = conversations.is_array() && conversations.size() >= 2 && conversations[1].is_object() &&
                        conversations[1].contains("value") && conversations[1]["value"].is_string();
  if (!answered) fields.fail("\"conversations\" is not a list whose second element has a string \"value\"");
  return on_one_line(conversations[1]["value"].get<std::string>());
}

Example example_of(const Record& record, const ImageFolder& images) {
  const Fields fields(record);
  const std::string caption = answer_in(fields);
  if (is_blank(caption)) fields.fail("the caption is empty");
  Example example;
  example.image = images.find(fields.text("image"), record.place);
  example.short_captions = {first_sentence(caption)};
  example.long_captions = {caption};
  read_scene_fields(fields, example);
  return example;
}

}  // namespace

bool is_sharegpt4v(std::string_view bytes) {
  bytes = without_byte_order_mark(bytes);
  const auto begin = bytes.find_first_not_of(" \t\r\n");
  return begin != bytes.npos && bytes[begin] == '[';
}

void read_sharegpt4v(const Source& source, const ImageFolder& images, Selection& selection) {
  RecordLayout layout{{}, {"image", "conversations"}};
  std::copy(std::begin(kSceneKeys), std::end(kSceneKeys), std::back_inserter(layout.keys));
  for_each_record(source, layout, [&](const Record& record) {
    selection.offer([&] { return example_of(record, images); });
    return !selection.full();
  });
}

}  // namespace longclip::dataset
