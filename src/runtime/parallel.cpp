#include "runtime/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace longclip::runtime {
namespace {

// The indices that are left, and the failure to report.
class Work {
 public:
  Work(std::size_t count, const std::function<void(std::size_t)>& body) : count_(count), body_(body) {}

  // Takes indices until there are no more. A lower index than a failed one has always been begun
  // before it, so the lowest failure is known once all threads are done.
  void run() {
    while (!failed_.load(std::memory_order_relaxed)) {
      const std::size_t index = next_.fetch_add(1, std::memory_order_relaxed);
      if (index >= count_) return;
      try {
        body_(index);
      } catch (...) {
        record(index, std::current_exception());
      }
    }
  }

  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
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

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& body) {
  Work work(count, body);
  const std::size_t wanted = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::jthread> helpers;
  helpers.reserve(wanted);
  try {
    while (helpers.size() + 1 < wanted) helpers.emplace_back([&work] { work.run(); });
  } catch (const std::system_error&) {
    // The system gives no more threads: those there are do the work.
  }
  work.run();
  helpers.clear();  // joins
  work.rethrow();
}

}  // namespace longclip::runtime
