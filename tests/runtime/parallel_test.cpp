#include "runtime/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace longclip::runtime {
namespace {

class ParallelFor : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, ParallelFor, testing::Values(-1, 0, 1, 2, 8, 300));

TEST_P(ParallelFor, CallsEachIndexOnce) {
  std::vector<std::atomic<int>> calls(200);
  parallel_for(calls.size(), GetParam(), [&](std::size_t i) { ++calls[i]; });
  for (const auto& count : calls) EXPECT_EQ(count, 1);
}

TEST_P(ParallelFor, DoesNothingForNone) {
  parallel_for(0, GetParam(), [](std::size_t) { ADD_FAILURE(); });
}

TEST_P(ParallelFor, ThrowsTheFailureOfTheLowestIndex) {
  for (int round = 0; round < 20; ++round) {
    try {
      parallel_for(200, GetParam(), [](std::size_t i) {
        if (i >= 30 && i % 3 == 0) throw std::runtime_error(std::to_string(i));
      });
      FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "30");
    }
  }
}

TEST_P(ParallelFor, BeginsNoMoreAfterAFailure) {
  std::atomic<int> calls = 0;
  const auto fail = [&](std::size_t) {
    ++calls;
    throw std::runtime_error("");
  };
  EXPECT_THROW(parallel_for(100000, GetParam(), fail), std::runtime_error);
  EXPECT_LE(calls, 300);  // at most one for each thread
}

TEST(ParallelForOnOneThread, IsAPlainLoop) {
  std::vector<std::size_t> order;
  parallel_for(5, 1, [&](std::size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
}

TEST(ParallelForOnThreads, RunsThemAtTheSameTime) {
  std::barrier meeting(3);  // passed by three at once only
  std::mutex mutex;
  std::set<std::thread::id> threads;
  parallel_for(3, 3, [&](std::size_t) {
    meeting.arrive_and_wait();
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(threads.size(), 3u);
  EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
}

}  // namespace
}  // namespace longclip::runtime
