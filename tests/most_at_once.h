#pragma once

#include <atomic>

namespace longclip::testing {

// Counts how many are between begin() and end() at the same time. May be used by many threads at once.
class MostAtOnce {
 public:
  void begin() {
    const int now = ++now_;
    for (int most = most_; now > most && !most_.compare_exchange_weak(most, now);) {
    }
  }
  void end() { --now_; }

  int now() const { return now_; }
  int most() const { return most_; }

 private:
  std::atomic<int> now_ = 0;
  std::atomic<int> most_ = 0;
};

}  // namespace longclip::testing
