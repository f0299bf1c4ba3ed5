#include "model/batches.h"

#include <algorithm>
#include <numeric>

namespace longclip::model {
namespace {

// Measured: enough rows to read a weight for that its reading does not count, and few enough that what a block makes of
// them stays near the processor.
constexpr std::size_t kTokens = 2048;

// Floats that one token holds at the peak of a block: the residual, its normalised copy, q, k, v
// and their permuted copies, and the hidden layer three times over (before, gate, after).
std::size_t bytes_per_token(const Architecture::Tower& tower) {
  return sizeof(float) * (8 * static_cast<std::size_t>(tower.width) + 3 * static_cast<std::size_t>(tower.mlp));
}

std::size_t items(std::size_t memory, std::size_t tokens_per_item, std::size_t bytes_per_item) {
  const std::size_t in_memory = memory / std::max<std::size_t>(bytes_per_item, 1);
  return std::max<std::size_t>(std::min(in_memory, kTokens / std::max<std::size_t>(tokens_per_item, 1)), 1);
}

}  // namespace

std::size_t images_per_batch(const Architecture& architecture, std::size_t memory) {
  const auto side = static_cast<std::size_t>(architecture.image_size);
  const auto grid = side / static_cast<std::size_t>(std::max(architecture.patch_size, 1));
  const std::size_t tokens = grid * grid + 1;
  return items(memory, tokens, tokens * bytes_per_token(architecture.vision) + 3 * side * side * sizeof(float));
}

std::size_t images_per_thread(const Architecture& architecture, std::size_t memory, int threads) {
  // Measured: a thread alone gains nothing from more.
  constexpr std::size_t enough = 8;
  return std::min(images_per_batch(architecture, memory / static_cast<std::size_t>(std::max(threads, 1))), enough);
}

std::size_t texts_per_batch(const Architecture& architecture, std::size_t length, std::size_t memory) {
  return items(memory, length, length * bytes_per_token(architecture.text));
}

std::vector<TextBatch> plan_texts(const Architecture& architecture, std::span<const std::size_t> lengths,
                                  std::size_t memory) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  std::vector<TextBatch> batches;
  for (std::size_t begin = 0; begin < order.size();) {
    const std::size_t length = std::max<std::size_t>(lengths[order[begin]], 1);  // no tower takes rows of no tokens
    const std::size_t count = std::min(texts_per_batch(architecture, length, memory), order.size() - begin);
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(begin);
    batches.push_back({length, {first, first + static_cast<std::ptrdiff_t>(count)}});
    begin += count;
  }
  return batches;
}

}  // namespace longclip::model
