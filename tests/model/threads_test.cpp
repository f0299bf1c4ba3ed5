#include <thread>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "model/golden_model.h"

namespace longclip {
namespace {

TEST(Threads, EightCallersGetWhatOneGets) {
  const Model& model = testing::golden_model();
  const auto images = testing::golden_crops();
  const std::vector<std::string> texts{"a photo of a cat", "two dogs", "A man crosses a street beside a red car."};
  const Matrix image_features = model.encode_image(images).normalized();
  const Matrix text_features = model.encode_text(texts).normalized();
  std::vector<Matrix> seen_images(8);
  std::vector<Matrix> seen_texts(8);
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] {
      for (int round = 0; round < 3; ++round) {
        seen_images[i] = model.encode_image(images).normalized();
        seen_texts[i] = model.encode_text(texts).normalized();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_LE(testing::largest_difference(seen_images[i], image_features), 1e-6);
    EXPECT_LE(testing::largest_difference(seen_texts[i], text_features), 1e-6);
  }
}

TEST(Threads, TheApplicationsOwnSettingIsRestored) {
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  LoadOptions options;
  options.threads = 1;
  const Model model = Model::load(testing::golden_package("longclip248.pt"), options);
  EXPECT_EQ(at::get_num_threads(), 3);
  model.encode_text({"a cat"});
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_THROW(model.encode_text({"\xff"}), InputErrors);
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_EQ(model.info().threads, 1);
  at::set_num_threads(before);
}

TEST(Threads, RefusesANegativeNumber) {
  LoadOptions options;
  options.threads = -1;
  EXPECT_THROW(Model::load(testing::golden_package("longclip248.pt"), options), InvalidInput);
}

}  // namespace
}  // namespace longclip
