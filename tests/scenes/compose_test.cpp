#include "scenes/compose.h"

#include <gtest/gtest.h>

#include "scenes/layout.h"

namespace longclip::scenes {
namespace {

// What fills the picture leaves no place, and looking for one must end.
TEST(Compose, SaysWhereThereIsNoRoomForAnotherThing) {
  runtime::Random random(1);
  Scene scene = begin_scene(random, 0.96);
  scene.items.front().x = 0.5;
  scene.items.front().y = 0.5;
  while (add_item(scene, random)) ASSERT_TRUE(scene.items.back().in_front);
  EXPECT_LE(scene.items.size(), 2u);
}

TEST(Compose, FillsScenesUntilThereIsNoRoom) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    runtime::Random random(seed);
    Scene scene = begin_scene(random, 0.4);
    while (add_item(scene, random)) ASSERT_LT(scene.items.size(), 40u);
    EXPECT_GE(scene.items.size(), 4u);
    for (std::size_t i = 0; i < scene.items.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Item& a = scene.items[i];
        const Item& b = scene.items[j];
        EXPECT_NE(a.thing, b.thing);
        const bool before_main = j == 0 && a.in_front;
        EXPECT_EQ(overlap(a, b), before_main);
      }
    }
  }
}

}  // namespace
}  // namespace longclip::scenes
