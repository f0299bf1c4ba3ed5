#include "fetch/part_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include <longclip/error.h>

#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip::hub {
namespace {

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

TEST(PartFile, GoesOnWhereItStopped) {
  const longclip::testing::TemporaryFolder folder;
  {
    PartFile part(folder.path(), "f.pt", "aa");
    EXPECT_EQ(part.size(), 0u);
    part.write(0, bytes("one "));
    part.write(4, bytes("two "));
  }
  PartFile part(folder.path(), "f.pt", "aa");
  EXPECT_EQ(part.size(), 8u);
  part.write(8, bytes("three"));
  EXPECT_EQ(part.size(), 13u);
  EXPECT_EQ(golden::read_bytes(part.path()), "one two three");
}

TEST(PartFile, ForgetsWhatIsBehindAnEarlierOffset) {
  const longclip::testing::TemporaryFolder folder;
  PartFile part(folder.path(), "f.pt", "aa");
  part.write(0, bytes("a long beginning"));
  part.write(6, bytes(" end"));
  EXPECT_EQ(golden::read_bytes(part.path()), "a long end");
  part.write(0, {});
  EXPECT_EQ(part.size(), 0u);
  EXPECT_EQ(golden::read_bytes(part.path()), "");
}

TEST(PartFile, OfAnotherVersionIsRemovedAndNotContinued) {
  const longclip::testing::TemporaryFolder folder;
  PartFile(folder.path(), "f.pt", "aa").write(0, bytes("old"));
  std::ofstream(folder / "notes.txt") << "a user's own";
  const PartFile part(folder.path(), "f.pt", "bb");
  EXPECT_EQ(part.size(), 0u);
  EXPECT_TRUE(std::filesystem::exists(folder / "notes.txt"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

TEST(PartFile, SaysWhenTheDiskIsFull) {
  const longclip::testing::TemporaryFolder folder;
  std::filesystem::create_symlink("/dev/full", folder / "f.pt.aa.part");  // a device that is always full
  PartFile part(folder.path(), "f.pt", "aa");
  try {
    part.write(0, bytes("one"));
    FAIL();
  } catch (const InvalidFile& error) {
    EXPECT_EQ(error.what(),
              (folder / "f.pt.aa.part").string() +
                  ": cannot be written: No space left on device: make room, or set LONGCLIP_HOME to another folder");
  }
}

TEST(PartFile, SaysWhereItCannotBe) {
  const longclip::testing::TemporaryFolder folder;
  EXPECT_THROW(PartFile(folder / "missing", "f.pt", "aa"), InvalidFile);
}

}  // namespace
}  // namespace longclip::hub
