// Long lists of pictures, which all threads go through side by side.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <set>
#include <thread>

#include "model/golden_model.h"
#include "most_at_once.h"

namespace longclip {
namespace {

constexpr std::size_t kCount = 60;

Model with_threads(int threads) {
  LoadOptions options;
  options.threads = threads;
  return Model::load(testing::golden_package("longclip248.pt"), options);
}

const Image& damaged() {
  static const Image image = [] {
    std::string bytes = golden::read_bytes(golden::data("images/coffee_444.jpg"));
    bytes.resize(bytes.size() / 2);
    return Image::decode(std::as_bytes(std::span(bytes)), {}, "half.jpg");
  }();
  return image;
}

bool is_missing(std::size_t i) { return i % 11 == 5; }
bool is_damaged(std::size_t i) { return i % 7 == 3 && !is_missing(i); }

// Large and small ones, damaged ones, and some that are not there.
Image picture(std::size_t i) {
  if (is_missing(i)) return Image::read("missing/" + std::to_string(i) + ".jpg");
  if (is_damaged(i)) return damaged();
  static const Image large = Image::read(golden::data("images/photo_1200x900.jpg"));
  static const Image small = Image::read(golden::data("images/rgb_201x151.bmp"));
  static const Image other = Image::read(golden::data("images/chelsea_progressive.jpg"));
  return i % 5 == 0 ? large : i % 2 == 0 ? small : other;
}

// What a call gives, and in which order.
struct Heard {
  std::vector<std::size_t> taken;
  std::vector<float> features;
  std::vector<std::size_t> failed;
  std::vector<std::string> reasons;
};

Heard listen(const Model& model, std::size_t count) {
  Heard heard;
  const auto caller = std::this_thread::get_id();
  model.encode_images(
      count, picture,
      [&](const ImageFeatures& piece) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        EXPECT_EQ(piece.features.rows(), piece.indices.size());
        heard.taken.insert(heard.taken.end(), piece.indices.begin(), piece.indices.end());
        heard.features.insert(heard.features.end(), piece.features.data(),
                              piece.features.data() + piece.features.rows() * piece.features.cols());
      },
      [&](const InputError& error) {
        EXPECT_EQ(std::this_thread::get_id(), caller);
        heard.failed.push_back(error.index);
        heard.reasons.push_back(error.reason);
      });
  return heard;
}

class ImageListThreads : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Lists, ImageListThreads, ::testing::Values(1, 2, 3, 8, 30));

TEST_P(ImageListThreads, GiveEachPictureInOrder) {
  const Model model = with_threads(GetParam());
  std::vector<std::size_t> good;
  std::vector<std::size_t> bad;
  std::vector<float> expected;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (is_missing(i) || is_damaged(i)) {
      bad.push_back(i);
      continue;
    }
    good.push_back(i);
    const Matrix alone = testing::golden_model().encode_image({picture(i)});
    expected.insert(expected.end(), alone.data(), alone.data() + alone.cols());
  }
  const Heard heard = listen(model, kCount);
  EXPECT_EQ(heard.taken, good);
  EXPECT_EQ(heard.features, expected);
  EXPECT_EQ(heard.failed, bad);
  for (std::size_t i = 0; i < bad.size(); ++i) {
    const std::string name = is_missing(bad[i]) ? std::to_string(bad[i]) + ".jpg" : "half.jpg";
    EXPECT_NE(heard.reasons[i].find(name), std::string::npos) << heard.reasons[i];
  }
}

TEST_P(ImageListThreads, NameEveryDamagedPictureOfManyWithItsIndex) {
  const Model model = with_threads(GetParam());
  std::vector<Image> images;
  std::vector<std::size_t> bad;
  for (std::size_t i = 0; i < kCount; ++i) {
    if (is_damaged(i)) bad.push_back(i);
    images.push_back(is_missing(i) ? picture(0) : picture(i));
  }
  try {
    model.encode_image(images);
    FAIL() << "damaged pictures were taken";
  } catch (const InputErrors& error) {
    std::vector<std::size_t> indices;
    for (const InputError& one : error.errors()) indices.push_back(one.index);
    EXPECT_EQ(indices, bad);
  }
}

