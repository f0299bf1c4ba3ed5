#include "checkpoint/zip.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "checkpoint/cursor.h"

namespace longclip::checkpoint {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kDirectoryHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64LocatorSize = 20;
constexpr std::uint16_t kIn64Bits16 = 0xffff;  // "look into the zip64 record"
constexpr std::uint32_t kIn64Bits32 = 0xffffffff;
constexpr std::uint16_t kZip64Extra = 1;
constexpr std::uint16_t kStored = 0;

struct Directory {
  std::uint64_t entries;
  std::uint64_t size;
  std::uint64_t offset;
  std::uint64_t limit;  // where the record after it starts
};

// One entry as the directory tells it.
struct Listed {
  std::string_view name;
  std::uint16_t flags;
  std::uint16_t method;
  std::uint64_t packed_size;
  std::uint64_t size;
  std::uint64_t offset;
};

// From `at` to the end of the file.
Cursor from(const Source& source, std::uint64_t at) {
  if (at > source.bytes.size()) fail(source, "a zip archive whose records lie outside the file");
  return {source, source.bytes.subspan(static_cast<std::size_t>(at)), "zip record from byte " + std::to_string(at)};
}

// The end record stands last, before a comment whose length it states.
std::size_t find_end(const Source& source) {
  constexpr std::size_t kLongestComment = 0xffff;
  const std::size_t size = source.bytes.size();
  for (std::size_t comment = 0; comment <= kLongestComment && comment + kEndSize <= size; ++comment) {
    const std::size_t at = size - kEndSize - comment;
    Cursor cursor = from(source, at);
    if (cursor.read<std::uint32_t>() != kEnd) continue;
    cursor.take(kEndSize - 6);
    if (cursor.read<std::uint16_t>() == comment) return at;
  }
  fail(source, "a zip archive without its end: cut short or damaged; download it again");
}

Directory read_end64(const Source& source, std::size_t end) {
  if (end < kEnd64LocatorSize) fail(source, "a zip archive without the 64-bit record it announces");
  const std::size_t locator_at = end - kEnd64LocatorSize;
  Cursor locator = from(source, locator_at);
  if (locator.read<std::uint32_t>() != kEnd64Locator) locator.fail("no 64-bit record where one is announced");
  locator.take(4);
  const std::uint64_t at = locator.read<std::uint64_t>();
  Cursor record = from(source, at);
  if (record.read<std::uint32_t>() != kEnd64) record.fail("no 64-bit record where one is announced");
  record.take(8 + 2 + 2 + 4 + 4 + 8);
  const auto entries = record.read<std::uint64_t>();
  const auto size = record.read<std::uint64_t>();
  const auto offset = record.read<std::uint64_t>();
  return {entries, size, offset, std::min<std::uint64_t>(at, locator_at)};
}

Directory read_end(const Source& source) {
  const std::size_t at = find_end(source);
  Cursor cursor = from(source, at);
  cursor.take(4);
  const auto disk = cursor.read<std::uint16_t>();
  const auto directory_disk = cursor.read<std::uint16_t>();
  cursor.take(2);
  const auto entries = cursor.read<std::uint16_t>();
  const auto size = cursor.read<std::uint32_t>();
  const auto offset = cursor.read<std::uint32_t>();
  if (entries == kIn64Bits16 || size == kIn64Bits32 || offset == kIn64Bits32) return read_end64(source, at);
  if (disk != 0 || directory_disk != 0) fail(source, "a zip archive in several parts; join them first");
  return {entries, size, offset, at};
}

// Replaces what the 32-bit fields left to the extra field.
void read_zip64_extra(Cursor extra, Listed& entry, bool has_size, bool has_packed_size, bool has_offset) {
  while (extra.remaining() >= 4) {
    const auto id = extra.read<std::uint16_t>();
    const auto size = extra.read<std::uint16_t>();
    if (id != kZip64Extra) {
      extra.take(size);
      continue;
    }
    if (!has_size) entry.size = extra.read<std::uint64_t>();
    if (!has_packed_size) entry.packed_size = extra.read<std::uint64_t>();
    if (!has_offset) entry.offset = extra.read<std::uint64_t>();
    return;
  }
  extra.fail("no 64-bit sizes where they are announced");
}

Listed read_listed(const Source& source, Cursor& directory) {
  if (directory.read<std::uint32_t>() != kDirectoryHeader) directory.fail("no entry where one is announced");
  Listed entry{};
  directory.take(4);
  entry.flags = directory.read<std::uint16_t>();
  entry.method = directory.read<std::uint16_t>();
  directory.take(2 + 2 + 4);
  const auto packed_size = directory.read<std::uint32_t>();
  const auto size = directory.read<std::uint32_t>();
  const auto name_size = directory.read<std::uint16_t>();
  const auto extra_size = directory.read<std::uint16_t>();
  const auto comment_size = directory.read<std::uint16_t>();
  directory.take(2 + 2 + 4);
  const auto offset = directory.read<std::uint32_t>();
  entry.name = directory.text(name_size);
  const auto extra = directory.take(extra_size);
  directory.take(comment_size);
  entry.packed_size = packed_size;
  entry.size = size;
  entry.offset = offset;
  if (packed_size == kIn64Bits32 || size == kIn64Bits32 || offset == kIn64Bits32) {
    read_zip64_extra({source, extra, "zip entry " + printable(entry.name)}, entry, size != kIn64Bits32,
                     packed_size != kIn64Bits32, offset != kIn64Bits32);
  }
  return entry;
}

// The entry's bytes, behind its local header.
std::span<const std::byte> locate(const Source& source, const Listed& entry, const Directory& directory) {
  Cursor local = from(source, entry.offset);
  if (local.read<std::uint32_t>() != kLocalHeader) local.fail("no entry " + printable(entry.name) + " here");
  local.take(22);
  const auto name_size = local.read<std::uint16_t>();
  const auto extra_size = local.read<std::uint16_t>();
  if (local.text(name_size) != entry.name) local.fail("the entry here is not " + printable(entry.name));
  local.take(extra_size);
  const std::uint64_t begin = entry.offset + local.position();
  if (begin > directory.offset || entry.packed_size > directory.offset - begin) {
    fail(source, "zip entry " + printable(entry.name) + " reaches into the archive's directory");
  }
  if (entry.method == kStored && entry.size != entry.packed_size) {
    fail(source, "zip entry " + printable(entry.name) + " is stored with two different sizes");
  }
  return source.bytes.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(entry.packed_size));
}

}  // namespace

