#include <longclip/opencv.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace longclip {
namespace {

using Rgb = std::vector<std::uint8_t>;

TEST(OpenCvHeader, TakesGrey) {
  const cv::Mat mat = (cv::Mat_<std::uint8_t>(2, 3) << 1, 2, 3, 4, 5, 6);
  const Image image = to_image(mat);
  EXPECT_EQ(image.width(), 3);
  EXPECT_EQ(image.height(), 2);
  EXPECT_EQ(image.pixels().rgb, (Rgb{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6}));
}

TEST(OpenCvHeader, TakesBgr) {
  const cv::Mat mat(1, 2, CV_8UC3, cv::Scalar(10, 20, 30));
  EXPECT_EQ(to_image(mat).pixels().rgb, (Rgb{30, 20, 10, 30, 20, 10}));
}

TEST(OpenCvHeader, TakesBgra) {
  const cv::Mat mat(1, 1, CV_8UC4, cv::Scalar(10, 20, 30, 40));
  EXPECT_EQ(to_image(mat).pixels().rgb, (Rgb{30, 20, 10}));
}

TEST(OpenCvHeader, TakesPartOfALargerMatrix) {
  cv::Mat mat(20, 30, CV_8UC3, cv::Scalar(0, 0, 0));
  mat(cv::Rect(4, 5, 2, 3)).setTo(cv::Scalar(1, 2, 3));
  const cv::Mat part = mat(cv::Rect(4, 5, 2, 3));
  ASSERT_FALSE(part.isContinuous());
  Rgb expected;
  for (int i = 0; i < 6; ++i) expected.insert(expected.end(), {3, 2, 1});
  EXPECT_EQ(to_image(part).pixels().rgb, expected);
}

TEST(OpenCvHeader, CopiesThePixels) {
  cv::Mat mat(1, 1, CV_8UC1, cv::Scalar(7));
  const Image image = to_image(mat);
  mat.setTo(cv::Scalar(9));
  EXPECT_EQ(image.pixels().rgb, (Rgb{7, 7, 7}));
}

TEST(OpenCvHeader, RefusesWhatIsNoPictureOf8Bits) {
  for (const int type : {CV_8SC3, CV_16UC1, CV_16UC3, CV_32FC3, CV_64FC1}) {
    try {
      to_image(cv::Mat(4, 4, type, cv::Scalar::all(0)));
      ADD_FAILURE() << "type " << type << " was taken";
    } catch (const InvalidInput& error) {
      EXPECT_NE(std::string(error.what()).find("8 bits a channel"), std::string::npos) << error.what();
    }
  }
  EXPECT_THROW(to_image(cv::Mat(4, 4, CV_8UC2, cv::Scalar::all(0))), InvalidInput);
  EXPECT_THROW(to_image(cv::Mat()), InvalidInput);
  const int sizes[] = {2, 2, 2};
  EXPECT_THROW(to_image(cv::Mat(3, sizes, CV_8UC1, cv::Scalar(0))), InvalidInput);
}

}  // namespace
}  // namespace longclip
