#include "training/batch.h"

#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <longclip/error.h>
#include <longclip/image.h>

#include "image/normalize.h"
#include "runtime/parallel.h"
#include "runtime/random.h"

namespace longclip::training {
namespace {

// One of several captions by chance; of a picture that has none of the wanted kind, of the other kind.
const std::string& choose(const std::vector<std::string>& wanted, const std::vector<std::string>& others,
                          std::uint64_t word) {
  const auto& captions = wanted.empty() ? others : wanted;
  return captions[runtime::below(word, captions.size())];
}

constexpr std::size_t kBeginning = 120;  // bytes: some two sentences

// Alike are pictures of one short caption, and of one group where there are groups: two data sets may
// count theirs alike. A picture that has no more to be told by is alike to none: brought together, two
// of one caption would each be the other's wrong answer. Nearer still are those whose long captions begin
// alike: they are told apart by what comes late.
Likeness likeness(const BatchSource& source) {
  if (source.hard_negatives <= 1) return {};
  Likeness likeness{{}, {}, source.hard_negatives, source.hard_share};
  std::map<std::pair<int, std::string>, std::size_t> first;  // of those that are alike
  std::unordered_map<std::string, std::size_t> beginnings;
  for (std::size_t i = 0; i < source.examples->size(); ++i) {
    const Example& example = (*source.examples)[i];
    const auto& longs = example.long_captions;
    const std::string beginning = longs.empty() ? "" : longs.front().substr(0, kBeginning);
    likeness.nearer.push_back(beginnings.try_emplace(beginning, beginnings.size()).first->second);
    const auto& shorts = example.short_captions;
    const bool told_apart =
        !shorts.empty() && std::any_of(longs.begin(), longs.end(), [&](const auto& c) { return c != shorts.front(); });
    likeness.kinds.push_back(told_apart ? first.try_emplace({example.group, shorts.front()}, i).first->second : i);
  }
  return likeness;
}

}  // namespace

Batches::Batches(BatchSource source)
    : source_(source), order_(source.examples->size(), source.batch, source.seed, likeness(source)) {}

Batches::~Batches() { stop_ = true; }

Batch Batches::take(std::uint64_t step) {
  Batch batch;
  if (ahead_.valid() && ahead_step_ == step) {
    batch = ahead_.get();
  } else {
    if (ahead_.valid()) ahead_.wait();
    batch = make(step);
  }
  ahead_step_ = step + 1;
  if (ahead_step_ < end_) ahead_ = std::async(std::launch::async, [this, next = ahead_step_] { return make(next); });
  return batch;
}

Batch Batches::make(std::uint64_t step) {
  const Order::Step chosen = order_.at(step);
  const std::size_t count = source_.batch / static_cast<std::size_t>(source_.processes);
  const std::size_t first = count * static_cast<std::size_t>(source_.rank);
  const std::span mine = std::span(chosen.examples).subspan(first, count);

  std::vector<std::string> texts, short_texts;
  for (std::size_t i = 0; i < count; ++i) {
    const Example& example = (*source_.examples)[mine[i]];
    const std::uint64_t word = runtime::random_word(source_.seed, chosen.epoch, mine[i], 'c');
    const bool contrastive = source_.objective == TrainingObjective::contrastive;
    const bool both = contrastive && source_.captions == TrainingCaptions::both && chosen.alone[first + i];
    const bool take_short =
        (contrastive && source_.captions == TrainingCaptions::short_only) || (both && (runtime::mix(word) & 1) != 0);
    const auto& wanted = take_short ? example.short_captions : example.long_captions;
    const auto& others = take_short ? example.long_captions : example.short_captions;
    texts.push_back(choose(wanted, others, word));
    if (source_.objective == TrainingObjective::component_matching) {
      short_texts.push_back(choose(example.short_captions, example.long_captions, word));
    }
  }

  Batch batch;
  const auto rows_of = [&](const std::vector<std::string>& captions) {
    try {
      return text_rows(*source_.tokenizer, captions, source_.context);
    } catch (const InputErrors& errors) {
      const InputError& failed = errors.errors().front();
      throw InvalidInput((*source_.examples)[mine[failed.index]].image.string() + ": its caption: " + failed.reason);
    }
  };
  batch.texts = rows_of(texts);
  batch.short_texts = rows_of(short_texts);
  const int size = source_.image_size;
  const std::size_t values = 3 * static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  batch.pixels = at::empty({static_cast<std::int64_t>(count), 3, size, size}, at::kFloat);
  float* pixels = batch.pixels.mutable_data_ptr<float>();
  runtime::parallel_for(count, source_.threads, [&](std::size_t i) {
    if (stop_) return;
    const auto& picture = (*source_.examples)[mine[i]].image;
    std::vector<std::uint8_t> rgb;
    try {
      rgb = Image::read(picture).preprocessed(size);
    } catch (const InvalidFile& error) {
      throw InvalidFile(std::string(error.what()) + "; put a readable picture in its place and resume");
    }
    image::normalize(rgb, size, source_.mean, source_.std, pixels + i * values);
  });
  batch.epoch = static_cast<double>(step + 1) / static_cast<double>(order_.steps_per_epoch());
  return batch;
}

}  // namespace longclip::training
