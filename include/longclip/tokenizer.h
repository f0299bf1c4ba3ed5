#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <longclip/export.h>

namespace longclip {

// What to do with a text of more tokens than the context holds.
enum class Overflow {
  error,     // throw InputErrors
  truncate,  // keep the first tokens and the end token, and say which texts were cut
};

// What `<|startoftext|>` and `<|endoftext|>` mean when they stand inside a text.
enum class SpecialTokens {
  active,  // as the reference: they become the special ids, and pooling stops at the first end
  plain,   // characters like any other
};

// Token ids of several texts, padded to one length.
struct TokenBatch {
  std::size_t rows = 0;
  std::size_t context = 0;
  std::vector<std::int32_t> ids;     // rows x context
  std::vector<std::size_t> lengths;  // tokens of each row, start and end included, pads not
  std::vector<std::size_t> cut;      // rows that were truncated, rising

  std::span<const std::int32_t> row(std::size_t i) const { return {ids.data() + i * context, context}; }
};

// Text to token ids: CLIP's tokenizer (ftfy and HTML cleaning, lower case, byte pairs; equal to
// the reference's, id for id) or a SentencePiece model.
//
// Texts are UTF-8; a text that is not is an InvalidInput that names the byte. Immutable and
// cheap to copy; safe to use from several threads.
class LONGCLIP_EXPORT Tokenizer {
 public:
  // CLIP's tokenizer, its vocabulary inside the library.
  static Tokenizer clip();

  // From a file: CLIP's merges (text or gzip) or a SentencePiece model, told apart by content.
  // Throws InvalidFile.
  static Tokenizer load(const std::filesystem::path& path);

  // Copies share what they hold. There is no move: it would leave a tokenizer without one.
  Tokenizer(const Tokenizer&) = default;
  Tokenizer& operator=(const Tokenizer&) = default;

  // Ids without start and end.
  std::vector<std::int32_t> encode(std::string_view text, SpecialTokens special = SpecialTokens::active) const;

  // Ids to text; bytes that are no UTF-8 become U+FFFD. Throws InvalidInput for an unknown id.
  std::string decode(std::span<const std::int32_t> ids) const;

  // Number of tokens with start and end: what a context must hold.
  std::size_t count(std::string_view text, SpecialTokens special = SpecialTokens::active) const;

  // The text just before it is split: repaired, unescaped, spaces folded, lower case. What
  // SentencePiece takes is the text as it is, since it normalises by itself.
  std::string clean(std::string_view text) const;

  // Rows of `context` ids: start, text, end, pads. Throws InputErrors for texts that are too long
  // (Overflow::error) or not UTF-8.
  TokenBatch tokenize(const std::vector<std::string>& texts, std::size_t context, Overflow overflow = Overflow::error,
                      SpecialTokens special = SpecialTokens::active) const;

  std::string_view kind() const noexcept;  // "clip-bpe" or "sentencepiece"
  std::size_t size() const noexcept;       // number of ids
  std::int32_t start_id() const noexcept;  // -1: none
  std::int32_t end_id() const noexcept;    // -1: none
  std::int32_t pad_id() const noexcept;    // 0 for CLIP

  class Implementation;  // private to the library

 private:
  explicit Tokenizer(std::shared_ptr<const Implementation> implementation);
  std::shared_ptr<const Implementation> implementation_;
};

}  // namespace longclip
