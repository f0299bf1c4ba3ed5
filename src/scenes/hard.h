#pragma once

#include <cstdint>
#include <vector>

#include <longclip/tokenizer.h>

#include "scenes/described.h"
#include "scenes/variants.h"

namespace longclip::scenes {

inline constexpr int latest_detail = 190;  // there is that much to say before it

// Ten full scenes that are alike but for one thing, and captions that are alike but for the one
// sentence that tells it, which begins at the token `detail_token` or soon after: which thing it is, where it is
// and how large, or what colour the ring around it has.
std::vector<Described> hard_group(std::uint64_t seed, std::size_t index, int detail_token, const Tokenizer& tokenizer);

}  // namespace longclip::scenes
