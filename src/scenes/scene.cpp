#include "scenes/scene.h"

#include <algorithm>

namespace longclip::scenes {

Cell cell_of(const Item& item) {
  const auto third = [](double value) { return std::clamp(static_cast<int>(value * 3), 0, 2); };
  return 3 * third(item.y) + third(item.x);
}

}  // namespace longclip::scenes
