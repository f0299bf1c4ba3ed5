#include "text/clip_tokenizer.h"

#include "text/byte_pairs.h"
#include "text/clean.h"
#include "text/merges.h"
#include "text/split.h"
#include "text/utf8.h"

namespace longclip::text {
namespace {

class ClipTokenizer final : public Tokenizer::Implementation {
 public:
  explicit ClipTokenizer(const std::vector<BytePairs::Merge>& merges) : pairs_(merges) {}

  void encode(std::string_view text, SpecialTokens special, std::vector<std::int32_t>& ids) const override {
    std::string cleaned;
    if (!lower_plain_ascii(text, cleaned)) cleaned = text::clean(text);
    const bool active = special == SpecialTokens::active;
    split(cleaned, active, [&](std::string_view piece) {
      if (active && piece == start_of_text) {
        ids.push_back(start_id());
      } else if (active && piece == end_of_text) {
        ids.push_back(end_id());
      } else {
        pairs_.encode(piece, ids);
      }
    });
  }

  // As the reference: "</w>" is a mark in the text until the bytes have become characters.
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string bytes;
    for (const std::int32_t id : ids) {
      if (id == start_id()) {
        bytes += start_of_text;
      } else if (id == end_id()) {
        bytes += end_of_text;
      } else {
        const auto symbol = static_cast<std::size_t>(id);
        bytes += pairs_.bytes(symbol);
        if (pairs_.ends_piece(symbol)) bytes += end_of_piece;
      }
    }
    std::string text;
    const std::string valid = replace_broken_utf8(bytes);
    std::size_t at = 0;
    for (std::size_t end; (end = valid.find(end_of_piece, at)) != std::string::npos; at = end + end_of_piece.size()) {
      text.append(valid, at, end - at).append(1, ' ');
    }
    return text.append(valid, at);
  }

  std::string clean(std::string_view text) const override { return text::clean(text); }

  std::string_view kind() const noexcept override { return "clip-bpe"; }
  std::size_t size() const noexcept override { return pairs_.size(); }
  std::int32_t start_id() const noexcept override { return pairs_.start_id(); }
  std::int32_t end_id() const noexcept override { return pairs_.end_id(); }
  std::int32_t pad_id() const noexcept override { return 0; }  // the reference's, though 0 is "!" too

 private:
  static constexpr std::string_view end_of_piece = "</w>";
  BytePairs pairs_;
};

}  // namespace

std::shared_ptr<const Tokenizer::Implementation> read_clip_tokenizer(std::span<const std::byte> file,
                                                                     const std::string& name) {
  return std::make_shared<ClipTokenizer>(read_merges(file, name));
}

}  // namespace longclip::text
