// Sentences are read again, by rules of their own, and held against what is in the scene.
#include "scenes/wording.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "scenes/compose.h"
#include "scenes/hard.h"
#include "scenes/render.h"
#include "scenes/settings.h"
#include "scenes/things.h"

namespace longclip::scenes {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> sentences_of(const std::string& caption) {
  std::vector<std::string> sentences;
  for (std::size_t begin = 0; begin < caption.size();) {
    const std::size_t end = std::min(caption.find(". ", begin), caption.size() - 1);
    sentences.push_back(caption.substr(begin, end - begin));
    begin = end + 2;
  }
  return sentences;
}

bool is_word_at(const std::string& text, std::size_t at, std::string_view word) {
  if (text.compare(at, word.size(), word) != 0) return false;
  const auto letter = [&](std::size_t i) {
    return i < text.size() && std::isalpha(static_cast<unsigned char>(text[i]));
  };
  return !(at > 0 && letter(at - 1)) && !letter(at + word.size());
}

struct Mention {
  std::size_t at;
  std::size_t length;
  const Item* item;
  bool several;
};

// The scene's things that a sentence names, from left to right; the longer name where two would fit.
std::vector<Mention> mentions(const Scene& scene, const std::string& sentence) {
  const std::string text = lower(sentence);
  std::vector<Mention> found;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::optional<Mention> best;
    for (const Item& item : scene.items) {
      const Thing& thing = things()[item.thing];
      const std::string one = lower(std::string(thing.one.substr(thing.one.find(' ') + 1)));
      const std::string several = lower(std::string(thing.several));
      for (const auto& [name, plural] : {std::pair{one, one == several ? item.count > 1 : false}, {several, true}}) {
        if (is_word_at(text, at, name) && (!best || name.size() > best->length)) {
          best = Mention{at, name.size(), &item, plural};
        }
      }
    }
    if (!best) continue;
    found.push_back(*best);
    at += best->length;
  }
  return found;
}

// What a sentence that tells of things says about them; empty if all of that is so.
class Checked {
 public:
  Checked(const Scene& scene, const std::string& sentence) : scene_(scene), text_(lower(sentence)) {
    const auto named = mentions(scene, sentence);
    if (named.empty()) {
      problem_ = "names nothing that is there";
      return;
    }
    check_relation(named);
    for (const Mention& mention : named) check_noun(mention);
    check_place(subject(named));
    check_manner(subject(named));
    if (has("larg") && (has("larger than") || has("largest"))) {
      for (std::size_t i = 1; i < scene.items.size(); ++i) {
        expect(scene.items[i].size < scene.items[0].size, "is not the largest");
      }
      expect(subject(named).item == &scene.items[0], "is not the main thing");
    }
    if (checks_ == 0) problem_ = "says nothing that could be checked";
  }

  const std::string& problem() const { return problem_; }

 private:
  bool has(std::string_view words) const { return text_.find(words) != std::string::npos; }

  void expect(bool holds, const std::string& otherwise) {
    ++checks_;
    if (!holds && problem_.empty()) problem_ = otherwise;
  }

  // The one that stands right after the words of a relation is what it is told from; the other one is
  // what the sentence is about.
  const Mention& subject(const std::vector<Mention>& named) const {
    for (const Mention& mention : named) {
      if (mention.at != object_) return mention;
    }
    return named.front();
  }

  void check_relation(const std::vector<Mention>& named) {
    constexpr std::array<std::string_view, 5> kRelations{"to the left of the ", "to the right of the ", "above the ",
                                                         "below the ", "in front of the "};
    for (std::size_t i = 0; i < kRelations.size(); ++i) {
      const auto at = text_.find(kRelations[i]);
      if (at == std::string::npos) continue;
      object_ = at + kRelations[i].size();
      const auto object = std::find_if(named.begin(), named.end(), [&](const Mention& m) { return m.at == object_; });
      if (object == named.end() || named.size() != 2) return expect(false, "does not relate two things");
      const Item& a = *subject(named).item;
      const Item& b = *object->item;
      const double dx = a.x - b.x;
      const double dy = a.y - b.y;
      const std::array holds{-dx > std::abs(dy), dx > std::abs(dy), -dy > std::abs(dx), dy > std::abs(dx),
                             std::abs(dx) < b.size / 2 && std::abs(dy) < b.size / 2 && &a > &b};
      expect(holds[i], std::string("is not ") + std::string(kRelations[i]));
      return;
    }
  }

