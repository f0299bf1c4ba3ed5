#include "text/vocabulary.h"

// In vocabulary_file.s.
extern "C" const std::byte longclip_clip_vocabulary_begin[];
extern "C" const std::byte longclip_clip_vocabulary_end[];

namespace longclip::text {

std::span<const std::byte> clip_vocabulary() noexcept {
  return {longclip_clip_vocabulary_begin, longclip_clip_vocabulary_end};
}

}  // namespace longclip::text
