#include "scenes/layout.h"

#include <gtest/gtest.h>

#include "scenes/settings.h"

namespace longclip::scenes {
namespace {

std::size_t setting(std::string_view name) {
  std::size_t index = 0;
  while (settings()[index].name != name) ++index;
  return index;
}

Item sized(double size) {
  Item item;
  item.size = size;
  return item;
}

TEST(Layout, KeepsThingsApartAndWithinTheirNinth) {
  runtime::Random random(1);
  for (int scene = 0; scene < 200; ++scene) {
    std::vector<Item> items;
    for (Cell cell = 0; cell < 9; ++cell) {
      Item item = sized(random.between(0.15, 0.24));
      if (!Layout(random, setting("sky")).place_in(item, cell, items)) continue;
      EXPECT_EQ(cell_of(item), cell);
      EXPECT_GE(std::min(item.x, item.y) - item.size / 2, 0);
      EXPECT_LE(std::max(item.x, item.y) + item.size / 2, 1);
      for (const Item& other : items) {
        EXPECT_GE(std::max(std::abs(item.x - other.x), std::abs(item.y - other.y)), (item.size + other.size) / 2);
      }
      items.push_back(item);
    }
    EXPECT_GE(items.size(), 7u);
  }
}

// A caption may say that the moon shines: it must not be hidden.
TEST(Layout, KeepsThingsOffTheMoonAndTheSun) {
  runtime::Random random(2);
  for (const std::string_view name : {"night", "sunset", "desert"}) {
    const Spot spot = settings()[setting(name)].spot;
    ASSERT_GT(spot.radius, 0) << name;
    for (int attempt = 0; attempt < 500; ++attempt) {
      Item item = sized(random.between(0.15, 0.46));
      if (!Layout(random, setting(name)).place(item, {})) continue;
      EXPECT_GE(std::max(std::abs(item.x - spot.x), std::abs(item.y - spot.y)), item.size / 2 + spot.radius) << name;
    }
  }
}

TEST(Layout, SaysWhereThereIsNoRoom) {
  runtime::Random random(3);
  Item item = sized(0.3);
  EXPECT_FALSE(Layout(random, setting("sky")).place(item, {sized(0.96)}));
}

}  // namespace
}  // namespace longclip::scenes
