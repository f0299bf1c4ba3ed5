#include <longclip/error.h>

#include "dataset/written.h"

namespace longclip::testing {
namespace {

constexpr const char* kLine = "{\"image\": \"a.jpg\", \"caption\": \"A\"}";

class Folder : public WrittenDataset {
 protected:
  std::string refusal(const DatasetOptions& options = {}) const {
    try {
      read_dataset(folder_.path(), options);
    } catch (const InvalidInput& error) {
      return error.what();
    }
    return "not refused";
  }
};

TEST_F(Folder, WithCaptionsJsonIsReadFromThere) {
  write("captions.json", R"([{"image": "b.jpg", "conversations": [{}, {"value": "B"}]}])");
  write("other.jsonl", kLine);
  write("image/1.jpg", "");
  write("caption/1.txt", "One");
  const auto dataset = read_dataset(folder_.path());
  EXPECT_EQ(dataset.format, "sharegpt4v");
  EXPECT_EQ(dataset.path, folder_ / "captions.json");
  EXPECT_EQ(dataset.examples.at(0).image, folder_ / "b.jpg");
}

TEST_F(Folder, WithOneKnownFileIsReadFromThere) {
  write("settings.json", "{\"answer\": 42}");
  write("notes.txt", kLine);  // only names that captions have are looked into
  write("mine.jsonl", kLine);
  EXPECT_EQ(read_dataset(folder_.path()).path, folder_ / "mine.jsonl");
}

TEST_F(Folder, WithSeveralMustBeAFile) {
  write("one.jsonl", kLine);
  write("two.jsonl", kLine);
  EXPECT_NE(refusal().find("one.jsonl and two.jsonl"), std::string::npos) << refusal();
}

TEST_F(Folder, WithNoneIsToldWhatIsTaken) {
  write("photo.jpg", "");
  for (const std::string form : {"conversations", "COCO", "Flickr30k", "JSON lines", "Urban-1k"}) {
    EXPECT_NE(refusal().find(form), std::string::npos) << refusal();
  }
}

TEST_F(Folder, OfUnknownContentOrFormatIsRefused) {
  DatasetOptions options;
  options.format = "webdataset";
  write("captions.json", "[]");
  EXPECT_NE(refusal(options).find("sharegpt4v, coco, flickr30k, jsonl, urban1k"), std::string::npos)
      << refusal(options);
  EXPECT_THROW(read_dataset(write("words.txt", "these are words")), InvalidInput);
  EXPECT_THROW(read_dataset(folder_ / "missing"), InvalidFile);
}

TEST_F(Folder, FormatThatIsGivenIsNotGuessed) {
  DatasetOptions options;
  options.format = "coco";
  EXPECT_THROW(read_dataset(write("mine.jsonl", kLine), options), InvalidFile);
  options.format = "urban1k";
  EXPECT_THROW(read_dataset(folder_.path(), options), InvalidFile);  // there is no image/
  EXPECT_THROW(read_dataset(folder_ / "mine.jsonl", options), InvalidInput);
}

TEST_F(Folder, PartBehindTheEndIsRefused) {
  DatasetOptions options;
  options.first = 1;
  write("mine.jsonl", kLine);
  EXPECT_NE(refusal(options).find("has 1 example"), std::string::npos) << refusal(options);
}

}  // namespace
}  // namespace longclip::testing
