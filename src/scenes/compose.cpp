#include "scenes/compose.h"

#include <algorithm>
#include <array>
#include <utility>

#include "scenes/layout.h"
#include "scenes/render.h"
#include "scenes/settings.h"
#include "scenes/things.h"
#include "scenes/variants.h"
#include "scenes/wording.h"

namespace longclip::scenes {
namespace {

using runtime::Random;
using runtime::random_word;

// The caption is the name of the only thing, after some words or none.
Described with_name(Scene scene, const std::array<std::string, 5>& before, Random& random) {
  const std::string name = name_phrase(scene.items.front());
  Described described = describe(std::move(scene), capital(random.pick(before) + name));
  described.claims = facts_of(described.scene.items.front());
  return described;
}

// How one of the other things is: its number, size and pose, by chance.
Item random_item(const Scene& scene, Random& random) {
  Item item;
  item.thing = new_thing(scene, random);
  item.mirrored = random.chance(0.5);
  item.size = random.chance(0.5) ? 0.165 : 0.225;
  if (random.chance(0.2)) {
    constexpr std::array kNumbers{2, 2, 2, 3, 3, 4, 5};
    item.count = random.pick(kNumbers);
    item.size = item.count > 3 ? 0.14 : 0.16;
  } else if (random.chance(0.14)) {
    constexpr std::array kPoses{Pose::upside_down, Pose::leaning_left, Pose::leaning_right};
    item.pose = random.pick(kPoses);
  } else if (random.chance(0.12)) {
    item.ring = static_cast<int>(random.below(ring_colours().size()));
    item.size = ringed_size;
  }
  return item;
}

// Before the lower part of the main thing, none of which is before anything else.
bool stand_in_front(Item& item, const Scene& scene, Random& random) {
  const Item& main = scene.items.front();
  if (item.count > 1 || item.ring >= 0 ||
      std::any_of(scene.items.begin(), scene.items.end(), [](const Item& i) { return i.in_front; })) {
    return false;
  }
  item.size = 0.165;
  item.pose = Pose::upright;
  item.x = main.x + random.between(-0.1, 0.1) * main.size;
  item.y = main.y + 0.4 * main.size;
  item.in_front =
      std::none_of(scene.items.begin() + 1, scene.items.end(), [&](const Item& i) { return overlap(item, i); }) &&
      item.y + item.size / 2 < 0.985 && Layout(random, scene.setting).shows_spot(item);
  return item.in_front;
}

// What else there is to say, the telling before the general by and large.
std::vector<std::string> sentences_more(const Scene& scene, Random& random) {
  std::vector<std::string> some = remarks(random);
  some.resize(3);
  if (random.chance(0.5)) some.push_back(count_sentence(scene, random));
  std::vector<std::string> pairs = pair_sentences(scene, random);
  pairs.resize(std::min<std::size_t>(pairs.size(), 8));
  some.insert(some.end(), pairs.begin(), pairs.end());
  random.shuffle(some);
  const auto rest = remarks(random);
  for (const std::string& remark : rest) {
    if (std::find(some.begin(), some.end(), remark) == some.end()) some.push_back(remark);
  }
  return some;
}

// So many of them; false if there is no room for all.
bool add_items(Scene& scene, std::size_t count, Random& random) {
  for (; count > 0; --count) {
    if (!add_item(scene, random)) return false;
  }
  return true;
}

// A family, or nothing where things do not find a place.
std::vector<Described> try_family(Random& random, const Tokenizer& tokenizer) {
  // What all of them share, told first.
  Scene shared = begin_scene(random, random.between(0.38, 0.46));
  if (!add_items(shared, 2, random)) return {};
  std::vector<std::string> early{main_sentence(shared, random), item_sentence(shared, shared.items[1], random),
                                 item_sentence(shared, shared.items[2], random)};
  random.shuffle(early);
  if (random.chance(0.6))
    early.insert(early.begin() + static_cast<std::ptrdiff_t>(random.below(4)), setting_sentence(shared));
  early.insert(early.begin(), short_caption(shared, random));

  std::vector<Described> members;
  for (std::size_t left = 1 + random.below(4); left > 0; --left) {
    Scene scene = shared;
    scene.extra = random.chance(0.5);
    scene.seed = random.next();
    if (!add_items(scene, 2 + random.below(2), random)) return {};
    std::vector<std::string> late{extra_sentence(scene)};
    for (std::size_t i = 3; i < scene.items.size(); ++i) late.push_back(item_sentence(scene, scene.items[i], random));
    const auto more = sentences_more(scene, random);
    // Up to the end of the context, so that its late positions are learnt from too.
    const double wanted = random.chance(0.5) ? random.between(85, 130) : random.between(130, 235);
    auto tokens = tokenizer.count(joined(early) + " " + joined(late));
    for (auto sentence = more.begin(); sentence != more.end() && static_cast<double>(tokens) < wanted; ++sentence) {
      const auto longer = tokens + tokenizer.count(*sentence + ".") - 2;  // without its start and end
      if (longer > longest_caption) break;
      late.push_back(*sentence);
      tokens = longer;
    }
    random.shuffle(late);
    late.insert(late.begin(), early.begin(), early.end());
    members.push_back(describe(scene, joined(late)));
  }
  return members;
}

}  // namespace

std::size_t new_thing(const Scene& scene, Random& random) {
  for (;;) {
    const std::size_t thing = random.below(things().size());
    if (std::none_of(scene.items.begin(), scene.items.end(), [&](const Item& item) { return item.thing == thing; }))
      return thing;
  }
}

Scene begin_scene(Random& random, double size) {
  constexpr double kFills = 0.7;  // what is larger has no place to look for
  Scene scene;
  scene.extra = random.chance(0.5);
  scene.seed = random.next();
  Item main;
  main.thing = random.below(things().size());
  main.size = size;
  main.mirrored = random.chance(0.5);
  bool placed = false;
  while (!placed) {
    scene.setting = random.below(settings().size());
    placed = Layout(random, scene.setting).place(main, {}) || size > kFills;
  }
  scene.items.push_back(main);
  return scene;
}

bool add_item(Scene& scene, Random& random) {
  constexpr int kAttempts = 1000;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Item item = random_item(scene, random);
    if ((random.chance(0.08) && stand_in_front(item, scene, random)) ||
        Layout(random, scene.setting).place(item, scene.items)) {
      scene.items.push_back(item);
      return true;
    }
  }
  return false;
}

