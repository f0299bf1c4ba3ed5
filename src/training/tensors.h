#pragma once

#include <string>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/Tensor.h>

#include <longclip/error.h>

#include "checkpoint/tensor.h"

namespace longclip::training {

// A checkpoint's tensor as one of LibTorch's: float32 values of its own. Throws InvalidFile for one
// that is not of floating-point numbers; `name` is its file and name.
inline at::Tensor copy_of(const checkpoint::Tensor& tensor, const std::string& name) {
  if (!checkpoint::is_floating(tensor.dtype)) throw InvalidFile(name + " is not of floating-point numbers");
  const std::vector<float> values = checkpoint::to_float(tensor);
  return at::from_blob(const_cast<float*>(values.data()), tensor.shape, at::kFloat).clone();
}

}  // namespace longclip::training
