#pragma once

#include <filesystem>

namespace longclip::io {

// A folder that one thread of one process works in at a time. The lock ends with the object, or with
// the process. File systems that know no locks give none.
class FolderLock {
 public:
  // Throws std::system_error for a folder that cannot be opened.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;  // one holder
  FolderLock& operator=(const FolderLock&) = delete;

  // False if another has it.
  bool take();

 private:
  int fd_;
};

}  // namespace longclip::io
