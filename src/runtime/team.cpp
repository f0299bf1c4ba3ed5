#include "runtime/team.h"

#include <sched.h>

#include <string>
#include <system_error>

#include <longclip/error.h>

namespace longclip::runtime {
namespace {

// Waits for what other threads are about to do within microseconds. Where they do not run, they are
// given this thread's processor.
template <class Condition>
void spin_until(const Condition& condition) {
  constexpr int kPatience = 2000;
  for (int i = 0; !condition(); ++i) {
    if (i < kPatience) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    } else {
      ::sched_yield();
    }
  }
}

}  // namespace

void Team::Member::wait() {
  const std::size_t stage = stage_++;
  if (team_.arrived_.fetch_add(1, std::memory_order_acq_rel) == team_.others_.size()) {
    // The last one: this stage's counter serves the next but one.
    team_.arrived_.store(0, std::memory_order_relaxed);
    team_.next_[stage % 2].store(0, std::memory_order_relaxed);
    team_.stage_.store(stage + 1, std::memory_order_release);
    return;
  }
  spin_until([&] { return team_.stage_.load(std::memory_order_acquire) != stage; });
}

Team::Team(int threads) {
  try {
    for (int i = 1; i < threads; ++i) others_.emplace_back([this, i] { serve(static_cast<std::size_t>(i)); });
  } catch (const std::system_error& error) {
    end();
    throw Error(std::to_string(threads) + " threads cannot be had: " + error.code().message() + "; give fewer");
  }
}

Team::~Team() { end(); }

void Team::end() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  called_.notify_all();
  for (auto& thread : others_) thread.join();
}

void Team::run(const std::function<void(Member&)>& work) {
  const std::lock_guard one(one_work_);
  stage_.store(0, std::memory_order_relaxed);
  busy_.store(others_.size(), std::memory_order_relaxed);
  if (!others_.empty()) {
    {
      const std::lock_guard lock(mutex_);
      work_ = &work;
      ++calls_;
    }
    called_.notify_all();
  }
  Member member(*this, 0);
  work(member);
  spin_until([&] { return busy_.load(std::memory_order_acquire) == 0; });
}

void Team::serve(std::size_t index) {
  std::size_t heard = 0;
  for (;;) {
    const std::function<void(Member&)>* work = nullptr;
    {
      std::unique_lock lock(mutex_);
      called_.wait(lock, [&] { return ends_ || calls_ != heard; });
      if (ends_) return;
      heard = calls_;
      work = work_;
    }
    Member member(*this, index);
    (*work)(member);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace longclip::runtime
