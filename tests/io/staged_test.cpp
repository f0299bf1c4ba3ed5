#include "io/staged.h"

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <span>
#include <string>

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
