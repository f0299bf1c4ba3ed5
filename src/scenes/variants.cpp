#include "scenes/variants.h"

#include "scenes/compose.h"
#include "scenes/layout.h"
#include "scenes/render.h"

namespace longclip::scenes {
namespace {

using runtime::Random;

std::vector<Item> different_things(const Scene& scene, Random& random) {
  Item item;
  item.size = 0.255;
  item.thing = new_thing(scene, random);
  if (!Layout(random, scene.setting).place(item, scene.items)) return {};
  Scene taken = scene;
  std::vector<Item> all;
  while (all.size() < group_size) {
    item.thing = new_thing(taken, random);
    taken.items.push_back(item);
    all.push_back(item);
  }
  return all;
}

std::vector<Item> different_places(const Scene& scene, Random& random) {
  Item item;
  item.thing = new_thing(scene, random);
  std::vector<Item> all;
  for (const double size : {0.17, 0.29}) {
    item.size = size;
    for (const Cell cell : all_cells) {
      if (Layout(random, scene.setting).place_in(item, cell, scene.items)) all.push_back(item);
    }
  }
  random.shuffle(all);
  if (all.size() < group_size) return {};
  all.resize(group_size);
  return all;
}

std::vector<Item> different_colours(const Scene& scene, Random& random) {
  Item item;
  item.size = ringed_size;
  item.thing = new_thing(scene, random);
  item.ring = 0;
  if (!Layout(random, scene.setting).place(item, scene.items)) return {};
  std::vector<Item> all;
  for (; item.ring < static_cast<int>(ring_colours().size()); ++item.ring) all.push_back(item);
  return all;
}

}  // namespace

std::string_view to_string(Detail detail) noexcept {
  switch (detail) {
    case Detail::thing:
      return "thing";
    case Detail::place:
      return "place";
    case Detail::colour:
      return "colour";
  }
  return "";
}

std::vector<Item> variants(Detail detail, const Scene& scene, Random& random) {
  switch (detail) {
    case Detail::thing:
      return different_things(scene, random);
    case Detail::place:
      return different_places(scene, random);
    case Detail::colour:
      return different_colours(scene, random);
  }
  return {};
}

}  // namespace longclip::scenes
