#include "runtime/team.h"

#include <sched.h>

#include <map>
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

// How many Alone this thread has.
thread_local int alone_count = 0;

}  // namespace

Team::Alone::Alone() { ++alone_count; }

Team::Alone::~Alone() { --alone_count; }

void Team::Member::wait() {
  const std::size_t stage = stage_++;
  if (stages_.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == stages_.members) {
    // The last one: this stage's counter serves the next but one.
    stages_.arrived.store(0, std::memory_order_relaxed);
    stages_.next[stage % 2].store(0, std::memory_order_relaxed);
    stages_.passed.store(stage + 1, std::memory_order_release);
    return;
  }
  spin_until([&] { return stages_.passed.load(std::memory_order_acquire) != stage; });
}

Team::~Team() { end(); }

void Team::begin() {
  try {
    for (std::size_t i = 1; i < threads_; ++i) others_.emplace_back([this, i] { serve(i); });
  } catch (const std::system_error& error) {
    end();
    others_.clear();
    ends_ = false;
    throw Error(std::to_string(threads_) + " threads cannot be had: " + error.code().message() + "; give fewer");
  }
}

void Team::end() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  called_.notify_all();
  for (auto& thread : others_) thread.join();
}

std::size_t Team::most_members() const noexcept { return alone_count > 0 ? 1 : threads_; }

void Team::run(const std::function<void(Member&)>& work) {
  if (alone_count > 0) return run_alone(work);  // whoever said so has taken a place
  if (threads_ == 1 || !places_.enter_alone()) {
    places_.enter();
    run_alone(work);
    places_.leave();
    return;
  }
  const struct Leave {
    Places& places;
    ~Leave() { places.leave_alone(); }
  } leave{places_};
  if (others_.empty()) begin();
  Stages stages{threads_};
  busy_.store(others_.size(), std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    stages_ = &stages;
    ++calls_;
  }
  called_.notify_all();
  Member member(stages, 0);
  work(member);
  spin_until([&] { return busy_.load(std::memory_order_acquire) == 0; });
}

void Team::run_alone(const std::function<void(Member&)>& work) {
  Stages stages{1};
  Member member(stages, 0);
  work(member);
}

void Team::serve(std::size_t index) {
  std::size_t heard = 0;
  for (;;) {
    const std::function<void(Member&)>* work = nullptr;
    Stages* stages = nullptr;
    {
      std::unique_lock lock(mutex_);
      called_.wait(lock, [&] { return ends_ || calls_ != heard; });
      if (ends_) return;
      heard = calls_;
      work = work_;
      stages = stages_;
    }
    Member member(*stages, index);
    (*work)(member);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

std::shared_ptr<Team> shared_team(int threads) {
  static std::mutex mutex;
  static std::map<int, std::weak_ptr<Team>> teams;
  const std::lock_guard lock(mutex);
  std::weak_ptr<Team>& place = teams[threads];
  auto team = place.lock();
  if (!team) place = team = std::make_shared<Team>(threads);
  return team;
}

}  // namespace longclip::runtime
