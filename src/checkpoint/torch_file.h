#pragma once

#include <cstddef>
#include <span>

#include "checkpoint/tensor_file.h"

namespace longclip::checkpoint {

// What torch.save (1.6 and later) and torch.jit.save write: a zip archive of data.pkl and one
// entry for each storage. Of TorchScript the attributes are taken and the code is ignored.
TensorFile read_torch_zip(const Source& source);

// What torch.save wrote before 1.6: a stream of pickles, then the storages.
TensorFile read_torch_legacy(const Source& source);
bool is_torch_legacy(std::span<const std::byte> bytes) noexcept;

}  // namespace longclip::checkpoint