Described placed(std::uint64_t seed, std::size_t index) {
  Random random(random_word(seed, 'p', index));
  const Scene scene = begin_scene(random, random.between(0.22, 0.42));
  const std::string place = place_phrase(scene.items.front());
  Described described = describe(scene, random.chance(0.5) ? "Something " + place : capital(place));
  described.facts.push_back("place:" + place);
  described.claims = {described.facts.back()};
  return described;
}

Described close_up(std::uint64_t seed, std::size_t index) {
  Random random(random_word(seed, 'c', index));
  Scene scene = begin_scene(random, random.between(0.72, 0.94));
  scene.items.front().x = 0.5;
  scene.items.front().y = 0.5;
  return with_name(std::move(scene), {"", "A picture of ", "A drawing of ", "This is ", "A close view of "}, random);
}

Described named(std::uint64_t seed, std::size_t index) {
  Random random(random_word(seed, 'n', index));
  return with_name(begin_scene(random, random.between(0.2, 0.7)),
                   {"", "A picture of ", "A drawing of ", "An image of ", "A scene with "}, random);
}

std::vector<Described> singles(std::uint64_t seed, std::size_t index) {
  Random random(random_word(seed, 's', index));
  constexpr std::array kSizes{0.2, 0.34, 0.55};
  std::vector<std::pair<double, Cell>> ways;
  for (const double size : kSizes) {
    for (const Cell cell : all_cells) ways.emplace_back(size, cell);
  }
  random.shuffle(ways);
  const Scene shared = begin_scene(random, kSizes.front());
  const std::string first = short_caption(shared, random);
  std::vector<Described> members;
  for (const auto& [size, cell] : ways) {
    Scene scene = shared;
    scene.extra = random.chance(0.5);
    scene.seed = random.next();
    Item& item = scene.items.front();
    item.mirrored = random.chance(0.5);
    item.size = size * random.between(0.92, 1.08);
    if (!Layout(random, scene.setting).place_in(item, cell, {})) continue;
    members.push_back(describe(scene, joined({first, only_sentence(scene, random)})));
    if (members.size() == group_size) break;
  }
  return members;
}

std::vector<Described> few(std::uint64_t seed, std::size_t index) {
  Random random(random_word(seed, 'f', index));
  const Detail detail = random.pick(all_details);
  Scene shared;
  std::vector<Item> ways;
  while (ways.empty()) {
    shared = begin_scene(random, random.between(0.3, 0.42));
    if (random.chance(0.5) && !add_item(shared, random)) continue;
    ways = variants(detail, shared, random);
  }
  std::vector<std::string> told{main_sentence(shared, random)};
  if (shared.items.size() > 1) told.push_back(item_sentence(shared, shared.items[1], random));
  random.shuffle(told);
  const auto before = static_cast<std::ptrdiff_t>(random.below(told.size() + 1));
  told.insert(told.begin(), short_caption(shared, random));
  const std::size_t wording = random.below(detail_wordings);
  std::vector<Described> members;
  for (const Item& item : ways) {
    Scene scene = shared;
    scene.items.push_back(item);
    std::vector<std::string> sentences = told;
    sentences.insert(sentences.begin() + 1 + before, detail_sentence(item, wording));
    members.push_back(describe(scene, joined(sentences)));
  }
  return members;
}

std::vector<Described> family(std::uint64_t seed, std::size_t index, const Tokenizer& tokenizer) {
  Random random(random_word(seed, 'F', index));
  for (;;) {
    std::vector<Described> members = try_family(random, tokenizer);
    if (!members.empty()) return members;
  }
}

}  // namespace longclip::scenes
