#include "runtime/processors.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

#include <longclip/error.h>

namespace longclip::runtime {
namespace {

TEST(AvailableProcessors, IsOneForAThreadBoundToOne) {
  int processors = 0;
  // In a thread of its own, since the mask is a thread's.
  std::thread([&processors] {
    cpu_set_t mask;
    ASSERT_EQ(::sched_getaffinity(0, sizeof mask, &mask), 0);
    int first = 0;
    while (!CPU_ISSET(first, &mask)) ++first;
    CPU_ZERO(&mask);
    CPU_SET(first, &mask);
    ASSERT_EQ(::sched_setaffinity(0, sizeof mask, &mask), 0);
    processors = available_processors();
  }).join();
  EXPECT_EQ(processors, 1);
}

TEST(ThreadCount, IsAllForNoneAndRefusesWhatNobodyHas) {
  EXPECT_EQ(thread_count(0), available_processors());
  EXPECT_EQ(thread_count(3), 3);
  EXPECT_THROW(thread_count(-1), InvalidInput);
  EXPECT_THROW(thread_count(100000), InvalidInput);
}

TEST(AvailableProcessors, IsWithinTheMachines) {
  EXPECT_GE(available_processors(), 1);
  EXPECT_LE(available_processors(), static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace
}  // namespace longclip::runtime
