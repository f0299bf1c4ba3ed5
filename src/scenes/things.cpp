#include "scenes/things.h"

namespace longclip::scenes {
namespace {

constexpr Thing kThings[] = {
#include "scenes/things.inc"
};

}  // namespace

std::span<const Thing> things() noexcept { return kThings; }

}  // namespace longclip::scenes
