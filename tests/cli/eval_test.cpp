#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/golden_logits.h"

namespace longclip::testing {
namespace {

// Shares that a reference allows: scores that differ by no more than rounding may stand either way.
struct Bounds {
  double low = 0;
  double high = 0;
};

// Recall by sorting: `score(q, i)` of each query and item, and whether they belong together.
Bounds recall(std::size_t queries, std::size_t items, std::size_t k,
              const std::function<double(std::size_t, std::size_t)>& score,
              const std::function<bool(std::size_t, std::size_t)>& right) {
  constexpr double kRounding = 1e-3;  // of logits, which are cosines times 100
  Bounds bounds;
  for (std::size_t q = 0; q < queries; ++q) {
    double best = -1e9;
    for (std::size_t i = 0; i < items; ++i) {
      if (right(q, i)) best = std::max(best, score(q, i));
    }
    std::size_t surely_ahead = 0;
    std::size_t maybe_ahead = 0;
    for (std::size_t i = 0; i < items; ++i) {
      if (right(q, i)) continue;
      surely_ahead += score(q, i) > best + kRounding ? 1 : 0;
      maybe_ahead += score(q, i) >= best - kRounding ? 1 : 0;
    }
    bounds.low += maybe_ahead < k ? 1 : 0;
    bounds.high += surely_ahead < k ? 1 : 0;
  }
  return {bounds.low / static_cast<double>(queries), bounds.high / static_cast<double>(queries)};
}

void expect_within(const nlohmann::json& value, const Bounds& bounds) {
  EXPECT_GE(value.get<double>(), bounds.low - 1e-9);
  EXPECT_LE(value.get<double>(), bounds.high + 1e-9);
}

class Eval : public GoldenCommand {
 protected:
  // Golden pictures with a golden text each: pairs of positions among them.
  struct Pair {
    std::size_t image;
    std::size_t text;
  };

  std::vector<Pair> pairs() const {
    std::vector<Pair> result;
    for (std::size_t image = 0; image < golden_.images.size(); ++image) {
      const std::size_t text = result.size() % golden_.texts.size();
      if (!GoldenLogits::differs(golden_.images[image])) result.push_back({image, text});
    }
    return result;
  }

  std::string pictures() const { return golden::data("images").string(); }

