// Two passes over the cosines. The first takes only those of right pairs, and knows then what each
// query's best right score is. The second takes all, and counts for both sides at once how many are
// higher or equal. Both compute a pair alike, bit for bit, so equal scores are found equal.
#include "evaluation/standings.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <span>
#include <string>

#include <longclip/error.h>

#include "matrix/cosines.h"
#include "runtime/parallel.h"
#include "runtime/processors.h"

namespace longclip::evaluation {
namespace {

constexpr float kLast = -2;  // of a NaN: below every cosine

// A multiple of the blocks of matrix/cosines.h for the usual widths.
constexpr std::size_t kRowsOfShare = 512;

float score_of(float cosine) { return std::isnan(cosine) ? kLast : cosine; }

// The queries of one side, an array for each property so that the counting is done in vectors.
struct Queries {
  explicit Queries(std::size_t count)
      : best(count, kLast), right(count), right_level(count), ahead(count), level(count) {}

  void offer(std::size_t query, float score) {
    if (right[query]++ == 0 || score > best[query]) {
      best[query] = score;
      right_level[query] = 0;
    }
    if (score == best[query]) ++right_level[query];
  }

  std::vector<Standing> standings() const {
    std::vector<Standing> result;
    result.reserve(best.size());
    for (std::size_t i = 0; i < best.size(); ++i) result.push_back({ahead[i], level[i], right_level[i], right[i]});
    return result;
  }

  std::vector<float> best;
  std::vector<std::uint32_t> right;
  std::vector<std::uint32_t> right_level;
  std::vector<std::uint32_t> ahead;
  std::vector<std::uint32_t> level;
};

void check(const Matrix& images, const Matrix& texts, const Relevance& relevance) {
  if (images.cols() != texts.cols()) {
    throw InvalidInput("features of " + std::to_string(images.cols()) + " and of " + std::to_string(texts.cols()) +
                       " values cannot be compared: both sides must come from the same model");
  }
  const auto names_an_image = [&](std::size_t image) { return image < images.rows(); };
  const auto name_images = [&](const std::vector<std::size_t>& list) {
    return std::all_of(list.begin(), list.end(), names_an_image);
  };
  if (relevance.own.size() != texts.rows() || !name_images(relevance.own)) {
    throw InvalidInput("the relevance must name one of the " + std::to_string(images.rows()) + " images for each of " +
                       std::to_string(texts.rows()) + " texts");
  }
  const auto& [of_text, lists] = relevance.further;
  const bool lists_are_there =
      std::all_of(of_text.begin(), of_text.end(), [&](std::size_t list) { return list < lists.size(); });
  if (!of_text.empty() &&
      (of_text.size() != texts.rows() || !lists_are_there || !std::all_of(lists.begin(), lists.end(), name_images))) {
    throw InvalidInput("the relevance must have a list of further images for each of " + std::to_string(texts.rows()) +
                       " texts, or none at all");
  }
}

// All the images that a text is right for, each once.
std::vector<std::size_t> right_images(const Relevance& relevance, std::size_t text) {
  std::vector<std::size_t> images = {relevance.own[text]};
  const auto& [of_text, lists] = relevance.further;
  if (of_text.empty()) return images;
  const auto& further = lists[of_text[text]];
  images.insert(images.end(), further.begin(), further.end());
  std::sort(images.begin(), images.end());
  images.erase(std::unique(images.begin(), images.end()), images.end());
  return images;
}

void find_best_right(const Matrix& images, const Matrix& texts, const Relevance& relevance, Queries& of_images,
                     Queries& of_texts) {
  std::vector<float> cosines;
  for (std::size_t text = 0; text < texts.rows(); ++text) {
    const auto right = right_images(relevance, text);
    cosines.resize(right.size());
    matrix::pick_cosines(texts.row(text), images, right, cosines);
    for (std::size_t i = 0; i < right.size(); ++i) {
      of_texts.offer(text, score_of(cosines[i]));
      of_images.offer(right[i], score_of(cosines[i]));
    }
  }
}

// What one thread counts for the columns, to be added up at the end.
struct ColumnCounts {
  explicit ColumnCounts(std::size_t columns) : ahead(columns), level(columns) {}
  std::vector<std::uint32_t> ahead;
  std::vector<std::uint32_t> level;
};

class Comparison {
 public:
  Comparison(const Matrix& row_features, Queries& rows, const Matrix& column_features, Queries& columns,
             const std::function<void(std::size_t, std::size_t)>& progress)
      : row_features_(row_features),
        rows_(rows),
        column_features_(column_features),
        columns_(columns),
        progress_(progress) {}

