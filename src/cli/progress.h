#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/console.h"

namespace longclip::cli {

// Count, rate and time left of a piece of work, on the console's status line.
class Progress {
 public:
  enum class Unit { items, bytes };

  Progress(Console& console, std::string label, Unit unit = Unit::items);
  ~Progress();
  Progress(const Progress&) = delete;  // one owner of the status line
  Progress& operator=(const Progress&) = delete;

  // `total` 0: not known.
  void update(std::uint64_t done, std::uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  Console& console_;
  std::string label_;
  Unit unit_;
  Clock::time_point start_;
  Clock::time_point shown_{};
  std::uint64_t first_ = 0;  // done when it began, as after a resumed download
  bool begun_ = false;
};

}  // namespace longclip::cli
