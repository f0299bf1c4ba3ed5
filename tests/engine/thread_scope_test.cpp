#include "engine/torchscript/thread_scope.h"

#include <barrier>
#include <thread>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);

namespace longclip::engine::torchscript {
namespace {

// What a thread that begins now has.
int number_of_a_new_thread() {
  int number = 0;
  std::thread([&] { number = at::get_num_threads(); }).join();
  return number;
}

// The first of the suite: those below give LibTorch a number, which it keeps.
TEST(ThreadScope, KeepsAnOpenMPNumberThatIsNoneOfLibTorchs) {
  ASSERT_NE(number_of_a_new_thread(), 3);
  std::thread([] {
    omp_set_num_threads(5);
    {
      const ThreadScope scope(1);
      EXPECT_EQ(omp_get_max_threads(), 1);
    }
    EXPECT_EQ(omp_get_max_threads(), 5);
  }).join();
}

TEST(ThreadScope, SetsAndRestores) {
  at::set_num_threads(3);
  {
    const ThreadScope scope(2);
    EXPECT_EQ(at::get_num_threads(), 2);
    {
      const ThreadScope inner(1);
      EXPECT_EQ(at::get_num_threads(), 1);
    }
    EXPECT_EQ(at::get_num_threads(), 2);
  }
  EXPECT_EQ(at::get_num_threads(), 3);
}

TEST(ThreadScope, RestoresWhenAnExceptionPasses) {
  at::set_num_threads(3);
  try {
    const ThreadScope scope(1);
    throw 0;
  } catch (int) {
  }
  EXPECT_EQ(at::get_num_threads(), 3);
}

TEST(ThreadScope, OfOneThreadLeavesOthersAlone) {
  at::set_num_threads(3);
  std::thread([] {
    {
      const ThreadScope scope(1);
      EXPECT_EQ(number_of_a_new_thread(), 3);
    }
    EXPECT_EQ(at::get_num_threads(), 3);
  }).join();
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_EQ(number_of_a_new_thread(), 3);
}

TEST(ThreadScope, LeavesNothingBehindWhereScopesOverlap) {
  at::set_num_threads(3);
  std::barrier step(2);
  std::thread first([&] {
    {
      const ThreadScope scope(1);
      step.arrive_and_wait();  // both are open
      step.arrive_and_wait();
    }
    step.arrive_and_wait();  // the one that opened first is closed
    EXPECT_EQ(at::get_num_threads(), 3);
  });
  std::thread second([&] {
    step.arrive_and_wait();
    {
      const ThreadScope scope(2);
      step.arrive_and_wait();
      step.arrive_and_wait();
      EXPECT_EQ(at::get_num_threads(), 2);
    }
    EXPECT_EQ(at::get_num_threads(), 3);
  });
  first.join();
  second.join();
  EXPECT_EQ(number_of_a_new_thread(), 3);
}

}  // namespace
}  // namespace longclip::engine::torchscript
