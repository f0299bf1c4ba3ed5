#include "text/html.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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

// Names without their & and ;
class NameTable {
 public:
  constexpr NameTable(std::string_view letters, std::span<const Name> names) : letters_(letters), names_(names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      ++ends_[static_cast<std::uint8_t>(spelling(i)[0])];
    }
    for (std::size_t letter = 1; letter < ends_.size(); ++letter) ends_[letter] += ends_[letter - 1];
  }

  // What the name stands for; empty: it is none.
  std::u32string_view find(std::string_view wanted) const {
    const auto letter = static_cast<std::uint8_t>(wanted[0]);
    if (letter == 0 || letter >= ends_.size()) return {};
    std::size_t low = ends_[letter - 1];
    std::size_t high = ends_[letter];
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      const int order = spelling(middle).compare(wanted);
      if (order == 0) return value_of(names_[middle]);
      (order < 0 ? low : high) = order < 0 ? middle + 1 : middle;
    }
    return {};
  }

 private:
  static std::u32string_view value_of(const Name& name) {
    return {name.value, name.value[1] == 0 ? 1u : name.value[2] == 0 ? 2u : 3u};
  }

  constexpr std::string_view spelling(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : names_[i - 1].end;
    return letters_.substr(begin, names_[i].end - begin);
  }

  std::string_view letters_;
  std::span<const Name> names_;
  std::array<std::uint16_t, 128> ends_{};  // where the names that begin with a letter end
};

constexpr NameTable html(html_letters, html_names);  // with a semicolon
constexpr NameTable bare(bare_letters, bare_names);  // those that need none
constexpr NameTable upper_cased(upper_letters, upper_names);

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

// Each of the following appends to `result` what the reference at `text`'s start stands for, and
// returns the reference's length; 0, and nothing appended: there is none.

// A numeric reference, "&#" and more.
std::size_t take_number(std::u32string_view text, std::u32string& result) {
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
  if (end == begin) return 0;
  if (end < text.size() && text[end] == ';') ++end;
  result += numbered(value);
  return end;
}

bool ends_name(char32_t c) {
  constexpr auto bit = [](char stop) { return std::uint64_t{1} << stop; };
  constexpr std::uint64_t stops =
      bit('\t') | bit('\n') | bit('\f') | bit(' ') | bit('<') | bit('&') | bit('#') | bit(';');
  return c < 64 && (stops >> c & 1) != 0;
}

// A named reference, "&" and more: a whole name, or the longest beginning that is a name by itself
// and the rest as it is. A name that is none stays.
std::size_t take_name(std::u32string_view text, std::u32string& result) {
  std::size_t size = 0;
  std::size_t ascii_size = 0;  // all known names are ASCII
  char name[longest_name];
  for (const char32_t c : text.substr(1, longest_name)) {
    if (ends_name(c)) break;
    name[size] = static_cast<char>(c);
    if (ascii_size == size++ && c < 0x80) ++ascii_size;
  }
  if (size == 0) return 0;
  const std::string_view ascii(name, ascii_size);
  std::size_t length = 1 + size;
  if (length < text.size() && text[length] == ';') {
    ++length;
    const std::u32string_view value = ascii_size == size ? html.find(ascii) : std::u32string_view();
    if (!value.empty()) {
      result += value;
      return length;
    }
  }
  for (std::size_t known = std::min(ascii_size, longest_bare_name); known >= 2; --known) {
    const std::u32string_view value = bare.find(ascii.substr(0, known));
    if (!value.empty()) {
      result.append(value).append(text.substr(1 + known, length - 1 - known));
      return length;
    }
  }
  result += text.substr(0, length);
  return length;
}

// ftfy's reference, which has a semicolon: `text` ends at the next one.
std::size_t take_strictly(std::u32string_view text, std::u32string& result) {
  const bool is_number = text.size() > 1 && text[1] == '#';
  const std::u32string_view inside = text.substr(1, text.size() - 2).substr(is_number ? 1 : 0);
  if (inside.empty() || inside.size() > longest_strict_name || !std::ranges::all_of(inside, is_alphanumeric)) return 0;
  if (is_number) {
    std::u32string value;
    if (take_number(text, value) != text.size() || value == U";") return 0;  // such as &#12ab; and &#59;
    result += value;
    return text.size();
  }
  char letters[longest_strict_name];
  std::ranges::transform(inside, letters, [](char32_t c) { return static_cast<char>(c); });
  const std::string_view name(letters, inside.size());
  std::u32string_view value = html.find(name);
  if (value.empty()) value = upper_cased.find(name);
  result += value;
  return value.empty() ? 0 : text.size();
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
    const std::size_t length = is_number ? take_number(rest, result) : take_name(rest, result);
    if (length == 0) result += U'&';
    at = next + std::max<std::size_t>(length, 1);
  }
  return result.append(text.substr(at));
}

std::u32string unescape_strictly(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  std::size_t at = 0;
  for (std::size_t next; (next = text.find(U'&', at)) != std::u32string_view::npos;) {
    result.append(text.substr(at, next - at));
    const std::size_t end = text.substr(next, longest_strict_name + 3).find(U';');
    const std::size_t length = end == text.npos ? 0 : take_strictly(text.substr(next, end + 1), result);
    if (length == 0) result += U'&';
    at = next + std::max<std::size_t>(length, 1);
  }
  return result.append(text.substr(at));
}

std::u32string unescape_to_the_bottom(std::u32string_view text) {
  std::u32string result;
  result.reserve(text.size());
  std::u32string value;
  std::u32string waiting;  // replaced text still to be read, backwards
  const auto take = [&](char32_t c) {
    result += c;
    if (c != U';') return;
    // A reference contains no other &, so the last one decides, and only a ; can complete it.
    const std::u32string_view so_far = result;
    const std::size_t reach = std::min(so_far.size(), longest_strict_name + 3);
    const std::size_t begin = so_far.substr(so_far.size() - reach).rfind(U'&');
    if (begin == so_far.npos) return;
    const std::size_t start = so_far.size() - reach + begin;
    value.clear();
    if (take_strictly(so_far.substr(start), value) != 0) {
      result.resize(start);
      waiting.append(value.rbegin(), value.rend());
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
