#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

constexpr double kTolerance = 1e-4;  // of features, absolute

class Embed : public GoldenCommand {
 protected:
  std::vector<std::string> names(const std::string& file) const {
    std::vector<std::string> result;
    for (const auto& line : json_lines(read(file))) {
      EXPECT_EQ(keys(line), (std::vector<std::string>{"name", "row"}));
      EXPECT_EQ(line["row"], result.size());
      result.push_back(line["name"]);
    }
    return result;
  }
};

double length(const golden::Array<float>& array, std::size_t row) {
  double squares = 0;
  for (std::size_t i = 0; i < array.cols(); ++i) squares += std::pow(static_cast<double>(array(row, i)), 2);
  return std::sqrt(squares);
}

TEST_F(Embed, RawTextFeaturesEqualTheReference) {
  std::string file;
  std::vector<std::string> texts;
  for (const auto& text : golden_json(golden::model("texts.json"))) {
    texts.push_back(text["text"]);
    file += text["text"].dump() + "\n";
  }
  write("texts.jsonl", file);
  const auto outcome = run({"embed", "text", "texts.jsonl", "-o", "out.npy", "--raw", "--truncate"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(outcome.output, "");
  const auto features = golden::read_npy<float>(folder_ / "out.npy");
  const auto golden = golden::read_npy<float>(golden::model("text_features_248.npy"));
  ASSERT_EQ(features.shape, golden.shape);
  for (std::size_t i = 0; i < golden.values.size(); ++i) ASSERT_NEAR(features.values[i], golden.values[i], kTolerance);
  EXPECT_EQ(names("out.names.jsonl"), texts);
}

TEST_F(Embed, ImageFeaturesAreTheReferencesOfLengthOne) {
  write("list.txt", golden_image("astronaut_420.jpg") + "\n" + golden_image("rgb.png") + "\n");
  const auto outcome = run({"embed", "image", golden_image("animated.gif"), "list.txt", "-o", "out.npy"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto features = golden::read_npy<float>(folder_ / "out.npy");
  ASSERT_EQ(features.shape, (std::vector<std::size_t>{3, 32}));
  EXPECT_EQ(names("out.names.jsonl"),
            (std::vector<std::string>{golden_image("animated.gif"), golden_image("astronaut_420.jpg"),
                                      golden_image("rgb.png")}));
  const auto golden = golden::read_npy<float>(golden::model("image_features.npy"));
  for (std::size_t row = 0; row < 2; ++row) {  // the first two are the first two of the golden ones
    EXPECT_NEAR(length(features, row), 1, 1e-6);
    const double norm = length(golden, row);
    for (std::size_t i = 0; i < 32; ++i) ASSERT_NEAR(features(row, i), golden(row, i) / norm, kTolerance);
  }
}

TEST_F(Embed, FailuresAreLeftOutAndListedInTheLastLine) {
  write("bad.png", "no picture");
  const auto outcome =
      run({"embed", "image", "bad.png", golden_image("rgb.png"), "missing.jpg", "-o", "out.npy", "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto results = json_lines(outcome.output);
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(keys(results[0]), (std::vector<std::string>{"embedded", "failed"}));
  EXPECT_EQ(results[0]["embedded"], 1);
  ASSERT_EQ(results[0]["failed"].size(), 2U);
  EXPECT_EQ(keys(results[0]["failed"][0]), (std::vector<std::string>{"name", "reason"}));
  EXPECT_EQ(results[0]["failed"][0]["name"], "bad.png");
  EXPECT_EQ(results[0]["failed"][1]["name"], "missing.jpg");
  EXPECT_EQ(results[0]["failed"][1]["reason"], "No such file or directory");
  EXPECT_EQ(golden::read_npy<float>(folder_ / "out.npy").rows(), 1U);
  EXPECT_EQ(names("out.names.jsonl"), std::vector<std::string>{golden_image("rgb.png")});
}

TEST_F(Embed, DamageFoundOnlyInThePixelsIsAFailureOfThatPictureAlone) {
  write("cut.jpg", golden::read_bytes(golden_image("coffee_444.jpg")).substr(0, 20000));
  const auto outcome =
      run({"embed", "image", golden_image("rgb.png"), "cut.jpg", golden_image("exif6.jpg"), "-o", "out.npy", "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(json_lines(outcome.output).at(0)["embedded"], 2);
  EXPECT_EQ(json_lines(outcome.output).at(0)["failed"][0]["name"], "cut.jpg");
  EXPECT_EQ(names("out.names.jsonl"), (std::vector<std::string>{golden_image("rgb.png"), golden_image("exif6.jpg")}));
}

TEST_F(Embed, NothingEmbeddedWritesNothing) {
  const auto outcome = run({"embed", "image", "missing.jpg", "-o", "out.npy", "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(json_lines(outcome.output).at(0)["embedded"], 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Embed, TooLongTextsFailByTheirLine) {
  std::string text = "cat";
  for (int i = 1; i < 300; ++i) text += " cat";
  const auto outcome =
      run(Invocation{{"embed", "text", "-", "-o", "out.npy", "--json"}, "a cat\n" + text + "\na dog\n"});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto result = json_lines(outcome.output).at(0);
  EXPECT_EQ(result["embedded"], 2);
  EXPECT_EQ(result["failed"][0]["name"], "standard input:2");
  EXPECT_EQ(names("out.names.jsonl"), (std::vector<std::string>{"a cat", "a dog"}));
}

TEST_F(Embed, BadLinesOfJsonAreLeftOut) {
  write("texts.jsonl", "\"a cat\"\n{\"caption\": \"no\"}\n\"a dog\"\n");
  const auto outcome = run({"embed", "text", "texts.jsonl", "-o", "out.npy", "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(json_lines(outcome.output).at(0)["failed"][0]["name"], "texts.jsonl:2");
  EXPECT_EQ(names("out.names.jsonl"), (std::vector<std::string>{"a cat", "a dog"}));
}

// Else the first file that is opened would get its number, and messages would go into that file.
TEST_F(Embed, ClosedStandardErrorDoesNotHarmTheFeatures) {
  const std::string texts =
      "a cat\nb\xFF"
      "d\na dog\n";  // the second has a message
  run(Invocation{{"embed", "text", "-", "-o", "open.npy"}, texts});
  Invocation invocation{{"embed", "text", "-", "-o", "closed.npy"}, texts};
  invocation.error_closed = true;
  EXPECT_EQ(run(invocation).exit_code, 1);
  EXPECT_EQ(read("closed.npy"), read("open.npy"));
}

TEST_F(Embed, RowsAreInInputOrderHoweverManyThereAre) {
  std::string many;
  for (int i = 0; i < 700; ++i) many += "number " + std::to_string(i) + "\n";
  const auto outcome = run(Invocation{{"embed", "text", "-", "-o", "many.npy"}, many});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  ASSERT_EQ(run(Invocation{{"embed", "text", "-", "-o", "one.npy"}, "number 655\n"}).exit_code, 0);
  const auto all = golden::read_npy<float>(folder_ / "many.npy");
  const auto one = golden::read_npy<float>(folder_ / "one.npy");
  ASSERT_EQ(all.rows(), 700U);
  for (std::size_t i = 0; i < one.cols(); ++i) EXPECT_NEAR(all(655, i), one(0, i), 1e-6);
  EXPECT_EQ(names("many.names.jsonl").at(655), "number 655");
}

TEST_F(Embed, ListOfPicturesMayComeFromStandardInput) {
  const auto outcome = run(Invocation{{"embed", "image", "@-", "-o", "out.npy"}, golden_image("rgb.png") + "\n"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(names("out.names.jsonl"), std::vector<std::string>{golden_image("rgb.png")});
}

TEST_F(Embed, OutputThatCannotBeWrittenIsToldBeforeTheWork) {
  std::filesystem::create_directory(folder_ / "out.npy");
  const auto outcome = run({"embed", "image", golden_image("rgb.png"), "-o", "out.npy"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error.rfind("longclip: out.npy: is a folder", 0), 0U) << outcome.error;
  const auto slash = run({"embed", "image", golden_image("rgb.png"), "-o", "features/"});
  EXPECT_EQ(slash.exit_code, 1);
  EXPECT_EQ(slash.error.rfind("longclip: features/: is a folder", 0), 0U) << slash.error;
  EXPECT_FALSE(exists("features"));
}

// As editors on Windows write them.
TEST_F(Embed, ListOfPicturesMayBeginWithAByteOrderMark) {
  write("list.txt", "\xEF\xBB\xBF" + golden_image("rgb.png") + "\r\n" + golden_image("palette.png") + "\r\n");
  const auto outcome = run({"embed", "image", "list.txt", "-o", "out.npy"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(names("out.names.jsonl"), (std::vector<std::string>{golden_image("rgb.png"), golden_image("palette.png")}));
}

TEST_F(Embed, ListThatCannotBeReadStopsIt) {
  const auto outcome = run({"embed", "image", golden_image("rgb.png"), "@missing", "-o", "out.npy"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error.rfind("longclip: missing: cannot be read: No such file", 0), 0U) << outcome.error;
  EXPECT_FALSE(exists("out.npy"));
}

// Largest difference of two files' numbers.
double difference(const golden::Array<float>& a, const golden::Array<float>& b) {
  EXPECT_EQ(a.shape, b.shape);
  double largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(a.values[i]) - b.values[i]));
  }
  return largest;
}

TEST_F(Embed, ScaledDecodingChangesLargePhotosALittle) {
  const std::string photo = golden_image("photo_1200x900.jpg");
  ASSERT_EQ(run({"embed", "image", photo, "-o", "exact.npy"}).exit_code, 0);
  ASSERT_EQ(run({"embed", "image", photo, "--scaled-decoding", "-o", "scaled.npy"}).exit_code, 0);
  const double changed =
      difference(golden::read_npy<float>(folder_ / "exact.npy"), golden::read_npy<float>(folder_ / "scaled.npy"));
  EXPECT_GT(changed, 0);
  EXPECT_LT(changed, 0.01);
}

TEST_F(Embed, ComputesInThePrecisionAskedForOrSaysWhyNot) {
  const std::vector<std::string> texts{"embed", "text", "-", "-o", "fp32.npy"};
  ASSERT_EQ(run(Invocation{texts, "a cat\na dog\n"}).exit_code, 0);
  const auto exact = golden::read_npy<float>(folder_ / "fp32.npy");
  for (const auto& [precision, instructions] : {std::pair{"bf16", "AVX512_BF16"}, std::pair{"int8", "AVX512_VNNI"}}) {
    const std::string file = std::string(precision) + ".npy";
    const auto outcome =
        run(Invocation{{"embed", "text", "-", "-o", file, "--precision", precision}, "a cat\na dog\n"});
    if (outcome.exit_code != 0) {
      EXPECT_NE(outcome.error.find(std::string("lacks ") + instructions), std::string::npos) << outcome.error;
      continue;
    }
    const double changed = difference(golden::read_npy<float>(folder_ / file), exact);
    EXPECT_GT(changed, 1e-6) << precision;
    EXPECT_LT(changed, 0.05) << precision;
  }
  EXPECT_EQ(run(Invocation{{"embed", "text", "-", "-o", "auto.npy", "--precision", "auto"}, "a cat\n"}).exit_code, 0);
}

}  // namespace
}  // namespace longclip::testing
