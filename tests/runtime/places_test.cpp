#include "runtime/places.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include "most_at_once.h"
#include "runtime/ordered.h"
#include "runtime/parallel.h"
#include "runtime/team.h"

namespace longclip::runtime {
namespace {

void wait_a_little() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

TEST(PlacesOfThreads, HelpersWaitForOneAndCallersDoNot) {
  Places places(2);
  const auto first = places.take();
  std::optional second(places.take());
  std::optional third(places.take());
  std::atomic<bool> helps = false;
  std::jthread helper([&](const std::stop_token& stop) { helps = places.wait(stop).count() == 1; });
  third.reset();  // two are still there
  wait_a_little();
  EXPECT_FALSE(helps);
  second.reset();
  helper.join();
  EXPECT_TRUE(helps);
}

TEST(PlacesOfThreads, AHelperThatIsToldToStopDoesNotWait) {
  Places places(1);
  const auto caller = places.take();
  std::size_t count = 1;
  std::jthread helper([&](const std::stop_token& stop) { count = places.wait(stop).count(); });
  wait_a_little();
  helper.request_stop();
  helper.join();
  EXPECT_EQ(count, 0U);
}

TEST(PlacesOfThreads, ACallerTakesThoseThatAreFree) {
  Places places(4);
  {
    const auto one = places.take();
    EXPECT_EQ(one.count(), 1U);
    const auto two = places.take(2);
    EXPECT_EQ(two.count(), 2U);
    const auto rest = places.take(4);
    EXPECT_EQ(rest.count(), 1U);
    EXPECT_EQ(places.take(4).count(), 1U) << "a caller works, whoever else does";
  }
  EXPECT_EQ(places.take(9).count(), 4U);
}

// What three models do that an application uses at once.
TEST(PlacesOfThreads, BoundHowManyWorkForAllCallersTogether) {
  constexpr int kThreads = 8;
  Team team(kThreads);
  testing::MostAtOnce working;
  const auto work = [&working] {
    working.begin();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    working.end();
  };
  std::vector<std::size_t> sums(3);
  {
    std::vector<std::jthread> callers;
    for (std::size_t& sum : sums) {
      callers.emplace_back([&] {
        std::vector<std::size_t> slots(16);
        ordered_for(
            200, team, {.slots = slots.size(), .largest = 2},
            [&](std::size_t slot, std::size_t begin, std::size_t end) {
              work();
              slots[slot] = 0;
              for (std::size_t i = begin; i < end; ++i) slots[slot] += i;
            },
            [&](std::size_t slot) { sum += slots[slot]; });
        parallel_for(
            50, kThreads, [&](std::size_t) { work(); }, &team.places());
      });
    }
  }
  EXPECT_EQ(sums, std::vector<std::size_t>(3, 199 * 200 / 2));
  EXPECT_LE(working.most(), kThreads + 3);  // callers do not wait; with threads for each there would be 24
  EXPECT_EQ(team.places().take(kThreads).count(), static_cast<std::size_t>(kThreads)) << "a place was not left";
}

TEST(PlacesOfThreads, ATeamWorksWithThoseThatAreFree) {
  Team team(3);
  const auto members = [&team] {
    std::size_t count = 0;
    team.run([&](Team::Member& member) {
      member.share(member.count(), [](std::size_t) {});
      if (member.index() == 0) count = member.count();
    });
    return count;
  };
  {
    const auto other = team.places().take();
    EXPECT_EQ(members(), 2U);
    const auto another = team.places().take();
    EXPECT_EQ(members(), 1U);
    EXPECT_EQ(members(), 1U);
  }
  EXPECT_EQ(members(), 3U);
}

TEST(PlacesOfThreads, ACallerNeedsNoHelper) {
  Team team(4);
  const auto all = team.places().take(4);
  std::size_t taken = 0;
  ordered_for(
      50, team, {.slots = 4, .largest = 3}, [](std::size_t, std::size_t, std::size_t) {},
      [&](std::size_t) { ++taken; });
  EXPECT_GE(taken, 17U);
  std::atomic<int> done = 0;
  parallel_for(
      50, 4, [&](std::size_t) { ++done; }, &team.places());
  EXPECT_EQ(done, 50);
}

}  // namespace
}  // namespace longclip::runtime
