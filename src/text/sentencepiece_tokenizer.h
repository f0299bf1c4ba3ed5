#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "text/implementation.h"

namespace longclip::text {

// Whether the bytes begin as a SentencePiece model does.
bool looks_like_sentencepiece(std::span<const std::byte> file) noexcept;

// A SentencePiece model (unigram, BPE, word or char). Texts are taken as they are, since the model
// holds its own normalisation. Start and end are the model's bos and eos where it has them; rows
// are padded with its pad, or with 0 where it has none (a text tower that reads no pad of its own
// ignores what follows the end). Special tokens in a text are plain text to SentencePiece always,
// except user-defined symbols. Throws InvalidFile.
std::shared_ptr<const Tokenizer::Implementation> read_sentencepiece_tokenizer(std::span<const std::byte> file,
                                                                              const std::string& name);

}  // namespace longclip::text
