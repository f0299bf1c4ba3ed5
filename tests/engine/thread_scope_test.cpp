#include "engine/torchscript/thread_scope.h"

#include <thread>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

namespace longclip::engine::torchscript {
namespace {

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

TEST(ThreadScope, OfOneThreadLeavesAnotherAlone) {
  at::set_num_threads(3);
  std::thread([] { const ThreadScope scope(1); }).join();
  EXPECT_EQ(at::get_num_threads(), 3);
}

}  // namespace
}  // namespace longclip::engine::torchscript
