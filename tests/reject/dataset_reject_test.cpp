// Damaged and hostile captions files: each is read, or refused in one line that names the file, the
// line and the reason.

#include <gtest/gtest.h>
#include <longclip/dataset.h>
#include <longclip/error.h>

#include <string>
#include <vector>

#include "dataset/parse.h"
#include "reject/damages.h"

namespace longclip::dataset {
namespace {

constexpr const char* kShare =
    "[\n{\"id\": 1, \"image\": \"a.jpg\",\n \"conversations\": [{\"value\": \"?\"}, {\"value\": \"A caption.\"}],\n"
    " \"group\": 0},\n"
    "{\"image\": \"b.jpg\", \"conversations\": [{\"value\": \"?\"}, {\"value\": \"B\"}], \"facts\": [\"b\"]}\n]\n";
constexpr const char* kCoco =
    "{\"info\": {\"year\": 2017},\n\"images\": [\n{\"id\": 9, \"file_name\": \"9.jpg\"},\n{\"id\": 3, \"file_name\": "
    "\"3.jpg\"}],\n\"annotations\": [\n{\"image_id\": 3, \"caption\": \"three\"},\n{\"image_id\": 9, \"caption\": "
    "\"nine\"}]}\n";
constexpr const char* kFlickr =
    "a.jpg#0\tone\na.jpg#1\ttwo\na.jpg#2\tthree\na.jpg#3\tfour\na.jpg#4\tfive\n"
    "b.jpg#0\tone\nb.jpg#1\ttwo\nb.jpg#2\tthree\nb.jpg#3\tfour\nb.jpg#4\tfive\n";
constexpr const char* kLines =
    "{\"image\": \"a.jpg\", \"caption\": \"A\"}\n{\"image\": \"b.jpg\", \"captions\": [\"B\", \"Bee\"], \"short\": "
    "\"b\"}\n";

std::string refusal(const std::string& format, const std::string& bytes) {
  DatasetOptions options;
  options.format = format;
  try {
    parse_dataset(bytes, "set", options);
  } catch (const Error& error) {
    return error.what();
  }
  return "read";
}

// A captions file with one thing put in place of another.
std::string changed(std::string bytes, const std::string& what, const std::string& by) {
  const auto at = bytes.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return bytes.replace(at, what.size(), by);
}

struct Refused {
  const char* format;
  std::string bytes;
  std::string told;  // the beginning of the message, or a part of it
};

TEST(RefusedDataset, NamesFileLineAndReason) {
  const std::string deep(100, '[');
  const std::vector<Refused> cases = {
      {"sharegpt4v", changed(kShare, "\"image\": \"a.jpg\"", "\"images\": 1"), "set:2: record 0: \"image\" is missing"},
      {"sharegpt4v", changed(kShare, "\"b.jpg\"", "7"), "set:5: record 1: \"image\" is not a string"},
      {"sharegpt4v", changed(kShare, "\"b.jpg\"", "\"\""), "set:5: the picture \"\" is not inside"},
      {"sharegpt4v", changed(kShare, "\"b.jpg\"", "\"../b.jpg\""), "set:5: the picture \"../b.jpg\" is not inside"},
      {"sharegpt4v", changed(kShare, "\"b.jpg\"", "\"x/../../b\""), "set:5: the picture \"x/../../b\" is not inside"},
      {"sharegpt4v", changed(kShare, "\"b.jpg\"", "\"/etc/passwd\""),
       "set:5: the picture \"/etc/passwd\" is not inside"},
      {"sharegpt4v", changed(kShare, "\"b.jpg\"", "\".\""), "set:5: the picture \".\" is not inside"},
      {"sharegpt4v", changed(kShare, "\"b.jpg\"", "\"b\\u0000.jpg\""), "set:5: the picture's name holds a NUL"},
      {"sharegpt4v", changed(kShare, "\"A caption.\"", "\" \\n\""), "set:2: record 0: the caption is empty"},
      {"sharegpt4v", changed(kShare, "{\"value\": \"?\"}, ", ""),
       "set:2: record 0: \"conversations\" is not a list whose"},
      {"sharegpt4v", changed(kShare, "\"A caption.\"", "3"), "set:2: record 0: \"conversations\" is not a list whose"},
      {"sharegpt4v", changed(kShare, "\"group\": 0", "\"group\": -2"),
       "set:2: record 0: \"group\" is not a number in range"},
      {"sharegpt4v", changed(kShare, "\"group\": 0", "\"group\": 3000000000"), "\"group\" is not a number in range"},
      {"sharegpt4v", changed(kShare, "\"group\": 0", "\"group\": 18446744073709551615"), "not a number in range"},
      {"sharegpt4v", changed(kShare, "\"group\": 0", "\"group\": 0.5"), "\"group\" is not a whole number"},
      {"sharegpt4v", changed(kShare, "[\"b\"]", "[\"b\", 1]"), "set:5: record 1: \"facts\" is not a string or a list"},
      {"sharegpt4v", changed(kShare, "\"id\": 1", "\"image\": \"c\""), "set:2: the JSON has the key \"image\" twice"},
      {"sharegpt4v", changed(kShare, "\"id\": 1", "\"x\": {\"y\": 1, \"y\": 2}"),
       "set:2: the JSON has the key \"y\" twice"},
      {"sharegpt4v", changed(kShare, "\"id\": 1", "\"id\": " + deep),
       "set:2: the JSON is nested more than 64 levels deep"},
      {"sharegpt4v", changed(kShare, "caption", "capt\xffion"),
       "set:3: not valid JSON: syntax error while parsing value - invalid string: ill-formed UTF-8"},
      {"sharegpt4v", changed(kShare, "caption", "capt\nion"),
       "set:3: not valid JSON: syntax error while parsing value - invalid string: control character"},
      {"sharegpt4v", changed(kShare, "\n]", ",\n]"), "set:6: not valid JSON"},
      {"sharegpt4v", changed(kShare, "\n]\n", ""), "set:5: not valid JSON"},
      {"sharegpt4v", std::string(kShare) + "[]", "set:7: not valid JSON"},
      {"sharegpt4v", changed(kShare, "\"group\": 0", "\"group\": 1e999"), "set:4: not valid JSON"},
      {"sharegpt4v", "[1,\n2]", "set:1: a record is not an object"},
      {"sharegpt4v", "[\n[]]", "set:2: a record is not an object"},
      {"sharegpt4v", "{}", "set:1: the JSON is not a list of records"},
      {"sharegpt4v", "\n3\n", "set:2: the JSON is not a list of records"},
      {"sharegpt4v", "", "set:1: not valid JSON"},
      {"sharegpt4v", "[]", "set: holds no example"},

      {"coco", changed(kCoco, "\"file_name\": \"3.jpg\"", "\"file\": 1"),
       "set:4: record 1 of \"images\": \"file_name\" is missing"},
      {"coco", changed(kCoco, "\"id\": 3", "\"id\": 9"), "set:4: record 1 of \"images\": its \"id\" was there before"},
      {"coco", changed(kCoco, "\"id\": 3", "\"id\": \"3\""),
       "set:4: record 1 of \"images\": \"id\" is not a whole number"},
      {"coco", changed(kCoco, "\"3.jpg\"", "\"/3.jpg\""), "set:4: the picture \"/3.jpg\" is not inside"},
      {"coco", changed(kCoco, "\"image_id\": 3", "\"image_id\": 4"),
       "set:6: the picture 4 of a caption is not in \"images\""},
      {"coco", changed(kCoco, "\"image_id\": 3", "\"image_id\": 9"), "set:4: the picture 3 has no caption"},
      {"coco", changed(kCoco, "\"nine\"", "\"\\t\""), "set:7: record 1 of \"annotations\": the caption is empty"},
      {"coco", changed(kCoco, "\"caption\": \"nine\"", "\"x\": 1"),
       "set:7: record 1 of \"annotations\": \"caption\" is missing"},
      {"coco", "{\"images\": 3}", "set:1: \"images\" is not a list"},
      {"coco", "{\n\"annotations\": {}}", "set:2: \"annotations\" is not a list"},
      {"coco", "{\"images\": []}", "set: holds no example"},
      {"coco", "[]", "set:1: the JSON is not an object"},

      {"flickr30k", changed(kFlickr, "a.jpg#2\tthree\n", ""), "set:3: a.jpg#3 is out of order: a.jpg#2 is due"},
      {"flickr30k", changed(kFlickr, "a.jpg#4\tfive\n", ""), "set:5: b.jpg#0 is out of order: a.jpg#4 is due"},
      {"flickr30k", changed(kFlickr, "b.jpg#0\tone\n", ""), "set:6: b.jpg#1 is out of order: b.jpg#0 is due"},
      {"flickr30k", changed(kFlickr, "b.jpg#4\tfive\n", ""), "set:9: ends before b.jpg#4"},
      {"flickr30k", std::string(kFlickr) + "a.jpg#0\tone\n", "set:11: the picture a.jpg was there before"},
      {"flickr30k", changed(kFlickr, "#2\tthree", "#2 three"), "set:3: is not of the form NAME#NUMBER<TAB>CAPTION"},
      {"flickr30k", changed(kFlickr, "#2\t", "#2x\t"), "set:3: is not of the form"},
      {"flickr30k", changed(kFlickr, "#2\t", "#99999999999999999999\t"), "set:3: is not of the form"},
      {"flickr30k", changed(kFlickr, "three", " "), "set:3: the caption is empty"},
      {"flickr30k", changed(kFlickr, "three", "thr\xc3"), "set:3: the text is not UTF-8"},
      {"flickr30k", changed(kFlickr, "b.jpg#0", "../b.jpg#0"), "set:6: the picture \"../b.jpg\" is not inside"},
      {"flickr30k", "", "set: holds no example"},

      {"jsonl", changed(kLines, "\"caption\": \"A\"", "\"text\": 1"), "set:1: there is no caption"},
      {"jsonl", changed(kLines, "[\"B\", \"Bee\"]", "[\"B\", \"\"]"), "set:2: a caption is empty"},
      {"jsonl", changed(kLines, "[\"B\", \"Bee\"]", "[]"), "read"},  // there is a short one
      {"jsonl", changed(kLines, "[\"B\", \"Bee\"]", "{}"), "set:2: \"captions\" is not a string or a list of strings"},
      {"jsonl", changed(kLines, "\"short\": \"b\"", "\"caption\": \"b\""),
       "set:2: has both \"caption\" and \"captions\""},
      {"jsonl", changed(kLines, "\"image\": \"b.jpg\", ", ""), "set:2: \"image\" is missing"},
      {"jsonl", changed(kLines, "b.jpg", "../b.jpg"), "set:2: the picture \"../b.jpg\" is not inside"},
      {"jsonl", std::string(kLines) + "\n[1]\n", "set:4: the JSON is not an object"},
      {"jsonl", std::string(kLines) + "{\"image\": \"c.jpg\", \"caption\": \"C\"} {}\n", "set:3: not valid JSON"},
      {"jsonl", std::string(kLines) + "{\"image\":\n\"c.jpg\", \"caption\": \"C\"}\n", "set:3: not valid JSON"},
  };
  for (const auto& [format, bytes, told] : cases) {
    const std::string line = refusal(format, bytes);
    EXPECT_NE(line.find(told), std::string::npos) << format << ": " << line << "\nwanted: " << told;
    EXPECT_EQ(line.find('\n'), std::string::npos);
  }
}

TEST(RefusedDataset, LongBytesAreNotQuotedWhole) {
  EXPECT_LT(refusal("sharegpt4v", "[\"" + std::string(1 << 20, 'x')).size(), 500U);
  const std::string name(1 << 20, 'x');
  EXPECT_LT(refusal("jsonl", "{\"" + name + "\": 1, \"" + name + "\": 2}").size(), 500U);
}

class Damaged : public ::testing::TestWithParam<const char*> {
 protected:
  // Whether it is read, whatever format it then seems to be of. Any exception but an Error escapes.
  static bool reads(const std::string& bytes) { return refusal("", bytes) == "read"; }
};

TEST_P(Damaged, InAnyByteIsReadOrRefused) {
  const std::string bytes = GetParam();
  ASSERT_TRUE(reads(bytes));
  std::size_t refused = 0;
  reject::change_each_byte(bytes, [&](const std::string& damaged) { refused += reads(damaged) ? 0 : 1; });
  reject::take_out_or_double(bytes, 1, [&](const std::string& damaged) { refused += reads(damaged) ? 0 : 1; });
  EXPECT_GT(refused, bytes.size() / 2);
}

TEST_P(Damaged, CutAtAnyLengthIsReadOrRefused) {
  const std::string bytes = GetParam();
  for (std::size_t size = 0; size < bytes.size(); ++size) refusal("", bytes.substr(0, size));
}

INSTANTIATE_TEST_SUITE_P(Formats, Damaged, ::testing::Values(kShare, kCoco, kFlickr, kLines));

}  // namespace
}  // namespace longclip::dataset
