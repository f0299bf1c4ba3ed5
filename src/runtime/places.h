#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>

namespace longclip::runtime {

// How many threads work at the same time on behalf of all who share these. Callers of the library always work; those
// that help them wait until there is a place. May be used by many threads at once.
class Places {
 public:
  explicit Places(std::size_t count) : count_(count) {}
  Places(const Places&) = delete;  // threads wait for it
  Places& operator=(const Places&) = delete;

  // For a caller, whether or not there is a place.
  void enter();

  // For a helper: waits for a place. False if it was told to stop before there was one.
  bool enter_when_free(const std::stop_token& stop);

  // All places at once, if nobody has one.
  bool enter_alone();

  void leave();
  void leave_alone();

 private:
  const std::size_t count_;
  std::size_t taken_ = 0;
  std::mutex mutex_;
  std::condition_variable_any left_;
};

}  // namespace longclip::runtime