struct Stop {};

std::size_t threads_of_this_process() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
}

TEST_P(ImageListThreads, EndWithWhatACallbackThrows) {
  const Model model = with_threads(GetParam());
  model.encode_image({picture(0)});  // the model's own threads begin
  const std::size_t before = threads_of_this_process();
  const auto none = [](const InputError&) {};
  EXPECT_THROW(model.encode_images(
                   kCount, picture, [](const ImageFeatures&) { throw Stop(); }, none),
               Stop);
  EXPECT_THROW(model.encode_images(
                   kCount, picture, [](const ImageFeatures&) {}, [](const InputError&) { throw Stop(); }),
               Stop);
  std::size_t last = 0;
  const auto stops = [](std::size_t i) {
    if (i == 30) throw Stop();
    return picture(i);
  };
  EXPECT_THROW(model.encode_images(
                   kCount, stops, [&](const ImageFeatures& piece) { last = piece.indices.back(); }, none),
               Stop);
  EXPECT_LT(last, 30U);
  // The system may list a thread for a moment after it was joined.
  for (int i = 0; i < 1000 && threads_of_this_process() > before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LE(threads_of_this_process(), before);
  EXPECT_EQ(model.encode_image({picture(0)}).rows(), 1U);
}

TEST_P(ImageListThreads, RunAheadNoFurtherThanABound) {
  const Model model = with_threads(GetParam());
  std::atomic<std::size_t> opened = 0;
  std::size_t most = 0;
  std::size_t taken = 0;
  std::mutex mutex;
  std::set<std::thread::id> threads;
  constexpr std::size_t kMany = 600;
  model.encode_images(
      kMany,
      [&](std::size_t) {
        ++opened;
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
        return picture(1);
      },
      [&](const ImageFeatures& piece) {
        if (taken == 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
        taken += piece.indices.size();
        most = std::max(most, opened - taken);
      },
      [](const InputError&) {});
  EXPECT_EQ(taken, kMany);
  EXPECT_LE(most, static_cast<std::size_t>(4 * 8 * GetParam()));
  EXPECT_LE(threads.size(), static_cast<std::size_t>(GetParam()));
  if (GetParam() == 1) {
    EXPECT_TRUE(threads.contains(std::this_thread::get_id()));
  }
}

TEST(ImageListCallers, AreManyAtOnceOnParallelThreads) {
  const Model model = with_threads(2);
  const Heard alone = listen(model, 30);
  std::vector<Heard> heard(6);
  std::vector<std::thread> callers;
  for (auto& one : heard) callers.emplace_back([&] { one = listen(model, 30); });
  for (auto& caller : callers) caller.join();
  for (const auto& one : heard) {
    EXPECT_EQ(one.features, alone.features);
    EXPECT_EQ(one.failed, alone.failed);
  }
}

// Long lists, which every thread goes through by itself, and short ones, whose decoding is shared.
TEST(ImageListCallers, OfTwoModelsShareTheirThreads) {
  constexpr int kThreads = 6;
  const Model one = with_threads(kThreads);
  const Model other = with_threads(kThreads);
  for (const std::size_t count : {std::size_t{48}, std::size_t{16}}) {
    testing::MostAtOnce opening;
    const auto open = [&](std::size_t) {
      opening.begin();
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
      opening.end();
      return picture(1);
    };
    const auto encode = [&](const Model& model) {
      std::size_t taken = 0;
      model.encode_images(
          count, open, [&](const ImageFeatures& piece) { taken += piece.indices.size(); }, [](const InputError&) {});
      EXPECT_EQ(taken, count);
    };
    std::thread beside([&] { encode(other); });
    encode(one);
    beside.join();
    EXPECT_GT(opening.most(), 2) << count;
    EXPECT_LE(opening.most(), kThreads + 2) << count;  // callers do not wait for a place; without places 12
  }
}

}  // namespace
}  // namespace longclip
