#include "runtime/ordered.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "most_at_once.h"

namespace longclip::runtime {
namespace {

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

constexpr OrderedOptions kOptions{.slots = 5, .largest = 7};

void pause(int microseconds) { std::this_thread::sleep_for(std::chrono::microseconds(microseconds)); }

class ParallelOrdered : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, ParallelOrdered, ::testing::Values(1, 2, 3, 8, 40));

// Every third piece is slow.
TEST_P(ParallelOrdered, TakesAllInOrderOnTheCallersThread) {
  Team team(GetParam());
  for (const std::size_t count : {0, 1, 2, 17, 500}) {
    std::vector<Range> slots(5);
    std::vector<std::size_t> taken;
    ordered_for(
        count, team, kOptions,
        [&](std::size_t slot, std::size_t begin, std::size_t end) {
          if (begin % 3 == 0) pause(300);
          slots[slot] = {begin, end};
        },
        [&, caller = std::this_thread::get_id()](std::size_t slot) {
          EXPECT_EQ(std::this_thread::get_id(), caller);
          EXPECT_LE(slots[slot].end - slots[slot].begin, 7U);
          for (std::size_t i = slots[slot].begin; i < slots[slot].end; ++i) taken.push_back(i);
        });
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    EXPECT_EQ(taken, all);
  }
}

TEST_P(ParallelOrdered, BeginsNoMoreThanThereAreSlots) {
  Team team(GetParam());
  testing::MostAtOnce held;
  ordered_for(
      300, team, kOptions,
      [&](std::size_t, std::size_t begin, std::size_t) {
        held.begin();
        if (begin == 0) pause(3000);  // the others run ahead as far as they may
      },
      [&](std::size_t) {
        pause(50);
        held.end();
      });
  EXPECT_EQ(held.now(), 0);
  EXPECT_LE(held.most(), 5);
}

TEST_P(ParallelOrdered, UsesNoMoreThreadsThanItMay) {
  Team team(GetParam());
  std::mutex mutex;
  std::set<std::thread::id> threads;
  ordered_for(
      200, team, kOptions,
      [&](std::size_t, std::size_t, std::size_t) {
        pause(20);
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      },
      [](std::size_t) {});
  EXPECT_LE(threads.size(), static_cast<std::size_t>(GetParam()));
}

TEST_P(ParallelOrdered, ThrowsWhatWorkThrewWhenItsTurnComes) {
  Team team(GetParam());
  std::vector<Range> slots(5);
  std::size_t taken = 0;
  std::atomic<std::size_t> furthest = 0;
  try {
    ordered_for(
        1000, team, kOptions,
        [&](std::size_t slot, std::size_t begin, std::size_t end) {
          if (begin <= 40 && 40 < end) throw std::runtime_error(std::to_string(begin));
          if (begin < 40) pause(200);
          furthest = std::max<std::size_t>(furthest, end);
          slots[slot] = {begin, end};
        },
        [&](std::size_t slot) { taken = slots[slot].end; });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), std::to_string(taken));  // all that lies before was taken
  }
  EXPECT_LE(furthest, 40U + 5 * 7);
}

TEST_P(ParallelOrdered, EndsAtOnceWhereTakeThrows) {
  Team team(GetParam());
  std::atomic<int> running = 0;
  std::atomic<int> pieces = 0;
  EXPECT_THROW(ordered_for(
                   100000, team, kOptions,
                   [&](std::size_t, std::size_t, std::size_t) {
                     ++running;
                     ++pieces;
                     pause(100);
                     --running;
                   },
                   [](std::size_t) { throw std::runtime_error("enough"); }),
               std::runtime_error);
  EXPECT_EQ(running, 0);
  EXPECT_LE(pieces, 5);
}

TEST_P(ParallelOrdered, ServesManyCallersAtOnce) {
  Team team(GetParam());
  std::vector<std::thread> callers;
  std::vector<std::size_t> sums(6);
  for (auto& sum : sums) {
    callers.emplace_back([&sum, &team] {
      std::vector<std::size_t> slots(5);
      ordered_for(
          100, team, kOptions,
          [&](std::size_t slot, std::size_t begin, std::size_t end) {
            slots[slot] = 0;
            for (std::size_t i = begin; i < end; ++i) slots[slot] += i;
          },
          [&](std::size_t slot) { sum += slots[slot]; });
    });
  }
  for (auto& caller : callers) caller.join();
  for (const auto sum : sums) EXPECT_EQ(sum, 4950U);
}

TEST_P(ParallelOrdered, WorksAloneInTheTeam) {
  Team team(GetParam());
  std::atomic<std::size_t> most = 0;
  ordered_for(
      20, team, kOptions,
      [&](std::size_t, std::size_t, std::size_t) {
        team.run([&](Team::Member& member) { most = std::max<std::size_t>(most, member.count()); });
      },
      [](std::size_t) {});
  EXPECT_EQ(most, 1U);
}

TEST(OrderedOnOneThread, IsAPlainLoop) {
  std::string order;
  Team one(1);
  ordered_for(
      3, one, {.slots = 5, .largest = 1},
      [&](std::size_t, std::size_t begin, std::size_t) { order += "w" + std::to_string(begin); },
      [&](std::size_t) { order += "t"; });
  EXPECT_EQ(order, "w0tw1tw2t");
}

}  // namespace
}  // namespace longclip::runtime
