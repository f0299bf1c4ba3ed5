#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <longclip/error.h>

#include "checkpoint/source.h"

// Files made by hand, in memory.
namespace longclip::checkpoint::test {

// Each owns its bytes in a block of its own, so that a sanitizer sees a step outside.
inline Source source_of(std::string_view bytes, std::string name = "file") {
  const auto copy = std::make_shared<const std::vector<char>>(bytes.begin(), bytes.end());
  return {std::move(name), std::as_bytes(std::span(copy->data(), copy->size())), copy};
}

template <typename Integer>
std::string little(Integer value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

// The text of the Error that a call throws; empty if it throws none.
template <typename Call>
std::string reason(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// A zip archive of stored entries, each field open to be set wrong.
class ZipWriter {
 public:
  struct Entry {
    std::string name;
    std::string bytes;
    std::uint16_t method = 0;
    std::uint16_t flags = 0;
    std::string local_name = name;  // in the local header
    std::string extra = {};         // in the directory
    std::uint32_t size = static_cast<std::uint32_t>(bytes.size());
    std::uint32_t packed_size = static_cast<std::uint32_t>(bytes.size());
    std::int64_t offset = -1;  // -1: where the entry is
  };

  ZipWriter& add(Entry entry) {
    const std::int64_t at = static_cast<std::int64_t>(file_.size());
    file_ += "PK\3\4" + little<std::uint16_t>(20) + little(entry.flags) + little(entry.method) + std::string(8, '\0') +
             little(entry.packed_size) + little(entry.size) +
             little(static_cast<std::uint16_t>(entry.local_name.size())) + little<std::uint16_t>(0) + entry.local_name +
             entry.bytes;
    directory_ += "PK\1\2" + little<std::uint16_t>(20) + little<std::uint16_t>(20) + little(entry.flags) +
                  little(entry.method) + std::string(8, '\0') + little(entry.packed_size) + little(entry.size) +
                  little(static_cast<std::uint16_t>(entry.name.size())) +
                  little(static_cast<std::uint16_t>(entry.extra.size())) + little<std::uint16_t>(0) +
                  std::string(8, '\0') + little(static_cast<std::uint32_t>(entry.offset < 0 ? at : entry.offset)) +
                  entry.name + entry.extra;
    ++entries_;
    return *this;
  }
  ZipWriter& add(const std::string& name, const std::string& bytes) { return add(Entry{name, bytes}); }

  std::string finish(const std::string& comment = "") const {
    return file_ + directory_ +
           end(entries_, static_cast<std::uint32_t>(directory_.size()), static_cast<std::uint32_t>(file_.size()),
               comment);
  }

  // With the end record's numbers in the 64-bit record only.
  std::string finish64() const {
    const std::string record = "PK\6\6" + little<std::uint64_t>(44) + little<std::uint16_t>(45) +
                               little<std::uint16_t>(45) + little<std::uint32_t>(0) + little<std::uint32_t>(0) +
                               little<std::uint64_t>(entries_) + little<std::uint64_t>(entries_) +
                               little<std::uint64_t>(directory_.size()) + little<std::uint64_t>(file_.size());
    const std::string locator = "PK\6\7" + little<std::uint32_t>(0) +
                                little<std::uint64_t>(file_.size() + directory_.size()) + little<std::uint32_t>(1);
    return file_ + directory_ + record + locator + end(0xffff, 0xffffffff, 0xffffffff, "");
  }

  static std::string end(std::uint16_t entries, std::uint32_t size, std::uint32_t offset, const std::string& comment) {
    return "PK\5\6" + std::string(4, '\0') + little(entries) + little(entries) + little(size) + little(offset) +
           little(static_cast<std::uint16_t>(comment.size())) + comment;
  }

 private:
  std::string file_;
  std::string directory_;
  std::uint16_t entries_ = 0;
};

// A .pt file of this pickle and storages "0", "1", ...
inline std::string torch_zip(const std::string& pickle, const std::vector<std::string>& storages = {}) {
  ZipWriter zip;
  zip.add("archive/data.pkl", pickle).add("archive/byteorder", "little");
  for (std::size_t i = 0; i < storages.size(); ++i) zip.add("archive/data/" + std::to_string(i), storages[i]);
  return zip.finish();
}

}  // namespace longclip::checkpoint::test
