#include <longclip/tokenizer.h>

#include <algorithm>
#include <string>
#include <utility>

#include <longclip/error.h>

#include "io/mapped_file.h"
#include "text/clip_tokenizer.h"
#include "text/implementation.h"
#include "text/kinds.h"
#include "text/vocabulary.h"

namespace longclip {

Tokenizer::Tokenizer(std::shared_ptr<const Implementation> implementation)
    : implementation_(std::move(implementation)) {}

Tokenizer Tokenizer::clip() {
  // Made at the first use, which takes some tens of milliseconds, and kept for the process.
  static const auto clip = text::read_clip_tokenizer(text::clip_vocabulary(), "CLIP's vocabulary");
  return Tokenizer(clip);
}

Tokenizer Tokenizer::load(const std::filesystem::path& path) {
  return text::read_tokenizer(io::MappedFile::open(path)->bytes(), path.string());
}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text, SpecialTokens special) const {
  std::vector<std::int32_t> ids;
  ids.reserve(text.size() / 4 + 8);  // an English text has a token for every 4.6 bytes
  implementation_->encode(text, special, ids);
  return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  for (const std::int32_t id : ids) {
    if (id < 0 || static_cast<std::size_t>(id) >= size()) {
      throw InvalidInput("no token has the id " + std::to_string(id) + ": ids go from 0 to " +
                         std::to_string(size() - 1));
    }
  }
  return implementation_->decode(ids);
}

std::size_t Tokenizer::count(std::string_view text, SpecialTokens special) const {
  return encode(text, special).size() + (start_id() >= 0 ? 1 : 0) + (end_id() >= 0 ? 1 : 0);
}

std::string Tokenizer::clean(std::string_view text) const { return implementation_->clean(text); }

TokenBatch Tokenizer::tokenize(const std::vector<std::string>& texts, std::size_t context, Overflow overflow,
                               SpecialTokens special) const {
  constexpr std::size_t kLongest = std::size_t{1} << 20;
  if (context == 0 || context > kLongest) {
    throw InvalidInput("a context of " + std::to_string(context) + " tokens: give 1 to " + std::to_string(kLongest));
  }
  TokenBatch batch{.rows = texts.size(), .context = context, .ids = {}, .lengths = {}, .cut = {}};
  std::vector<InputError> errors;
  std::vector<std::int32_t> row;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    row.clear();
    if (start_id() >= 0) row.push_back(start_id());
    try {
      implementation_->encode(texts[i], special, row);
    } catch (const InvalidInput& error) {
      errors.push_back({i, error.what()});
      continue;
    }
    if (end_id() >= 0) row.push_back(end_id());
    if (row.size() > context && overflow == Overflow::error) {
      errors.push_back({i, "the text has " + std::to_string(row.size()) + " tokens and the context holds " +
                               std::to_string(context) + ": shorten it, or let it be truncated"});
      continue;
    }
    if (row.size() > context) {
      row.resize(context);
      if (end_id() >= 0) row.back() = end_id();
      batch.cut.push_back(i);
    }
    batch.lengths.push_back(row.size());
    row.resize(context, pad_id());
    batch.ids.insert(batch.ids.end(), row.begin(), row.end());
  }
  if (!errors.empty()) throw InputErrors(std::move(errors));
  return batch;
}

std::string_view Tokenizer::kind() const noexcept { return implementation_->kind(); }
std::size_t Tokenizer::size() const noexcept { return implementation_->size(); }
std::int32_t Tokenizer::start_id() const noexcept { return implementation_->start_id(); }
std::int32_t Tokenizer::end_id() const noexcept { return implementation_->end_id(); }
std::int32_t Tokenizer::pad_id() const noexcept { return implementation_->pad_id(); }

}  // namespace longclip
