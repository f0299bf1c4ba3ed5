#include "scenes/render.h"

#include <algorithm>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "scenes/settings.h"
#include "scenes/things.h"

namespace longclip::scenes {
namespace {

constexpr int kSize = 256;

class Render : public ::testing::Test {
 protected:
  // In the air, where nothing has a shadow.
  static Scene sky() {
    Scene scene;
    while (settings()[scene.setting].name != "sky") ++scene.setting;
    return scene;
  }

  static Item lemon(double x, double y, double size) {
    Item item;
    while (things()[item.thing].name != "lemon") ++item.thing;
    item.x = x;
    item.y = y;
    item.size = size;
    return item;
  }

  cv::Mat picture(const std::vector<Item>& items) const {
    Scene scene = sky();
    scene.items = items;
    return render(scene, glyphs_, kSize);
  }

  // Where the pictures differ, 0 or 255.
  static cv::Mat difference(const cv::Mat& a, const cv::Mat& b) {
    cv::Mat absolute, grey;
    cv::absdiff(a, b, absolute);
    cv::cvtColor(absolute, grey, cv::COLOR_BGR2GRAY);
    return grey > 6;
  }

  cv::Rect box(const std::vector<Item>& items) const {
    std::vector<cv::Point> points;
    cv::findNonZero(difference(picture(items), picture({})), points);
    return cv::boundingRect(points);
  }

  const Glyphs glyphs_{{}};
};

TEST_F(Render, PutsAThingWhereItIsSaidToBe) {
  for (const auto& [x, y, size] : {std::tuple{0.25, 0.25, 0.2}, {0.7, 0.5, 0.3}, {0.5, 0.8, 0.25}}) {
    const cv::Rect found = box({lemon(x, y, size)});
    EXPECT_NEAR(found.x + found.width / 2.0, x * kSize, 4);
    EXPECT_NEAR(found.y + found.height / 2.0, y * kSize, 4);
    EXPECT_NEAR(std::max(found.width, found.height), size * kSize, 0.12 * size * kSize);
  }
}

TEST_F(Render, DrawsAsManyAsThereAre) {
  for (int count = 1; count <= 5; ++count) {
    Item item = lemon(0.5, 0.5, 0.14);
    item.count = count;
    cv::Mat labels;
    // They may touch; their width tells how many there are.
    const cv::Rect found = box({item});
    EXPECT_NEAR(found.width, item.width() * kSize, 0.2 * 0.14 * kSize) << count;
  }
}

TEST_F(Render, TurnsAThingUpsideDown) {
  Item item = lemon(0.5, 0.5, 0.4);
  const cv::Mat upright = difference(picture({item}), picture({}));
  item.pose = Pose::upside_down;
  const cv::Mat turned = difference(picture({item}), picture({}));
  cv::Mat expected;
  cv::rotate(upright, expected, cv::ROTATE_180);
  cv::Mat mirrored_too;
  cv::flip(upright, mirrored_too, 0);
  const int different = std::min(cv::countNonZero(turned != expected), cv::countNonZero(turned != mirrored_too));
  EXPECT_LT(different, 0.06 * cv::countNonZero(upright));
  EXPECT_GT(cv::countNonZero(turned != upright), different);
}

TEST_F(Render, MirrorsAThing) {
  Item item = lemon(0.5, 0.5, 0.4);
  const cv::Mat plain = picture({item});
  item.mirrored = true;
  const cv::Mat mirrored = picture({item});
  cv::Mat expected;
  cv::flip(plain, expected, 1);
  // The sky is not mirrored: the thing alone is compared.
  const cv::Rect middle(kSize * 3 / 8, kSize * 3 / 8, kSize / 4, kSize / 4);
  EXPECT_LT(cv::mean(difference(mirrored(middle), expected(middle)))[0], 0.1 * 255);
  EXPECT_GT(cv::countNonZero(difference(mirrored(middle), plain(middle))), 0);
}

TEST_F(Render, HidesWhatIsBehind) {
  Item back = lemon(0.5, 0.5, 0.4);
  Item front = lemon(0.5, 0.5, 0.2);
  while (things()[front.thing].name != "tomato") ++front.thing;
  const cv::Rect middle(kSize * 15 / 32, kSize * 15 / 32, kSize / 16, kSize / 16);
  EXPECT_EQ(cv::countNonZero(difference(picture({back, front})(middle), picture({front})(middle))), 0);
}

TEST_F(Render, DrawsARingOfItsColourAroundAThing) {
  Item item = lemon(0.5, 0.5, 0.2);
  const cv::Rect without = box({item});
  for (std::size_t colour = 0; colour < ring_colours().size(); ++colour) {
    item.ring = static_cast<int>(colour);
    const cv::Rect with = box({item});
    EXPECT_LT(with.x, without.x);
    EXPECT_GT(with.br().y, without.br().y);
    const RingColour& expected = ring_colours()[colour];
    const cv::Mat drawn = picture({item});
    int near = 0;
    for (int x = with.x; x < without.x; ++x) {
      const auto pixel = drawn.at<cv::Vec3b>(kSize / 2, x);
      near +=
          std::abs(pixel[0] - expected.blue) + std::abs(pixel[1] - expected.green) + std::abs(pixel[2] - expected.red) <
          60;
    }
    EXPECT_GT(near, 1) << expected.name;
  }
}

TEST_F(Render, DrawsEverySettingAndItsExtraDifferently) {
  std::vector<cv::Mat> all;
  for (std::size_t setting = 0; setting < settings().size(); ++setting) {
    for (const bool extra : {false, true}) {
      Scene scene;
      scene.setting = setting;
      scene.extra = extra;
      all.push_back(render(scene, glyphs_, 64));
      EXPECT_EQ(all.back().type(), CV_8UC3);
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_GT(cv::countNonZero(difference(all[i], all[j])), 20) << i << ' ' << j;
  }
}

}  // namespace
}  // namespace longclip::scenes
