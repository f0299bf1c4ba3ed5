#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/precision.h>

namespace longclip {
namespace {

TEST(Precision, HasANameThatIsReadBack) {
  EXPECT_EQ(to_string(Precision::fp32), "fp32");
  EXPECT_EQ(to_string(Precision::fp16), "fp16");
  EXPECT_EQ(to_string(Precision::bf16), "bf16");
  EXPECT_EQ(to_string(Precision::int8), "int8");
  EXPECT_EQ(to_string(Precision::automatic), "auto");
  for (const auto precision :
       {Precision::fp32, Precision::fp16, Precision::bf16, Precision::int8, Precision::automatic}) {
    EXPECT_EQ(parse_precision(to_string(precision)), precision);
  }
}

TEST(Precision, OfAnotherNameIsRefusedWithTheChoices) {
  for (const char* name : {"", "fp", "FP32", "fp8", "float16", "fp16 "}) {
    try {
      parse_precision(name);
      FAIL() << name;
    } catch (const InvalidInput& error) {
      EXPECT_EQ(error.what(), "precision '" + std::string(name) + "' is not known: use fp32, fp16, bf16, int8 or auto");
    }
  }
}

}  // namespace
}  // namespace longclip
