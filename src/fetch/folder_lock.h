#pragma once

#include <filesystem>
#include <functional>

namespace longclip::hub {

// A folder that one thread of one process works in at a time; made where it is missing. The lock
// ends with the object, or with the process. File systems that know no locks give none.
class FolderLock {
 public:
  // Waits while another has the folder, and calls `watch` meanwhile; what that throws ends the
  // wait. Throws InvalidFile if the folder cannot be made.
  FolderLock(const std::filesystem::path& folder, const std::function<void()>& watch);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;  // one holder
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

}  // namespace longclip::hub
