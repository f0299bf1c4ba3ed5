#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace longclip::io {
class MappedFile;
}

namespace longclip::checkpoint {

// The bytes of one file, mapped or in memory. Tensors that point into them keep `owner`.
struct Source {
  std::string name;  // for errors
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
  const io::MappedFile* file = nullptr;  // the owner, where the bytes are mapped
};

// Throws InvalidFile.
Source open_source(const std::filesystem::path& path);

// Throws InvalidFile: "NAME: REASON".
[[noreturn]] void fail(const Source& source, std::string_view reason);

// Text from a file as an error can show it: printable ASCII, in quotes, of bounded length.
std::string printable(std::string_view foreign);

}  // namespace longclip::checkpoint
