#include "io/file_writer.h"

#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include <longclip/error.h>

#include "temporary_folder.h"

namespace longclip::io {
namespace {

void write(FileWriter& file, const std::string& text) { file.write(std::as_bytes(std::span(text))); }

TEST(FileWriter, WritesWhatItIsGivenInOrder) {
  const testing::TemporaryFolder folder;
  const std::string large(50'000'000, 'x');
  FileWriter file(folder / "f");
  write(file, "first");
  write(file, large);
  write(file, "");
  write(file, "last");
  EXPECT_EQ(file.size(), large.size() + 9);
  file.close();
  std::ifstream written(folder / "f", std::ios::binary);
  EXPECT_TRUE(std::string(std::istreambuf_iterator<char>(written), {}) == "first" + large + "last");
}

TEST(FileWriter, SaysWhyAFileCannotBeWritten) {
  const testing::TemporaryFolder folder;
  try {
    FileWriter(folder / "missing" / "f");
    FAIL();
  } catch (const InvalidFile& error) {
    EXPECT_EQ(error.what(), (folder / "missing/f").string() + ": cannot be written: No such file or directory");
  }
  // As a full disk: found out when the buffer is written, or at the latest when the file is closed.
  EXPECT_THROW(
      {
        FileWriter file("/dev/full");
        write(file, "x");
        file.close();
      },
      InvalidFile);
  EXPECT_THROW(
      {
        FileWriter file("/dev/full");
        write(file, std::string(10'000'000, 'x'));
      },
      InvalidFile);
}

}  // namespace
}  // namespace longclip::io
