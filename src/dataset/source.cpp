#include "dataset/source.h"

#include <algorithm>

#include <longclip/error.h>

namespace longclip::dataset {

namespace {

// A reason may quote a name that has any length.
std::string shortened(std::string reason) {
  constexpr std::size_t kLongest = 400;
  if (reason.size() <= kLongest) return reason;
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;  // inside a character
  return reason.substr(0, end) + "...";
}

}  // namespace

void Source::fail(std::size_t at, const std::string& reason) const {
  const auto before = bytes.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  throw InvalidFile(name + ":" + std::to_string(line) + ": " + shortened(reason));
}

void Source::release(std::size_t begin, std::size_t end) const {
  if (file != nullptr) file->release(file->bytes().subspan(begin, end - begin));
}

std::string_view without_byte_order_mark(std::string_view bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  return bytes;
}

std::string_view take_line(std::string_view& bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

void for_each_line(const Source& source, const std::function<bool(std::string_view line, const Place& place)>& visit) {
  for (std::string_view rest = without_byte_order_mark(source.bytes); !rest.empty();) {
    const Place place{source, source.bytes.size() - rest.size()};
    if (!visit(take_line(rest), place)) return;
  }
}

}  // namespace longclip::dataset
