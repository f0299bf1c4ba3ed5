#pragma once

#include <filesystem>
#include <functional>

#include "io/folder_lock.h"

namespace longclip::hub {

// A folder that is this object's alone, made where it is missing.
class FolderLock {
 public:
  // Waits while another has the folder, and calls `watch` meanwhile; what that throws ends the
  // wait. Throws InvalidFile if the folder cannot be made.
  FolderLock(const std::filesystem::path& folder, const std::function<void()>& watch);

 private:
  io::FolderLock lock_;
};

}  // namespace longclip::hub
