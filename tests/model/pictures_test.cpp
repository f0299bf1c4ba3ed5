// Lists of pictures for a tower with a device of its own, of which a test has none.
#include "model/pictures.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace longclip::model {
namespace {

constexpr std::size_t kCount = 11;
constexpr std::size_t kAtOnce = 2;  // so that four pictures are decoded together

// A grey square, of a level for each; one cannot be read.
Image picture(std::size_t i) {
  if (i == 6) throw InvalidFile("six.png: is not there");
  const std::vector<std::uint8_t> grey(16, static_cast<std::uint8_t>(10 * i));
  return Image::from_pixels({grey.data(), 4, 4, PixelFormat::grey});
}

// A feature is the first pixel's level. Before the first one, waits until so many pictures were opened.
class Tower final : public engine::VisionEncoder {
 public:
  Tower(const std::atomic<std::size_t>& opened, std::size_t wanted) : opened_(opened), wanted_(wanted) {}

  void encode(std::span<const float> pixels, std::size_t count, std::span<float> features) const override {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (opened_ < wanted_ && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    EXPECT_GE(opened_, wanted_);
    EXPECT_LE(count, kAtOnce);
    for (std::size_t i = 0; i < count; ++i) features[i] = pixels[i * pixels.size() / count] * 255;
  }
  TowerInfo info() const override { return {}; }

 private:
  const std::atomic<std::size_t>& opened_;
  std::size_t wanted_;
};

void expect_all_in_order(bool ahead, std::size_t opened_before_the_first_runs) {
  runtime::Team team(2);
  std::atomic<std::size_t> opened = 0;
  const Tower tower(opened, opened_before_the_first_runs);
  PictureOptions options;
  options.size = 4;
  options.std = {1, 1, 1};
  options.width = 1;
  options.at_once = kAtOnce;
  options.ahead = ahead;
  std::vector<float> features;
  std::vector<std::size_t> indices;
  std::vector<std::size_t> failed;
  encode_pictures(
      tower, options, team, kCount,
      [&](std::size_t i) {
        ++opened;
        return picture(i);
      },
      [&](const EncodedPictures& piece) {
        features.insert(features.end(), piece.features.begin(), piece.features.end());
        indices.insert(indices.end(), piece.indices.begin(), piece.indices.end());
        for (const auto& error : piece.errors) failed.push_back(error.index);
      });
  EXPECT_EQ(failed, std::vector<std::size_t>{6});
  EXPECT_EQ(indices, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 7, 8, 9, 10}));
  ASSERT_EQ(features.size(), indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i)
    EXPECT_NEAR(features[i], 10.0 * static_cast<double>(indices[i]), 1e-3);
  EXPECT_EQ(opened, kCount);
}

TEST(PicturesForATowerElsewhere, AreDecodedWhileItRunsOnParallelThreads) { expect_all_in_order(true, 8); }

TEST(PicturesForATowerElsewhere, AreElseDecodedBeforeItRuns) { expect_all_in_order(false, 4); }

TEST(PicturesForATowerElsewhere, EndWithAFailureOfTheTower) {
  struct Failing final : engine::VisionEncoder {
    void encode(std::span<const float>, std::size_t, std::span<float>) const override { throw DeviceError("gone"); }
    TowerInfo info() const override { return {}; }
  };
  runtime::Team team(2);
  PictureOptions options;
  options.size = 4;
  options.std = {1, 1, 1};
  options.width = 1;
  options.ahead = true;
  EXPECT_THROW(encode_pictures(Failing(), options, team, kCount, picture, [](const EncodedPictures&) {}), DeviceError);
}

}  // namespace
}  // namespace longclip::model
