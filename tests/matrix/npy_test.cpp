#include "matrix/npy.h"

#include <gtest/gtest.h>
#include <longclip/error.h>
#include <longclip/matrix.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip {
namespace {

// The files of tests/data/npy were written by NumPy itself: value (i, j) is (i - 2) * 1.5 + j / 8.
float value(std::size_t i, std::size_t j) { return (static_cast<float>(i) - 2) * 1.5f + static_cast<float>(j) / 8; }

std::filesystem::path data(const std::string& name) { return golden::data("npy/" + name + ".npy"); }

std::string refusal(const std::filesystem::path& path) {
  try {
    load_npy(path);
  } catch (const InvalidFile& error) {
    return error.what();
  }
  return "it was read";
}

TEST(LoadNpy, ReadsEachTypeOrderAndFormat) {
  for (const char* name : {"float32", "float16", "float64_fortran", "format_2", "format_3"}) {
    const Matrix matrix = load_npy(data(name));
    ASSERT_EQ(matrix.rows(), 3u) << name;
    ASSERT_EQ(matrix.cols(), 5u) << name;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 5; ++j) EXPECT_EQ(matrix(i, j), value(i, j)) << name;
    }
  }
}

TEST(LoadNpy, MakesOneRowOfAVector) {
  const Matrix matrix = load_npy(data("vector"));
  ASSERT_EQ(matrix.rows(), 1u);
  ASSERT_EQ(matrix.cols(), 5u);
  for (std::size_t j = 0; j < 5; ++j) EXPECT_EQ(matrix(0, j), value(1, j));
}

TEST(LoadNpy, ReadsNoRows) {
  const Matrix matrix = load_npy(data("empty"));
  EXPECT_EQ(matrix.rows(), 0u);
  EXPECT_EQ(matrix.cols(), 5u);
}

TEST(LoadNpy, ReadsTheReferencesFeatures) {
  const auto path = golden::model("image_features.npy");
  const auto expected = golden::read_npy<float>(path);
  const Matrix matrix = load_npy(path);
  ASSERT_EQ(matrix.rows(), expected.rows());
  ASSERT_EQ(matrix.cols(), expected.cols());
  EXPECT_EQ(std::vector<float>(matrix.data(), matrix.data() + expected.values.size()), expected.values);
}

TEST(LoadNpy, NamesTheFileAndWhatItHolds) {
  EXPECT_NE(refusal(data("big_endian")).find("'>f4'"), std::string::npos);
  EXPECT_NE(refusal(data("int32")).find("'<i4'"), std::string::npos);
  EXPECT_NE(refusal(data("three_dimensions")).find("3 dimensions"), std::string::npos);
  EXPECT_NE(refusal(data("scalar")).find("0 dimensions"), std::string::npos);
  for (const char* name : {"big_endian", "int32", "three_dimensions", "scalar", "records", "objects"}) {
    EXPECT_EQ(refusal(data(name)).find(data(name).string() + ": "), 0u) << refusal(data(name));
  }
}

TEST(LoadNpy, RefusesRowsWithoutValues) { EXPECT_THROW(load_npy(data("rows_without_values")), InvalidFile); }

TEST(LoadNpy, RefusesWhatIsNoFile) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(load_npy(folder / "missing.npy"), InvalidFile);
  EXPECT_THROW(load_npy(folder.path()), InvalidFile);
  std::ofstream(folder / "text.npy") << "0.5, 0.25\n";
  EXPECT_EQ(refusal(folder / "text.npy"), (folder / "text.npy").string() + ": is not a NumPy file");
  std::ofstream(folder / "nothing.npy").close();
  EXPECT_THROW(load_npy(folder / "nothing.npy"), InvalidFile);
}

TEST(LoadNpy, RefusesAFileCutAtAnyByte) {
  for (const char* name : {"float32", "float16", "float64_fortran", "format_2", "vector"}) {
    const std::string bytes = golden::read_bytes(data(name));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const auto part = std::as_bytes(std::span(bytes)).first(size);
      EXPECT_THROW(matrix::read_npy(part), InvalidFile) << name << " cut at " << size;
    }
  }
}

TEST(LoadNpy, RefusesBytesTooMany) {
  const std::string bytes = golden::read_bytes(data("float32")) + "x";
  EXPECT_THROW(matrix::read_npy(std::as_bytes(std::span(bytes))), InvalidFile);
}

TEST(LoadNpy, SurvivesEveryFlippedBit) {
  std::string bytes = golden::read_bytes(data("float16"));
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
      try {
        const Matrix matrix = matrix::read_npy(std::as_bytes(std::span(bytes)));
        EXPECT_EQ(matrix.rows() * matrix.cols(), 15u);
      } catch (const InvalidFile&) {
        ++refused;
      }
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
    }
  }
  EXPECT_GT(refused, 8u * 60);  // the header's text at least
}

TEST(LoadNpy, RefusesSizesThatOverflow) {
  const std::string bytes = golden::read_bytes(data("float32"));
  const std::size_t shape = bytes.find("(3, 5), }");
  for (const std::string huge :
       {"(9223372036854775808, 2), }", "(4611686018427387904, 4), }", "(2, 9223372036854775808), }",
        "(18446744073709551615, 18446744073709551615), }", "(1000000000, 5), }", "(3, 1000000000), }"}) {
    std::string changed = bytes;
    changed.replace(shape, huge.size(), huge);
    EXPECT_THROW(matrix::read_npy(std::as_bytes(std::span(changed))), InvalidFile) << huge;
  }
}

TEST(SaveNpy, WritesTheBytesThatNumpyWrites) {
  const testing::TemporaryFolder folder;
  Matrix matrix(3, 5);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 5; ++j) matrix(i, j) = value(i, j);
  }
  save_npy(folder / "a.npy", matrix);
  EXPECT_EQ(golden::read_bytes(folder / "a.npy"), golden::read_bytes(data("float32")));
  save_npy(folder / "empty.npy", Matrix(0, 5));
  EXPECT_EQ(golden::read_bytes(folder / "empty.npy"), golden::read_bytes(data("empty")));
}

TEST(SaveNpy, KeepsEveryValueBitForBit) {
  const testing::TemporaryFolder folder;
  const Matrix matrix(2, 3,
                      {-0.0f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(),
                       std::numeric_limits<float>::denorm_min(), std::numeric_limits<float>::max(), 1.0f / 3});
  save_npy(folder / "a.npy", matrix);
  const Matrix again = load_npy(folder / "a.npy");
  ASSERT_EQ(again.rows(), 2u);
  ASSERT_EQ(again.cols(), 3u);
  EXPECT_EQ(std::memcmp(again.data(), matrix.data(), 6 * sizeof(float)), 0);
}

TEST(SaveNpy, ReplacesAFileAndLeavesNothingBeside) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "a.npy") << "old";
  save_npy(folder / "a.npy", Matrix(1, 1, {2}));
  EXPECT_EQ(load_npy(folder / "a.npy")(0, 0), 2);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(SaveNpy, SaysWhereItCannotWrite) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "file").close();
  try {
    save_npy(folder / "file" / "a.npy", Matrix(1, 1));
    FAIL();
  } catch (const InvalidFile& error) {
    EXPECT_NE(std::string(error.what()).find("a.npy: cannot be written"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace longclip
