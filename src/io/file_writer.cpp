#include "io/file_writer.h"

#include <fcntl.h>

#include <utility>

#include "io/staged.h"

namespace longclip::io {

FileWriter::FileWriter(std::filesystem::path path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wbe")) {
  if (!file_) fail_to_write(path_);
  std::setvbuf(file_.get(), nullptr, _IOFBF, 1 << 20);
}

void FileWriter::write(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;  // perhaps without an address
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail_to_write(path_);
  size_ += bytes.size();
  constexpr std::uint64_t worth_sending = std::uint64_t{32} << 20;
  if (size_ - sent_ < worth_sending) return;
  // Waits for nothing, and may fail: it promises nothing either.
  ::sync_file_range(::fileno(file_.get()), 0, 0, SYNC_FILE_RANGE_WRITE);
  sent_ = size_;
}

void FileWriter::close() {
  if (std::fclose(file_.release()) != 0) fail_to_write(path_);
}

}  // namespace longclip::io
