#include "runtime/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <vector>

#include "runtime/places.h"

namespace longclip::runtime {
namespace {

// The indices that are left, and the failure to report.
class Work {
 public:
  Work(std::size_t count, const std::function<void(std::size_t)>& body) : count_(count), body_(body) {}

  // Takes indices until there are no more. A lower index than a failed one has always been begun
  // before it, so the lowest failure is known once all threads are done.
  void run() {
    while (do_one()) {
    }
  }

  // The same where there is a place for each.
  void run(Places& places, const std::stop_token& stop) {
    for (;;) {
      const auto place = places.wait(stop);
      if (place.count() == 0 || !do_one()) return;
    }
  }

  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  // False where there is none left to do.
  bool do_one() {
    if (failed_.load(std::memory_order_relaxed)) return false;
    const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    if (index >= count_) return false;
    try {
      body_(index);
    } catch (...) {
      record(index, std::current_exception());
    }
    return true;
  }

  void record(std::size_t index, std::exception_ptr exception) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    if (exception_ && lowest_ < index) return;
    lowest_ = index;
    exception_ = std::move(exception);
  }

  const std::size_t count_;
  const std::function<void(std::size_t)>& body_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::size_t lowest_ = 0;
  std::exception_ptr exception_;
};

}  // namespace

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body, Places* places) {
  Work work(count, body);
  const std::size_t wanted = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::jthread> helpers;
  helpers.reserve(wanted);
  try {
    while (helpers.size() + 1 < wanted) {
      helpers.emplace_back([&work, places](const std::stop_token& stop) {
        if (places != nullptr) return work.run(*places, stop);
        work.run();
      });
    }
  } catch (const std::system_error&) {
    // The system gives no more threads: those there are do the work.
  }
  {
    const auto place = places != nullptr ? places->take() : Places::Taken();
    work.run();
  }
  helpers.clear();  // stops those that wait for a place, and joins
  work.rethrow();
}

}  // namespace longclip::runtime
