#pragma once

#include <string>

#include <gtest/gtest.h>

#include "kernel/kernels.h"

namespace longclip::testing {

// While it lives, this processor is taken for one that has no more than `most`.
class LimitedInstructions {
 public:
  explicit LimitedInstructions(kernel::Instructions most) { kernel::limit_instructions(most); }
  ~LimitedInstructions() { kernel::limit_instructions(kernel::Instructions::all); }
  LimitedInstructions(const LimitedInstructions&) = delete;  // one at a time
  LimitedInstructions& operator=(const LimitedInstructions&) = delete;
};

// Calls body(precision) for each kind of processor up to this one, and each precision that it has kernels for.
template <class Body>
void for_each_kernel(const Body& body) {
  using kernel::Instructions;
  for (const auto most : {Instructions::all, Instructions::avx512_vnni, Instructions::avx2}) {
    const LimitedInstructions limit(most);
    for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
      const auto* kernels = kernel::find_kernels(precision);
      if (kernels == nullptr) continue;
      SCOPED_TRACE(kernels->name + (" " + std::string(to_string(precision))));
      body(precision);
    }
  }
}

}  // namespace longclip::testing
