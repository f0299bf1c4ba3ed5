#include "checkpoint/zip.h"

#include <gtest/gtest.h>

#include "checkpoint/bytes.h"

namespace longclip::checkpoint {
namespace {

using test::contains;
using test::little;
using test::source_of;
using test::ZipWriter;

std::string reason(const std::string& file) {
  const Source source = source_of(file);
  return test::reason([&] { Zip zip(source); });
}

std::string text(const Zip& zip, const std::string& name) {
  const auto bytes = zip.find(name).value();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(Zip, GivesStoredEntriesByName) {
  const Source source = source_of(ZipWriter().add("a/x", "first").add("a/y", "").finish());
  const Zip zip(source);
  EXPECT_EQ(text(zip, "a/x"), "first");
  EXPECT_EQ(text(zip, "a/y"), "");
  EXPECT_FALSE(zip.find("x").has_value());
  EXPECT_EQ(zip.entries().size(), 2u);
}

TEST(Zip, CopiesNothing) {
  const Source source = source_of(ZipWriter().add("x", "first").finish());
  const auto bytes = Zip(source).find("x").value();
  EXPECT_GE(bytes.data(), source.bytes.data());
  EXPECT_LT(bytes.data(), source.bytes.data() + source.bytes.size());
}

TEST(Zip, ReadsSixtyFourBitRecords) {
  const std::string extra = little<std::uint16_t>(0x4242) + little<std::uint16_t>(2) + "??" + little<std::uint16_t>(1) +
                            little<std::uint16_t>(24) + little<std::uint64_t>(5) + little<std::uint64_t>(5) +
                            little<std::uint64_t>(0);
  ZipWriter writer;
  writer.add({.name = "x",
              .bytes = "first",
              .extra = extra,
              .size = 0xffffffff,
              .packed_size = 0xffffffff,
              .offset = 0xffffffff});
  const Source source = source_of(writer.finish64());
  EXPECT_EQ(text(Zip(source), "x"), "first");
}

TEST(Zip, RefusesSixtyFourBitSizesThatAreNotThere) {
  EXPECT_TRUE(
      contains(reason(ZipWriter().add({.name = "x", .bytes = "first", .size = 0xffffffff}).finish()), "64-bit"));
  EXPECT_TRUE(contains(reason("PK\3\4" + ZipWriter::end(0xffff, 0xffffffff, 0xffffffff, "")), "64-bit"));
}

TEST(Zip, MayHaveAComment) {
  const Source source = source_of(ZipWriter().add("x", "first").finish("a PK\5\6 comment of some length, PK\5\6"));
  EXPECT_EQ(text(Zip(source), "x"), "first");
}

TEST(Zip, RefusesAnArchiveThatWasCut) {
  const std::string whole = ZipWriter().add("x", "first").finish();
  EXPECT_TRUE(contains(reason(whole.substr(0, whole.size() - 1)), "cut short"));
  EXPECT_TRUE(contains(reason(whole + "more"), "cut short"));
}

TEST(Zip, RefusesTwoEntriesOfOneName) {
  EXPECT_TRUE(contains(reason(ZipWriter().add("x", "first").add("x", "second").finish()), "'x' occurs twice"));
}

TEST(Zip, RefusesEntriesThatOverlap) {
  ZipWriter writer;
  writer.add("x", "first").add({.name = "y", .bytes = "second", .local_name = "y"});
  writer.add({.name = "x2", .bytes = "", .local_name = "x2"});
  EXPECT_EQ(reason(writer.finish()), "");

  // A local header inside another entry's bytes.
  const std::string inner = ZipWriter().add("y", "inside").finish();
  ZipWriter nested;
  nested.add("x", inner);
  nested.add({.name = "y", .bytes = "inside", .offset = 30 + 1});
  EXPECT_TRUE(contains(reason(nested.finish()), "overlap"));
}

TEST(Zip, RefusesANameThatDiffersFromTheEntrysOwn) {
  EXPECT_TRUE(contains(reason(ZipWriter().add({.name = "x", .bytes = "", .local_name = "y"}).finish()), "not 'x'"));
}

TEST(Zip, RefusesEntriesOutsideTheFile) {
  EXPECT_NE(reason(ZipWriter().add({.name = "x", .bytes = "1", .size = 1000, .packed_size = 1000}).finish()), "");
  EXPECT_NE(reason(ZipWriter().add({.name = "x", .bytes = "1", .offset = 0x7fffffff}).finish()), "");
  EXPECT_NE(reason("PK\3\4" + ZipWriter::end(1, 46, 0, "")), "");
  EXPECT_NE(reason("PK\3\4" + ZipWriter::end(1, 0xfffffff0, 0xfffffff0, "")), "");
  EXPECT_NE(reason("PK\3\4" + ZipWriter::end(0xfffe, 0, 4, "")), "");
}

TEST(Zip, RefusesACompressedOrEncryptedEntryOnlyWhenItIsRead) {
  ZipWriter writer;
  writer.add("x", "first")
      .add({.name = "code", .bytes = "??", .method = 8, .size = 100})
      .add({.name = "secret", .bytes = "??", .flags = 1});
  const Source source = source_of(writer.finish());
  const Zip zip(source);
  EXPECT_EQ(text(zip, "x"), "first");
  EXPECT_TRUE(contains(test::reason([&] { zip.find("code"); }), "compressed"));
  EXPECT_TRUE(contains(test::reason([&] { zip.find("secret"); }), "encrypted"));
}

TEST(Zip, ShowsAHostileNameOnOneLine) {
  const std::string line = reason(ZipWriter().add("x\n\x1b[31m", "").add("x\n\x1b[31m", "").finish());
  EXPECT_TRUE(contains(line, "occurs twice"));
  EXPECT_EQ(line.find_first_of("\n\x1b"), std::string::npos);
}

}  // namespace
}  // namespace longclip::checkpoint
