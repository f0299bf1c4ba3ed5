#include "io/mapped_file.h"

#include <sys/stat.h>

#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <longclip/error.h>

#include "temporary_folder.h"

namespace longclip::io {
namespace {

std::string reason(const std::filesystem::path& path) {
  try {
    MappedFile::open(path);
  } catch (const InvalidFile& error) {
    return error.what();
  }
  return "";
}

TEST(MappedFile, ShowsTheBytesOfAFile) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "f") << "abc";
  const auto file = MappedFile::open(folder / "f");
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()), "abc");
}

TEST(MappedFile, TakesAnEmptyFile) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "f");
  EXPECT_TRUE(MappedFile::open(folder / "f")->bytes().empty());
}

TEST(MappedFile, ShowsTheSameBytesAfterTheyWereReleased) {
  const testing::TemporaryFolder folder;
  std::string bytes;
  for (int i = 0; bytes.size() < 100'000; ++i) bytes += std::to_string(i);
  std::ofstream(folder / "f") << bytes;
  const auto file = MappedFile::open(folder / "f");
  for (const std::size_t start : {0, 1, 4095, 4096, 5000}) file->release(file->bytes().subspan(start));
  for (const std::size_t size : {0, 1, 4096, 9000}) file->release(file->bytes().first(size));
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(file->bytes().data()), file->bytes().size()), bytes);
}

TEST(MappedFile, SaysWhatStandsInItsWay) {
  const testing::TemporaryFolder folder;
  EXPECT_NE(reason(folder / "missing").find("missing: No such file"), std::string::npos);
  EXPECT_NE(reason(folder.path()).find("is a folder"), std::string::npos);
}

TEST(MappedFile, DoesNotWaitForANamedPipe) {
  const testing::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_NE(reason(folder / "pipe").find("not a regular file"), std::string::npos);
}

}  // namespace
}  // namespace longclip::io
