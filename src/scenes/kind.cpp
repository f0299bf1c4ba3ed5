#include <longclip/scenes.h>

#include <array>
#include <string>
#include <utility>

#include <longclip/error.h>

namespace longclip {
namespace {

constexpr std::array<std::pair<SceneKind, std::string_view>, 6> kNames{{{SceneKind::placed, "placed"},
                                                                        {SceneKind::named, "named"},
                                                                        {SceneKind::single, "single"},
                                                                        {SceneKind::few, "few"},
                                                                        {SceneKind::full, "full"},
                                                                        {SceneKind::hard, "hard"}}};

}  // namespace

std::string_view to_string(SceneKind kind) noexcept {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return name;
  }
  return "";
}

SceneKind parse_scene_kind(std::string_view name) {
  for (const auto& [kind, known] : kNames) {
    if (known == name) return kind;
  }
  throw InvalidInput("scene kind \"" + std::string(name) + "\": known are placed, named, single, few, full and hard");
}

}  // namespace longclip
