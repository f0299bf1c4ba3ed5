#include "cli/encoding.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <longclip/error.h>

#include "cli/interrupt.h"
#include "cli/pace.h"
#include "cli/progress.h"

namespace longclip::cli {
namespace {

using Clock = std::chrono::steady_clock;

// How many pictures before it is opened a file is asked for. With some for each thread of a large machine, and not
// so much that the system's cache would lose them again.
constexpr std::size_t kAskedAhead = 32;

// Takes the failed ones out of `list`; `failed` holds positions in it, rising.
template <typename T>
void remove_failed(std::vector<T>& list, const std::vector<std::size_t>& failed) {
  std::vector<T> kept;
  auto next = failed.begin();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (next != failed.end() && *next == i) {
      ++next;
    } else {
      kept.push_back(std::move(list[i]));
    }
  }
  list = std::move(kept);
}

// Features of those of `texts` that can be used; the others are taken out.
Matrix encode_piece(const Model& model, std::vector<Text>& texts, Overflow overflow, Console& console,
                    Failures& failures) {
  std::vector<std::size_t> cut;
  std::vector<std::size_t> failed;
  TextOptions options;
  options.overflow = overflow;
  options.cut = &cut;
  Matrix features = model.encode_text(contents(texts), options, [&](const InputError& error) {
    failures.add(texts[error.index].where, error.reason);
    failed.push_back(error.index);
  });
  for (const auto i : cut) {
    console.report(texts[i].where + ": truncated to the model's " + std::to_string(model.info().context_length) +
                   " tokens");
  }
  remove_failed(texts, failed);
  return features;
}

}  // namespace

void encode_pictures(const Model& model, const std::vector<Picture>& pictures, const ImageOptions& options,
                     Console& console, Failures& failures, const std::function<void(ImageFeatures)>& take) {
  Progress progress(console, "pictures");
  std::size_t furthest = 0;  // of a piece the failures are told first
  const auto reached = [&](std::size_t done) {
    stop_if_interrupted();
    furthest = std::max(furthest, done);
    progress.update(furthest, pictures.size());
  };
  reached(0);
  model.encode_images(
      pictures.size(),
      [&](std::size_t i) {
        stop_if_interrupted();
        if (i + kAskedAhead < pictures.size()) ask_for_picture(pictures[i + kAskedAhead]);
        return open_picture(pictures[i], options);
      },
      [&](ImageFeatures encoded) {
        reached(encoded.indices.back() + 1);
        take(std::move(encoded));
      },
      [&](const InputError& error) {
        reached(error.index + 1);
        failures.add(pictures[error.index].name, error.reason);
      });
}

void encode_texts(const Model& model, const NextText& next, std::uint64_t total, Overflow overflow, Console& console,
                  Failures& failures, const std::function<void(const Matrix&, const std::vector<Text>&)>& take) {
  Progress progress(console, "texts");
  Pace pace;
  std::uint64_t done = 0;
  for (bool more = true; more;) {
    stop_if_interrupted();
    progress.update(done, total);
    const auto start = Clock::now();
    std::vector<Text> texts;
    while (more && texts.size() < pace.next()) {
      if (auto text = next()) {
        texts.push_back(*std::move(text));
      } else {
        more = false;
      }
    }
    done += texts.size();
    const Matrix features = encode_piece(model, texts, overflow, console, failures);
    pace.took(Clock::now() - start);
    if (!texts.empty()) take(features, texts);
  }
}

}  // namespace longclip::cli
