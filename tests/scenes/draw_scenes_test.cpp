#include <longclip/scenes.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <longclip/dataset.h>
#include <longclip/error.h>
#include <longclip/tokenizer.h>

#include "golden/golden.h"
#include "temporary_folder.h"

namespace longclip {
namespace {

class DrawScenes : public ::testing::Test {
 protected:
  Dataset draw(const std::string& name, SceneOptions options) const {
    options.size = 64;
    draw_scenes(folder_ / name, options);
    return read_dataset(folder_ / name);
  }
  static SceneOptions of(SceneKind kind, std::size_t count, std::uint64_t seed = 1) {
    SceneOptions options;
    options.kind = kind;
    options.count = count;
    options.seed = seed;
    return options;
  }
  std::string bytes(const std::string& name) const { return golden::read_bytes(folder_ / name); }

  testing::TemporaryFolder folder_;
  const Tokenizer tokenizer_ = Tokenizer::clip();
};

TEST_F(DrawScenes, AreTheSameForTheSameSeedWhateverTheThreads) {
  SceneOptions options = of(SceneKind::full, 40);
  options.threads = 1;
  draw("one", options);
  options.threads = 4;
  draw("four", options);
  EXPECT_TRUE(bytes("one/captions.json") == bytes("four/captions.json"));
  for (const char* image : {"images/000000.png", "images/000017.png", "images/000039.png"}) {
    EXPECT_TRUE(bytes(std::string("one/") + image) == bytes(std::string("four/") + image)) << image;
  }
}

TEST_F(DrawScenes, DifferByTheirSeed) {
  std::set<std::string> captions;
  for (const std::uint64_t seed : {1, 2}) {
    for (const Example& example : draw("s" + std::to_string(seed), of(SceneKind::full, 60, seed)).examples) {
      captions.insert(example.long_captions[0]);
    }
  }
  EXPECT_EQ(captions.size(), 120u);
}

TEST_F(DrawScenes, SayTheSameAtEverySize) {
  SceneOptions options = of(SceneKind::full, 12);
  draw("small", options);
  options.size = 200;
  draw_scenes(folder_ / "large", options);
  EXPECT_TRUE(bytes("small/captions.json") == bytes("large/captions.json"));
  EXPECT_EQ(cv::imread((folder_ / "large/images/000003.png").string()).cols, 200);
}

TEST_F(DrawScenes, LongCaptionsHaveEightyTo240Tokens) {
  for (const SceneKind kind : {SceneKind::full, SceneKind::hard}) {
    for (const Example& example : draw("k" + std::to_string(static_cast<int>(kind)), of(kind, 300)).examples) {
      const std::size_t count = tokenizer_.count(example.long_captions[0]);
      EXPECT_GE(count, 80u) << example.long_captions[0];
      EXPECT_LE(count, 240u) << example.long_captions[0];
    }
  }
}

TEST_F(DrawScenes, ShortCaptionsAreShortAndTrueOfTheirOwnPicture) {
  for (const SceneKind kind : scene_kinds()) {
    for (const Example& example : draw("k" + std::to_string(static_cast<int>(kind)), of(kind, 60)).examples) {
      ASSERT_EQ(example.short_captions.size(), 1u);
      EXPECT_LE(tokenizer_.count(example.short_captions[0]), 24u) << example.short_captions[0];
      EXPECT_FALSE(example.claims.empty());
      for (const std::string& claim : example.claims) {
        EXPECT_NE(std::find(example.facts.begin(), example.facts.end(), claim), example.facts.end()) << claim;
      }
    }
  }
}

// Most pictures share their short caption with another one, from which only the long one tells them.
TEST_F(DrawScenes, ManyShareTheirShortCaption) {
  std::map<std::string, std::vector<std::string>> by_short;
  const auto examples = draw("full", of(SceneKind::full, 400)).examples;
  for (const Example& example : examples) by_short[example.short_captions[0]].push_back(example.long_captions[0]);
  std::size_t sharing = 0;
  for (const auto& [caption, long_captions] : by_short) {
    if (long_captions.size() < 2) continue;
    sharing += long_captions.size();
    EXPECT_EQ(std::set<std::string>(long_captions.begin(), long_captions.end()).size(), long_captions.size());
  }
  EXPECT_GE(sharing, examples.size() / 2);
}

class FullScenes : public DrawScenes {
 protected:
  // Pairs of one family: besides their short caption they share at least two things that it does not say.
  std::vector<std::pair<Example, Example>> siblings(std::size_t count) const {
    std::vector<std::pair<Example, Example>> pairs;
    const auto examples = draw("full", of(SceneKind::full, count)).examples;
    for (std::size_t i = 0; i < examples.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (examples[i].short_captions != examples[j].short_captions) continue;
        const auto things = facts(examples[i], "thing:");
        const auto shared = std::count_if(things.begin(), things.end(),
                                          [&](const std::string& name) { return has(examples[j], "thing:" + name); });
        if (shared >= 3) pairs.emplace_back(examples[i], examples[j]);
      }
    }
    return pairs;
  }

