#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <opencv2/core.hpp>

namespace longclip::scenes {

// The one small thing of a setting that captions tell of, such as a moon, which nothing may hide.
struct Spot {
  double x = 0, y = 0, radius = 0;
};

// A place where scenes happen, and how it is drawn.
struct Setting {
  std::string_view name;                                          // "beach"; what facts say
  std::string_view where;                                         // "on a sandy beach"
  std::string_view look;                                          // a sentence about it, without a full stop
  std::string_view with_extra;                                    // what is there if it has its extra
  std::string_view without;                                       // and if not
  bool shadows;                                                   // things lie or stand on it
  void (*draw)(cv::Mat& canvas, bool extra, std::uint64_t seed);  // 8-bit BGR, square
  Spot spot = {};                                                 // of its extra; radius 0: none
};

std::span<const Setting> settings() noexcept;

}  // namespace longclip::scenes
