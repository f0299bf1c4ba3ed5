#pragma once

#include <cstddef>
#include <vector>

#include "runtime/random.h"
#include "scenes/scene.h"

namespace longclip::scenes {

inline constexpr std::size_t group_size = 10;

// What may come to a scene's items as one more, in ten ways, of which each makes another picture. Nothing
// where the scene has no room.

// Ten different things at one place.
std::vector<Item> different_things(const Scene& scene, runtime::Random& random);

// One thing at ten places, small or large.
std::vector<Item> different_places(const Scene& scene, runtime::Random& random);

}  // namespace longclip::scenes
