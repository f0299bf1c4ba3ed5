#include "model/batches.h"

#include <vector>

#include <gtest/gtest.h>

namespace longclip::model {
namespace {

Architecture base() {
  Architecture architecture;
  architecture.image_size = 224;
  architecture.patch_size = 16;
  architecture.vision = {768, 12, 12, 3072};
  architecture.text = {512, 12, 8, 2048};
  return architecture;
}

TEST(PlanTexts, CoversEveryTextOnceAndHoldsTheLongest) {
  std::vector<std::size_t> lengths;
  for (std::size_t i = 0; i < 1000; ++i) lengths.push_back(2 + (i * 7919) % 247);
  std::vector<int> seen(lengths.size(), 0);
  for (const TextBatch& batch : plan_texts(base(), lengths, std::size_t{1} << 30)) {
    EXPECT_FALSE(batch.rows.empty());
    for (const std::size_t row : batch.rows) {
      ++seen[row];
      EXPECT_LE(lengths[row], batch.length);
    }
  }
  EXPECT_EQ(seen, std::vector<int>(lengths.size(), 1));
}

TEST(PlanTexts, PutsTextsOfLikeLengthTogether) {
  const std::vector<std::size_t> lengths{5, 200, 6, 199};
  std::size_t padded = 0;
  for (const TextBatch& batch : plan_texts(base(), lengths, 1 << 23)) padded += batch.length * batch.rows.size();
  EXPECT_LT(padded, 4U * 200U);
}

TEST(Batches, AreSmallerWithLessMemoryAndNeverEmpty) {
  EXPECT_GT(images_per_batch(base(), std::size_t{1} << 30), images_per_batch(base(), std::size_t{1} << 24));
  EXPECT_EQ(images_per_batch(base(), 0), 1U);
  EXPECT_EQ(texts_per_batch(base(), 248, 0), 1U);
}

TEST(PlanTexts, OfNothingIsNothing) { EXPECT_TRUE(plan_texts(base(), {}, 1 << 20).empty()); }

}  // namespace
}  // namespace longclip::model
