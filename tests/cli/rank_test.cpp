#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cli/golden_command.h"

namespace longclip::testing {
namespace {

// The golden logits are images x texts, scaled by 100.
constexpr double kLogitScale = 100;
constexpr double kCosineTolerance = 2e-6;

struct GoldenScores {
  std::vector<std::string> images;  // paths
  std::vector<std::string> texts;
  golden::Array<float> logits = golden::read_npy<float>(golden::model("logits_per_image.npy"));
  golden::Array<float> probabilities = golden::read_npy<float>(golden::model("probs_per_image.npy"));

  GoldenScores() {
    const auto manifest = golden_json(golden::data("images/manifest.json"));
    for (const auto& image : manifest["images"]) images.push_back(golden_image(image["file"]));
    for (const auto& text : golden_json(golden::model("texts.json"))) texts.push_back(text["text"]);
  }

  // Pictures whose pixels differ from the reference's by design: CMYK by up to two levels, and
  // 16-bit grey, which the reference clips to white.
  static bool differs(const std::string& image) { return image.ends_with("cmyk.jpg") || image.ends_with("grey16.png"); }
};

class Rank : public GoldenCommand {
 protected:
  void write_texts(const GoldenScores& golden) const {
    std::string file;
    for (const auto& text : golden.texts) file += nlohmann::json{{"text", text}}.dump() + "\n";
    write("texts.jsonl", file);
  }
};

TEST_F(Rank, JsonEqualsTheReferenceForEveryImage) {
  const GoldenScores golden;
  write_texts(golden);
  std::vector<std::string> arguments = {"rank", "--json", "--truncate", "--texts", "texts.jsonl"};
  arguments.insert(arguments.end(), golden.images.begin(), golden.images.end());
  const auto outcome = run(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_NE(outcome.error.find("texts.jsonl:27: truncated"), std::string::npos) << outcome.error;
  const auto results = json_lines(outcome.output);
  ASSERT_EQ(results.size(), golden.images.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(keys(results[i]), (std::vector<std::string>{"image", "texts"}));
    EXPECT_EQ(results[i]["image"], golden.images[i]);
    const auto& texts = results[i]["texts"];
    ASSERT_EQ(texts.size(), golden.texts.size());
    for (std::size_t rank = 0; rank < texts.size(); ++rank) {
      EXPECT_EQ(keys(texts[rank]), (std::vector<std::string>{"cosine", "index", "probability", "text"}));
      const std::size_t index = texts[rank]["index"];
      EXPECT_EQ(texts[rank]["text"], golden.texts[index]);
      EXPECT_LE(texts[rank]["cosine"].get<double>(), texts[rank == 0 ? 0 : rank - 1]["cosine"].get<double>());
      if (GoldenScores::differs(golden.images[i])) continue;
      EXPECT_NEAR(texts[rank]["cosine"].get<double>(), golden.logits(i, index) / kLogitScale, kCosineTolerance)
          << golden.images[i] << ": " << golden.texts[index];
      EXPECT_NEAR(texts[rank]["probability"].get<double>(), golden.probabilities(i, index), 1e-4);
    }
  }
}

TEST_F(Rank, ByTextIsTheSameTurnedRound) {
  const GoldenScores golden;
  const std::vector<std::size_t> images = {1, 5, 9};
  std::vector<std::string> arguments = {"rank", "--json", "--by", "text"};
  for (const auto i : images) arguments.push_back(golden.images[i]);
  arguments.insert(arguments.end(), {"--text", golden.texts[3], golden.texts[4]});
  const auto outcome = run(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto results = json_lines(outcome.output);
  ASSERT_EQ(results.size(), 2U);
  for (std::size_t text = 0; text < results.size(); ++text) {
    EXPECT_EQ(keys(results[text]), (std::vector<std::string>{"images", "text"}));
    EXPECT_EQ(results[text]["text"], golden.texts[3 + text]);
    double total = 0;
    double least = 1;
    for (const auto& item : results[text]["images"]) {
      EXPECT_EQ(keys(item), (std::vector<std::string>{"cosine", "image", "index", "probability"}));
      const std::size_t image = images.at(item["index"]);
      EXPECT_EQ(item["image"], golden.images[image]);
      EXPECT_NEAR(item["cosine"].get<double>(), golden.logits(image, 3 + text) / kLogitScale, kCosineTolerance);
      EXPECT_LE(item["cosine"].get<double>(), least);
      least = item["cosine"];
      total += item["probability"].get<double>();
    }
    EXPECT_EQ(results[text]["images"].size(), images.size());
    EXPECT_NEAR(total, 1, 1e-5);
  }
}

TEST_F(Rank, TopKeepsTheBestAndTheirProbabilitiesAmongAll) {
  const auto all =
      json_lines(run({"rank", "--json", golden_image("rgb.png"), "--text", "cat", "a diagram", "dog"}).output).at(0);
  const auto top =
      json_lines(
          run({"rank", "--json", golden_image("rgb.png"), "--top", "2", "--text", "cat", "a diagram", "dog"}).output)
          .at(0);
  ASSERT_EQ(top["texts"].size(), 2U);
  EXPECT_EQ(top["texts"][0], all["texts"][0]);
  EXPECT_EQ(top["texts"][1], all["texts"][1]);
}

TEST_F(Rank, TableShowsRankCosineAndProbability) {
  const auto outcome = run({"rank", golden_image("rgb.png"), "--text", "cat", "a diagram"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto best = json_lines(run({"rank", "--json", golden_image("rgb.png"), "--text", "cat", "a diagram"}).output)
                        .at(0)["texts"][0];
  char row[200];
  std::snprintf(row, sizeof row, "   1%8.4f%11.1f %%  %s", best["cosine"].get<double>(),
                100 * best["probability"].get<double>(), best["text"].get<std::string>().c_str());
  const auto table = lines(outcome.output);
  ASSERT_EQ(table.size(), 4U);
  EXPECT_EQ(table[0], "      cosine  probability  text");
  EXPECT_EQ(table[1], golden_image("rgb.png"));
  EXPECT_EQ(table[2], row);
}

TEST_F(Rank, LongTextsAreWrappedToTheWidth) {
  std::string text = "Many dogs";
  for (int i = 0; i < 60; ++i) text += " and cats";
  Invocation invocation{{"rank", golden_image("rgb.png"), "--text", text}};
  invocation.environment["COLUMNS"] = "60";
  const auto narrow = lines(run(invocation).output);
  ASSERT_EQ(narrow.size(), 6U);  // head, image, and no more than four of the text
  for (std::size_t i = 2; i < narrow.size(); ++i) EXPECT_LE(narrow[i].size(), 62U) << narrow[i];  // "…" is three bytes
  EXPECT_TRUE(narrow.back().ends_with("…"));
  EXPECT_EQ(lines(run({"rank", golden_image("rgb.png"), "--text", text}).output).size(), 3U);  // a pipe has no width
}

TEST_F(Rank, BadImagesAreReportedAndTheRestRanked) {
  write("cut.jpg", golden::read_bytes(golden_image("coffee_444.jpg")).substr(0, 20000));
  write("words.png", "these are words");
  const auto outcome = run({"rank", "--json", "cut.jpg", golden_image("rgb.png"), "words.png", "missing.png",
                            golden_image("exif6.jpg"), "--text", "cat"});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto results = json_lines(outcome.output);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]["image"], golden_image("rgb.png"));
  EXPECT_EQ(results[1]["image"], golden_image("exif6.jpg"));
  const auto reports = lines(outcome.error);
  ASSERT_EQ(reports.size(), 3U) << outcome.error;
  for (const auto* name : {"cut.jpg", "words.png", "missing.png"}) {
    EXPECT_EQ(
        std::count_if(reports.begin(), reports.end(),
                      [&](const auto& line) { return line.starts_with(std::string("longclip: ") + name + ": "); }),
        1)
        << outcome.error;
  }
}

TEST_F(Rank, IndexOfAnImageCountsThoseThatFailed) {
  const auto outcome = run({"rank", "--json", "--by", "text", "missing.png", golden_image("rgb.png"), "--text", "cat"});
  EXPECT_EQ(outcome.exit_code, 1);
  const auto images = json_lines(outcome.output).at(0)["images"];
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(images[0]["index"], 1);
  EXPECT_EQ(images[0]["image"], golden_image("rgb.png"));
}

TEST_F(Rank, AcceptDamagedTakesATruncatedPicture) {
  write("cut.jpg", golden::read_bytes(golden_image("coffee_444.jpg")).substr(0, 20000));
  const auto outcome = run({"rank", "--json", "cut.jpg", "--accept-damaged", "--text", "cat"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.error;
  EXPECT_EQ(json_lines(outcome.output).size(), 1U);
}

TEST_F(Rank, FoldersAreSearchedInNaturalOrder) {
  copy_image("rgb.png", "photos/photo10.png");
  copy_image("exif6.jpg", "photos/photo9.JPG");
  copy_image("lossy.webp", "photos/more/a.webp");
  copy_image("rgb.png", "photos/.hidden.png");
  write("photos/notes.txt", "not a picture");
  std::vector<std::string> names;
  for (const auto& result : json_lines(run({"rank", "--json", "photos", "--text", "cat"}).output))
    names.push_back(result["image"]);
  EXPECT_EQ(names, (std::vector<std::string>{"photos/more/a.webp", "photos/photo9.JPG", "photos/photo10.png"}));
}

TEST_F(Rank, FolderThatCannotBeSearchedIsAFailureOfItsOwn) {
  copy_image("rgb.png", "photos/a.png");
  copy_image("rgb.png", "photos/locked/b.png");
  std::filesystem::permissions(folder_ / "photos/locked", std::filesystem::perms::none);
  Invocation invocation{{"rank", "--json", "photos", "--text", "cat"}};
  invocation.without_privileges = true;
  const auto outcome = run(invocation);
  std::filesystem::permissions(folder_ / "photos/locked", std::filesystem::perms::owner_all);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(json_lines(outcome.output).size(), 1U);
  EXPECT_NE(outcome.error.find("photos/locked: "), std::string::npos) << outcome.error;
}

TEST_F(Rank, FolderWithoutPicturesIsAFailure) {
  std::filesystem::create_directory(folder_ / "empty");
  const auto outcome = run({"rank", "empty", "--text", "cat"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error.rfind("longclip: empty: holds no pictures", 0), 0U) << outcome.error;
}

TEST_F(Rank, PictureMayComeFromStandardInput) {
  const Invocation invocation{{"rank", "--json", "-", "--text", "cat"}, golden::read_bytes(golden_image("rgb.png"))};
  const auto piped = json_lines(run(invocation).output).at(0);
  const auto named = json_lines(run({"rank", "--json", golden_image("rgb.png"), "--text", "cat"}).output).at(0);
  EXPECT_EQ(piped["image"], "-");
  EXPECT_EQ(piped["texts"], named["texts"]);
}

TEST_F(Rank, TextsMayComeFromStandardInput) {
  const auto results =
      json_lines(run(Invocation{{"rank", "--json", golden_image("rgb.png"), "--texts", "-"}, "a cat\na dog\n"}).output);
  ASSERT_EQ(results.at(0)["texts"].size(), 2U);
}

TEST_F(Rank, PicturesMayFollowAFileOfTexts) {
  write("a.txt", "a cat\n");
  write("b.txt", "a dog\n");
  const auto outcome = run(
      {"rank", "--json", "--texts", "a.txt", golden_image("rgb.png"), "--texts", "b.txt", golden_image("exif6.jpg")});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto results = json_lines(outcome.output);
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[1]["image"], golden_image("exif6.jpg"));
  EXPECT_EQ(results[1]["texts"].size(), 2U);
}

TEST_F(Rank, TextsThatCannotBeReadStopTheRanking) {
  write("texts.jsonl", "\"a cat\"\nno JSON\n");
  const auto outcome = run({"rank", "--json", golden_image("rgb.png"), "--texts", "texts.jsonl"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_NE(outcome.error.find("texts.jsonl:2: "), std::string::npos) << outcome.error;
}

TEST_F(Rank, TextsThatAreTooLongNeedTruncate) {
  std::string text = "cat";
  for (int i = 1; i < 300; ++i) text += " cat";
  write("texts.txt", "short\n" + text + "\n");
  const auto refused = run({"rank", "--json", golden_image("rgb.png"), "--texts", "texts.txt"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.output, "");
  EXPECT_NE(refused.error.find("texts.txt:2: "), std::string::npos) << refused.error;
  EXPECT_NE(refused.error.find("--truncate"), std::string::npos) << refused.error;
  const auto taken = run({"rank", "--json", golden_image("rgb.png"), "--texts", "texts.txt", "--truncate"});
  EXPECT_EQ(taken.exit_code, 0);
  EXPECT_NE(taken.error.find("texts.txt:2: truncated"), std::string::npos) << taken.error;
  EXPECT_EQ(json_lines(taken.output).at(0)["texts"].size(), 2U);
}

// As a PNG's header has it, the highest byte first.
std::size_t height_of(const std::string& png) {
  std::size_t value = 0;
  for (const char byte : png.substr(20, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

TEST_F(Rank, PictureIsAPngOfThePictures) {
  const auto outcome = run({"rank", golden_image("astronaut_420.jpg"), golden_image("tall_9x600.png"), "--text", "cat",
                            "a photo of an astronaut", "--picture", "out.png"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto png = read("out.png");
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  // The command reads its own picture: it is whole.
  EXPECT_EQ(run({"rank", "out.png", "--text", "cat"}).exit_code, 0);
}

TEST_F(Rank, PictureOfTextsShowsTheirBestPictures) {
  std::filesystem::create_directory(folder_ / "photos");
  for (const char* name : {"rgb.png", "coffee_444.jpg", "astronaut_420.jpg", "tall_9x600.png"}) {
    copy_image(name, std::string("photos/") + name);
  }
  const auto one = run({"rank", "photos", "--text", "a cup", "--by", "text", "--picture", "one.png"});
  ASSERT_EQ(one.exit_code, 0) << one.error;
  EXPECT_EQ(one.error, "longclip: wrote one.png\n");
  const auto two =
      run({"rank", "photos", "--text", "a cup", "a photo of an astronaut", "--by", "text", "--picture", "two.png"});
  ASSERT_EQ(two.exit_code, 0) << two.error;
  // A second text takes as much room again.
  EXPECT_GT(height_of(read("two.png")), height_of(read("one.png")) + 400);
  EXPECT_EQ(run({"rank", "two.png", "--text", "cat"}).exit_code, 0);  // it is whole
}

TEST_F(Rank, PictureThatCannotBeWrittenIsToldBeforeTheWork) {
  std::filesystem::create_directory(folder_ / "folder.png");
  write("file", "not a folder");
  for (const std::string name : {"folder.png", "file/out.png"}) {
    const auto outcome = run({"rank", golden_image("rgb.png"), "--text", "cat", "--picture", name});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(outcome.error.rfind("longclip: " + name + ": ", 0), 0U) << outcome.error;
  }
}

TEST_F(Rank, PictureShowsPhotosTurnedAsAsked) {
  // exif6.jpg is stored wide and meant to be tall: its card is higher once it is turned.
  const auto height = [&](std::vector<std::string> options) {
    std::vector<std::string> arguments = {"rank", golden_image("exif6.jpg"), "--text", "cat", "--picture", "out.png"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    EXPECT_EQ(run(arguments).exit_code, 0);
    return height_of(read("out.png"));
  };
  EXPECT_GT(height({"--honour-orientation"}), height({}));
}

TEST_F(Rank, PictureTellsWhichCharactersNoFontHas) {
  const auto outcome = run({"rank", golden_image("rgb.png"), "--text", "\U0010FFFD", "--picture", "out.png"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.error.find("U+10FFFD"), std::string::npos) << outcome.error;
}

TEST_F(Rank, ModelIsNamedByOptionBeforeEnvironment) {
  Invocation invocation{{"rank", golden_image("rgb.png"), "--text", "cat", "--model", model()}};
  invocation.environment["LONGCLIP_MODEL"] = "/no/such/model";
  EXPECT_EQ(run(invocation).exit_code, 0);
  invocation.arguments.resize(4);
  const auto outcome = run(invocation);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
}

TEST_F(Rank, WithoutANameTakesTheModelThatShipsAndSaysSo) {
  Invocation invocation{{"rank", golden_image("rgb.png"), "--text", "cat", "a red car"}};
  invocation.folder = folder_.path();
  invocation.environment["LONGCLIP_HOME"] = folder_.path();
  // A folder of the name of a published model is not what was fetched.
  std::filesystem::copy(model(), folder_ / "longclip-b", std::filesystem::copy_options::recursive);
  const auto shipped = longclip(invocation);
  EXPECT_EQ(shipped.exit_code, 0);
  EXPECT_NE(shipped.error.find("longclip fetch longclip-b"), std::string::npos) << shipped.error;
  invocation.arguments.insert(invocation.arguments.end(), {"--model", "longclip-scenes"});
  const auto named = longclip(invocation);
  EXPECT_EQ(named.error, "");
  EXPECT_EQ(named.output, shipped.output);
}

TEST_F(Rank, WithoutANameTakesTheModelThatWasFetched) {
  Invocation invocation{{"rank", golden_image("rgb.png"), "--text", "cat", "a red car"}};
  invocation.environment["LONGCLIP_HOME"] = folder_.path();
  std::filesystem::create_directories(folder_ / "models");
  std::filesystem::copy(model(), folder_ / "models/longclip-b", std::filesystem::copy_options::recursive);
  const auto fetched = longclip(invocation);
  EXPECT_EQ(fetched.exit_code, 0);
  EXPECT_EQ(fetched.error, "");
  EXPECT_EQ(fetched.output, run(invocation).output);  // which names the same model
}

}  // namespace
}  // namespace longclip::testing
