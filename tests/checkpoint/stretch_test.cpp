#include "checkpoint/stretch.h"

#include <gtest/gtest.h>

#include <string>

#include <longclip/error.h>

#include "checkpoint/clip_weights.h"
#include "checkpoint/tensor.h"
#include "golden/golden.h"

namespace longclip::checkpoint {
namespace {

TEST(Stretch, EqualsTheGoldenPositions) {
  const Checkpoint checkpoint = read_checkpoint(golden::model("clip77.pt"));
  const auto table = to_float(clip_weights(checkpoint).text.at("positional_embedding"));
  const auto expected = golden::read_npy<float>(golden::model("clip77_stretched_positions.npy"));
  EXPECT_EQ(stretched_rows(77, 20, 4), 248);
  EXPECT_EQ(stretch_positions(table, 77, 64, 20, 4), expected.values);
}

TEST(Stretch, EqualsTheGoldenCasesOfOtherSizes) {
  const golden::Npz cases(golden::model("kps_cases.npz"));
  int count = 0;
  for (; cases.contains("case" + std::to_string(count) + ".in"); ++count) {
    const std::string name = "case" + std::to_string(count);
    const auto in = cases.get<float>(name + ".in");
    const auto keep_ratio = cases.get<std::int32_t>(name + ".keep_ratio");
    const auto out = cases.get<float>(name + ".out");
    const auto rows = static_cast<std::int64_t>(in.rows());
    const int keep = keep_ratio.values.at(0);
    const int ratio = keep_ratio.values.at(1);
    EXPECT_EQ(stretched_rows(rows, keep, ratio), static_cast<std::int64_t>(out.rows())) << name;
    EXPECT_EQ(stretch_positions(in.values, rows, static_cast<std::int64_t>(in.cols()), keep, ratio), out.values)
        << name;
  }
  EXPECT_GT(count, 3);
}

// The reference computes in fp16; its published tables are this close to the exact ones.
TEST(Stretch, IsCloseToTheReferencesOwnHalfPrecision) {
  const golden::Npz cases(golden::model("kps_cases.npz"));
  const auto in = cases.get<float>("reference_fp16.in");
  const auto out = cases.get<float>("reference_fp16.out");
  const auto stretched =
      stretch_positions(in.values, static_cast<std::int64_t>(in.rows()), static_cast<std::int64_t>(in.cols()), 20, 4);
  ASSERT_EQ(stretched.size(), out.values.size());
  for (std::size_t i = 0; i < stretched.size(); ++i) ASSERT_NEAR(stretched[i], out.values[i], 2.7e-5) << i;
}

TEST(Stretch, RatioOneChangesNothing) {
  const std::vector<float> table{1, 2, 3, 4, 5, 6};
  EXPECT_EQ(stretch_positions(table, 3, 2, 1, 1), table);
}

TEST(Stretch, RefusesWhatItCannotDo) {
  const std::vector<float> table{1, 2, 3, 4, 5, 6};
  EXPECT_THROW(stretch_positions(table, 3, 2, 3, 4), InvalidInput);
  EXPECT_THROW(stretch_positions(table, 3, 2, -1, 4), InvalidInput);
  EXPECT_THROW(stretch_positions(table, 3, 2, 1, 0), InvalidInput);
  EXPECT_THROW(stretch_positions(table, 3, 2, 1, 1 << 30), InvalidInput);
  EXPECT_THROW(stretch_positions(std::vector<float>{1, 2}, 1, 2, 0, 4), InvalidInput);
}

}  // namespace
}  // namespace longclip::checkpoint
