#include "text/html.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "text/characters.h"

namespace longclip::text {
namespace {

struct Name {
  char32_t value[3];
  std::uint16_t end;  // of its letters in the table's; they begin where the previous name's end
};

#include "text/tables/names.inc"

constexpr std::size_t longest_strict_name = 24;  // letters and digits, without & # ;
constexpr std::size_t longest_name = 32;         // of Python's pattern, without & ;
constexpr std::size_t longest_bare_name = 6;     // of those that need no semicolon

class NameTable {
 public:
  constexpr NameTable(std::string_view letters, std::span<const Name> names) : letters_(letters), names_(names) {}

  const Name* find(std::string_view wanted) const {
    std::size_t low = 0;
    std::size_t high = names_.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      const int order = spelling(middle).compare(wanted);
      if (order == 0) return &names_[middle];
      (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    return nullptr;
  }

 private:
  std::string_view spelling(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : names_[i - 1].end;
    return letters_.substr(begin, names_[i].end - begin);
  }

  std::string_view letters_;
  std::span<const Name> names_;
};

constexpr NameTable html(html_letters, html_names);
constexpr NameTable upper_cased(upper_letters, upper_names);

std::u32string_view value_of(const Name& name) {
  return {name.value, name.value[1] == 0 ? 1u : name.value[2] == 0 ? 2u : 3u};
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

int hexadecimal_digit(char32_t c) {
  if (is_digit(c)) return static_cast<int>(c - '0');
  const char32_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? static_cast<int>(lower - 'a') + 10 : -1;
}

bool is_alphanumeric(char32_t c) {
  const char32_t lower = c | 0x20;
  return is_digit(c) || (lower >= 'a' && lower <= 'z' && c < 0x80);
}

// What a numeric reference stands for; none at all for controls and noncharacters.
std::u32string numbered(char32_t value) {
  if (value == 0) return U"\uFFFD";
  if (value == 0x0D) return U"\r";
  if (value >= 0x80 && value <= 0x9F) return {windows_1252[value - 0x80]};
  if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF) return U"\uFFFD";
  const bool is_control = value < 0x09 || value == 0x0B || (value >= 0x0E && value <= 0x1F) || value == 0x7F;
  const bool is_noncharacter = (value >= 0xFDD0 && value <= 0xFDEF) || (value & 0xFFFE) == 0xFFFE;
  return is_control || is_noncharacter ? std::u32string() : std::u32string(1, value);
}

struct Reference {
  std::size_t length;  // of the whole, with & and ;
  std::u32string text;
};

// A numeric reference at `text`'s start, "&#".
std::optional<Reference> read_number(std::u32string_view text) {
  const bool is_hexadecimal = text.size() > 2 && (text[2] == 'x' || text[2] == 'X');
  const char32_t base = is_hexadecimal ? 16 : 10;
  const std::size_t begin = is_hexadecimal ? 3 : 2;
  std::size_t end = begin;
  char32_t value = 0;
  for (; end < text.size(); ++end) {
    const int digit = hexadecimal_digit(text[end]);
    if (digit < 0 || digit >= static_cast<int>(base)) break;
    value = std::min<char32_t>(value * base + static_cast<char32_t>(digit), 0x110000);  // saturates
  }
  if (end == begin) return std::nullopt;
  if (end < text.size() && text[end] == ';') ++end;
  return Reference{end, numbered(value)};
}

// A named reference at `text`'s start, "&" and more; the whole name or its longest known beginning.
std::optional<Reference> read_name(std::u32string_view text) {
  constexpr std::u32string_view stops = U"\t\n\f <&#;";
  std::size_t end = 1;
  while (end < text.size() && end <= longest_name && stops.find(text[end]) == stops.npos) ++end;
  if (end == 1) return std::nullopt;
  if (end < text.size() && text[end] == ';') ++end;
  std::string name;  // as far as it is ASCII, since all known names are
  for (std::size_t i = 1; i < end && text[i] < 0x80; ++i) name += static_cast<char>(text[i]);
  if (name.size() == end - 1) {
    if (const Name* found = html.find(name)) return Reference{end, std::u32string(value_of(*found))};
    name.pop_back();
  }
  // Else the longest beginning that is a name by itself, of two letters at least.
  for (std::size_t length = std::min(name.size(), longest_bare_name); length >= 2; --length) {
    if (const Name* found = html.find(std::string_view(name).substr(0, length))) {
      return Reference{end, std::u32string(value_of(*found)).append(text.substr(1 + length, end - 1 - length))};
    }
  }
  return Reference{end, std::u32string(text.substr(0, end))};
}

// ftfy's reference: `text` is & and ; with up to 25 characters between. None: it stays.
std::optional<std::u32string> strict_value(std::u32string_view text) {
  const bool is_number = text.size() > 1 && text[1] == '#';
  const std::u32string_view inside = text.substr(1, text.size() - 2).substr(is_number ? 1 : 0);
  if (inside.empty() || inside.size() > longest_strict_name || !std::ranges::all_of(inside, is_alphanumeric)) {
    return std::nullopt;
  }
  if (is_number) {
    const std::optional<Reference> reference = read_number(text);
    if (!reference) return std::nullopt;
    std::u32string value = reference->text;
    value.append(text.substr(reference->length));
    if (value.find(U';') != value.npos) return std::nullopt;  // such as &#59; itself
    return value;
  }
  std::string name(inside.begin(), inside.end());
  name += ';';
  const Name* found = html.find(name);
  if (found == nullptr) found = upper_cased.find(name);
  if (found == nullptr) return std::nullopt;
  return std::u32string(value_of(*found));
}

}  // namespace

std::u32string unescape_html(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  std::size_t at = 0;
  for (std::size_t next; (next = text.find(U'&', at)) != std::u32string_view::npos;) {
    result.append(text.substr(at, next - at));
    const std::u32string_view rest = text.substr(next);
    const bool is_number = rest.size() > 1 && rest[1] == '#';
    if (const auto reference = is_number ? read_number(rest) : read_name(rest)) {
      result += reference->text;
      at = next + reference->length;
    } else {
      result += U'&';
      at = next + 1;
    }
  }
  return result.append(text.substr(at));
}

std::u32string unescape_strictly(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  std::size_t at = 0;
  for (std::size_t next; (next = text.find(U'&', at)) != std::u32string_view::npos;) {
    result.append(text.substr(at, next - at));
    at = next;
    const std::size_t end = text.substr(next, longest_strict_name + 3).find(U';');
    const auto value = end == std::u32string_view::npos ? std::nullopt : strict_value(text.substr(next, end + 1));
    result += value ? *value : U"&";
    at += value ? end + 1 : 1;
  }
  return result.append(text.substr(at));
}

std::u32string unescape_to_the_bottom(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  std::u32string waiting;  // replaced text still to be read, backwards
  const auto take = [&](char32_t c) {
    result += c;
    if (c != U';') return;
    // A reference contains no other &, so the last one decides, and only a ; can complete it.
    const std::size_t reach = std::min(result.size(), longest_strict_name + 3);
    const std::size_t begin = result.substr(result.size() - reach).rfind(U'&');
    if (begin == std::u32string::npos) return;
    const std::size_t start = result.size() - reach + begin;
    if (const auto value = strict_value(std::u32string_view(result).substr(start))) {
      result.resize(start);
      waiting.append(value->rbegin(), value->rend());
    }
  };
  for (const char32_t c : text) {
    take(c);
    while (!waiting.empty()) {
      const char32_t inner = waiting.back();
      waiting.pop_back();
      take(inner);
    }
  }
  return result;
}

}  // namespace longclip::text
