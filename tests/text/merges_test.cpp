#include "text/merges.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>
#include <vector>

#include <longclip/error.h>

#include "io/sha256.h"
#include "text/vocabulary.h"

namespace longclip::text {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string error_of(std::string_view file) {
  try {
    read_merges(bytes_of(file), "merges.txt");
  } catch (const InvalidFile& error) {
    return error.what();
  }
  return "none";
}

TEST(Vocabulary, IsThePublishedFile) {
  EXPECT_EQ(clip_vocabulary().size(), 1'356'917u);
  EXPECT_EQ(io::sha256(clip_vocabulary()), "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a");
}

TEST(ReadMerges, ReadsThePublishedFile) {
  const auto merges = read_merges(clip_vocabulary(), "CLIP's vocabulary");
  ASSERT_EQ(merges.size(), 48'894u);
  // "i n" and "t h", the file's first.
  EXPECT_EQ(merges[0].left, 'i' - '!');
  EXPECT_EQ(merges[0].right, 'n' - '!');
  EXPECT_EQ(merges[1].left, 't' - '!');
  EXPECT_EQ(merges[1].right, 'h' - '!');
}

constexpr std::string_view small = "#version: 0.2\ni n\nt h\nth e</w>\n\xC4\xA0 in\n";

TEST(ReadMerges, ReadsTextAndGzipAlike) {
  // Lines as Windows ends them, and an empty last one, are taken, too.
  const std::string windows = "#version: 0.2\r\ni n\r\nt h\r\nth e</w>\r\n\xC4\xA0 in\r\n\r\n";
  for (const std::string& file :
       {std::string(small), gzip(small), std::string(small.substr(0, small.size() - 1)), windows}) {
    ASSERT_TRUE(looks_like_merges(bytes_of(file)));
    const auto merges = read_merges(bytes_of(file), "merges.txt");
    ASSERT_EQ(merges.size(), 4u);
    EXPECT_EQ(merges[2].left, 513);
    EXPECT_EQ(merges[2].right, 256 + 'e' - '!');
    EXPECT_EQ(merges[3].left, BytePairs::symbol_of(' '));
    EXPECT_EQ(merges[3].right, 512);
  }
}

TEST(ReadMerges, RefusesWhatIsNone) {
  EXPECT_EQ(error_of(""), "merges.txt: not CLIP's merges: it holds none");
  EXPECT_EQ(error_of("header\n"), "merges.txt: not CLIP's merges: it holds none");
  EXPECT_EQ(error_of("header\nabc\n"), "merges.txt: not CLIP's merges: line 2 is not two symbols with a space between");
  EXPECT_EQ(error_of("header\na b\nx yz\n"),
            "merges.txt: not CLIP's merges: line 3 has a symbol that no earlier line makes");
  EXPECT_EQ(error_of("header\na b\na  b\n"),
            "merges.txt: not CLIP's merges: line 3 has a symbol that no earlier line makes");
  EXPECT_EQ(error_of("header\na b\n\xFF b\n"),
            "merges.txt: not CLIP's merges: line 3 has a symbol that no earlier line makes");
  EXPECT_EQ(error_of("header\na</w> b\n"), "merges.txt: not CLIP's merges: line 2 goes on after the end of a piece");
  EXPECT_EQ(error_of("header\na b\nab c\nb c\na bc\n"),
            "merges.txt: not CLIP's merges: line 5 makes a symbol that an earlier line makes");
}

TEST(ReadMerges, RefusesAGzipFileThatEndsAnywhere) {
  const std::string whole = gzip(small);
  for (std::size_t size = 2; size < whole.size(); ++size) {
    // The checksum at the end may be missing, since reading ends with the last line needed.
    EXPECT_NE(error_of(whole.substr(0, size)).find("merges.txt: "), std::string::npos) << size;
  }
}

TEST(ReadMerges, RefusesAGzipFileThatGrowsWithoutEnd) {
  EXPECT_EQ(error_of(gzip(std::string(std::size_t{64} << 20, 'a'))),
            "merges.txt: not CLIP's merges: its lines are too long");
}

TEST(LooksLikeMerges, LeavesOtherFilesAlone) {
  EXPECT_FALSE(looks_like_merges({}));
  EXPECT_FALSE(looks_like_merges(bytes_of(std::string_view("PK\3\4", 4))));
}

}  // namespace
}  // namespace longclip::text
