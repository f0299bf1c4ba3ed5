#pragma once

#include <cstdint>
#include <optional>

namespace longclip::checkpoint {

// Heads of the published image towers whose heads are not 64 wide (open_clip's H, g and bigG), by
// the tower's width; nothing for any other. LAION trained them with GELU; MetaCLIP and DFN, of the
// same shapes, with QuickGELU.
constexpr std::optional<int> wide_tower_heads(std::int64_t width) noexcept {
  switch (width) {
    case 1280:  // ViT-H/14
    case 1408:  // ViT-g/14
    case 1664:  // ViT-bigG/14
      return 16;
    default:
      return std::nullopt;
  }
}

}  // namespace longclip::checkpoint
