#include "runtime/places.h"

#include <algorithm>

namespace longclip::runtime {

Places::Taken Places::take(std::size_t most) {
  const std::lock_guard lock(mutex_);
  const std::size_t free = count_ - std::min(count_, taken_);
  const std::size_t count = std::max<std::size_t>(1, std::min(most, free));
  taken_ += count;
  return {this, count};
}

Places::Taken Places::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!left_.wait(lock, stop, [this] { return taken_ < count_; })) return {};
  ++taken_;
  return {this, 1};
}

void Places::leave(std::size_t count) {
  {
    const std::lock_guard lock(mutex_);
    taken_ -= count;
  }
  left_.notify_all();  // not one, who might have been told to stop
}

}  // namespace longclip::runtime
