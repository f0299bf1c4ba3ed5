#include "scenes/hard.h"

#include <algorithm>
#include <array>
#include <string>

#include "scenes/compose.h"
#include "scenes/layout.h"
#include "scenes/things.h"
#include "scenes/wording.h"

namespace longclip::scenes {
namespace {

using runtime::Random;

constexpr int kShortest = 90;

// The tokens of a text that another one follows: with its start, without its end.
int tokens_before(const Tokenizer& tokenizer, const std::string& text) {
  return static_cast<int>(tokenizer.count(text)) - 1;
}

// Ten different things at one place.
std::vector<Item> different_things(const Scene& scene, Random& random) {
  Item item;
  item.size = 0.225;
  item.thing = new_thing(scene, random);
  if (!Layout(random, scene.setting).place(item, scene.items)) return {};
  Scene taken = scene;
  std::vector<Item> variants;
  while (variants.size() < group_size) {
    item.thing = new_thing(taken, random);
    taken.items.push_back(item);
    variants.push_back(item);
  }
  return variants;
}

// One thing at ten places, small or large.
std::vector<Item> different_places(const Scene& scene, Random& random) {
  Item item;
  item.thing = new_thing(scene, random);
  std::vector<Item> variants;
  std::array<Cell, 9> cells{0, 1, 2, 3, 4, 5, 6, 7, 8};
  for (const double size : {0.17, 0.29}) {
    item.size = size;
    for (const Cell cell : cells) {
      if (Layout(random, scene.setting).place_in(item, cell, scene.items)) variants.push_back(item);
    }
  }
  random.shuffle(variants);
  if (variants.size() < group_size) return {};
  variants.resize(group_size);
  return variants;
}

// The sentence that tells the detail, worded alike for all ten.
std::string detail_sentence(const Item& item, int wording) {
  const std::string noun = noun_phrase(item);
  const std::string place = place_phrase(item);
  switch (wording) {
    case 0:
      return "One can also see " + noun + " " + place;
    case 1:
      return "There is " + noun + " " + place;
    case 2:
      return "Someone has put " + noun + " " + place;
    case 3:
      return "Also to be seen " + place + " is " + noun;
    case 4:
      return "A closer look shows " + noun + " " + place;
    default:
      return "The eye also meets " + noun + " " + place;
  }
}

}  // namespace

std::vector<Described> hard_group(std::uint64_t seed, std::size_t index, int detail_token, const Tokenizer& tokenizer) {
  Random random(runtime::random_word(seed, 'H', index));
  const bool by_thing = random.chance(0.7);
  Scene shared;
  std::vector<Item> variants;
  while (variants.empty()) {
    shared = begin_scene(random, by_thing ? random.between(0.38, 0.46) : random.between(0.34, 0.38));
    if (!add_item(shared, random)) continue;
    if ((by_thing || random.chance(0.5)) && !add_item(shared, random)) continue;
    variants = by_thing ? different_things(shared, random) : different_places(shared, random);
  }

  // Sentences that are true of all ten, as many as it takes to come to the token.
  std::vector<std::string> pool{main_sentence(shared, random)};
  for (std::size_t i = 1; i < shared.items.size(); ++i) pool.push_back(item_sentence(shared, shared.items[i], random));
  pool.push_back(setting_sentence(shared));
  random.shuffle(pool);
  pool.push_back(extra_sentence(shared));
  auto more = remarks(random);
  Scene complete = shared;
  complete.items.push_back(variants.front());
  more.insert(more.begin() + 2, count_sentence(complete, random));
  pool.insert(pool.end(), more.begin(), more.end());
  std::vector<std::string> before{short_caption(shared, random)};
  auto next = pool.begin();
  while (tokens_before(tokenizer, joined(before)) < detail_token && next != pool.end()) before.push_back(*next++);
  const std::string prefix = joined(before);
  const int begins = tokens_before(tokenizer, prefix);
  const int wording = static_cast<int>(random.below(6));
  int detail_tokens = 0;
  for (const Item& item : variants) {
    detail_tokens = std::max(detail_tokens, tokens_before(tokenizer, detail_sentence(item, wording) + "."));
  }
  // What is drawn is told: what did not fit before the detail comes after it, and something more.
  const auto must = pool.end() - static_cast<std::ptrdiff_t>(more.size());
  std::vector<std::string> after;
  int total = begins + detail_tokens;
  for (bool enough = false; next != pool.end() && !enough; ++next) {
    const bool needed = next < must;
    const int tokens = tokens_before(tokenizer, *next + ".") - 1;
    if (total + tokens + 1 > longest_caption) break;
    enough = !needed && total + tokens >= kShortest;
    after.push_back(*next);
    total += tokens;
  }

  std::vector<Described> group;
  for (const Item& item : variants) {
    Described described;
    described.scene = shared;
    described.scene.items.push_back(item);
    std::vector<std::string> sentences = before;
    sentences.push_back(detail_sentence(item, wording));
    sentences.insert(sentences.end(), after.begin(), after.end());
    described.caption = joined(sentences);
    described.facts = facts_of(described.scene);
    described.claims = claims_of(described.scene);
    described.group = static_cast<int>(index);
    described.detail = by_thing ? "thing" : "place";
    described.detail_token = begins;
    group.push_back(described);
  }
  return group;
}

}  // namespace longclip::scenes
