#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <longclip/tokenizer.h>

namespace longclip {

// One kind of tokenizer. A new kind is a class like this and a line in the table of kinds.cpp.
// Safe to use from several threads.
class Tokenizer::Implementation {
 public:
  virtual ~Implementation() = default;
  Implementation() = default;
  Implementation(const Implementation&) = delete;  // shared, never copied
  Implementation& operator=(const Implementation&) = delete;

  // Appends the text's ids, without start and end. Throws InvalidInput if it is not UTF-8.
  virtual void encode(std::string_view text, SpecialTokens special, std::vector<std::int32_t>& ids) const = 0;
  // The ids are below size().
  virtual std::string decode(std::span<const std::int32_t> ids) const = 0;
  virtual std::string clean(std::string_view text) const = 0;

  virtual std::string_view kind() const noexcept = 0;
  virtual std::size_t size() const noexcept = 0;
  virtual std::int32_t start_id() const noexcept = 0;
  virtual std::int32_t end_id() const noexcept = 0;
  virtual std::int32_t pad_id() const noexcept = 0;

  static Tokenizer wrap(std::shared_ptr<const Implementation> implementation) {
    return Tokenizer(std::move(implementation));
  }
};

}  // namespace longclip
