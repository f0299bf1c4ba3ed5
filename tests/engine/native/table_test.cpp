#include "engine/native/table.h"

#include <gtest/gtest.h>

namespace longclip::engine::native {
namespace {

TEST(Table, AddsARowToAnother) {
  for (const auto element : {kernel::Element::f32, kernel::Element::bf16, kernel::Element::u8}) {
    Table table(element, 3, 2);
    table.append(std::vector<float>{1, 2, -0.5f, 4});
    table.append(std::vector<float>{8, 1.001953125f});
    const float addend[] = {10, 20};
    float sum[2];
    table.add(1, addend, sum);
    EXPECT_EQ(sum[0], 9.5f);
    EXPECT_EQ(sum[1], 24);
    table.add(2, addend, sum);
    // bfloat16 has no number between 1 and 1.0078125.
    EXPECT_EQ(sum[1], element == kernel::Element::f32 ? 21.001953125f : 21.0f);
  }
}

}  // namespace
}  // namespace longclip::engine::native
