#pragma once

#include <span>
#include <string_view>

#include <opencv2/core.hpp>

#include "scenes/glyphs.h"
#include "scenes/scene.h"

namespace longclip::scenes {

// A scene as a square picture of `size` pixels, 8-bit BGR.
cv::Mat render(const Scene& scene, const Glyphs& glyphs, int size);

// Hoops that things may lie in, as captions name them: "yellow".
struct RingColour {
  std::string_view name;
  int red, green, blue;
};
std::span<const RingColour> ring_colours() noexcept;

}  // namespace longclip::scenes
