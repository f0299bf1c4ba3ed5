#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <longclip/precision.h>
#include <longclip/towers.h>

#include "checkpoint/checkpoint.h"
#include "kernel/kernels.h"
#include "package/package.h"
#include "tower/architecture.h"

namespace longclip::package {

// What it takes to run a tower on the CPU without its module, or the reason why that cannot be.
struct NativeTower {
  std::filesystem::path file;
  const kernel::Kernels* kernels = nullptr;
  std::optional<checkpoint::Checkpoint> parameters;
  std::string why_not;  // empty: it can

  explicit operator bool() const noexcept { return why_not.empty(); }
};

// Why this processor cannot compute a tower (Towers::vision or text) of this shape in a precision of its own; empty: it
// can.
std::string why_not_native(const Architecture& architecture, Towers which, Precision precision);

// `precision` is one of its own, not automatic. Throws InvalidFile for a damaged file.
NativeTower find_native_tower(const Package& package, Towers which, Precision precision);

}  // namespace longclip::package
