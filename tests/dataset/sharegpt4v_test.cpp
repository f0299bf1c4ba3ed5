#include <nlohmann/json.hpp>

#include "dataset/written.h"

namespace longclip::testing {
namespace {

class ShareGPT4V : public WrittenDataset {
 protected:
  static nlohmann::json record(const std::string& image, const std::string& caption) {
    return {{"id", "7"},
            {"image", image},
            {"conversations",
             {{{"from", "human"}, {"value", "<image>\nWhat is there?"}}, {{"from", "gpt"}, {"value", caption}}}}};
  }
};

TEST_F(ShareGPT4V, CaptionsAreTheAnswersAndTheirFirstSentences) {
  const nlohmann::json records = {
      record("coco/train2017/000000000009.jpg", "A plate of food.\nThere is broccoli. It is green."),
      record("b.jpg", "A dog at St. Mary's"),
      record("c.jpg", "No stop at all"),
      record("d.jpg", ". Nothing before the stop"),
  };
  const auto path = write("share.json", records.dump());
  const auto dataset = read_dataset(path);
  EXPECT_EQ(dataset.format, "sharegpt4v");
  EXPECT_EQ(dataset.path, path);
  ASSERT_EQ(dataset.examples.size(), 4U);
  const auto& first = dataset.examples[0];
  EXPECT_EQ(first.image, folder_ / "coco/train2017/000000000009.jpg");
  EXPECT_EQ(first.long_captions, Strings{"A plate of food. There is broccoli. It is green."});
  EXPECT_EQ(first.short_captions, Strings{"A plate of food"});
  EXPECT_TRUE(first.facts.empty());
  EXPECT_EQ(first.group, -1);
  EXPECT_EQ(first.detail_token, -1);
  EXPECT_EQ(dataset.examples[1].short_captions, Strings{"A dog at St"});  // as the reference has it
  EXPECT_EQ(dataset.examples[2].short_captions, Strings{"No stop at all"});
  EXPECT_EQ(dataset.examples[3].short_captions, Strings{". Nothing before the stop"});
}

TEST_F(ShareGPT4V, FieldsOfScenesAreKeptAndOthersPassedOver) {
  auto scene = record("images/000000.png", "A cow. It stands left of a tree.");
  scene["facts"] = {"cow", "tree", "cow left of tree"};
  scene["claims"] = {"cow"};
  scene["group"] = 3;
  scene["detail"] = "colour";
  scene["detail_token"] = 85;
  scene["extra"] = {{"deep", {1, {{"image", "not this"}}}}};
  const auto dataset = read_dataset(write("captions.json", nlohmann::json{scene}.dump(1)));
  const auto& example = dataset.examples.at(0);
  EXPECT_EQ(example.image, folder_ / "images/000000.png");
  EXPECT_EQ(example.facts, (Strings{"cow", "tree", "cow left of tree"}));
  EXPECT_EQ(example.claims, Strings{"cow"});
  EXPECT_EQ(example.group, 3);
  EXPECT_EQ(example.detail, "colour");
  EXPECT_EQ(example.detail_token, 85);
}

TEST_F(ShareGPT4V, FirstAndCountTakeAPart) {
  nlohmann::json records;
  for (int i = 0; i < 10; ++i) records.push_back(record(std::to_string(i) + ".jpg", "A caption."));
  const auto path = write("share.json", records.dump());
  DatasetOptions options;
  options.first = 3;
  options.count = 4;
  const auto part = read_dataset(path, options);
  ASSERT_EQ(part.examples.size(), 4U);
  EXPECT_EQ(part.examples.front().image, folder_ / "3.jpg");
  EXPECT_EQ(part.examples.back().image, folder_ / "6.jpg");
  options.count = 0;
  EXPECT_EQ(read_dataset(path, options).examples.size(), 7U);
}

// What follows the part is not read: the validation set is the first 1,000 of 1.2 million.
TEST_F(ShareGPT4V, NothingIsReadBehindThePart) {
  DatasetOptions options;
  options.count = 1;
  EXPECT_EQ(
      read_dataset(write("share.json", "[" + record("a.jpg", "A.").dump() + ", damaged"), options).examples.size(), 1U);
}

TEST_F(ShareGPT4V, IsToldByItsContent) {
  const std::string list = "\xEF\xBB\xBF \n" + nlohmann::json{record("a.jpg", "A.")}.dump();
  EXPECT_EQ(read_dataset(write("annotations.jsonl", list)).format, "sharegpt4v");
}

}  // namespace
}  // namespace longclip::testing
