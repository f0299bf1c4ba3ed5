#include "fetch/folder_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <longclip/error.h>

#include "temporary_folder.h"

namespace longclip::hub {
namespace {

struct Stopped {};

// Whether a lock cannot be had at once.
bool is_locked(const std::filesystem::path& folder) {
  try {
    const FolderLock lock(folder, [] { throw Stopped(); });
    return false;
  } catch (const Stopped&) {
    return true;
  }
}

TEST(FolderLock, MakesTheFolderAndKeepsOthersOut) {
  const longclip::testing::TemporaryFolder folder;
  {
    const FolderLock lock(folder / "a/b", [] { FAIL(); });
    EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b"));
    EXPECT_TRUE(is_locked(folder / "a/b"));
    EXPECT_FALSE(is_locked(folder / "a/c"));
  }
  EXPECT_FALSE(is_locked(folder / "a/b"));
}

TEST(FolderLock, IsHeldByOneThreadAtATime) {
  const longclip::testing::TemporaryFolder folder;
  std::atomic<int> inside = 0;
  std::atomic<int> done = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const FolderLock lock(folder.path(), [] {});
      EXPECT_EQ(++inside, 1);
      std::this_thread::yield();
      --inside;
      ++done;
    });
  }
  threads.clear();
  EXPECT_EQ(done, 4);
}

TEST(FolderLock, EndsWithItsProcess) {
  const longclip::testing::TemporaryFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock(folder.path(), [] {});
    static_cast<void>(!::write(ready[1], "x", 1));
    ::pause();
    ::_exit(0);
  }
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_TRUE(is_locked(folder.path()));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(is_locked(folder.path()));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FolderLock, SaysWhereItCannotBe) {
  const longclip::testing::TemporaryFolder folder;
  std::ofstream(folder / "file").close();
  EXPECT_THROW(FolderLock(folder / "file", [] {}), InvalidFile);
  EXPECT_THROW(FolderLock(folder / "file/inside", [] {}), InvalidFile);
}

}  // namespace
}  // namespace longclip::hub
