#include "checkpoint/safetensors.h"

#include <gtest/gtest.h>

#include <string>

#include "checkpoint/bytes.h"
#include "checkpoint/tensor_file.h"

namespace longclip::checkpoint {
namespace {

using namespace std::string_literals;
using test::contains;
using test::little;
using test::source_of;

std::string file(const std::string& header, const std::string& data = "") {
  return little<std::uint64_t>(header.size()) + header + data;
}

std::string reason(const std::string& bytes) {
  return test::reason([&] { read_safetensors(source_of(bytes)); });
}

const std::string kData(12, '\1');

// A header of one tensor "w" whose entry is given.
std::string one(const std::string& entry) { return file("{\"w\":" + entry + "}", kData); }

TEST(Safetensors, ReadsTensorsInAnyOrderWithMetadataAndPadding) {
  const auto read = read_safetensors(source_of(file(
      R"({"b":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]},"__metadata__":{"format":"pt"},)"
      R"("a":{"shape":[],"data_offsets":[0,4],"dtype":"F32"},"none":{"dtype":"F16","shape":[0,3],"data_offsets":[4,4]}}   )",
      little(1.5f) + little(2.5f) + little(3.5f))));
  EXPECT_EQ(read.tensors.size(), 3u);
  EXPECT_EQ(to_float(read.tensors.at("a")), std::vector<float>{1.5f});
  EXPECT_EQ(to_float(read.tensors.at("b")), (std::vector<float>{2.5f, 3.5f}));
  EXPECT_EQ(read.tensors.at("none").shape, (std::vector<std::int64_t>{0, 3}));
}

// The file begins with the header's length, 640, whose bytes are also those that a pickle begins with.
TEST(Safetensors, AreNotTakenForAPickle) {
  const std::string bytes = file("{}" + std::string(638, ' '));
  ASSERT_EQ(bytes.substr(0, 2), "\x80\x02");
  EXPECT_EQ(read_tensor_file(source_of(bytes)).format, read_safetensors(source_of(bytes)).format);
}

TEST(Safetensors, AreEmptyAtLeast) {
  EXPECT_EQ(reason(file("{}")), "");
  EXPECT_EQ(reason(file(R"({"__metadata__":{}})")), "");
}

TEST(Safetensors, RefuseAHeaderThatIsTooLong) {
  EXPECT_TRUE(contains(reason(little<std::uint64_t>(100'000'001) + "{}"), "100 MB"));
  EXPECT_TRUE(contains(reason(little<std::uint64_t>(~0ull) + "{}"), "100 MB"));
  EXPECT_TRUE(contains(reason(little<std::uint64_t>(3) + "{}"), "ends early"));
  EXPECT_TRUE(contains(reason(little<std::uint64_t>(100'000'000) + "{}"), "ends early"));
}

TEST(Safetensors, RefuseWhatIsNoJson) {
  for (const std::string& header : {""s, "{"s, " {}"s, "[]"s, "{}{}"s, "{}x"s, "{},"s, "{}\0"s, "{}\0{}"s,
                                    "{\"\xff\":1}"s, "{'a':1}"s, "{\"a\"}"s, "nul"s}) {
    EXPECT_NE(reason(file(header)), "") << header;
  }
}

TEST(Safetensors, RefuseDeepNestingAtOnce) {
  EXPECT_TRUE(contains(reason(file("{\"a\":" + std::string(1'000'000, '['))), "a list"));
  std::string objects = "{";
  for (int i = 0; i < 100'000; ++i) objects += "\"a\":{";
  EXPECT_NE(reason(file(objects)), "");
}

TEST(Safetensors, RefuseKeysThatStandTwice) {
  const std::string entry = R"({"dtype":"F32","shape":[3],"data_offsets":[0,12]})";
  EXPECT_TRUE(contains(reason(file("{\"w\":" + entry + ",\"w\":" + entry + "}", kData)), "'w' occurs twice"));
  EXPECT_TRUE(contains(reason(one(R"({"dtype":"F32","shape":[3],"shape":[3],"data_offsets":[0,12]})")),
                       "'shape' occurs twice"));
  EXPECT_TRUE(contains(reason(file(R"({"__metadata__":{"a":"1","a":"2"}})")), "'a' occurs twice"));
  EXPECT_TRUE(contains(reason(file(R"({"__metadata__":{},"__metadata__":{}})")), "'__metadata__' occurs twice"));
}

TEST(Safetensors, RefuseMetadataThatIsNoText) {
  for (const std::string value : {"1", "null", "{}", "[]", "true"}) {
    EXPECT_NE(reason(file(R"({"__metadata__":{"a":)" + value + "}}")), "") << value;
    EXPECT_NE(reason(file(R"({"__metadata__":)" + value + (value == "{}" ? "" : "}"))), "") << value;
  }
}

TEST(Safetensors, NameATypeThatIsNotSupported) {
  EXPECT_TRUE(contains(reason(one(R"({"dtype":"F8_E4M3","shape":[12],"data_offsets":[0,12]})")), "'F8_E4M3'"));
  EXPECT_TRUE(contains(reason(one(R"({"dtype":"f32","shape":[3],"data_offsets":[0,12]})")), "'f32'"));
}

TEST(Safetensors, RefuseEntriesOfAnotherSchema) {
  for (const std::string entry : {
           R"({"shape":[3],"data_offsets":[0,12]})",
           R"({"dtype":"F32","data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[3]})",
           R"({"dtype":"F32","shape":[3],"data_offsets":[0]})",
           R"({"dtype":"F32","shape":[3],"data_offsets":[0,12,12]})",
           R"({"dtype":"F32","shape":3,"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[3.0],"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[-3],"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":["3"],"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[[3]],"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[null],"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[3],"data_offsets":[0,12],"extra":1})",
           R"({"dtype":1,"shape":[3],"data_offsets":[0,12]})",
           R"({"dtype":["F32"],"shape":[3],"data_offsets":[0,12]})",
           R"("F32")",
           "12",
           "[]",
       }) {
    EXPECT_NE(reason(one(entry)), "") << entry;
  }
}

