#include "runtime/places.h"

namespace longclip::runtime {

void Places::enter() {
  const std::lock_guard lock(mutex_);
  ++taken_;
}

bool Places::enter_when_free(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!left_.wait(lock, stop, [this] { return taken_ < count_; })) return false;
  ++taken_;
  return true;
}

bool Places::enter_alone() {
  const std::lock_guard lock(mutex_);
  if (taken_ > 0) return false;
  taken_ = count_;
  return true;
}

void Places::leave() {
  {
    const std::lock_guard lock(mutex_);
    --taken_;
  }
  left_.notify_all();  // not one, who might have been told to stop
}

void Places::leave_alone() {
  {
    const std::lock_guard lock(mutex_);
    taken_ -= count_;
  }
  left_.notify_all();
}

}  // namespace longclip::runtime
