#include <longclip/scenes.h>

#include <array>
#include <string>

#include <longclip/error.h>

namespace longclip {

std::span<const SceneKind> scene_kinds() noexcept {
  using enum SceneKind;
  static constexpr std::array kKinds{placed, close_up, named, single, few, full, hard};
  return kKinds;
}

std::string_view to_string(SceneKind kind) noexcept {
  switch (kind) {
    case SceneKind::placed:
      return "placed";
    case SceneKind::close_up:
      return "close-up";
    case SceneKind::named:
      return "named";
    case SceneKind::single:
      return "single";
    case SceneKind::few:
      return "few";
    case SceneKind::full:
      return "full";
    case SceneKind::hard:
      return "hard";
  }
  return "";
}

SceneKind parse_scene_kind(std::string_view name) {
  std::string known;
  for (const SceneKind kind : scene_kinds()) {
    if (to_string(kind) == name) return kind;
    known += (known.empty() ? "" : ", ") + std::string(to_string(kind));
  }
  throw InvalidInput("scene kind \"" + std::string(name) + "\": known are " + known);
}

}  // namespace longclip