  void check_noun(const Mention& mention) {
    constexpr std::array<std::string_view, 6> kNumbers{"", "a", "two", "three", "four", "five"};
    expect(mention.several == (mention.item->count > 1), "is one and not several, or the other way round");
    std::vector<std::string> before;  // the words before the name, the nearest first
    for (std::size_t end = mention.at; end > 0 && before.size() < 2;) {
      const std::size_t last = text_.find_last_not_of(' ', end - 1);
      if (last == std::string::npos) break;
      const std::size_t space = text_.find_last_of(' ', last);
      const std::size_t begin = space == std::string::npos ? 0 : space + 1;
      before.push_back(text_.substr(begin, last + 1 - begin));
      end = begin;
    }
    if (before.empty()) return;
    std::string number = before[0];
    if (number == "small" || number == "large") {
      expect(number == "small" ? mention.item->size < 0.2 : mention.item->size > 0.25, "is not " + number);
      number = before.size() > 1 ? before[1] : "";
    }
    if (number == "the") return;
    for (std::size_t n = 1; n < kNumbers.size(); ++n) {
      if (number == kNumbers[n] || (n == 1 && number == "an"))
        expect(mention.item->count == static_cast<int>(n), "is not " + number);
    }
  }

  void check_place(const Mention& mention) {
    // The longer ones first: "on the left" is no part of another, but "at the top" might be.
    constexpr std::array<std::pair<std::string_view, std::pair<int, int>>, 9> kPlaces{
        {{"in the top left corner", {0, 0}},
         {"in the top right corner", {2, 0}},
         {"in the bottom left corner", {0, 2}},
         {"in the bottom right corner", {2, 2}},
         {"at the top", {1, 0}},
         {"at the bottom", {1, 2}},
         {"on the left", {0, 1}},
         {"on the right", {2, 1}},
         {"in the middle", {1, 1}}}};
    for (const auto& [words, ninth] : kPlaces) {
      if (!has(words)) continue;
      expect(
          static_cast<int>(mention.item->x * 3) == ninth.first && static_cast<int>(mention.item->y * 3) == ninth.second,
          "is not " + std::string(words));
      return;
    }
  }

  void check_manner(const Mention& mention) {
    const Pose pose = mention.item->pose;
    if (has("upside down")) expect(pose == Pose::upside_down, "is not upside down");
    if (has("leaning to the left")) expect(pose == Pose::leaning_left, "does not lean to the left");
    if (has("leaning to the right")) expect(pose == Pose::leaning_right, "does not lean to the right");
    const auto ring = text_.find(", inside a ");
    if (ring == std::string::npos) return;
    const std::string colour = text_.substr(ring + 11, text_.find(' ', ring + 11) - ring - 11);
    expect(mention.item->ring >= 0 && ring_colours()[static_cast<std::size_t>(mention.item->ring)].name == colour,
           "is in no such ring");
  }

  const Scene& scene_;
  std::string text_;
  std::size_t object_ = std::string::npos;
  int checks_ = 0;
  std::string problem_;
};

// What is true of every scene, or of a setting whatever is in it.
std::set<std::string> general_sentences() {
  runtime::Random random(1);
  const auto all = remarks(random);
  return {all.begin(), all.end()};
}

