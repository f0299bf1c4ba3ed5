#include <cmath>
#include <string>
#include <vector>

#include "cli/golden_logits.h"

namespace longclip::testing {
namespace {

class Classify : public GoldenCommand {};

TEST_F(Classify, JsonHasTheReferencesProbabilitiesOfTheLabelsAlone) {
  const GoldenLogits golden;
  const std::vector<std::size_t> columns = {0, 2, 4};
  std::string labels;
  for (const auto column : columns) labels += nlohmann::json(golden.texts[column]).dump() + "\n";
  write("labels.jsonl", labels);
  std::vector<std::string> arguments = {"classify", "--json", "--labels", "labels.jsonl", "--templates", "none"};
  for (const auto& image : golden.images) arguments.push_back(golden_image(image));
  const auto outcome = run(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto results = json_lines(outcome.output);
  ASSERT_EQ(results.size(), golden.images.size());
  for (std::size_t image = 0; image < results.size(); ++image) {
    EXPECT_EQ(keys(results[image]), (std::vector<std::string>{"image", "labels"}));
    EXPECT_EQ(results[image]["image"], golden_image(golden.images[image]));
    ASSERT_EQ(results[image]["labels"].size(), columns.size());
    if (GoldenLogits::differs(golden.images[image])) continue;
    double sum = 0;
    for (const auto column : columns) sum += std::exp(double{golden.logits(image, column)});
    double last = 1;
    for (const auto& item : results[image]["labels"]) {
      EXPECT_EQ(keys(item), (std::vector<std::string>{"cosine", "index", "label", "probability"}));
      const std::size_t column = columns.at(item["index"]);
      EXPECT_EQ(item["label"], golden.texts[column]);
      const double probability = item["probability"];
      EXPECT_NEAR(probability, std::exp(double{golden.logits(image, column)}) / sum, 1e-4);
      EXPECT_LE(probability, last);
      last = probability;
    }
  }
}

TEST_F(Classify, TableIsThatOfRank) {
  write("labels.txt", "cat\na diagram\r\n");
  const auto outcome = run({"classify", golden_image("rgb.png"), "--labels", "labels.txt", "--templates", "none"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  auto ranked = lines(run({"rank", golden_image("rgb.png"), "--text", "cat", "a diagram"}).output);
  ASSERT_EQ(ranked.size(), 4U);
  ranked[0].replace(ranked[0].find("text"), 4, "label");
  EXPECT_EQ(lines(outcome.output), ranked);
}

TEST_F(Classify, TemplatesAreAPhotoUnlessOthersAreGiven) {
  write("labels.txt", "cat\ndog\n");
  write("photo.txt", "a photo of a {}.\n");
  const auto classify = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"classify", "--json", golden_image("rgb.png"), "--labels", "labels.txt"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
    return outcome.output;
  };
  EXPECT_EQ(classify({}), classify({"--templates", "photo.txt"}));
  EXPECT_NE(classify({}), classify({"--templates", "imagenet"}));
  EXPECT_NE(classify({}), classify({"--templates", "none"}));
}

TEST_F(Classify, TopIsFiveUnlessGiven) {
  write("labels.txt", "a\nb\nc\nd\ne\nf\na\n");
  const auto all =
      json_lines(run({"classify", "--json", "--top", "9", golden_image("rgb.png"), "--labels", "labels.txt"}).output)
          .at(0);
  ASSERT_EQ(all["labels"].size(), 7U);  // equal names are classes of their own
  double sum = 0;
  for (const auto& item : all["labels"]) sum += item["probability"].get<double>();
  EXPECT_NEAR(sum, 1, 1e-5);
  const auto five =
      json_lines(run({"classify", "--json", golden_image("rgb.png"), "--labels", "labels.txt"}).output).at(0);
  ASSERT_EQ(five["labels"].size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(five["labels"][i], all["labels"][i]);
}

TEST_F(Classify, BadPicturesAreReportedAndTheRestClassified) {
  write("labels.txt", "cat\ndog\n");
  write("words.png", "these are words");
  const auto outcome = run({"classify", "--json", "words.png", golden_image("rgb.png"), "--labels", "labels.txt"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(json_lines(outcome.output).size(), 1U);
  EXPECT_EQ(outcome.error.rfind("longclip: words.png: ", 0), 0U) << outcome.error;
}

TEST_F(Classify, LabelsThatAreNoneAreRefusedWithTheirLine) {
  const auto refusal = [&](const std::string& name, const std::string& content, const std::string& option) {
    write(name, content);
    write("good.txt", "cat\n");
    std::vector<std::string> arguments = {"classify", golden_image("rgb.png"), option, name};
    if (option != "--labels") arguments.insert(arguments.end(), {"--labels", "good.txt"});
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.output, "");
    return outcome.error;
  };
  EXPECT_NE(refusal("labels.txt", "cat\n\ndog\n", "--labels").find("labels.txt:2: is empty"), std::string::npos);
  EXPECT_NE(refusal("none.txt", "", "--labels").find("none.txt: holds no label"), std::string::npos);
  EXPECT_NE(refusal("labels.jsonl", "\"cat\"\n3\n", "--labels").find("labels.jsonl:2: "), std::string::npos);
  EXPECT_NE(refusal("labels.txt", "cat\n\xff\n", "--labels").find("the label"), std::string::npos);
  EXPECT_NE(refusal("templates.txt", "a photo\n", "--templates").find("\"a photo\""), std::string::npos);
  EXPECT_NE(refusal("missing/templates.txt", "", "--templates").find("missing/templates.txt"), std::string::npos);
}

TEST_F(Classify, StandardInputMayBeThePictureOrTheLabels) {
  write("labels.txt", "cat\ndog\n");
  Invocation picture{{"classify", "--json", "-", "--labels", "labels.txt"}};
  picture.input = golden::read_bytes(golden_image("rgb.png"));
  const auto by_picture = run(picture);
  ASSERT_EQ(by_picture.exit_code, 0) << by_picture.error;
  Invocation labels{{"classify", "--json", golden_image("rgb.png"), "--labels", "-"}};
  labels.input = "cat\ndog\n";
  EXPECT_EQ(json_lines(run(labels).output).at(0)["labels"], json_lines(by_picture.output).at(0)["labels"]);
  EXPECT_EQ(run({"classify", "-", "--labels", "-"}).exit_code, 2);
  EXPECT_EQ(run({"classify", golden_image("rgb.png")}).exit_code, 2);
  EXPECT_EQ(run({"classify", "--labels", "labels.txt"}).exit_code, 2);
}

}  // namespace
}  // namespace longclip::testing
