#include "cli/encoding.h"

#include <chrono>
#include <utility>

#include <longclip/error.h>

#include "cli/interrupt.h"
#include "cli/pace.h"
#include "cli/progress.h"

namespace longclip::cli {
namespace {

using Clock = std::chrono::steady_clock;

// Pictures lie in memory as their files until they are encoded.
constexpr std::size_t kLargestPiece = std::size_t{256} << 20;

// Takes the failed ones out of `rows`; `failed` holds positions in it, rising.
void remove_failed(std::vector<std::size_t>& rows, const std::vector<std::size_t>& failed) {
  std::vector<std::size_t> kept;
  auto next = failed.begin();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (next != failed.end() && *next == i) {
      ++next;
    } else {
      kept.push_back(rows[i]);
    }
  }
  rows = std::move(kept);
}

}  // namespace

void encode_pictures(const Model& model, const std::vector<Picture>& pictures, const ImageOptions& options,
                     Console& console, Failures& failures, const std::function<void(Piece)>& take) {
  Progress progress(console, "pictures");
  Pace pace;
  for (std::size_t next = 0; next < pictures.size();) {
    stop_if_interrupted();
    progress.update(next, pictures.size());
    const auto start = Clock::now();

    Piece piece;
    std::vector<Image> images;
    for (std::size_t bytes = 0; next < pictures.size() && images.size() < pace.next() && bytes < kLargestPiece;
         ++next) {
      try {
        images.push_back(open_picture(pictures[next], options));
        piece.rows.push_back(next);
        bytes += encoded_size(pictures[next]);
      } catch (const InvalidFile& error) {
        failures.add(pictures[next].name, error.what());
      }
    }
    if (images.empty()) continue;

    std::vector<std::size_t> failed;
    piece.features = model.encode_image(images, [&](const InputError& error) {
      failures.add(pictures[piece.rows[error.index]].name, error.reason);
      failed.push_back(error.index);
    });
    remove_failed(piece.rows, failed);
    pace.took(Clock::now() - start);
    if (!piece.rows.empty()) take(std::move(piece));
  }
}

Piece encode_texts(const Model& model, const std::vector<Text>& texts, Overflow overflow, Console& console,
                   Failures& failures) {
  std::vector<std::size_t> cut;
  std::vector<std::size_t> failed;
  TextOptions options;
  options.overflow = overflow;
  options.cut = &cut;
  Piece piece;
  piece.features = model.encode_text(contents(texts), options, [&](const InputError& error) {
    failures.add(texts[error.index].where, error.reason);
    failed.push_back(error.index);
  });
  for (const auto i : cut) {
    console.report(texts[i].where + ": truncated to the model's " + std::to_string(model.info().context_length) +
                   " tokens");
  }
  for (std::size_t i = 0; i < texts.size(); ++i) piece.rows.push_back(i);
  remove_failed(piece.rows, failed);
  return piece;
}

}  // namespace longclip::cli