  void run(int threads) {
    const std::size_t shares = (row_features_.rows() + kRowsOfShare - 1) / kRowsOfShare;
    const std::size_t workers = std::min(shares, static_cast<std::size_t>(threads));
    std::atomic<std::size_t> next{0};
    runtime::parallel_for(workers, threads, [&](std::size_t) {
      ColumnCounts counts(column_features_.rows());
      for (std::size_t share = next++; share < shares && !stopped_; share = next++) {
        compare_share(share * kRowsOfShare, counts);
      }
      add(counts);
    });
  }

 private:
  void compare_share(std::size_t first, ColumnCounts& counts) {
    const std::size_t count = std::min(kRowsOfShare, row_features_.rows() - first);
    matrix::for_each_cosine(row_features_, first, count, column_features_,
                            [&](std::size_t row, std::size_t column, std::span<const float> cosines) {
                              const float best_of_row = rows_.best[row];
                              const float* best = columns_.best.data() + column;
                              std::uint32_t* ahead = counts.ahead.data() + column;
                              std::uint32_t* level = counts.level.data() + column;
                              std::uint32_t row_ahead = 0;
                              std::uint32_t row_level = 0;
                              for (std::size_t i = 0; i < cosines.size(); ++i) {
                                const float score = score_of(cosines[i]);
                                row_ahead += score > best_of_row ? 1 : 0;
                                row_level += score == best_of_row ? 1 : 0;
                                ahead[i] += score > best[i] ? 1 : 0;
                                level[i] += score == best[i] ? 1 : 0;
                              }
                              rows_.ahead[row] += row_ahead;
                              rows_.level[row] += row_level;
                            });
    report(count);
  }

  void report(std::size_t count) {
    if (!progress_) return;
    const std::lock_guard lock(mutex_);
    done_ += count;
    try {
      progress_(done_, row_features_.rows());
    } catch (...) {
      stopped_ = true;  // the other threads need not go on
      throw;
    }
  }

  void add(const ColumnCounts& counts) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < counts.ahead.size(); ++i) {
      columns_.ahead[i] += counts.ahead[i];
      columns_.level[i] += counts.level[i];
    }
  }

  const Matrix& row_features_;
  Queries& rows_;
  const Matrix& column_features_;
  Queries& columns_;
  const std::function<void(std::size_t, std::size_t)>& progress_;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::atomic<bool> stopped_{false};
};

}  // namespace

Standings compare(const Matrix& images, const Matrix& texts, const Relevance& relevance, int threads,
                  const std::function<void(std::size_t done, std::size_t total)>& progress) {
  check(images, texts, relevance);
  threads = runtime::thread_count(threads);
  Queries of_images(images.rows());
  Queries of_texts(texts.rows());
  find_best_right(images, texts, relevance, of_images, of_texts);

  // The longer side is shared out: more shares, and the shorter one's counts for each thread.
  if (images.rows() > texts.rows()) {
    Comparison(images, of_images, texts, of_texts, progress).run(threads);
  } else {
    Comparison(texts, of_texts, images, of_images, progress).run(threads);
  }
  return {of_images.standings(), of_texts.standings()};
}

}  // namespace longclip::evaluation
