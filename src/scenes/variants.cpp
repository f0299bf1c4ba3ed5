#include "scenes/variants.h"

#include "scenes/compose.h"
#include "scenes/layout.h"

namespace longclip::scenes {

using runtime::Random;

std::vector<Item> different_things(const Scene& scene, Random& random) {
  Item item;
  item.size = 0.225;
  item.thing = new_thing(scene, random);
  if (!Layout(random, scene.setting).place(item, scene.items)) return {};
  Scene taken = scene;
  std::vector<Item> variants;
  while (variants.size() < group_size) {
    item.thing = new_thing(taken, random);
    taken.items.push_back(item);
    variants.push_back(item);
  }
  return variants;
}

std::vector<Item> different_places(const Scene& scene, Random& random) {
  Item item;
  item.thing = new_thing(scene, random);
  std::vector<Item> variants;
  for (const double size : {0.17, 0.29}) {
    item.size = size;
    for (const Cell cell : all_cells) {
      if (Layout(random, scene.setting).place_in(item, cell, scene.items)) variants.push_back(item);
    }
  }
  random.shuffle(variants);
  if (variants.size() < group_size) return {};
  variants.resize(group_size);
  return variants;
}

}  // namespace longclip::scenes
