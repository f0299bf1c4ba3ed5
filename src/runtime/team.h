#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "runtime/places.h"

namespace longclip::runtime {

// Threads that go through a piece of work together, stage by stage: what is too short for
// parallel_for(), whose threads are begun anew each time. They begin with the first work, and sleep
// between two. May be used by many threads at once: a work has the members that no other work has, or its caller alone.
// In a process made by fork(), where these threads are not, every caller works alone.
class Team {
 public:
  class Member;

  // While one lives, what its thread gives to a team is done by that thread alone, in the place given: other threads
  // that do the same side by side wait for nobody, which costs less than stages wherever there is work enough for all.
  class Alone {
   public:
    explicit Alone(Places::Taken place);
    ~Alone();
    Alone(const Alone&) = delete;  // it belongs to its thread
    Alone& operator=(const Alone&) = delete;

   private:
    Places::Taken place_;
  };

  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;  // its threads know its address
  Team& operator=(const Team&) = delete;

  // Runs work(member) on every thread of the team that is free, the caller's among them, and returns when all are
  // done. `work` must not throw. Throws Error where the system does not give the threads.
  void run(const std::function<void(Member&)>& work);

  int threads() const noexcept { return static_cast<int>(threads_); }

  // As many as threads(). Whoever works has one.
  Places& places() noexcept;

  // How many members, at most, a work has that the calling thread gives now.
  std::size_t most_members() const noexcept;

 private:
  struct Crew;

  // What the members of one work have in common.
  struct Stages {
    std::size_t members;
    // The next index of a stage. Two, since members may already be in one stage while others leave the last.
    std::atomic<std::size_t> next[2] = {0, 0};
    std::atomic<std::size_t> arrived{0};
    std::atomic<std::size_t> passed{0};
  };

  bool works_alone() const noexcept;
  static void run_alone(const std::function<void(Member&)>& work);
  void begin();
  void serve(std::size_t index);
  void end();

  std::size_t threads_;
  pid_t process_;
  std::mutex one_work_;
  std::unique_ptr<Crew> crew_;
};

// One thread's view of a work. All members go through the same stages in the same order.
class Team::Member {
 public:
  // Shares a stage: calls body(i) for those of 0 ... count - 1 that this member takes, and returns when
  // all members have done theirs. `body` must not throw.
  template <class Body>
  void share(std::size_t count, const Body& body) {
    auto& next = stages_.next[stage_ % 2];
    for (std::size_t i = next.fetch_add(1, std::memory_order_relaxed); i < count;
         i = next.fetch_add(1, std::memory_order_relaxed)) {
      body(i);
    }
    wait();
  }

  // 0 for the caller's thread, 1 ... count() - 1 for the others.
  std::size_t index() const noexcept { return index_; }

  // How many go through this work.
  std::size_t count() const noexcept { return stages_.members; }

 private:
  friend class Team;
  Member(Stages& stages, std::size_t index) : stages_(stages), index_(index) {}
  void wait();

  Stages& stages_;
  std::size_t index_;
  std::size_t stage_ = 0;
};

// The process's team of so many threads, the same for all who hold it: models that are used at the same time do not
// start more threads than one of them would.
std::shared_ptr<Team> shared_team(int threads);

}  // namespace longclip::runtime
