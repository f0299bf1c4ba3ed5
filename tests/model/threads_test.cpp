#include <atomic>
#include <filesystem>
#include <iterator>
#include <limits>
#include <thread>

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <opencv2/core/utility.hpp>

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
    EXPECT_EQ(testing::largest_difference(seen_images[i], image_features), 0);
    EXPECT_EQ(testing::largest_difference(seen_texts[i], text_features), 0);
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

TEST(Threads, OpenCVsPoolIsLeftAlone) {
  cv::setNumThreads(3);
  LoadOptions options;
  options.threads = 1;
  const Model model = Model::load(testing::golden_package("longclip248.pt"), options);
  model.encode_image({Image::read(golden::data("images/lossy.webp")), Image::read(golden::data("images/rgb.png"))});
  EXPECT_EQ(cv::getNumThreads(), 3);
}

// The threads that this process has, whoever began them.
std::size_t threads_of_this_process() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
}

TEST(Threads, OneMeansOne) {
  LoadOptions options;
  options.threads = 1;
  const auto package = testing::golden_package("longclip248.pt");
  const auto images = testing::golden_crops();
  std::atomic<bool> done = false;
  std::atomic<std::size_t> most = 0;
  const std::size_t before = threads_of_this_process();
  std::thread watcher([&] {
    while (!done) most = std::max(most.load(), threads_of_this_process());
  });
  const Model model = Model::load(package, options);
  for (int round = 0; round < 5; ++round) {
    model.encode_image(images);
    model.encode_text({"a cat", "two dogs"});
  }
  done = true;
  watcher.join();
  EXPECT_LE(most, before + 1);  // the watcher
}

TEST(Threads, RefusesANumberThatNoMachineHas) {
  LoadOptions options;
  for (const int threads : {-1, 1025, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    options.threads = threads;
    EXPECT_THROW(Model::load(testing::golden_package("longclip248.pt"), options), InvalidInput) << threads;
  }
}

TEST(Threads, MayBeMoreThanTheMachineHas) {
  LoadOptions options;
  options.threads = 64;
  const Model model = Model::load(testing::golden_package("longclip248.pt"), options);
  EXPECT_EQ(model.encode_text({"a cat"}).rows(), 1U);
}

}  // namespace
}  // namespace longclip