// How many kinds of things a sentence counts; 0 if it counts none.
std::size_t counted(const std::string& sentence) {
  constexpr std::array<std::string_view, 10> kNumbers{"",     "one", "two",   "three", "four",
                                                      "five", "six", "seven", "eight", "nine"};
  for (std::size_t n = 1; n < kNumbers.size(); ++n) {
    for (const char* words : {" kinds of things", " different kinds of things"}) {
      if (lower(sentence).find(std::string(kNumbers[n]) + words) != std::string::npos) return n;
    }
  }
  return 0;
}

void expect_true(const Described& described) {
  static const auto general = general_sentences();
  const Scene& scene = described.scene;
  const Setting& setting = settings()[scene.setting];
  std::set<const Item*> told;
  std::vector<std::string> sentences = sentences_of(described.caption);
  // The short caption: the main thing and the setting, of which the rules below know nothing.
  const auto first = mentions(scene, sentences.front());
  ASSERT_TRUE(!first.empty() && first.front().item == &scene.items.front()) << sentences.front();
  EXPECT_TRUE(sentences.front().ends_with(setting.where)) << sentences.front();
  sentences.erase(sentences.begin());
  told.insert(&scene.items.front());
  for (const std::string& sentence : sentences) {
    if (general.contains(sentence)) continue;
    if (sentence == setting.look) continue;
    if (sentence == setting.with_extra || sentence == setting.without) {
      EXPECT_EQ(sentence, scene.extra ? setting.with_extra : setting.without);
      continue;
    }
    if (const std::size_t kinds = counted(sentence); kinds > 0) {
      EXPECT_EQ(kinds, scene.items.size()) << described.caption;
      continue;
    }
    EXPECT_EQ(Checked(scene, sentence).problem(), "") << sentence << "\nin: " << described.caption;
    for (const Mention& mention : mentions(scene, sentence)) told.insert(mention.item);
  }
  EXPECT_EQ(told.size(), scene.items.size()) << "something is drawn and not told: " << described.caption;
}

class Sentences : public ::testing::Test {
 protected:
  const Tokenizer tokenizer_ = Tokenizer::clip();
};

TEST_F(Sentences, OfFullScenesAreTrueAndTellAllThatIsDrawn) {
  for (std::size_t index = 0; index < 400; ++index) {
    for (const Described& described : family(5, index, tokenizer_)) expect_true(described);
  }
}

TEST_F(Sentences, OfHardScenesAreTrueAndTellAllThatIsDrawn) {
  for (std::size_t index = 0; index < 60; ++index) {
    for (const Described& described : hard_group(5, index, 78, tokenizer_)) expect_true(described);
  }
}

TEST_F(Sentences, OfScenesOfAFewThingsAreTrueAndTellAllThatIsDrawn) {
  for (std::size_t index = 0; index < 60; ++index) {
    const auto members = few(5, index);
    EXPECT_EQ(members.size(), 10u);
    std::set<std::string> captions;
    for (const Described& described : members) {
      expect_true(described);
      EXPECT_EQ(sentences_of(described.caption)[0], sentences_of(members[0].caption)[0]);
      captions.insert(described.caption);
    }
    EXPECT_EQ(captions.size(), members.size());
  }
}

TEST_F(Sentences, OfPlacedThingsSayWhereTheyAreAndNotWhat) {
  constexpr std::array<std::string_view, 3> kRows{"top", "", "bottom"};
  constexpr std::array<std::string_view, 3> kColumns{"left", "", "right"};
  std::set<std::string> captions;
  for (std::size_t index = 0; index < 200; ++index) {
    const Described described = placed(5, index);
    const Item& item = described.scene.items.front();
    const std::string_view row = kRows[static_cast<std::size_t>(3 * item.y)];
    const std::string_view column = kColumns[static_cast<std::size_t>(3 * item.x)];
    for (const std::string_view word : {"top", "bottom", "left", "right"}) {
      EXPECT_EQ(described.caption.find(word) != std::string::npos, word == row || word == column) << described.caption;
    }
    EXPECT_EQ(described.caption.find("corner") != std::string::npos, !row.empty() && !column.empty());
    EXPECT_TRUE(mentions(described.scene, described.caption).empty()) << described.caption;
    captions.insert(described.caption);
  }
  EXPECT_EQ(captions.size(), 18u);  // nine places in two wordings
}

