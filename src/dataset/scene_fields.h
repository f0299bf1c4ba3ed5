#pragma once

#include <string_view>
#include <vector>

#include <longclip/dataset.h>

#include "dataset/fields.h"

namespace longclip::dataset {

// What `longclip scenes` tells of a picture beside its captions.
inline constexpr std::string_view kSceneKeys[] = {"facts", "claims", "group", "detail", "detail_token"};

// Throws InvalidFile for a field of another type.
void read_scene_fields(const Fields& fields, Example& example);

}  // namespace longclip::dataset