TEST(Safetensors, RefuseSizesThatDoNotFit) {
  for (const std::string entry : {
           R"({"dtype":"F32","shape":[4],"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[2],"data_offsets":[0,12]})",
           R"({"dtype":"F32","shape":[3],"data_offsets":[12,0]})",
           R"({"dtype":"F32","shape":[4],"data_offsets":[0,16]})",
           R"({"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]})",
           R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})",
           R"({"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]})",
           R"({"dtype":"U8","shape":[12],"data_offsets":[0,18446744073709551616]})",
           R"({"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]})",
           R"({"dtype":"U8","shape":[12,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,12]})",
       }) {
    EXPECT_NE(reason(one(entry)), "") << entry;
  }
}

TEST(Safetensors, RefuseGapsOverlapsAndBytesLeftOver) {
  const auto two = [](const std::string& first, const std::string& second) {
    return reason(file(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + first +
                           R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}",
                       std::string(8, '\1')));
  };
  EXPECT_EQ(two("[4,8]", "[0,4]"), "");
  EXPECT_TRUE(contains(two("[0,4]", "[0,4]"), "overlap"));
  EXPECT_TRUE(contains(two("[0,4]", "[3,7]"), "overlap"));
  EXPECT_TRUE(contains(two("[1,5]", "[0,4]"), "overlap"));
  EXPECT_NE(reason(file(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", std::string(8, '\1'))), "");
  EXPECT_NE(reason(file(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", std::string(5, '\1'))), "");
  EXPECT_NE(reason(file("{}", "x")), "");
}

TEST(Safetensors, RefuseNamesThatAreNotPrintable) {
  EXPECT_TRUE(contains(reason(file(R"({"a\nb":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})")), "printable"));
  EXPECT_TRUE(
      contains(reason(file("{\"\xc3\xa9\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}")), "printable"));
}

}  // namespace
}  // namespace longclip::checkpoint
