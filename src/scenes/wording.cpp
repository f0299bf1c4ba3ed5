#include "scenes/wording.h"

#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "scenes/render.h"
#include "scenes/settings.h"
#include "scenes/things.h"

namespace longclip::scenes {
namespace {

using runtime::Random;

constexpr std::array<std::string_view, 9> kPlaces{"in the top left corner",
                                                  "at the top",
                                                  "in the top right corner",
                                                  "on the left",
                                                  "in the middle",
                                                  "on the right",
                                                  "in the bottom left corner",
                                                  "at the bottom",
                                                  "in the bottom right corner"};

constexpr std::array<std::string_view, 10> kNumbers{"no",   "one", "two",   "three", "four",
                                                    "five", "six", "seven", "eight", "nine"};

constexpr double kSmall = 0.19;
constexpr double kLarge = 0.26;
constexpr double kSingleSmall = 0.26;  // of a thing that is alone
constexpr double kSingleLarge = 0.44;

// "a lemon" -> "lemon"
std::string_view without_article(std::string_view phrase) { return phrase.substr(phrase.find(' ') + 1); }

const Thing& thing_of(const Item& item) { return things()[item.thing]; }

std::string the(const Item& item) {
  const Thing& thing = thing_of(item);
  return "the " + std::string(item.count > 1 ? thing.several : without_article(thing.one));
}

// "a lemon", "three lemons"; with a size before the noun, if that is not empty.
std::string sized(const Item& item, const std::string& size) {
  const Thing& thing = thing_of(item);
  if (item.count > 1) {
    return std::string(kNumbers[static_cast<std::size_t>(item.count)]) + " " + size + std::string(thing.several);
  }
  if (size.empty()) return std::string(thing.one);
  return "a " + size + std::string(without_article(thing.one));
}

// Puts words in place of {name}; {Name} with a capital.
struct Word {
  std::string_view name;
  std::string text;
};
std::string fill(std::string_view pattern, const std::vector<Word>& words) {
  std::string result;
  while (!pattern.empty()) {
    if (pattern[0] != '{') {
      const std::size_t end = std::min(pattern.find('{'), pattern.size());
      result += pattern.substr(0, end);
      pattern.remove_prefix(end);
      continue;
    }
    const std::size_t end = pattern.find('}');
    std::string name(pattern.substr(1, end - 1));
    const bool upper = name[0] >= 'A' && name[0] <= 'Z';
    if (upper) name[0] = static_cast<char>(name[0] - 'A' + 'a');
    for (const Word& word : words) {
      if (word.name == name) result += upper ? capital(word.text) : word.text;
    }
    pattern.remove_prefix(end + 1);
  }
  return result;
}

// Where an item is from another; nothing where two words would do as well.
std::optional<std::string> relation(const Item& other, const Item& item) {
  const double dx = item.x - other.x;
  const double dy = item.y - other.y;
  if (std::abs(dx) > 0.25 && std::abs(dx) > 1.6 * std::abs(dy)) {
    return (dx < 0 ? "to the left of " : "to the right of ") + the(other);
  }
  if (std::abs(dy) > 0.25 && std::abs(dy) > 1.6 * std::abs(dx)) return (dy < 0 ? "above " : "below ") + the(other);
  return std::nullopt;
}

std::optional<std::string> relation_to_main(const Scene& scene, const Item& item) {
  const Item& main = scene.items.front();
  return item.in_front ? "in front of " + the(main) : relation(main, item);
}

// What else is to be said of how an item lies: ", upside down".
std::string manner(const Item& item) {
  std::string text;
  if (item.ring >= 0)
    text += ", inside a " + std::string(ring_colours()[static_cast<std::size_t>(item.ring)].name) + " ring";
  if (item.pose == Pose::upside_down) text += ", upside down";
  if (item.pose == Pose::leaning_left) text += ", leaning to the left";
  if (item.pose == Pose::leaning_right) text += ", leaning to the right";
  return text;
}

}  // namespace

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string name_phrase(const Item& item) { return sized(item, ""); }

std::string noun_phrase(const Item& item) {
  return sized(item, item.size < kSmall ? "small " : item.size > kLarge ? "large " : "");
}

std::string place_phrase(const Item& item) { return std::string(kPlaces[static_cast<std::size_t>(cell_of(item))]); }

std::string short_caption(const Scene& scene, Random& random) {
  constexpr std::array<std::string_view, 6> kPatterns{"{A} {where}",
                                                      "{A} {where}",
                                                      "{Bare} {where}",
                                                      "A picture of {a} {where}",
                                                      "A drawing of {a} {where}",
                                                      "{A} and other things {where}"};
  const Thing& thing = thing_of(scene.items.front());
  const std::size_t patterns = kPatterns.size() - (scene.items.size() == 1 ? 1 : 0);  // the last tells of others
  return fill(kPatterns[random.below(patterns)], {{"a", std::string(thing.one)},
                                                  {"bare", std::string(without_article(thing.one))},
                                                  {"where", std::string(settings()[scene.setting].where)}});
}

std::string only_sentence(const Scene& scene, Random& random) {
  constexpr std::array<std::string_view, 6> kPatterns{"{The} is {size} and is {place}",
                                                      "{The} is {size}, {place}",
                                                      "{The}, which is {size}, is {place}",
                                                      "{Place} is {the}, drawn {size}",
                                                      "{The} is the only thing here, {size} and {place}",
                                                      "Drawn {size}, {the} is {place}"};
  const Item& item = scene.items.front();
  const std::string size = item.size < kSingleSmall ? "small" : item.size > kSingleLarge ? "large" : "medium-sized";
  return fill(random.pick(kPatterns), {{"the", the(item)}, {"size", size}, {"place", place_phrase(item)}});
}

std::string main_sentence(const Scene& scene, Random& random) {
  constexpr std::array<std::string_view, 9> kPatterns{"{The} is larger than all the other things and is {place}",
                                                      "The largest of the things is {the}, {place}",
                                                      "One sees {the} first, {place}",
                                                      "{Place} is {the}, the largest of the things",
                                                      "The main thing is {the}, {place}",
                                                      "Drawn larger than the other things, {the} is {place}",
                                                      "{The}, larger than the other things, is {place}",
                                                      "{Place}, larger than the rest, is {the}",
                                                      "First of all there is {the}, {place}"};
  const Item& main = scene.items.front();
  return fill(random.pick(kPatterns), {{"the", the(main)}, {"place", place_phrase(main)}});
}

std::string item_sentence(const Scene& scene, const Item& item, Random& random) {
  constexpr std::array<std::string_view, 11> kByPlace{"{Place} there {is} {a}{manner}",
                                                      "{A} can be seen {place}{manner}",
                                                      "{Place}, one can see {a}{manner}",
                                                      "There {is} {a} {place}{manner}",
                                                      "{Place} of the picture there {is} {a}{manner}",
                                                      "{A} {is} placed {place}{manner}",
                                                      "Someone has put {a} {place}{manner}",
                                                      "The eye also meets {a} {place}{manner}",
                                                      "A closer look shows {a} {place}{manner}",
                                                      "{A} {has} found a place {place}{manner}",
                                                      "Also here, {place}, {is} {a}{manner}"};
  constexpr std::array<std::string_view, 8> kByRelation{
      "{A} {is} {relation}{manner}",         "{Relation} there {is} {a}{manner}",
      "There {is} {a} {relation}{manner}",   "Someone has put {a} {relation}{manner}",
      "One can see {a} {relation}{manner}",  "{A} {has} found a place {relation}{manner}",
      "{Relation}, one can see {a}{manner}", "{A} can be found {relation}{manner}"};
  const auto from_main = relation_to_main(scene, item);
  const bool by_relation = from_main && (item.in_front || random.chance(0.35));
  const bool one = item.count == 1;
  return fill(by_relation ? random.pick(kByRelation) : random.pick(kByPlace), {{"a", noun_phrase(item)},
                                                                               {"is", one ? "is" : "are"},
                                                                               {"has", one ? "has" : "have"},
                                                                               {"place", place_phrase(item)},
                                                                               {"relation", from_main.value_or("")},
                                                                               {"manner", manner(item)}});
}

std::string detail_sentence(const Item& item, std::size_t wording) {
  const std::string noun = noun_phrase(item);
  const std::string there = place_phrase(item) + manner(item);
  switch (wording) {
    case 0:
      return "One can also see " + noun + " " + there;
    case 1:
      return "There is " + noun + " " + there;
    case 2:
      return "Someone has put " + noun + " " + there;
    case 3:
      return "Also to be seen " + place_phrase(item) + " is " + noun + manner(item);
    case 4:
      return "A closer look shows " + noun + " " + there;
    default:
      return "The eye also meets " + noun + " " + there;
  }
}

std::vector<std::string> pair_sentences(const Scene& scene, Random& random) {
  constexpr std::array<std::string_view, 8> kPatterns{"{The} {is} {relation}",
                                                      "One finds {the} {relation}",
                                                      "{Relation} {is} {the}",
                                                      "As for {the}, look {relation}",
                                                      "{The} can be found {relation}",
                                                      "Seen from the front, {the} {is} {relation}",
                                                      "{The}, by the way, {is} {relation}",
                                                      "The place of {the} is {relation}"};
  std::vector<std::string> all;
  for (std::size_t first = 1; first < scene.items.size(); ++first) {
    for (std::size_t second = first + 1; second < scene.items.size(); ++second) {
      const bool turned = random.chance(0.5);  // each pair is told one way round
      const Item& item = scene.items[turned ? second : first];
      const auto where = relation(scene.items[turned ? first : second], item);
      if (!where) continue;
      all.push_back(fill(random.pick(kPatterns),
                         {{"the", the(item)}, {"is", item.count == 1 ? "is" : "are"}, {"relation", *where}}));
    }
  }
  random.shuffle(all);
  return all;
}

std::string setting_sentence(const Scene& scene) { return std::string(settings()[scene.setting].look); }

std::string extra_sentence(const Scene& scene) {
  const Setting& setting = settings()[scene.setting];
  return std::string(scene.extra ? setting.with_extra : setting.without);
}

std::string count_sentence(const Scene& scene, Random& random) {
  constexpr std::array<std::string_view, 6> kPatterns{
      "There are {n} kinds of things to be found",         "One counts {n} kinds of things",
      "{N} different kinds of things are shown",           "All in all the picture shows {n} kinds of things",
      "Whoever looks carefully finds {n} kinds of things", "The artist has drawn {n} kinds of things"};
  return fill(random.pick(kPatterns), {{"n", std::string(kNumbers[scene.items.size()])}});
}

std::vector<std::string> remarks(Random& random) {
  std::vector<std::string> all{"It is a drawing and not a photograph",
                               "The picture is exactly as wide as it is high",
                               "No people are to be seen anywhere",
                               "Everything is drawn in the same simple style",
                               "The outlines are easy to make out",
                               "There is no frame around the scene",
                               "The whole drawing looks friendly",
                               "All of it can be taken in at one glance",
                               "It would look nice on the wall of a child's room",
                               "The style is that of a picture book",
                               "Children would like to look at it",
                               "There is a lot to discover in it",
                               "It is easy to say what each thing is",
                               "One would not find such a scene in real life",
                               "Somebody must have had fun drawing it",
                               "It leaves room for the imagination",
                               "The drawing is not signed",
                               "One could tell a little story about this scene"};
  random.shuffle(all);
  return all;
}

}  // namespace longclip::scenes
