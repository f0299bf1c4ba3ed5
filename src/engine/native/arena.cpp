#include "engine/native/arena.h"

#include <algorithm>
#include <new>
#include <utility>

namespace longclip::engine::native {

std::byte* Arena::take(std::size_t bytes) {
  if (next_ == pieces_.size()) pieces_.push_back({kernel::Memory(nullptr, nullptr), 0});
  Piece& piece = pieces_[next_];
  if (piece.bytes < bytes) {
    bytes_ -= piece.bytes;
    piece = {kernel::Memory(nullptr, nullptr), 0};  // the old one first
    piece = {kernel::allocate(bytes), bytes};
    bytes_ += bytes;
  }
  ++next_;
  return piece.memory.get();
}

// For a batch on all threads, and for a small one on each.
Arenas::Arenas(int threads) : most_bytes_(std::max<std::size_t>(128, 16 * static_cast<std::size_t>(threads)) << 20) {}

std::unique_ptr<Arena> Arenas::take() {
  const std::lock_guard lock(mutex_);
  if (kept_.empty()) return std::make_unique<Arena>();
  auto arena = std::move(kept_.back());
  kept_.pop_back();
  kept_bytes_ -= arena->bytes();
  return arena;
}

// Those are kept that some callers need at the same time, but not what an uncommonly large call needed.
void Arenas::give_back(std::unique_ptr<Arena> arena) noexcept {
  arena->start_again();
  const std::lock_guard lock(mutex_);
  if (kept_bytes_ + arena->bytes() > most_bytes_) return;
  try {
    const std::size_t bytes = arena->bytes();
    kept_.push_back(std::move(arena));
    kept_bytes_ += bytes;
  } catch (const std::bad_alloc&) {
    // Then it is not kept.
  }
}

}  // namespace longclip::engine::native
