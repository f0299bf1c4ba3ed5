#include "fetch/folder_lock.h"

#include <chrono>
#include <string>
#include <system_error>
#include <thread>

#include <longclip/error.h>

namespace longclip::hub {
namespace {

io::FolderLock open_lock(const std::filesystem::path& folder) {
  try {
    std::filesystem::create_directories(folder);
    return io::FolderLock(folder);
  } catch (const std::system_error& error) {  // filesystem_error is one
    throw InvalidFile(folder.string() + ": cannot be used: " + error.code().message() +
                      ": set LONGCLIP_HOME to a folder of yours");
  }
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, const std::function<void()>& watch)
    : lock_(open_lock(folder)) {
  // Asked again and again, since a blocking call could not be stopped.
  while (!lock_.take()) {
    watch();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace longclip::hub
