#include "engine/native/arena.h"

#include <cstdint>
#include <set>

#include <gtest/gtest.h>

namespace longclip::engine::native {
namespace {

TEST(Arena, GivesTheSameMemoryAgainUnlessMoreIsNeeded) {
  Arena arena;
  std::byte* first = arena.take(100);
  std::byte* second = arena.take(200);
  EXPECT_NE(first, second);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(second) % 64, 0U);
  EXPECT_EQ(arena.bytes(), 300U);
  arena.start_again();
  EXPECT_EQ(arena.take(50), first);
  EXPECT_EQ(arena.take(200), second);
  arena.start_again();
  arena.take(1000);
  EXPECT_EQ(arena.bytes(), 1200U);
}

TEST(Arenas, LendOneToOneAtATime) {
  Arenas arenas(1);
  std::set<Arena*> lent;
  for (int round = 0; round < 2; ++round) {
    const Arenas::Lease one(arenas);
    const Arenas::Lease other(arenas);
    EXPECT_NE(&*one, &*other);
    lent.insert({&*one, &*other});
  }
  EXPECT_EQ(lent.size(), 2U);
}

// Else one large batch would hold its memory for ever.
TEST(Arenas, DoNotKeepALargeOne) {
  Arenas arenas(1);
  {
    const Arenas::Lease lease(arenas);
    (*lease).take(std::size_t{1} << 30);  // untouched, so that no page is given for it
  }
  const Arenas::Lease lease(arenas);
  EXPECT_EQ((*lease).bytes(), 0U);
}

}  // namespace
}  // namespace longclip::engine::native
