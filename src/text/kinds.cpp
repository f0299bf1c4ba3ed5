#include "text/kinds.h"

#include <longclip/error.h>

#include "text/clip_tokenizer.h"
#include "text/merges.h"
#include "text/sentencepiece_tokenizer.h"

namespace longclip::text {
namespace {

struct Kind {
  bool (*recognises)(std::span<const std::byte> file) noexcept;
  std::shared_ptr<const Tokenizer::Implementation> (*read)(std::span<const std::byte> file, const std::string& name);
};

constexpr Kind kinds[] = {
    {looks_like_sentencepiece, read_sentencepiece_tokenizer},
    {looks_like_merges, read_clip_tokenizer},
};

}  // namespace

Tokenizer read_tokenizer(std::span<const std::byte> file, const std::string& name) {
  for (const Kind& kind : kinds) {
    if (kind.recognises(file)) return Tokenizer::Implementation::wrap(kind.read(file, name));
  }
  throw InvalidFile(name + ": not a tokenizer: give CLIP's merges (text or gzip) or a SentencePiece model");
}

}  // namespace longclip::text
