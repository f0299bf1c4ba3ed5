#pragma once

#include <chrono>
#include <cstddef>

namespace longclip::cli {

// How much work to hand to the library at a time: about half a second of it, whatever the model
// and machine, so that progress moves, results flow and an interruption is soon heard.
class Pace {
 public:
  std::size_t next() const noexcept { return size_; }

  // Tells how long a piece of next() took.
  void took(std::chrono::duration<double> time) noexcept {
    constexpr std::size_t kLargest = 512;  // bounds memory
    if (time.count() < 0.25 && size_ < kLargest) size_ *= 2;
    if (time.count() > 1 && size_ > 1) size_ /= 2;
  }

 private:
  std::size_t size_ = 8;
};

}  // namespace longclip::cli
