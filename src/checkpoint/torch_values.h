#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checkpoint/pickle.h"
#include "checkpoint/tensor.h"

namespace longclip::checkpoint {

// The state dict inside what was saved.
struct StateDict {
  std::string nesting;  // "nested under state_dict", or empty
  std::vector<std::pair<std::string, const Value*>> tensors;
};

// Looks for the state dict: the object itself, what it holds under state_dict, model_state_dict
// or model, or the attributes of a TorchScript module by their paths. Throws InvalidFile if there
// is none.
StateDict find_state_dict(const Source& source, const Value& root);

// What a persistent value names.
struct Storage {
  DType dtype;
  std::string_view key;
  std::int64_t elements;
  std::int64_t bytes;
};
// Throws InvalidFile.
Storage read_storage(const Source& source, const Value& persistent);

// Views a pickled tensor's elements. `find` gives the bytes of a storage, which must be exactly
// as many as it says. Throws InvalidFile if shape, strides or offset lead outside them.
Tensor read_tensor(const Source& source, std::string_view name, const Value& value,
                   const std::function<std::span<const std::byte>(const Storage&)>& find);

}  // namespace longclip::checkpoint
