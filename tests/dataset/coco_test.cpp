#include <nlohmann/json.hpp>

#include "dataset/written.h"

namespace longclip::testing {
namespace {

class Coco : public WrittenDataset {
 protected:
  // Pictures by falling id, annotations mixed, as many keys as COCO has.
  static nlohmann::ordered_json annotations() {
    nlohmann::ordered_json file;
    file["info"] = {{"description", "COCO"}, {"images", {1, 2}}};
    file["licenses"] = {{{"id", 1}, {"name", "BY"}}};
    file["images"] = {{{"license", 1}, {"file_name", "000000000139.jpg"}, {"id", 139}},
                      {{"license", 1}, {"file_name", "000000000009.jpg"}, {"id", 9}}};
    file["annotations"] = nlohmann::json::array();
    for (int i = 0; i < 6; ++i) {
      file["annotations"].push_back({{"image_id", 139}, {"id", 100 - i}, {"caption", "room " + std::to_string(i)}});
      if (i < 2) file["annotations"].push_back({{"image_id", 9}, {"id", i}, {"caption", "food " + std::to_string(i)}});
    }
    return file;
  }
};

TEST_F(Coco, PicturesComeByIdWithTheirFirstFiveCaptionsAsShortOnes) {
  const auto dataset = read_dataset(write("captions.json", annotations().dump()));
  EXPECT_EQ(dataset.format, "coco");
  ASSERT_EQ(dataset.examples.size(), 2U);
  EXPECT_EQ(dataset.examples[0].image, folder_ / "000000000009.jpg");
  EXPECT_EQ(dataset.examples[0].short_captions, (Strings{"food 0", "food 1"}));
  EXPECT_EQ(dataset.examples[1].short_captions, (Strings{"room 0", "room 1", "room 2", "room 3", "room 4"}));
  EXPECT_TRUE(dataset.examples[1].long_captions.empty());
}

TEST_F(Coco, ListsMayStandInEitherOrder) {
  auto file = annotations();
  const auto images = file["images"];
  file.erase("images");
  file["images"] = images;
  const auto dataset = read_dataset(write("captions.json", file.dump()));
  EXPECT_EQ(dataset.format, "coco");
  EXPECT_EQ(dataset.examples.at(1).image, folder_ / "000000000139.jpg");
}

TEST_F(Coco, PicturesAreLookedForWhereCocoHasThem) {
  const auto file = annotations().dump();
  std::filesystem::create_directories(folder_ / "coco/val2017");
  EXPECT_EQ(read_dataset(write("coco/annotations/captions_val2017.json", file)).examples[0].image,
            folder_ / "coco/val2017/000000000009.jpg");
  EXPECT_EQ(read_dataset(write("coco/captions_val2017.json", file)).examples[0].image,
            folder_ / "coco/val2017/000000000009.jpg");
  EXPECT_EQ(read_dataset(write("other/captions_val2017.json", file)).examples[0].image,
            folder_ / "other/000000000009.jpg");
}

TEST_F(Coco, FirstAndCountAreOfThePicturesById) {
  DatasetOptions options;
  options.first = 1;
  const auto dataset = read_dataset(write("captions.json", annotations().dump()), options);
  ASSERT_EQ(dataset.examples.size(), 1U);
  EXPECT_EQ(dataset.examples[0].image, folder_ / "000000000139.jpg");
}

}  // namespace
}  // namespace longclip::testing
