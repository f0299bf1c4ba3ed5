#include <longclip/error.h>

#include "dataset/written.h"

namespace longclip::testing {
namespace {

class Urban1k : public WrittenDataset {
 protected:
  void add(const std::string& stem, const std::string& caption) const {
    write("image/" + stem + ".jpg", "");
    write("caption/" + stem + ".txt", caption);
  }

  void expect_refused(const std::string& file, const std::string& reason) const {
    try {
      read_dataset(folder_.path());
      FAIL() << "not refused";
    } catch (const InvalidFile& error) {
      EXPECT_EQ(std::string(error.what()).find((folder_ / file).string() + ":"), 0U) << error.what();
      EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    }
  }
};

TEST_F(Urban1k, TakesTheFirstLineOfEachCaptionByNumber) {
  add("10", "The tenth.\nAnother line");
  add("2", "The second.\r\n");
  add("1", "\xEF\xBB\xBFThe first.");
  write("image/.hidden", "");
  const auto dataset = read_dataset(folder_.path());
  EXPECT_EQ(dataset.format, "urban1k");
  EXPECT_EQ(dataset.path, folder_.path());
  ASSERT_EQ(dataset.examples.size(), 3U);
  EXPECT_EQ(dataset.examples[0].image, folder_ / "image/1.jpg");
  EXPECT_EQ(dataset.examples[0].long_captions, Strings{"The first."});
  EXPECT_TRUE(dataset.examples[0].short_captions.empty());
  EXPECT_EQ(dataset.examples[1].long_captions, Strings{"The second."});
  EXPECT_EQ(dataset.examples[2].long_captions, Strings{"The tenth."});
}

TEST_F(Urban1k, PicturesMayLieElsewhere) {
  add("1", "One.");
  write("smaller/1.png", "");
  DatasetOptions options;
  options.images = folder_ / "smaller";
  EXPECT_EQ(read_dataset(folder_.path(), options).examples.at(0).image, folder_ / "smaller/1.png");
}

TEST_F(Urban1k, PictureWithoutACaptionIsRefused) {
  add("1", "One.");
  write("image/2.jpg", "");
  expect_refused("image/2.jpg", "caption/2.txt");
}

TEST_F(Urban1k, CaptionWithoutAPictureIsRefused) {
  add("1", "One.");
  write("caption/2.txt", "Two.");
  expect_refused("caption/2.txt", "no picture");
}

TEST_F(Urban1k, TwoPicturesOfOneNameAreRefused) {
  add("1", "One.");
  write("image/1.png", "");
  expect_refused("image/1.png", "1.jpg");
}

// Nor is one read in part.
TEST_F(Urban1k, CaptionOfMoreThanAMebibyteIsRefused) {
  const std::string much(1 << 21, 'a');
  add("7", much);
  expect_refused("caption/7.txt", "its first line is longer than a mebibyte");
  add("7", "Short.\n" + much);
  EXPECT_EQ(read_dataset(folder_.path()).examples.at(0).long_captions, std::vector<std::string>{"Short."});
}

TEST_F(Urban1k, BrokenCaptionsAreRefusedWithTheirLine) {
  add("1", " \nsecond line");
  expect_refused("caption/1.txt:1", "empty");
  add("1", "Caf\xe9");
  expect_refused("caption/1.txt:1", "UTF-8");
}

}  // namespace
}  // namespace longclip::testing