  static bool has(const Example& example, const std::string& fact) {
    return std::find(example.facts.begin(), example.facts.end(), fact) != example.facts.end();
  }

  // What its facts of a kind say, without the kind.
  static std::vector<std::string> facts(const Example& example, const std::string& kind) {
    std::vector<std::string> result;
    for (const std::string& fact : example.facts) {
      if (fact.starts_with(kind)) result.push_back(fact.substr(kind.size()));
    }
    return result;
  }

  // Whether a thing that the other picture does not have is first named behind so many tokens, the start
  // token included. Things that stand there several times have another name in the text, and are left out.
  bool names_its_own_behind(std::size_t tokens, const Example& example, const Example& other) const {
    const std::string& text = example.long_captions[0];
    const auto things = facts(example, "thing:");
    return std::any_of(things.begin(), things.end(), [&](const std::string& name) {
      const std::size_t at = text.find(" " + name);
      return !has(other, "thing:" + name) && at != std::string::npos &&
             tokenizer_.count(text.substr(0, at)) > tokens;  // it counts an end token too
    });
  }
};

TEST_F(FullScenes, ComeInFamiliesThatBeginAlike) {
  const auto pairs = siblings(400);
  EXPECT_GE(pairs.size(), 200u);
  for (const auto& [one, other] : pairs) {
    EXPECT_EQ(facts(one, "setting:"), facts(other, "setting:"));
    EXPECT_EQ(facts(one, "main:"), facts(other, "main:"));
    const auto a = tokenizer_.encode(one.long_captions[0]);
    const auto b = tokenizer_.encode(other.long_captions[0]);
    EXPECT_GE(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin(), 20) << one.long_captions[0];
    EXPECT_NE(a, b);
  }
}

// What tells them apart is not all said before CLIP stops reading.
TEST_F(FullScenes, NameThingsOfTheirOwnBehindToken77) {
  const auto pairs = siblings(400);
  const auto late = std::count_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
    return names_its_own_behind(77, pair.first, pair.second) || names_its_own_behind(77, pair.second, pair.first);
  });
  EXPECT_GE(static_cast<std::size_t>(late), pairs.size() * 3 / 4);
}

class HardScenes : public DrawScenes {
 protected:
  std::map<int, std::vector<Example>> groups(int detail_token, std::size_t count = 200) const {
    SceneOptions options = of(SceneKind::hard, count);
    options.detail_token = detail_token;
    std::map<int, std::vector<Example>> result;
    for (const Example& example : draw("hard" + std::to_string(detail_token), options).examples) {
      result[example.group].push_back(example);
    }
    return result;
  }

  static std::vector<std::string> sentences(const std::string& text) {
    std::vector<std::string> result;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find(". ", begin), text.size());
      result.push_back(text.substr(begin, end - begin));
      begin = end + 2;
    }
    return result;
  }
};

