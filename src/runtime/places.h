#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <utility>

namespace longclip::runtime {

// How many threads work at the same time on behalf of all who share these. Callers of the library always work; those
// that help them wait until there is a place. May be used by many threads at once.
class Places {
 public:
  // Some of the places, for as long as this lives.
  class Taken {
   public:
    Taken() = default;
    Taken(Taken&& other) noexcept : places_(other.places_), count_(std::exchange(other.count_, 0)) {}
    Taken& operator=(Taken&&) = delete;
    ~Taken() {
      if (count_ > 0) places_->leave(count_);
    }
    std::size_t count() const noexcept { return count_; }

   private:
    friend class Places;
    Taken(Places* places, std::size_t count) : places_(places), count_(count) {}
    Places* places_ = nullptr;
    std::size_t count_ = 0;
  };

  explicit Places(std::size_t count) : count_(count) {}
  Places(const Places&) = delete;  // threads wait for it
  Places& operator=(const Places&) = delete;

  // One for a caller, whether or not any is free, and as many of those that are free for its helpers: at most `most`.
  Taken take(std::size_t most = 1);

  // One for a helper, once it is free. None if that was told to stop before.
  Taken wait(const std::stop_token& stop);

 private:
  void leave(std::size_t count);

  const std::size_t count_;
  std::size_t taken_ = 0;
  std::mutex mutex_;
  std::condition_variable_any left_;
};

}  // namespace longclip::runtime
