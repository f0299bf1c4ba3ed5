#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "io/mapped_file.h"

namespace longclip::dataset {

// The bytes of a captions file, and what messages call it. A view.
struct Source {
  std::string name;
  std::string_view bytes;
  const io::MappedFile* file = nullptr;  // that the bytes are of, if any

  // Throws InvalidFile: "NAME:LINE: REASON" for the line of the byte `at`.
  [[noreturn]] void fail(std::size_t at, const std::string& reason) const;

  // Says that bytes have been read, so that a file of gigabytes does not stay in memory.
  void release(std::size_t begin, std::size_t end) const;
};

// The part of a source that complaints are about, such as a line or a record.
struct Place {
  const Source& source;
  std::size_t at;  // where it begins

  [[noreturn]] void fail(const std::string& reason) const { source.fail(at, reason); }
};

// `bytes` without the byte order mark that some editors put first.
std::string_view without_byte_order_mark(std::string_view bytes);

// Takes the first line off `bytes`, and gives it without its end (LF or CR LF).
std::string_view take_line(std::string_view& bytes);

// Calls visit(line, place) for each line until it returns false.
void for_each_line(const Source& source, const std::function<bool(std::string_view line, const Place& place)>& visit);

}  // namespace longclip::dataset