TEST_F(HardScenes, ComeInGroupsOfTenThatAreAlikeBeforeTheDetail) {
  for (const int detail_token : {24, 78, 190}) {
    const auto all = groups(detail_token);
    EXPECT_EQ(all.size(), 20u);
    for (const auto& [number, group] : all) {
      ASSERT_EQ(group.size(), 10u);
      std::vector<std::vector<std::int32_t>> ids;
      for (const Example& example : group) ids.push_back(tokenizer_.encode(example.long_captions[0]));
      const auto begin = static_cast<std::size_t>(group[0].detail_token);
      EXPECT_GE(group[0].detail_token, detail_token);
      EXPECT_LE(group[0].detail_token, detail_token + 26);
      for (std::size_t i = 1; i < 10; ++i) {
        EXPECT_EQ(group[i].detail_token, group[0].detail_token);
        EXPECT_EQ(group[i].short_captions, group[0].short_captions);
        // The ids have no start token.
        EXPECT_TRUE(
            std::equal(ids[i].begin(), ids[i].begin() + static_cast<std::ptrdiff_t>(begin) - 1, ids[0].begin()));
        const auto first = sentences(group[0].long_captions[0]);
        const auto other = sentences(group[i].long_captions[0]);
        ASSERT_EQ(first.size(), other.size());
        std::size_t different = 0;
        for (std::size_t s = 0; s < first.size(); ++s) different += first[s] != other[s];
        EXPECT_EQ(different, 1u);
      }
    }
  }
}

TEST_F(HardScenes, DifferInWhatIsAtOnePlaceOrInWhereItIsOrInItsRing) {
  std::set<std::string> kinds;
  for (const auto& [number, group] : groups(78)) {
    kinds.insert(group[0].detail);
    cv::Mat changed;
    for (std::size_t i = 1; i < 10; ++i) {
      const cv::Mat a = cv::imread(group[0].image.string());
      const cv::Mat b = cv::imread(group[i].image.string());
      cv::Mat difference;
      cv::absdiff(a, b, difference);
      cv::Mat single = difference.reshape(1, difference.rows);
      EXPECT_GT(cv::countNonZero(single), 0);
      if (group[0].detail != "place") {
        cv::Mat any;
        cv::reduce(difference.reshape(1, difference.rows * difference.cols), any, 1, cv::REDUCE_MAX);
        any = any.reshape(1, difference.rows) > 0;
        changed = changed.empty() ? any : changed | any;
      }
    }
    if (changed.empty()) continue;
    // All that changes is within the box of one thing of medium size, its shadow or ring included.
    std::vector<cv::Point> points;
    cv::findNonZero(changed, points);
    const cv::Rect box = cv::boundingRect(points);
    EXPECT_LE(box.width, 64 * 0.3);
    EXPECT_LE(box.height, 64 * 0.3);
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"colour", "place", "thing"}));
}

TEST(SceneKinds, HaveNamesThatReadBack) {
  std::vector<std::string> names;
  for (const SceneKind kind : scene_kinds()) {
    names.emplace_back(to_string(kind));
    EXPECT_EQ(parse_scene_kind(names.back()), kind);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"placed", "close-up", "named", "single", "few", "full", "hard"}));
  EXPECT_THROW(parse_scene_kind("Full"), InvalidInput);
}