Zip::Zip(const Source& source) : source_(&source) {
  const Directory end = read_end(source);
  if (end.offset > end.limit || end.size > end.limit - end.offset) {
    fail(source, "a zip archive whose directory lies outside the file");
  }
  Cursor directory{source,
                   source.bytes.subspan(static_cast<std::size_t>(end.offset), static_cast<std::size_t>(end.size)),
                   "zip directory"};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> occupied;
  for (std::uint64_t i = 0; i < end.entries; ++i) {
    const Listed listed = read_listed(source, directory);
    const auto bytes = locate(source, listed, end);
    const auto after = static_cast<std::uint64_t>(bytes.data() + bytes.size() - source.bytes.data());
    occupied.emplace_back(listed.offset, after);
    const bool encrypted = (listed.flags & 1) != 0;
    if (!entries_.emplace(listed.name, Entry{bytes, listed.method, encrypted}).second) {
      fail(source, "zip entry " + printable(listed.name) + " occurs twice");
    }
  }
  if (directory.remaining() != 0) directory.fail("more entries than announced");
  std::sort(occupied.begin(), occupied.end());
  for (std::size_t i = 1; i < occupied.size(); ++i) {
    if (occupied[i].first < occupied[i - 1].second) fail(source, "a zip archive whose entries overlap");
  }
}

bool Zip::is_zip(std::span<const std::byte> bytes) noexcept {
  return bytes.size() >= 4 &&
         (std::memcmp(bytes.data(), "PK\3\4", 4) == 0 || std::memcmp(bytes.data(), "PK\5\6", 4) == 0);
}

std::optional<std::span<const std::byte>> Zip::find(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return std::nullopt;
  if (found->second.encrypted) fail(*source_, "zip entry " + printable(name) + " is encrypted");
  if (found->second.method != kStored) {
    fail(*source_, "zip entry " + printable(name) + " is compressed; save the checkpoint with torch.save again");
  }
  return found->second.bytes;
}

}  // namespace longclip::checkpoint
