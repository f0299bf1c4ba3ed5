#include "dataset/written.h"

namespace longclip::testing {
namespace {

class Flickr30k : public WrittenDataset {
 protected:
  static std::string picture(const std::string& name) {
    std::string lines;
    for (int k = 0; k < 5; ++k)
      lines += name + "#" + std::to_string(k) + "\t" + name + " said " + std::to_string(k) + " .\n";
    return lines;
  }
};

TEST_F(Flickr30k, HasFiveShortCaptionsForEachPicture) {
  const auto dataset = read_dataset(write("results_20130124.token", picture("1000092795.jpg") + picture("10#2.jpg")));
  EXPECT_EQ(dataset.format, "flickr30k");
  ASSERT_EQ(dataset.examples.size(), 2U);
  EXPECT_EQ(dataset.examples[0].image, folder_ / "1000092795.jpg");
  EXPECT_EQ(dataset.examples[0].short_captions.size(), 5U);
  EXPECT_EQ(dataset.examples[0].short_captions[4], "1000092795.jpg said 4 .");
  EXPECT_TRUE(dataset.examples[0].long_captions.empty());
  EXPECT_EQ(dataset.examples[1].image, folder_ / "10#2.jpg");
}

TEST_F(Flickr30k, PicturesAreLookedForInItsUsualFolder) {
  std::filesystem::create_directories(folder_ / "flickr30k-images");
  EXPECT_EQ(read_dataset(write("results.txt", picture("a.jpg"))).examples[0].image, folder_ / "flickr30k-images/a.jpg");
}

TEST_F(Flickr30k, FirstAndCountAreOfPictures) {
  DatasetOptions options;
  options.first = 1;
  options.count = 1;
  const auto path = write("results.token", picture("a.jpg") + picture("b.jpg") + picture("c.jpg"));
  const auto dataset = read_dataset(path, options);
  ASSERT_EQ(dataset.examples.size(), 1U);
  EXPECT_EQ(dataset.examples[0].image, folder_ / "b.jpg");
}

}  // namespace
}  // namespace longclip::testing