TEST_F(Sentences, OfNamedThingsSayWhatTheyAreAndNotWhere) {
  double smallest = 1;
  double largest = 0;
  for (std::size_t index = 0; index < 300; ++index) {
    for (const bool fills : {false, true}) {
      const Described described = fills ? close_up(5, index) : named(5, index);
      ASSERT_EQ(described.scene.items.size(), 1u);
      const Item& item = described.scene.items.front();
      const auto found = mentions(described.scene, described.caption);
      ASSERT_EQ(found.size(), 1u) << described.caption;
      EXPECT_FALSE(found[0].several) << described.caption;
      const std::string rest =
          described.caption.substr(0, found[0].at) + described.caption.substr(found[0].at + found[0].length);
      for (const std::string_view word : {"top", "bottom", "left", "right", "middle", "small", "large", "."}) {
        EXPECT_EQ(rest.find(word), std::string::npos) << described.caption;
      }
      if (fills) {
        EXPECT_GT(item.size, 0.7);
        EXPECT_EQ(std::pair(item.x, item.y), std::pair(0.5, 0.5));
      } else {
        smallest = std::min(smallest, item.size);
        largest = std::max(largest, item.size);
      }
    }
  }
  EXPECT_LT(smallest, 0.22);
  EXPECT_GT(largest, 0.65);
}

TEST_F(Sentences, OfSingleThingsSayHowLargeTheyAre) {
  std::map<std::string, std::vector<double>> sizes;
  for (std::size_t index = 0; index < 20; ++index) {
    for (const Described& described : singles(5, index)) {
      for (const char* word : {"small", "medium-sized", "large"}) {
        if (described.caption.find(std::string(" ") + word) != std::string::npos) {
          sizes[word].push_back(described.scene.items[0].size);
        }
      }
    }
  }
  ASSERT_EQ(sizes.size(), 3u);
  const auto [smallest, small] = std::minmax_element(sizes["small"].begin(), sizes["small"].end());
  const auto [medium, larger] = std::minmax_element(sizes["medium-sized"].begin(), sizes["medium-sized"].end());
  EXPECT_LT(*small, *medium);
  EXPECT_LT(*larger, *std::min_element(sizes["large"].begin(), sizes["large"].end()));
}

TEST_F(Sentences, OfSingleThingsTellThemFromOthersOfTheirShortCaption) {
  for (std::size_t index = 0; index < 50; ++index) {
    const auto members = singles(5, index);
    EXPECT_GE(members.size(), 5u);
    std::set<std::pair<std::string, Cell>> ways;
    for (const Described& described : members) {
      expect_true(described);
      EXPECT_EQ(sentences_of(described.caption)[0], sentences_of(members[0].caption)[0]);
      const double size = described.scene.items[0].size;
      ways.emplace(size < 0.26 ? "small" : size > 0.44 ? "large" : "medium-sized", cell_of(described.scene.items[0]));
    }
    EXPECT_EQ(ways.size(), members.size());
  }
}

// The rules above can say no: a sentence about a scene that it was not made for.
TEST_F(Sentences, AreNotTrueOfAnotherScene) {
  const auto told = family(5, 3, tokenizer_);
  Scene turned = told[0].scene;
  for (Item& item : turned.items) {
    item.x = 1 - item.x;
    item.y = 1 - item.y;
    item.count = item.count == 1 ? 2 : 1;
  }
  std::size_t wrong = 0;
  std::size_t checked = 0;
  for (const std::string& sentence : sentences_of(told[0].caption)) {
    if (mentions(turned, sentence).empty()) continue;
    ++checked;
    wrong += !Checked(turned, sentence).problem().empty();
  }
  EXPECT_GT(checked, 4u);
  EXPECT_EQ(wrong, checked);
}

}  // namespace
}  // namespace longclip::scenes
