#include "scenes/described.h"

#include <utility>

#include "scenes/settings.h"
#include "scenes/things.h"

namespace longclip::scenes {
namespace {

std::string name_of(const Item& item) { return std::string(things()[item.thing].name); }

std::string setting_of(const Scene& scene) { return "setting:" + std::string(settings()[scene.setting].name); }

std::vector<std::string> all_facts_of(const Scene& scene) {
  std::vector<std::string> facts{setting_of(scene), "main:" + name_of(scene.items.front())};
  for (const Item& item : scene.items) {
    for (std::string& fact : facts_of(item)) facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace

std::vector<std::string> facts_of(const Item& item) {
  std::vector<std::string> facts{"thing:" + name_of(item)};
  if (item.count > 1) facts.push_back("number:" + name_of(item) + "=" + std::to_string(item.count));
  return facts;
}

Described describe(Scene scene, std::string caption) {
  Described described;
  described.facts = all_facts_of(scene);
  described.claims = {"thing:" + name_of(scene.items.front()), setting_of(scene)};
  described.caption = std::move(caption);
  described.scene = std::move(scene);
  return described;
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : " ") + sentence + ".";
  return text;
}

}  // namespace longclip::scenes
