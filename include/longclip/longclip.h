#pragma once

// LongCLIP: images and long texts in one space.
//
//   const auto model = longclip::Model::load("models/longclip-b");
//   const auto images = model.encode_image({longclip::Image::read("street.jpg")});
//   const auto texts = model.encode_text({"A man crosses a street beside a red car."});
//   const auto scores = longclip::similarity(images, texts);   // cosine, images x texts
//
// A package is made once from a published checkpoint:
//
//   longclip::convert("longclip-B.pt", "models/longclip-b");
//
// Every header is about one thing and needs only the standard library, but for torch.h and opencv.h, which are
// for programs that use LibTorch or OpenCV themselves. Every failure is a longclip::Error whose what() is one
// line that names the file or argument and the fix.

#include <longclip/convert.h>
#include <longclip/dataset.h>
#include <longclip/error.h>
#include <longclip/evaluation.h>
#include <longclip/fetch.h>
#include <longclip/image.h>
#include <longclip/matrix.h>
#include <longclip/model.h>
#include <longclip/precision.h>
#include <longclip/scenes.h>
#include <longclip/similarity.h>
#include <longclip/tokenizer.h>
#include <longclip/towers.h>
#include <longclip/training.h>
#include <longclip/version.h>
