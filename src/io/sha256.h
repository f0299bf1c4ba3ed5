#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace longclip::io {

class MappedFile;

// SHA-256 of bytes that arrive in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(std::span<const std::byte> bytes);
  // All of a file. It passes through memory and does not fill it.
  void update(const MappedFile& file);
  // 64 lower-case hexadecimal digits. The object is spent afterwards.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256(std::span<const std::byte> bytes);
// Throws InvalidFile if the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace longclip::io
