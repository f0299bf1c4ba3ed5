#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "runtime/random.h"
#include "scenes/scene.h"

namespace longclip::scenes {

inline constexpr std::size_t group_size = 10;

// What a group of pictures may differ in.
enum class Detail {
  thing,   // what it is, at one place
  place,   // where it is, small or large
  colour,  // that of the ring around it
};
inline constexpr std::array all_details{Detail::thing, Detail::place, Detail::colour};

// "thing", "place" or "colour".
std::string_view to_string(Detail detail) noexcept;

// What may come to a scene's items as one more, in ten ways, of which each makes another picture. Nothing
// where the scene has no room.
std::vector<Item> variants(Detail detail, const Scene& scene, runtime::Random& random);

}  // namespace longclip::scenes
