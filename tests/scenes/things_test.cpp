// The list of things against the sources that it is made from: Unicode's own names, and the font.
#include "scenes/things.h"

#include <fstream>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "scenes/glyphs.h"

namespace longclip::scenes {
namespace {

// Code point -> short name, of the emoji of one code point (and perhaps a variation selector).
std::map<char32_t, std::string> unicode_names() {
  std::ifstream file("/usr/share/unicode/emoji/emoji-test.txt");
  std::map<char32_t, std::string> names;
  for (std::string line; std::getline(file, line);) {
    // 1F34B ; fully-qualified # (the emoji) E0.6 lemon
    const auto points = line.substr(0, line.find(';'));
    const auto version = line.find(" E", line.find('#'));
    if (line.empty() || line[0] == '#' || version == std::string::npos) continue;
    const auto second = points.find_first_not_of(' ', points.find(' '));
    if (second != std::string::npos && points.compare(second, 4, "FE0F") != 0) continue;
    if (second != std::string::npos && points.find_first_not_of(' ', second + 4) != std::string::npos) continue;
    names[static_cast<char32_t>(std::stoul(points, nullptr, 16))] = line.substr(line.find(' ', version + 2) + 1);
  }
  return names;
}

TEST(Things, HaveUnicodesOwnNames) {
  const auto names = unicode_names();
  ASSERT_GT(names.size(), 1000u) << "the package unicode-data is missing";
  for (const Thing& thing : things()) {
    const auto found = names.find(thing.code_point);
    ASSERT_NE(found, names.end()) << thing.name;
    EXPECT_EQ(found->second, thing.name);
  }
}

TEST(Things, AreThreeHundredOrMoreAndAllDifferent) {
  std::set<char32_t> points;
  std::set<std::string_view> ones, several;
  for (const Thing& thing : things()) {
    points.insert(thing.code_point);
    ones.insert(thing.one);
    several.insert(thing.several);
  }
  EXPECT_GE(things().size(), 300u);
  EXPECT_EQ(points.size(), things().size());
  EXPECT_EQ(ones.size(), things().size());
  EXPECT_EQ(several.size(), things().size());
}

TEST(Things, HaveTheArticleThatTheirSoundAsksFor) {
  for (const Thing& thing : things()) {
    const bool an = thing.one.starts_with("an ");
    EXPECT_TRUE(an || thing.one.starts_with("a ")) << thing.one;
    const char first = thing.one[an ? 3 : 2];
    const bool vowel = std::string_view("aeiouAEIOU").find(first) != std::string_view::npos;
    const bool spoken_yu = thing.one == "a unicorn";
    EXPECT_EQ(an, vowel && !spoken_yu) << thing.one;
  }
}

TEST(Glyphs, AreThereForEveryThing) {
  const Glyphs glyphs({});  // throws for one that is missing
  for (std::size_t i = 0; i < things().size(); ++i) {
    const cv::Mat glyph = glyphs.get(i, 64);
    EXPECT_EQ(std::max(glyph.cols, glyph.rows), 64) << things()[i].name;
    EXPECT_GE(std::min(glyph.cols, glyph.rows), 8) << things()[i].name;
  }
}

}  // namespace
}  // namespace longclip::scenes
