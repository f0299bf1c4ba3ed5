#include <gtest/gtest.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

Image damaged() {
  std::string bytes = golden::read_bytes(golden::data("images/coffee_444.jpg"));
  bytes.resize(bytes.size() / 2);
  return Image::decode(as_bytes(bytes), {}, "half.jpg");
}

std::vector<Image> good_and_bad() {
  const Image good = Image::read(golden::data("images/rgb.png"));
  return {good, damaged(), Image::read(golden::data("images/coffee_444.jpg")), damaged()};
}

TEST(EncodeImage, ARowDoesNotDependOnItsBatch) {
  const Model& model = testing::golden_model();
  const auto images = testing::golden_crops();
  const Matrix together = model.encode_image(images).normalized();
  LoadOptions small;
  small.batch_memory = 1;
  const Model one_by_one = Model::load(testing::golden_package("longclip248.pt"), small);
  EXPECT_LE(testing::largest_difference(together, one_by_one.encode_image(images).normalized()), 1e-6);
}

TEST(EncodeImage, NamesEveryDamagedPictureWithItsIndex) {
  try {
    testing::golden_model().encode_image(good_and_bad());
    FAIL() << "half a JPEG was taken for a whole one";
  } catch (const InputErrors& error) {
    ASSERT_EQ(error.errors().size(), 2U);
    EXPECT_EQ(error.errors()[0].index, 1U);
    EXPECT_EQ(error.errors()[1].index, 3U);
    EXPECT_NE(error.errors()[0].reason.find("half.jpg"), std::string::npos);
  }
}

TEST(EncodeImage, GivesTheRestWhereFailuresAreHeard) {
  const Model& model = testing::golden_model();
  const auto images = good_and_bad();
  std::vector<std::size_t> failed;
  const Matrix rest = model.encode_image(images, [&](const InputError& error) { failed.push_back(error.index); });
  EXPECT_EQ(failed, (std::vector<std::size_t>{1, 3}));
  const Matrix alone = model.encode_image({images[0], images[2]});
  EXPECT_LE(testing::largest_difference(rest, alone), 1e-5);
}

TEST(EncodeImage, OfNothingIsAnEmptyMatrixOfTheRightWidth) {
  const Matrix features = testing::golden_model().encode_image({});
  EXPECT_EQ(features.rows(), 0U);
  EXPECT_EQ(features.cols(), 32U);
}

}  // namespace
}  // namespace longclip
