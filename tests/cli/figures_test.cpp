#include "cli/figures.h"

#include <gtest/gtest.h>

namespace longclip::cli {
namespace {

TEST(Figures, AreShortForPeople) {
  EXPECT_EQ(count(7.34), "7.3");
  EXPECT_EQ(count(1200), "1200");
  EXPECT_EQ(byte_size(512), "512 bytes");
  EXPECT_EQ(byte_size(598'000'000), "598.0 MB");
  EXPECT_EQ(byte_size(1'710'000'000), "1.71 GB");
  EXPECT_EQ(duration(7), "0:07");
  EXPECT_EQ(duration(3765), "1:02:45");
  EXPECT_EQ(cosine(-0.02118F), "-0.0212");
  EXPECT_EQ(hexadecimal(0x4E00), "4E00");
  EXPECT_EQ(percent(0.8316F), "83.2 %");
}

}  // namespace
}  // namespace longclip::cli
