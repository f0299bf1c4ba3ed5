#include "dataset/written.h"

namespace longclip::testing {
namespace {

class JsonLines : public WrittenDataset {};

TEST_F(JsonLines, CaptionsMayBeOneOrSeveralOfEitherKind) {
  const auto dataset =
      read_dataset(write("mine.txt",
                         "{\"caption\": \"A long one.\", \"image\": \"a.jpg\", \"author\": {\"x\": []}}\r\n"
                         "\n"
                         "{\"image\": \"b.jpg\", \"captions\": [\"One.\", \"Two.\"], \"short\": \"B\"}\n"
                         "{\"image\": \"sub/c.jpg\", \"shorts\": [\"C\", \"Sea\"], \"group\": 2}"));
  EXPECT_EQ(dataset.format, "jsonl");
  ASSERT_EQ(dataset.examples.size(), 3U);
  EXPECT_EQ(dataset.examples[0].image, folder_ / "a.jpg");
  EXPECT_EQ(dataset.examples[0].long_captions, Strings{"A long one."});
  EXPECT_TRUE(dataset.examples[0].short_captions.empty());
  EXPECT_EQ(dataset.examples[1].long_captions, (Strings{"One.", "Two."}));
  EXPECT_EQ(dataset.examples[1].short_captions, Strings{"B"});
  EXPECT_EQ(dataset.examples[2].image, folder_ / "sub/c.jpg");
  EXPECT_EQ(dataset.examples[2].short_captions, (Strings{"C", "Sea"}));
  EXPECT_EQ(dataset.examples[2].group, 2);
}

TEST_F(JsonLines, FirstAndCountTakeAPart) {
  std::string text;
  for (int i = 0; i < 6; ++i) text += "{\"image\": \"" + std::to_string(i) + ".jpg\", \"caption\": \"A\"}\n";
  DatasetOptions options;
  options.first = 4;
  options.count = 1;
  const auto dataset = read_dataset(write("mine.jsonl", text + "damaged"), options);
  ASSERT_EQ(dataset.examples.size(), 1U);
  EXPECT_EQ(dataset.examples[0].image, folder_ / "4.jpg");
}

TEST_F(JsonLines, PicturesAreRelativeToTheFolderThatIsGiven) {
  const auto path = write("mine.jsonl", "{\"image\": \"x/./a.jpg\", \"caption\": \"A\"}");
  DatasetOptions options;
  options.images = folder_ / "pictures";
  EXPECT_EQ(read_dataset(path, options).examples[0].image, folder_ / "pictures/x/a.jpg");
}

TEST_F(JsonLines, AbsoluteNamesCountInsideTheFolderThatIsGiven) {
  const auto path = write("mine.jsonl", "{\"image\": \"/photos/a.jpg\", \"caption\": \"A\"}");
  DatasetOptions options;
  options.images = "/";
  EXPECT_EQ(read_dataset(path, options).examples[0].image, "/photos/a.jpg");
  options.images = "/photos/../photos";
  EXPECT_EQ(read_dataset(path, options).examples[0].image, "/photos/a.jpg");
}

}  // namespace
}  // namespace longclip::testing
