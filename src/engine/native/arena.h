#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "kernel/packed_matrix.h"

namespace longclip::engine::native {

// Memory that calls work in, one after the other: pages that the system must give, and set to zero, at every call
// would cost more than some of the work. Not set to anything.
class Arena {
 public:
  // Until the next start_again(). Begins with a cache line.
  std::byte* take(std::size_t bytes);

  // What was taken is given back, all at once.
  void start_again() noexcept { next_ = 0; }

  std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Piece {
    kernel::Memory memory;
    std::size_t bytes;
  };
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  std::size_t bytes_ = 0;
};

// Arenas that nobody works in. May be used by many threads at once.
class Arenas {
 public:
  // An arena for as long as this lives.
  class Lease {
   public:
    explicit Lease(Arenas& arenas) : arenas_(arenas), arena_(arenas.take()) {}
    ~Lease() { arenas_.give_back(std::move(arena_)); }
    Lease(const Lease&) = delete;  // one owner
    Lease& operator=(const Lease&) = delete;
    Arena& operator*() const noexcept { return *arena_; }

   private:
    Arenas& arenas_;
    std::unique_ptr<Arena> arena_;
  };

  // `threads` may work at the same time.
  explicit Arenas(int threads);

 private:
  std::unique_ptr<Arena> take();
  void give_back(std::unique_ptr<Arena> arena) noexcept;

  std::size_t most_bytes_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Arena>> kept_;  // the last one is the next that is lent
  std::size_t kept_bytes_ = 0;
};

}  // namespace longclip::engine::native
