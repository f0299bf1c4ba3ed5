#include "io/staged.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <longclip/error.h>

#include "temporary_folder.h"

namespace longclip::io {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t entries(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

void write(const std::filesystem::path& path, const std::string& text) {
  write_file(path, std::as_bytes(std::span(text)));
}

TEST(Staged, LeavesNothingUnlessPublished) {
  const testing::TemporaryFolder folder;
  {
    const Staged file(folder / "f", Staged::Kind::file);
    const Staged package(folder / "p", Staged::Kind::folder);
    std::ofstream(package.path() / "inner") << "x";
    EXPECT_EQ(entries(folder.path()), 2U);
  }
  EXPECT_EQ(entries(folder.path()), 0U);
}

TEST(Staged, TheOldFileStandsUntilTheNewOneIsWhole) {
  const testing::TemporaryFolder folder;
  write(folder / "f", "old");
  Staged file(folder / "f", Staged::Kind::file);
  std::ofstream(file.path()) << "new";
  EXPECT_EQ(content(folder / "f"), "old");
  file.publish();
  EXPECT_EQ(content(folder / "f"), "new");
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(Staged, TakesOnlyAFreePlaceWhereAskedTo) {
  const testing::TemporaryFolder folder;
  for (const auto kind : {Staged::Kind::file, Staged::Kind::folder}) {
    const auto place = folder / (kind == Staged::Kind::file ? "f" : "p");
    Staged first(place, kind);
    Staged second(place, kind);
    first.publish_new();
    EXPECT_THROW(second.publish_new(), InvalidFile);
    EXPECT_TRUE(std::filesystem::exists(second.path()));
  }
  EXPECT_EQ(entries(folder.path()), 2U);
}

TEST(Staged, AFolderReplacesAFullOne) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "p");
  write(folder / "p/old", "x");
  Staged package(folder / "p/", Staged::Kind::folder);
  std::ofstream(package.path() / "new") << "y";
  package.publish();
  EXPECT_TRUE(std::filesystem::exists(folder / "p/new"));
  EXPECT_FALSE(std::filesystem::exists(folder / "p/old"));
  EXPECT_EQ(entries(folder.path()), 1U);
}

TEST(Staged, AFolderIsNeverMissingWhileItIsReplaced) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "p");
  std::filesystem::create_directory(folder / "q");
  if (::renameat2(AT_FDCWD, (folder / "p").c_str(), AT_FDCWD, (folder / "q").c_str(), RENAME_EXCHANGE) != 0) {
    GTEST_SKIP() << "this file system cannot exchange two folders";
  }
  std::atomic<bool> done = false;
  std::size_t missing = 0;
  std::thread reader([&] {
    while (!done) missing += std::filesystem::exists(folder / "p") ? 0 : 1;
  });
  for (int i = 0; i < 300; ++i) Staged(folder / "p", Staged::Kind::folder).publish();
  done = true;
  reader.join();
  EXPECT_EQ(missing, 0U);
  EXPECT_EQ(entries(folder.path()), 2U);
}

TEST(Staged, GivesTheRightsThatTheUserWants) {
  const testing::TemporaryFolder folder;
  const mode_t before = ::umask(027);
  write(folder / "f", "x");
  Staged(folder / "p", Staged::Kind::folder).publish();
  ::umask(before);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(folder / "f").permissions(),
            perms::owner_read | perms::owner_write | perms::group_read);
  EXPECT_EQ(std::filesystem::status(folder / "p").permissions(),
            perms::owner_all | perms::group_read | perms::group_exec);
}

TEST(Staged, DoesNotTakeThePlaceOfADeviceOrPipe) {
  const testing::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(write(folder / "pipe", "x"), InvalidFile);
  EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));
  std::filesystem::create_symlink("/dev/null", folder / "null");
  EXPECT_THROW(write(folder / "null", "x"), InvalidFile);
  write(folder / "f", "x");
  EXPECT_THROW(Staged(folder / "f", Staged::Kind::folder), InvalidFile);
  EXPECT_THROW(write(folder.path(), "x"), InvalidFile);
}

TEST(Staged, ReplacesWhatALinkPointsTo) {
  const testing::TemporaryFolder folder;
  write(folder / "store/f", "old");
  std::filesystem::create_symlink("store/f", folder / "link");
  write(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(content(folder / "store/f"), "new");
}

TEST(Staged, MakesWhatALinkPointsTo) {
  const testing::TemporaryFolder folder;
  std::filesystem::create_symlink("further", folder / "link");
  std::filesystem::create_symlink("store/f", folder / "further");
  write(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(content(folder / "store/f"), "new");
  std::filesystem::create_symlink("round", folder / "round");
  EXPECT_THROW(write(folder / "round", "new"), InvalidFile);
}

TEST(Staged, TakesTheLongestNameOfAFile) {
  const testing::TemporaryFolder folder;
  const std::string name(255, 'n');
  write(folder / name, "x");
  EXPECT_EQ(content(folder / name), "x");
}

TEST(Staged, MakesMissingParents) {
  const testing::TemporaryFolder folder;
  write(folder / "a/b/c", "x");
  EXPECT_EQ(content(folder / "a/b/c"), "x");
}

TEST(Staged, NamesThePlaceThatCannotBeWritten) {
  const testing::TemporaryFolder folder;
  write(folder / "file", "x");
  try {
    write(folder / "file/below", "y");
    FAIL() << "a file was taken for a folder";
  } catch (const InvalidFile& error) {
    EXPECT_NE(std::string(error.what()).find("file/below: cannot be written"), std::string::npos);
  }
}

}  // namespace
}  // namespace longclip::io
