#include "matrix/npy_header.h"

#include <gtest/gtest.h>
#include <longclip/error.h>

#include <string>

namespace longclip::matrix {
namespace {

// A file of format 1.0 whose header is `dict`.
std::string file(const std::string& dict) {
  std::string bytes = "\x93NUMPY";
  bytes += {'\x01', '\x00', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return bytes + dict;
}

NpyHeader parse(const std::string& bytes) { return parse_npy_header(std::as_bytes(std::span(bytes))); }

TEST(NpyHeader, IsReadInAnyOrderAndSpacing) {
  const std::string bytes = file("{ \"shape\":(3,4),'descr' : '<f4',\t'fortran_order':True}\n");
  const NpyHeader header = parse(bytes);
  EXPECT_EQ(header.descr, "<f4");
  EXPECT_TRUE(header.fortran_order);
  EXPECT_EQ(header.shape, (std::vector<std::size_t>{3, 4}));
  EXPECT_EQ(header.data_offset, bytes.size());
}

TEST(NpyHeader, OfANumpyFileIsReadAsItIs) {
  const NpyHeader header = parse(file("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }      \n"));
  EXPECT_EQ(header.shape, (std::vector<std::size_t>{7}));
  EXPECT_FALSE(header.fortran_order);
}

TEST(NpyHeader, IsRefusedUnlessItIsThatDictionary) {
  const char* const dicts[] = {
      "",
      "{}",
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (7,), 'more': 1}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (7,), 'descr': '<f4'}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (7,)} x",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (7,)",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (7",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 7}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-7,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (7.0,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (7 8)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (7,)}",
      "{'descr': '<f4, 'fortran_order': False, 'shape': (7,)}",
      "{'descr': '<f4\n', 'fortran_order': False, 'shape': (7,)}",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (7,)}",
      "'descr': '<f4', 'fortran_order': False, 'shape': (7,)",
  };
  for (const char* dict : dicts) EXPECT_THROW(parse(file(dict)), InvalidFile) << dict;
}

TEST(NpyHeader, IsRefusedWithMoreDimensionsThanNumpyHas) {
  std::string dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (int i = 0; i < 1000; ++i) dict += "1,";
  EXPECT_THROW(parse(file(dict + ")}")), InvalidFile);
}

TEST(NpyHeader, OfAStatedSizeBeyondTheFileIsRefused) {
  std::string bytes = file("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }");
  bytes[9] = '\x10';
  EXPECT_THROW(parse(bytes), InvalidFile);
  bytes[6] = '\x02';  // now the size has four bytes, of which two are text
  EXPECT_THROW(parse(bytes), InvalidFile);
}

TEST(NpyHeader, OfALaterFormatIsRefusedByItsNumber) {
  std::string bytes = file("{'descr': '<f4', 'fortran_order': False, 'shape': (7,), }");
  bytes[6] = '\x04';
  try {
    parse(bytes);
    FAIL();
  } catch (const InvalidFile& error) {
    EXPECT_NE(std::string(error.what()).find("4.0"), std::string::npos) << error.what();
  }
}

TEST(MakeNpyHeader, AlignsTheValues) {
  for (const std::size_t size : {0ul, 1ul, 999ul, 123456789ul, 9876543210ul}) {
    const std::string header = make_npy_header(size, size);
    EXPECT_EQ(header.size() % 64, 0u);
    EXPECT_EQ(header.back(), '\n');
    EXPECT_EQ(parse(header).shape, (std::vector<std::size_t>{size, size}));
  }
}

}  // namespace
}  // namespace longclip::matrix
