#pragma once

#include <cstddef>
#include <string>

// The damages that every reader of foreign bytes is tried with.
namespace longclip::reject {

// Calls visit(damaged) with a copy for each byte and change: a bit, the highest bit, all bits.
template <class Visit>
void change_each_byte(const std::string& bytes, const Visit& visit) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      visit(changed);
    }
  }
}

// Calls visit(damaged) with copies in which one byte, or eight, are missing or there twice, from
// every `step`th place on.
template <class Visit>
void take_out_or_double(const std::string& bytes, std::size_t step, const Visit& visit) {
  for (std::size_t at = 0; at + 8 < bytes.size(); at += step) {
    for (const std::size_t count : {1, 8}) {
      std::string shorter = bytes;
      visit(shorter.erase(at, count));
      std::string longer = bytes;
      visit(longer.insert(at, bytes, at, count));
    }
  }
}

}  // namespace longclip::reject
