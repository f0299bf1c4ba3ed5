#include "scenes/hard.h"

#include <algorithm>
#include <string>
#include <utility>

#include "scenes/compose.h"
#include "scenes/variants.h"
#include "scenes/wording.h"

namespace longclip::scenes {
namespace {

using runtime::Random;

constexpr int kShortest = 90;

// The tokens of a text that another one follows: with its start, without its end.
int tokens_before(const Tokenizer& tokenizer, const std::string& text) {
  return static_cast<int>(tokenizer.count(text)) - 1;
}

}  // namespace

std::vector<Described> hard_group(std::uint64_t seed, std::size_t index, int detail_token, const Tokenizer& tokenizer) {
  Random random(runtime::random_word(seed, 'H', index));
  const Detail detail = random.pick(all_details);
  const bool needs_room = detail == Detail::place;
  Scene shared;
  std::vector<Item> ways;
  while (ways.empty()) {
    shared = begin_scene(random, needs_room ? random.between(0.34, 0.38) : random.between(0.38, 0.46));
    if (!add_item(shared, random)) continue;
    if ((!needs_room || random.chance(0.5)) && !add_item(shared, random)) continue;
    ways = variants(detail, shared, random);
  }

  // Sentences that are true of all ten, as many as it takes to come to the token.
  std::vector<std::string> pool{main_sentence(shared, random)};
  for (std::size_t i = 1; i < shared.items.size(); ++i) pool.push_back(item_sentence(shared, shared.items[i], random));
  pool.push_back(setting_sentence(shared));
  random.shuffle(pool);
  pool.push_back(extra_sentence(shared));
  auto more = remarks(random);
  Scene complete = shared;
  complete.items.push_back(ways.front());
  more.insert(more.begin() + 2, count_sentence(complete, random));
  pool.insert(pool.end(), more.begin(), more.end());
  std::vector<std::string> before{short_caption(shared, random)};
  auto next = pool.begin();
  while (tokens_before(tokenizer, joined(before)) < detail_token && next != pool.end()) before.push_back(*next++);
  const std::string prefix = joined(before);
  const int begins = tokens_before(tokenizer, prefix);
  const std::size_t wording = random.below(detail_wordings);
  int detail_tokens = 0;
  for (const Item& item : ways) {
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
  for (const Item& item : ways) {
    Scene scene = shared;
    scene.items.push_back(item);
    std::vector<std::string> sentences = before;
    sentences.push_back(detail_sentence(item, wording));
    sentences.insert(sentences.end(), after.begin(), after.end());
    Described described = describe(std::move(scene), joined(sentences));
    described.group = static_cast<int>(index);
    described.detail = to_string(detail);
    described.detail_token = begins;
    group.push_back(std::move(described));
  }
  return group;
}

}  // namespace longclip::scenes
