#include "text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include <longclip/error.h>

#include "text/sentencepiece_model.h"
#include "text/utf8.h"

namespace longclip::text {
namespace {

// The library's figures are int.
constexpr std::size_t largest_model = std::size_t{1} << 30;

class SentencePieceTokenizer final : public Tokenizer::Implementation {
 public:
  SentencePieceTokenizer(std::span<const std::byte> file, const std::string& name) {
    sentencepiece::SetMinLogLevel(3);  // this copy of the library is ours alone; it must not print
    const auto status = processor_.LoadFromSerializedProto({reinterpret_cast<const char*>(file.data()), file.size()});
    if (!status.ok()) throw InvalidFile(name + ": SentencePiece cannot load it: " + one_line(status.ToString()));
  }

  void encode(std::string_view text, SpecialTokens, std::vector<std::int32_t>& ids) const override {
    check_utf8(text);
    std::vector<int> encoded;
    run([&] { return processor_.Encode({text.data(), text.size()}, &encoded); });
    ids.insert(ids.end(), encoded.begin(), encoded.end());
  }

  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    run([&] { return processor_.Decode(std::vector<int>(ids.begin(), ids.end()), &text); });
    return replace_broken_utf8(text);
  }

  std::string clean(std::string_view text) const override {
    check_utf8(text);
    return std::string(text);
  }

  std::string_view kind() const noexcept override { return "sentencepiece"; }
  std::size_t size() const noexcept override { return static_cast<std::size_t>(processor_.GetPieceSize()); }
  std::int32_t start_id() const noexcept override { return processor_.bos_id(); }
  std::int32_t end_id() const noexcept override { return processor_.eos_id(); }
  std::int32_t pad_id() const noexcept override { return std::max(processor_.pad_id(), 0); }

 private:
  static std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
  }

  template <typename Call>
  static void run(Call&& call) {
    sentencepiece::util::Status status;
    try {
      status = call();
    } catch (const std::exception& error) {
      throw InvalidInput("SentencePiece cannot take the text: " + one_line(error.what()));
    }
    if (!status.ok()) throw InvalidInput("SentencePiece cannot take the text: " + one_line(status.ToString()));
  }

  sentencepiece::SentencePieceProcessor processor_;
};

}  // namespace

bool looks_like_sentencepiece(std::span<const std::byte> file) noexcept {
  // A first field of pieces, whose first field is the piece's text.
  constexpr std::byte length_delimited_1{0x0A};
  return file.size() > 3 && file[0] == length_delimited_1 && file[2] == length_delimited_1;
}

std::shared_ptr<const Tokenizer::Implementation> read_sentencepiece_tokenizer(std::span<const std::byte> file,
                                                                              const std::string& name) {
  if (file.size() > largest_model) throw InvalidFile(name + ": too large for a SentencePiece model");
  check_sentencepiece_model(file, name);
  try {
    return std::make_shared<SentencePieceTokenizer>(file, name);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw InvalidFile(name + ": SentencePiece cannot load it: " + error.what());
  }
}

}  // namespace longclip::text
