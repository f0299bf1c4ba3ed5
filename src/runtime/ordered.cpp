#include "runtime/ordered.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace longclip::runtime {
namespace {

using Clock = std::chrono::steady_clock;

// Pieces are numbered in their order. Those from taken_ to before begun_ have a slot each.
class Pieces {
 public:
  Pieces(std::size_t count, Team& team, const OrderedOptions& options,
         const std::function<void(std::size_t, std::size_t, std::size_t)>& work)
      : count_(count),
        threads_(static_cast<std::size_t>(team.threads())),
        largest_(std::max<std::size_t>(options.largest, 1)),
        slots_(std::max<std::size_t>(options.slots, 1)),
        team_(team),
        work_(work) {}

  // The part of a helper. Its place comes before its piece, since the caller waits for pieces that have begun.
  void help(const std::stop_token& stop) {
    while (wait_for_turn()) {
      auto place = team_.places().wait(stop);
      if (place.count() == 0) return;
      const Team::Alone alone(std::move(place));
      std::unique_lock lock(mutex_);
      if (!ended() && may_begin()) do_next(lock);
    }
  }

  // The part of the caller, who takes before anything else.
  void lead(const std::function<void(std::size_t)>& take) {
    std::unique_lock lock(mutex_);
    while (!ended() || taken_ < begun_) {
      Slot& first = slots_[taken_ % slots_.size()];
      if (taken_ < begun_ && first.done) {
        lock.unlock();
        if (first.exception) std::rethrow_exception(first.exception);
        take(taken_ % slots_.size());
        lock.lock();
        ++taken_;
        changed_.notify_all();
      } else if (!ended() && may_begin()) {
        const Team::Alone alone(team_.places().take());
        do_next(lock);
      } else {
        changed_.wait(lock, [&first] { return first.done; });
      }
    }
  }

  void end() {
    const std::lock_guard lock(mutex_);
    next_ = count_;
    changed_.notify_all();
  }

 private:
  struct Slot {
    bool done = false;
    std::exception_ptr exception;
  };

  // False where no further piece is to be begun.
  bool wait_for_turn() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended() || may_begin(); });
    return !ended();
  }

  bool ended() const { return next_ == count_; }
  bool may_begin() const { return begun_ - taken_ < slots_.size(); }

  // Does the next piece; `lock` is open meanwhile.
  void do_next(std::unique_lock<std::mutex>& lock) {
    const std::size_t begin = next_;
    const std::size_t share = (count_ - begin) / (2 * threads_);
    next_ += std::clamp<std::size_t>(share, 1, size_);
    const std::size_t end = next_;
    const std::size_t index = begun_++ % slots_.size();
    Slot& slot = slots_[index];
    slot = {};
    lock.unlock();
    const auto start = Clock::now();
    std::exception_ptr exception;
    try {
      work_(index, begin, end);
    } catch (...) {
      exception = std::current_exception();
    }
    const std::chrono::duration<double> time = Clock::now() - start;
    lock.lock();
    pace(end - begin, time.count());
    if (exception) next_ = count_;
    slot.exception = std::move(exception);
    slot.done = true;
    changed_.notify_all();
  }

  void pace(std::size_t size, double seconds) {
    if (seconds < 0.25 && size == size_) size_ = std::min(2 * size_, largest_);
    if (seconds > 0.5 && size > 1) size_ = std::min(size_, size / 2);
  }

  const std::size_t count_;
  const std::size_t threads_;
  const std::size_t largest_;
  std::size_t size_ = 1;  // of the next piece, while there are many left
  std::size_t next_ = 0;  // index
  std::size_t begun_ = 0;
  std::size_t taken_ = 0;
  std::vector<Slot> slots_;
  Team& team_;
  const std::function<void(std::size_t, std::size_t, std::size_t)>& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

void ordered_for(std::size_t count, Team& team, const OrderedOptions& options,
                 const std::function<void(std::size_t slot, std::size_t begin, std::size_t end)>& work,
                 const std::function<void(std::size_t slot)>& take) {
  Pieces pieces(count, team, options, work);
  const std::size_t wanted = std::min(count, static_cast<std::size_t>(team.threads()));
  std::vector<std::jthread> helpers;  // joined whichever way this is left
  const struct End {
    Pieces* pieces;
    ~End() { pieces->end(); }
  } end{&pieces};
  helpers.reserve(wanted);
  try {
    while (helpers.size() + 1 < wanted) {
      helpers.emplace_back([&pieces](const std::stop_token& stop) { pieces.help(stop); });
    }
  } catch (const std::system_error&) {
    // The system gives no more threads: those there are do the work.
  }
  pieces.lead(take);
}

}  // namespace longclip::runtime
