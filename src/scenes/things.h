#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace longclip::scenes {

enum class Category { animal, plant, food, building, vehicle, thing };

// Something that scenes are made of.
struct Thing {
  char32_t code_point;       // of its glyph
  std::string_view name;     // Unicode's short name
  std::string_view one;      // "a lemon"
  std::string_view several;  // "lemons"
  Category category;
};

// All of them, in the order of things.inc.
std::span<const Thing> things() noexcept;

}  // namespace longclip::scenes
