#include "io/sha256.h"

#include <algorithm>
#include <fstream>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace longclip::io {
namespace {

std::string hash(const std::string& text) { return sha256(std::as_bytes(std::span(text))); }

// FIPS 180-4's examples, and the hash of nothing.
TEST(Sha256, EqualsThePublishedVectors) {
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, DoesNotDependOnHowTheBytesArrive) {
  const std::string text(100000, 'a');
  Sha256 pieces;
  for (std::size_t at = 0; at < text.size(); at += 977)
    pieces.update(std::as_bytes(std::span(text)).subspan(at, std::min<std::size_t>(977, text.size() - at)));
  EXPECT_EQ(pieces.finish(), hash(text));
}

TEST(Sha256, OfAFileIsThatOfItsBytes) {
  const testing::TemporaryFolder folder;
  for (const std::size_t size : {0UL, 1UL, (8UL << 20) - 1, 8UL << 20, (8UL << 20) + 1}) {  // it is read in parts
    const std::string text(size, 'a');
    std::ofstream(folder / "f") << text;
    EXPECT_EQ(sha256_of_file(folder / "f"), hash(text)) << size;
  }
}

}  // namespace
}  // namespace longclip::io
