#include "runtime/places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

#include "runtime/ordered.h"
#include "runtime/team.h"

namespace longclip::runtime {
namespace {

TEST(PlacesOfThreads, HelpersWaitForOneAndCallersDoNot) {
  Places places(2);
  places.enter();
  places.enter();
  places.enter();
  std::atomic<bool> helps = false;
  std::jthread helper([&](const std::stop_token& stop) { helps = places.enter_when_free(stop); });
  places.leave();  // two are still there
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(helps);
  places.leave();
  helper.join();
  EXPECT_TRUE(helps);
}

TEST(PlacesOfThreads, AHelperThatIsToldToStopDoesNotWait) {
  Places places(1);
  places.enter();
  bool helps = true;
  std::jthread helper([&](const std::stop_token& stop) { helps = places.enter_when_free(stop); });
  helper.request_stop();
  helper.join();
  EXPECT_FALSE(helps);
}

TEST(PlacesOfThreads, AreTakenTogetherOnlyWhereNobodyHasOne) {
  Places places(3);
  places.enter();
  EXPECT_FALSE(places.enter_alone());
  places.leave();
  EXPECT_TRUE(places.enter_alone());
  EXPECT_FALSE(places.enter_alone());
  places.leave_alone();
  EXPECT_TRUE(places.enter_alone());
}

// Counts those that work at the same time.
class Working {
 public:
  void one(int microseconds) {
    const int now = ++now_;
    for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
    }
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
    --now_;
  }
  int most() const { return most_; }

 private:
  std::atomic<int> now_ = 0;
  std::atomic<int> most_ = 0;
};

// What three models do that an application uses at once.
TEST(PlacesOfThreads, BoundHowManyWorkForAllCallersTogether) {
  constexpr int kThreads = 4;
  Team team(kThreads);
  Working working;
  std::vector<std::size_t> sums(3);
  {
    std::vector<std::jthread> callers;
    for (std::size_t& sum : sums) {
      callers.emplace_back([&] {
        const OrderedOptions options{kThreads, &team.places(), 8, 2};
        std::vector<std::size_t> slots(options.slots);
        ordered_for(
            200, options,
            [&](std::size_t slot, std::size_t begin, std::size_t end) {
              working.one(200);
              slots[slot] = 0;
              for (std::size_t i = begin; i < end; ++i) slots[slot] += i;
            },
            [&](std::size_t slot) { sum += slots[slot]; });
      });
    }
  }
  EXPECT_EQ(sums, std::vector<std::size_t>(3, 199 * 200 / 2));
  EXPECT_LE(working.most(), kThreads + 3);  // callers do not wait; of helpers each would have three
  EXPECT_GE(working.most(), 3);
  EXPECT_TRUE(team.places().enter_alone()) << "a place was not left";
}

TEST(PlacesOfThreads, ATeamWorksAloneWhereHelpersHaveThem) {
  Team team(3);
  const auto members = [&team] {
    std::size_t count = 0;
    team.run([&](Team::Member& member) {
      if (member.index() == 0) count = member.count();
    });
    return count;
  };
  team.places().enter();
  EXPECT_EQ(members(), 1u);
  team.places().leave();
  EXPECT_EQ(members(), 3u);
}

// The caller of the one goes on although its helpers never find a place.
TEST(PlacesOfThreads, ACallerNeedsNoHelper) {
  Places places(1);
  places.enter();
  std::size_t taken = 0;
  ordered_for(
      50, {4, &places, 4, 3}, [](std::size_t, std::size_t, std::size_t) {}, [&](std::size_t) { ++taken; });
  EXPECT_GE(taken, 17u);
}

}  // namespace
}  // namespace longclip::runtime
