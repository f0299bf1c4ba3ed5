#include "engine/native/arena.h"

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

std::unique_ptr<Arena> Arenas::take() {
  const std::lock_guard lock(mutex_);
  return kept_ ? std::move(kept_) : std::make_unique<Arena>();
}

// One is kept, that of a caller at a time, unless it is of an uncommonly large call.
void Arenas::give_back(std::unique_ptr<Arena> arena) noexcept {
  constexpr std::size_t kLargest = std::size_t{96} << 20;
  if (arena->bytes() > kLargest) return;
  arena->start_again();
  const std::lock_guard lock(mutex_);
  kept_ = std::move(arena);
}

}  // namespace longclip::engine::native
