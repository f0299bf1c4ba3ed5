#include "dataset/scene_fields.h"

namespace longclip::dataset {

void read_scene_fields(const Fields& fields, Example& example) {
  example.facts = fields.texts_or_none("facts");
  example.claims = fields.texts_or_none("claims");
  example.group = fields.integer_or("group", example.group);
  example.detail = fields.text_or("detail", example.detail);
  example.detail_token = fields.integer_or("detail_token", example.detail_token);
}

}  // namespace longclip::dataset
