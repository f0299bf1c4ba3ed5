// What loading a tower holds at most. Sanitizers hold memory of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <malloc.h>

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "engine/native/encoders.h"
#include "engine/random_package.h"
#include "kernel/kernels.h"

namespace longclip::engine::native {
namespace {

// Of this process, in bytes: "VmRSS" now, "VmHWM" at most.
std::size_t memory(const std::string& what) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::size_t kilobytes = 0;
    if (word == what + ":" && status >> kilobytes) return kilobytes << 10;
  }
  ADD_FAILURE() << "/proc/self/status has no " << what;
  return 0;
}

void forget_the_most() {
  std::ofstream file("/proc/self/clear_refs");
  file << 5 << std::flush;
  ASSERT_TRUE(file.good());
}

TEST(NativeEngineMemory, IsHardlyMoreThanTheWeights) {
  Architecture shape;
  shape.embedding_size = 64;
  shape.image_size = 32;
  shape.patch_size = 16;
  shape.vision = {256, 24, 4, 1024};
  const RandomPackage package(shape);
  package.write_vision();
  const auto elements = tower::count_elements(tower::vision_parameters(shape));
  EngineOptions options;
  options.team = runtime::shared_team(2);
  // A matrix for each thread, as the file has it: nothing beside a large tower, but this one is small.
  const std::size_t being_packed = 2 * sizeof(float) * 256 * 1024;
  std::string why_not;
  ASSERT_NE(load_vision(*package, options, why_not), nullptr) << why_not;  // what is had once
  for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    if (kernel::find_kernels(precision) == nullptr) continue;
    options.precision = precision;
    const std::size_t size = precision == Precision::fp32 ? 4 : precision == Precision::bf16 ? 2 : 1;
    ::malloc_trim(0);
    const std::size_t before = memory("VmRSS");
    forget_the_most();
    const auto encoder = load_vision(*package, options, why_not);
    ASSERT_NE(encoder, nullptr) << why_not;
    EXPECT_GT(memory("VmRSS") - before, elements * size * 9 / 10) << "measures nothing";
    EXPECT_LT(memory("VmHWM") - before, elements * size * 115 / 100 + being_packed) << to_string(precision);
  }
}

}  // namespace
}  // namespace longclip::engine::native

#endif
