#include "runtime/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

namespace longclip::runtime {
namespace {

TEST(TeamThreads, ShareEveryStageOnce) {
  for (const int threads : {1, 2, 5}) {
    Team team(threads);
    EXPECT_EQ(team.threads(), threads);
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::vector<int> first(100);
      std::vector<int> second(100);
      team.run([&](Team::Member& member) {
        member.share(100, [&](std::size_t i) { ++first[i]; });
        // All of the stage before is there.
        member.share(100, [&](std::size_t i) { second[i] = std::accumulate(first.begin(), first.end(), 0); });
        member.share(0, [](std::size_t) { FAIL(); });
      });
      EXPECT_EQ(first, std::vector<int>(100, 1));
      EXPECT_EQ(second, std::vector<int>(100, 100));
    }
  }
}

TEST(TeamThreads, AreNumberedFromTheCaller) {
  Team team(3);
  std::vector<std::thread::id> ids(3);
  team.run([&](Team::Member& member) { ids[member.index()] = std::this_thread::get_id(); });
  EXPECT_EQ(ids[0], std::this_thread::get_id());
  EXPECT_EQ(std::set<std::thread::id>(ids.begin(), ids.end()).size(), 3u);
}

TEST(TeamThreads, DoOneWorkAtATime) {
  Team team(2);
  std::atomic<int> inside{0};
  std::atomic<bool> alone{true};
  const auto call = [&] {
    for (int i = 0; i < 50; ++i) {
      team.run([&](Team::Member& member) {
        if (member.index() == 0) alone = alone && ++inside == 1;
        member.share(4, [](std::size_t) {});
        if (member.index() == 0) --inside;
      });
    }
  };
  std::thread other(call);
  call();
  other.join();
  EXPECT_TRUE(alone);
}

}  // namespace
}  // namespace longclip::runtime
