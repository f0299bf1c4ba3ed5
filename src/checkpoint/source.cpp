#include "checkpoint/source.h"

#include <longclip/error.h>

#include "io/mapped_file.h"

namespace longclip::checkpoint {

Source open_source(const std::filesystem::path& path) {
  auto file = io::MappedFile::open(path);
  const auto bytes = file->bytes();
  const auto* mapping = file.get();
  return {path.string(), bytes, std::move(file), mapping};
}

void fail(const Source& source, std::string_view reason) {
  throw InvalidFile(source.name + ": " + std::string(reason));
}

std::string printable(std::string_view foreign) {
  constexpr std::size_t kLongest = 100;
  std::string text = "'";
  for (const char c : foreign.substr(0, kLongest)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (foreign.size() > kLongest ? "...'" : "'");
}

}  // namespace longclip::checkpoint