  GoldenLogits golden_;
};

TEST_F(Eval, JsonLinesHaveTheRecallOfTheReferencesScores) {
  std::vector<Pair> used;
  std::string file;
  for (const auto& pair : pairs()) {
    if (golden_.texts[pair.text].find_first_not_of(" \t\n") == std::string::npos) continue;  // no caption
    used.push_back(pair);
    file += nlohmann::json{{"image", golden_.images[pair.image]}, {"caption", golden_.texts[pair.text]}}.dump() + "\n";
  }
  write("set.jsonl", file);
  const auto outcome = run({"eval", "set.jsonl", "--images", pictures(), "--json", "--at", "5", "1", "2"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto report = json_lines(outcome.output).at(0);
  EXPECT_EQ(report["images"], used.size());
  EXPECT_EQ(report["format"], "jsonl");
  EXPECT_FALSE(report.contains("short"));
  EXPECT_FALSE(report.contains("groups"));
  const auto& scores = report["long"];
  EXPECT_EQ(scores["texts"], used.size());

  const auto same = [](std::size_t a, std::size_t b) { return a == b; };
  for (const std::size_t k : {1u, 2u, 5u}) {
    const std::string name = "recall@" + std::to_string(k);
    expect_within(scores["image_to_text"][name],
                  recall(
                      used.size(), used.size(), k,
                      [&](std::size_t q, std::size_t i) { return golden_.logits(used[q].image, used[i].text); }, same));
    expect_within(scores["text_to_image"][name],
                  recall(
                      used.size(), used.size(), k,
                      [&](std::size_t q, std::size_t i) { return golden_.logits(used[i].image, used[q].text); }, same));
    EXPECT_NEAR(scores["text_to_image"][name + "_chance"].get<double>(),
                static_cast<double>(k) / static_cast<double>(used.size()), 1e-9);
    const auto interval = scores["text_to_image"][name + "_interval"];
    EXPECT_LE(interval[0], scores["text_to_image"][name]);
    EXPECT_GE(interval[1], scores["text_to_image"][name]);
  }
  EXPECT_FALSE(scores["text_to_image"].contains("recall@10"));
}

// What `longclip scenes` writes: a folder with captions.json, facts and groups.
TEST_F(Eval, FolderOfScenesNeedsNoOptions) {
  const std::vector<std::string> images = {"rgb.png", "camera_grey.jpg", "coffee_444.jpg", "odd_333x251.jpg"};
  const std::vector<std::string> texts = {"cat", "a diagram"};
  std::map<std::string, std::size_t> rows;
  for (std::size_t i = 0; i < golden_.images.size(); ++i) rows[golden_.images[i]] = i;
  std::map<std::string, std::size_t> columns;
  for (std::size_t i = 0; i < golden_.texts.size(); ++i) columns[golden_.texts[i]] = i;

  auto records = nlohmann::json::array();
  for (std::size_t i = 0; i < images.size(); ++i) {
    copy_image(images[i], "world/images/" + images[i]);
    // The first sentences are golden texts, and true of the first two pictures, or of the others.
    records.push_back(
        {{"image", "images/" + images[i]},
         {"conversations", {{{"value", "?"}}, {{"value", texts[i / 2] + ". Number " + std::to_string(i)}}}},
         {"facts", {"fact " + std::to_string(i / 2), "always"}},
         {"claims", {"fact " + std::to_string(i / 2)}},
         {"group", i / 2},
         {"detail", i < 2 ? "colour" : "count"},
         {"detail_token", 80}});
  }
  write("world/captions.json", records.dump(1));
  const auto with_short_ones = run({"eval", "world", "--captions", "short", "--json"});
  // Which are alike within a group: accuracy there would say nothing.
  EXPECT_FALSE(json_lines(with_short_ones.output).at(0).contains("groups")) << with_short_ones.output;
  const auto outcome = run({"eval", "world", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto report = json_lines(outcome.output).at(0);
  EXPECT_EQ(report["images"], 4);
  EXPECT_EQ(report["long"]["texts"], 4);
  EXPECT_EQ(report["short"]["texts"], 4);

  const auto score = [&](std::size_t text, std::size_t image) {
    return golden_.logits(rows[images[image]], columns[texts[text / 2]]);
  };
  const auto right = [](std::size_t text, std::size_t image) { return text / 2 == image / 2; };
  expect_within(report["short"]["text_to_image"]["recall@1"], recall(4, 4, 1, score, right));
  expect_within(report["short"]["image_to_text"]["recall@1"],
                recall(
                    4, 4, 1, [&](std::size_t image, std::size_t text) { return score(text, image); },
                    [&](std::size_t image, std::size_t text) { return right(text, image); }));
  EXPECT_NEAR(report["short"]["text_to_image"]["recall@1_chance"].get<double>(), 0.5, 1e-9);
  EXPECT_NEAR(report["long"]["text_to_image"]["recall@1_chance"].get<double>(), 0.25, 1e-9);

  const auto& groups = report["groups"];
  EXPECT_EQ(groups["groups"], 2);
  EXPECT_EQ(groups["images"], 4);
  EXPECT_NEAR(groups["text_to_image"]["accuracy_chance"].get<double>(), 0.5, 1e-9);
  EXPECT_EQ(keys(groups["details"]), (std::vector<std::string>{"colour", "count"}));
  EXPECT_EQ(groups["details"]["count"]["images"], 2);
  const double all = groups["image_to_text"]["accuracy"];
  EXPECT_NEAR(all,
              (groups["details"]["colour"]["image_to_text"]["accuracy"].get<double>() +
               groups["details"]["count"]["image_to_text"]["accuracy"].get<double>()) /
                  2,
              1e-9);
}

// Pictures that are all the same, with captions that are all the same, are found by chance.
TEST_F(Eval, WhatCannotBeToldApartIsFoundByChance) {
  std::string file;
  for (int i = 0; i < 20; ++i) {
    copy_image("rgb.png", std::to_string(i) + ".png");
    file += "{\"image\": \"" + std::to_string(i) + ".png\", \"caption\": \"the same\"}\n";
  }
  write("set.jsonl", file);
  const auto outcome = run({"eval", "set.jsonl", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto report = json_lines(outcome.output).at(0)["long"];
  for (const std::string way : {"image_to_text", "text_to_image"}) {
    EXPECT_NEAR(report[way]["recall@1"].get<double>(), 0.05, 1e-9);
    EXPECT_NEAR(report[way]["recall@5"].get<double>(), 0.25, 1e-9);
    EXPECT_NEAR(report[way]["recall@10"].get<double>(), 0.5, 1e-9);
  }
}

// A line for each caption is as good as a line for each picture.
TEST_F(Eval, LinesOfOnePictureAreOnePicture) {
  write("lines.jsonl",
        "{\"image\": \"rgb.png\", \"caption\": \"cat\"}\n{\"image\": \"rgb.png\", \"caption\": \"a diagram\"}\n"
        "{\"image\": \"cmyk.jpg\", \"caption\": \"dog\"}\n");
  write("lists.jsonl",
        "{\"image\": \"rgb.png\", \"captions\": [\"cat\", \"a diagram\"]}\n"
        "{\"image\": \"cmyk.jpg\", \"caption\": \"dog\"}\n");
  const auto lines = json_lines(run({"eval", "lines.jsonl", "--images", pictures(), "--json"}).output).at(0);
  const auto lists = json_lines(run({"eval", "lists.jsonl", "--images", pictures(), "--json"}).output).at(0);
  EXPECT_EQ(lines["images"], 2);
  EXPECT_EQ(lines["long"], lists["long"]);
}

TEST_F(Eval, TableShowsTheSameInPercent) {
  write("set.jsonl",
        "{\"image\": \"rgb.png\", \"captions\": [\"cat\", \"dog\", \"a cat\"]}\n"
        "{\"image\": \"coffee_444.jpg\", \"caption\": \"a diagram\", \"short\": \"cup\"}\n");
  const std::vector<std::string> arguments = {"eval", "set.jsonl",  "--images", pictures(),    "--at",
                                              "2",    "--captions", "long",     "--resamples", "0"};
  const auto outcome = run(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  auto with_json = arguments;
  with_json.push_back("--json");
  const auto report = json_lines(run(with_json).output).at(0)["long"];
  char row[100];
  const auto table = lines(outcome.output);
  ASSERT_EQ(table.size(), 7U) << outcome.output;
  EXPECT_EQ(table[0], "set.jsonl: 2 pictures, model model, in percent");
  EXPECT_EQ(table[2], "long captions    R@2");
  std::snprintf(row, sizeof row, "  image->text  %5.1f", 100 * report["image_to_text"]["recall@2"].get<double>());
  EXPECT_EQ(table[3], row);
  // Of two among four texts, one of three right ones is there always, the one of the other picture half the time.
  EXPECT_EQ(table[4], "    by chance   75.0");
  std::snprintf(row, sizeof row, "  text->image  %5.1f", 100 * report["text_to_image"]["recall@2"].get<double>());
  EXPECT_EQ(table[5], row);
  EXPECT_EQ(table[6], "    by chance  100.0");
}

TEST_F(Eval, IntervalsFollowTheSeed) {
  std::string file;
  for (const auto& pair : pairs()) {
    file += nlohmann::json{{"image", golden_.images[pair.image]}, {"short", "picture " + std::to_string(pair.text)}}
                .dump() +
            "\n";
  }
  write("set.jsonl", file);
  const auto interval = [&](const std::string& seed) {
    const auto outcome =
        run({"eval", "set.jsonl", "--images", pictures(), "--json", "--seed", seed, "--resamples", "50"});
    return json_lines(outcome.output).at(0)["short"]["text_to_image"]["recall@10_interval"];
  };
  EXPECT_EQ(interval("1"), interval("1"));
  // Few pictures have few possible intervals, so that two seeds may give the same.
  std::set<std::string> several;
  for (const char* seed : {"1", "2", "3", "4", "5"}) several.insert(interval(seed).dump());
  EXPECT_GT(several.size(), 1U);
}

TEST_F(Eval, CutsLongCaptionsAndSaysHowMany) {
  std::string words = "many";
  for (int i = 0; i < 100; ++i) words += " words";
  write("set.jsonl",
        nlohmann::json{{"image", "rgb.png"}, {"captions", {words + " here", words + " there", "few"}}}.dump() +
            "\n{\"image\": \"cmyk.jpg\", \"caption\": \"others\"}\n");
  const auto whole = run({"eval", "set.jsonl", "--images", pictures(), "--json"});
  EXPECT_EQ(whole.error, "");
  EXPECT_EQ(json_lines(whole.output).at(0)["long"]["truncated"], 0);
  const auto cut = run({"eval", "set.jsonl", "--images", pictures(), "--json", "--max-tokens", "77"});
  EXPECT_EQ(cut.exit_code, 0);
  EXPECT_EQ(cut.error, "longclip: 2 of 4 long captions truncated to 77 tokens\n");
  EXPECT_EQ(json_lines(cut.output).at(0)["long"]["truncated"], 2);
  EXPECT_EQ(json_lines(cut.output).at(0)["max_tokens"], 77);
  const auto too_many = run({"eval", "set.jsonl", "--images", pictures(), "--max-tokens", "300"});
  EXPECT_EQ(too_many.exit_code, 1);
  EXPECT_NE(too_many.error.find("248"), std::string::npos) << too_many.error;
}

TEST_F(Eval, BadPicturesAreReportedAndTheRestMeasured) {
  write("words.png", "these are words");
  write("set.jsonl",
        "{\"image\": \"words.png\", \"caption\": \"cat\", \"short\": \"only here\"}\n"
        "{\"image\": \"rgb.png\", \"caption\": \"dog\"}\n{\"image\": \"missing.png\", \"caption\": \"cow\"}\n");
  copy_image("rgb.png", "rgb.png");
  const auto outcome = run({"eval", "set.jsonl", "--json"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(lines(outcome.error).size(), 2U) << outcome.error;
  const auto report = json_lines(outcome.output).at(0);
  EXPECT_EQ(report["images"], 1);
  EXPECT_EQ(report["long"]["texts"], 1);
  EXPECT_FALSE(report.contains("short"));
  ASSERT_EQ(report["failed"].size(), 2U);
  EXPECT_EQ(report["failed"][0]["name"], "./words.png");

  write("bad.jsonl", "{\"image\": \"words.png\", \"caption\": \"cat\"}\n");
  const auto none = run({"eval", "bad.jsonl"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_EQ(none.output, "");
}

TEST_F(Eval, BrokenDataSetsAreOneLineThatNamesTheirs) {
  write("set.jsonl", "{\"image\": \"rgb.png\", \"caption\": \"cat\"}\n{\"image\": \"rgb.png\"}\n");
  const auto outcome = run({"eval", "set.jsonl"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.error.rfind("longclip: set.jsonl:2: ", 0), 0U) << outcome.error;
  EXPECT_EQ(lines(outcome.error).size(), 1U);

  write("long.jsonl", "{\"image\": \"rgb.png\", \"caption\": \"cat\"}\n");
  const auto no_short = run({"eval", "long.jsonl", "--captions", "short"});
  EXPECT_EQ(no_short.exit_code, 1);
  EXPECT_NE(no_short.error.find("has no short captions"), std::string::npos) << no_short.error;
}

TEST_F(Eval, ClassFoldersHaveTheAccuracyOfTheReferencesScores) {
  // Twelve golden texts that are different on one line are the labels; picture i is of class i % 12.
  std::vector<std::size_t> columns;
  std::string labels;
  for (std::size_t i = 0; i < golden_.texts.size() && columns.size() < 12; ++i) {
    const auto& text = golden_.texts[i];
    if (text.find_first_not_of(" \t\n") == std::string::npos || text.size() > 300) continue;
    columns.push_back(i);
    labels += nlohmann::json(text).dump() + "\n";
  }
  write("labels.jsonl", labels);
  std::vector<std::size_t> rows;
  std::vector<std::size_t> wanted;
  for (const auto& pair : pairs()) {
    const std::size_t label = rows.size() % columns.size();
    rows.push_back(pair.image);
    wanted.push_back(label);
    copy_image(golden_.images[pair.image], "val/n" + std::to_string(10 + label) + "/" + golden_.images[pair.image]);
  }
  const auto outcome = run({"eval", "val", "--labels", "labels.jsonl", "--templates", "none", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.error;
  const auto report = json_lines(outcome.output).at(0);
  EXPECT_EQ(report["images"], rows.size());
  EXPECT_EQ(report["classes"], 12);
  for (const std::size_t k : {1u, 5u}) {
    expect_within(report["accuracy@" + std::to_string(k)],
                  recall(
                      rows.size(), columns.size(), k,
                      [&](std::size_t q, std::size_t i) { return golden_.logits(rows[q], columns[i]); },
                      [&](std::size_t q, std::size_t i) { return wanted[q] == i; }));
    EXPECT_NEAR(report["accuracy@" + std::to_string(k) + "_chance"].get<double>(), static_cast<double>(k) / 12, 1e-9);
  }
  const auto table = run({"eval", "val", "--labels", "labels.jsonl", "--templates", "none"});
  EXPECT_NE(table.output.find("accuracy@1"), std::string::npos) << table.output;
  EXPECT_NE(table.output.find("of 12 classes"), std::string::npos) << table.output;
}

TEST_F(Eval, LabelsMustBeAsManyAsClassFolders) {
  copy_image("rgb.png", "val/a/rgb.png");
  copy_image("rgb.png", "val/b/rgb.png");
  write("labels.txt", "cat\n");
  const auto outcome = run({"eval", "val", "--labels", "labels.txt"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.error.find("has 1 label for the 2 class folders"), std::string::npos) << outcome.error;
}

TEST_F(Eval, WrongUseIsExplained) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"eval"}, "DATA"},
      {{"eval", "a", "--templates", "imagenet"}, "--labels"},
      {{"eval", "a", "--labels", "b", "--captions", "long"}, "--captions"},
      {{"eval", "a", "--labels", "b", "--max-tokens", "77"}, "--max-tokens"},
      {{"eval", "a", "--captions", "middle"}, "both"},
      {{"eval", "a", "--format", "parquet"}, "flickr30k"},
      {{"eval", "a", "--at", "0"}, "--at"},
      {{"eval", "a", "--count", "0"}, "--count"},
  };
  for (const auto& [arguments, told] : cases) {
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << outcome.error;
    EXPECT_NE(outcome.error.find(told), std::string::npos) << outcome.error;
    EXPECT_EQ(lines(outcome.error).size(), 1U);
  }
}

}  // namespace
}  // namespace longclip::testing
