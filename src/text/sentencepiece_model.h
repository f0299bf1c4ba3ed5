#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace longclip::text {

// Checks of a SentencePiece model what the SentencePiece library takes on trust and would read out
// of bounds or abort on: the tries of its normalisers, and its pieces. The rest the library checks
// by itself. Throws InvalidFile.
void check_sentencepiece_model(std::span<const std::byte> file, const std::string& name);

}  // namespace longclip::text
