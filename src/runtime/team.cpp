#include "runtime/team.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <condition_variable>
#include <map>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

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

// The threads but the caller's, and how they are called.
struct Team::Crew {
  explicit Crew(std::size_t threads) : places(threads) {}
  Places places;
  std::vector<std::thread> others;
  std::mutex mutex;
  std::condition_variable called;
  const std::function<void(Member&)>* work = nullptr;
  Stages* stages = nullptr;
  std::size_t members = 0;
  std::size_t calls = 0;
  bool ends = false;
  std::atomic<std::size_t> busy{0};
};

Team::Alone::Alone(Places::Taken place) : place_(std::move(place)) { ++alone_count; }

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

Team::Team(int threads)
    : threads_(static_cast<std::size_t>(threads)), process_(::getpid()), crew_(std::make_unique<Crew>(threads_)) {}

Team::~Team() {
  if (::getpid() == process_) {
    end();
  } else {
    // In a process made by fork() nobody is there to be waited for, though the crew says so: it is left as it is.
    static_cast<void>(crew_.release());
  }
}

Places& Team::places() noexcept { return crew_->places; }

void Team::begin() {
  try {
    crew_->others.reserve(threads_ - 1);
    for (std::size_t i = 1; i < threads_; ++i) crew_->others.emplace_back([this, i] { serve(i); });
  } catch (const std::exception& error) {
    end();
    const auto* refused = dynamic_cast<const std::system_error*>(&error);
    throw Error(std::to_string(threads_) + " threads cannot be had: " +
                (refused != nullptr ? refused->code().message() : error.what()) + "; give fewer");
  }
}

void Team::end() {
  {
    const std::lock_guard lock(crew_->mutex);
    crew_->ends = true;
  }
  crew_->called.notify_all();
  for (auto& thread : crew_->others) thread.join();
  crew_->others.clear();
  crew_->ends = false;
}

bool Team::works_alone() const noexcept { return alone_count > 0 || threads_ == 1 || ::getpid() != process_; }

std::size_t Team::most_members() const noexcept { return works_alone() ? 1 : threads_; }

void Team::run(const std::function<void(Member&)>& work) {
  if (works_alone()) return run_alone(work);
  std::unique_lock one(one_work_, std::try_to_lock);
  const auto places = crew_->places.take(one ? threads_ : 1);
  if (places.count() == 1) {
    if (one) one.unlock();
    return run_alone(work);
  }
  if (crew_->others.empty()) begin();
  Stages stages{places.count()};
  crew_->busy.store(stages.members - 1, std::memory_order_relaxed);
  {
    const std::lock_guard lock(crew_->mutex);
    crew_->work = &work;
    crew_->stages = &stages;
    crew_->members = stages.members;
    ++crew_->calls;
  }
  crew_->called.notify_all();
  Member member(stages, 0);
  work(member);
  spin_until([&] { return crew_->busy.load(std::memory_order_acquire) == 0; });
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
      std::unique_lock lock(crew_->mutex);
      crew_->called.wait(lock, [&] { return crew_->ends || crew_->calls != heard; });
      if (crew_->ends) return;
      heard = crew_->calls;
      if (index >= crew_->members) continue;
      work = crew_->work;
      stages = crew_->stages;
    }
    Member member(*stages, index);
    (*work)(member);
    crew_->busy.fetch_sub(1, std::memory_order_release);
  }
}

std::shared_ptr<Team> shared_team(int threads) {
  static std::mutex mutex;
  static std::map<std::pair<pid_t, int>, std::weak_ptr<Team>> teams;
  // Else a process made by fork() meanwhile would wait for it for ever.
  [[maybe_unused]] static const int once =
      ::pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, [] { mutex.unlock(); });
  const std::lock_guard lock(mutex);
  std::weak_ptr<Team>& place = teams[{::getpid(), threads}];
  auto team = place.lock();
  if (!team) place = team = std::make_shared<Team>(threads);
  return team;
}

}  // namespace longclip::runtime
