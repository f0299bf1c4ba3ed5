#pragma once

#include <map>
#include <string>

#include "checkpoint/source.h"
#include "checkpoint/tensor.h"

namespace longclip::checkpoint {

// What one file of tensors holds.
struct TensorFile {
  std::string format;  // for people
  std::map<std::string, Tensor> tensors;
};

// Reads a PyTorch file (zip, TorchScript or legacy) or safetensors, told apart by content.
// Throws InvalidFile; where the content is known to be something else, it says what.
TensorFile read_tensor_file(const Source& source);

// Adds a tensor; throws InvalidFile if its name is not of printable ASCII or not new.
void add_tensor(TensorFile& file, const Source& source, std::string name, Tensor tensor);

}  // namespace longclip::checkpoint
