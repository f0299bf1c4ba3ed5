#include "engine/torchscript/device.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <longclip/error.h>

namespace longclip::engine::torchscript {
namespace {

TEST(FindDevice, KnowsTheCpu) { EXPECT_TRUE(find_device("cpu").is_cpu()); }

TEST(FindDevice, SaysWhichNamesThereAre) {
  for (const char* name : {"", "CPU", "cuda:", "cuda:one", "cuda:1x", "cuda1", "cuda:-1", "cuda:99999999999999"}) {
    try {
      find_device(name);
      FAIL() << name;
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find("cuda:NUMBER"), std::string::npos) << name;
    }
  }
}

TEST(FindDevice, FindsCudaWhereThereIsOneAndElseSaysSo) {
  if (at::hasCUDA()) {
    EXPECT_TRUE(find_device("cuda").is_cuda());
    EXPECT_THROW(find_device("cuda:1000"), DeviceError);
  } else {
    EXPECT_THROW(find_device("cuda"), DeviceError);
    EXPECT_THROW(find_device("cuda:0"), DeviceError);
  }
}

TEST(CheckPrecision, HalfPrecisionIsForCudaOnly) {
  EXPECT_THROW(check_precision(c10::Device(c10::kCPU), Precision::fp16), UnsupportedModel);
  EXPECT_NO_THROW(check_precision(c10::Device(c10::kCUDA, 0), Precision::fp16));
  EXPECT_NO_THROW(check_precision(c10::Device(c10::kCPU), Precision::bf16));
}

}  // namespace
}  // namespace longclip::engine::torchscript
