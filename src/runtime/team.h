#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace longclip::runtime {

// Threads that go through a piece of work together, stage by stage: what is too short for
// parallel_for(), whose threads are begun anew each time. They sleep between two works, and cost
// nothing then. One work at a time; another caller waits for it.
class Team {
 public:
  // One member's view of the work. All members go through the same stages in the same order.
  class Member {
   public:
    // Shares a stage: calls body(i) for those of 0 ... count - 1 that this member takes, and returns
    // when all members have done theirs. `body` must not throw.
    template <class Body>
    void share(std::size_t count, const Body& body) {
      for (std::size_t i = take(); i < count; i = take()) body(i);
      wait();
    }

    // 0 for the caller's thread, 1 ... threads() - 1 for the others.
    std::size_t index() const noexcept { return index_; }

   private:
    friend class Team;
    Member(Team& team, std::size_t index) : team_(team), index_(index) {}
    std::size_t take() { return team_.next_[stage_ % 2].fetch_add(1, std::memory_order_relaxed); }
    void wait();

    Team& team_;
    std::size_t index_;
    std::size_t stage_ = 0;
  };

  // Throws Error where the system does not give so many threads.
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;  // its threads know its address
  Team& operator=(const Team&) = delete;

  // Runs work(member) on every thread of the team, the caller's among them, and returns when all are
  // done. `work` must not throw.
  void run(const std::function<void(Member&)>& work);

  int threads() const noexcept { return static_cast<int>(others_.size()) + 1; }

 private:
  void serve(std::size_t index);
  void end();

  std::mutex one_work_;

  std::mutex mutex_;
  std::condition_variable called_;
  const std::function<void(Member&)>* work_ = nullptr;
  std::size_t calls_ = 0;
  bool ends_ = false;
  std::atomic<std::size_t> busy_{0};

  // Of two stages: members may already be in the next one while others leave this one.
  std::atomic<std::size_t> next_[2] = {0, 0};
  std::atomic<std::size_t> arrived_{0};
  std::atomic<std::size_t> stage_{0};

  std::vector<std::thread> others_;
};

}  // namespace longclip::runtime
