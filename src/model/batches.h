#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <longclip/convert.h>

namespace longclip::model {

// How much of a call goes through a tower at once: bounded by memory, and by the point beyond
// which larger batches gain nothing. At least 1, whatever the memory.

std::size_t images_per_batch(const Architecture& architecture, std::size_t memory);
// The same where each of `threads` threads has a batch of its own.
std::size_t images_per_thread(const Architecture& architecture, std::size_t memory, int threads);
std::size_t texts_per_batch(const Architecture& architecture, std::size_t length, std::size_t memory);

// Texts that go through the tower together, cut to the longest of them: exact, since nothing
// after the end token has influence on the feature.
struct TextBatch {
  std::size_t length;             // tokens
  std::vector<std::size_t> rows;  // which texts
};

// Covers every text once, texts of like length together.
std::vector<TextBatch> plan_texts(const Architecture& architecture, std::span<const std::size_t> lengths,
                                  std::size_t memory);

}  // namespace longclip::model
