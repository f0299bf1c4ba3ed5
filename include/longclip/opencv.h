#pragma once

// cv::Mat -> Image, for programs that use OpenCV themselves. Header-only: the library does not
// need it.

#include <cstddef>
#include <cstdint>
#include <string>

#include <opencv2/core.hpp>

#include <longclip/error.h>
#include <longclip/image.h>

namespace longclip {

// A copy of a picture of 8 bits a channel, in OpenCV's order: grey (CV_8UC1), BGR (CV_8UC3) or BGRA
// (CV_8UC4). Part of a larger cv::Mat will do. Throws InvalidInput for anything else.
inline Image to_image(const cv::Mat& mat) {
  if (mat.dims > 2 || mat.empty()) throw InvalidInput("to_image: takes a cv::Mat of two dimensions that is not empty");
  if (mat.depth() != CV_8U) {
    throw InvalidInput("to_image: takes 8 bits a channel, not cv::Mat's depth " + std::to_string(mat.depth()) +
                       "; scale it to 0..255 and convert it with cv::Mat::convertTo(..., CV_8U)");
  }
  PixelView view;
  switch (mat.channels()) {
    case 1:
      view.format = PixelFormat::grey;
      break;
    case 3:
      view.format = PixelFormat::bgr;
      break;
    case 4:
      view.format = PixelFormat::bgra;
      break;
    default:
      throw InvalidInput("to_image: takes 1 (grey), 3 (BGR) or 4 (BGRA) channels, not " +
                         std::to_string(mat.channels()));
  }
  view.data = mat.ptr<std::uint8_t>();
  view.width = mat.cols;
  view.height = mat.rows;
  view.stride = static_cast<std::ptrdiff_t>(mat.step[0]);
  return Image::from_pixels(view);
}

}  // namespace longclip
