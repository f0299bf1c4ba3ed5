#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <longclip/precision.h>

#include "checkpoint/checkpoint.h"
#include "kernel/kernels.h"
#include "tower/architecture.h"

namespace longclip::package {

// What it takes to run a tower on the CPU without its module, or the reason why that cannot be.
struct NativeTower {
  const kernel::Kernels* kernels = nullptr;
  std::optional<checkpoint::Checkpoint> parameters;
  std::string why_not;  // empty: it can

  explicit operator bool() const noexcept { return why_not.empty(); }
};

// Why this processor cannot compute a tower of this shape in a precision of its own; empty: it can.
std::string why_not_native(const Architecture::Tower& shape, Precision precision);

// `precision` is one of its own, not automatic. Throws InvalidFile for a damaged file.
NativeTower find_native_tower(const std::filesystem::path& file, const Architecture::Tower& shape,
                              const std::vector<tower::Parameter>& parameters, Precision precision);

}  // namespace longclip::package