TEST_F(DrawScenes, RefusesWhatItCannotDraw) {
  const auto reason = [&](SceneOptions options, const std::string& name = "refused") {
    try {
      draw_scenes(folder_ / name, options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("drawn");
  };
  EXPECT_NE(reason(of(SceneKind::full, 0)).find("count is 0"), std::string::npos);
  EXPECT_NE(reason(of(SceneKind::full, 99'999'999'990)).find("from 1 to 10000000"), std::string::npos);
  EXPECT_NE(reason(of(SceneKind::hard, 15)).find("a multiple of ten"), std::string::npos);
  SceneOptions options = of(SceneKind::full, 1);
  options.size = 5;
  EXPECT_NE(reason(options).find("from 16 to 4096"), std::string::npos);
  options = of(SceneKind::full, 1);
  options.font = folder_ / "missing.ttf";
  EXPECT_NE(reason(options).find("missing.ttf"), std::string::npos);
  options.font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
  EXPECT_NE(reason(options).find(options.font.string()), std::string::npos);
  options = of(SceneKind::hard, 10);
  options.detail_token = 2000;
  EXPECT_NE(reason(options).find("detail token 2000"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "refused"));

  std::filesystem::create_directory(folder_ / "photos");
  std::ofstream(folder_ / "photos/dear.jpg") << "x";
  options = of(SceneKind::full, 1);
  options.overwrite = true;
  EXPECT_NE(reason(options, "photos").find("is no scene"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "photos/dear.jpg"));
}

// The layout of many people's data sets, and of scenes that somebody put a file into.
TEST_F(DrawScenes, NeverReplaceWhatIsNotTheirs) {
  SceneOptions options = of(SceneKind::full, 1);
  options.overwrite = true;
  std::filesystem::create_directories(folder_ / "mine/images");
  std::ofstream(folder_ / "mine/captions.json") << "[]";
  EXPECT_THROW(draw_scenes(folder_ / "mine", options), InvalidInput);
  EXPECT_EQ(bytes("mine/captions.json"), "[]");
  draw("scenes", options);
  std::ofstream(folder_ / "scenes/notes.txt") << "mine";
  EXPECT_THROW(draw_scenes(folder_ / "scenes", options), InvalidInput);
  EXPECT_EQ(bytes("scenes/notes.txt"), "mine");
  draw("pictures", options);
  std::ofstream(folder_ / "pictures/images/holiday.png") << "mine";
  EXPECT_THROW(draw_scenes(folder_ / "pictures", options), InvalidInput);
  EXPECT_EQ(bytes("pictures/images/holiday.png"), "mine");
}

// What comes into their place while they are drawn, too.
TEST_F(DrawScenes, DoNotReplaceWhatCameMeanwhile) {
  for (const bool overwrite : {false, true}) {
    const std::string name = overwrite ? "overwritten" : "new";
    SceneOptions options = of(SceneKind::full, 1);
    options.overwrite = overwrite;
    options.progress = [&](std::size_t, std::size_t) {
      std::filesystem::create_directories(folder_ / name);
      std::ofstream(folder_ / (name + "/notes.txt")) << "mine";
    };
    EXPECT_THROW(draw_scenes(folder_ / name, options), InvalidInput);
    EXPECT_EQ(bytes(name + "/notes.txt"), "mine");
  }
}

TEST_F(DrawScenes, ReplacesScenesOnlyWhenAsked) {
  draw("scenes", of(SceneKind::full, 2));
  EXPECT_THROW(draw("scenes", of(SceneKind::full, 3)), InvalidInput);
  SceneOptions options = of(SceneKind::full, 3);
  options.overwrite = true;
  EXPECT_EQ(draw("scenes", options).examples.size(), 3u);
}

TEST_F(DrawScenes, LeaveNothingBehindWhenTheyAreStopped) {
  struct Stopped {};
  SceneOptions options = of(SceneKind::full, 600);
  options.progress = [](std::size_t done, std::size_t) {
    if (done > 0) throw Stopped{};
  };
  EXPECT_THROW(draw("stopped", options), Stopped);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

// Composing the captions of so many takes minutes.
TEST_F(DrawScenes, CanBeStoppedBeforeTheFirstIsDrawn) {
  struct Stopped {};
  SceneOptions options = of(SceneKind::full, 1'000'000);
  int heard = 0;
  options.progress = [&](std::size_t done, std::size_t) {
    EXPECT_EQ(done, 0u);
    if (++heard == 3) throw Stopped{};
  };
  EXPECT_THROW(draw("stopped", options), Stopped);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

}  // namespace
}  // namespace longclip
