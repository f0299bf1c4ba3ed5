#pragma once

#include <opencv2/core.hpp>

#include "cli/picture/colour.h"

namespace longclip::cli::picture {

// Fills a rectangle with smooth round corners.
void fill_rounded(cv::Mat& canvas, const cv::Rect& box, double radius, const Colour& colour);

// Lays a picture (CV_8UC3) on the canvas, its corners rounded.
void paste_rounded(cv::Mat& canvas, const cv::Mat& picture, cv::Point corner, double radius);

}  // namespace longclip::cli::picture
