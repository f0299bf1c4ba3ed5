#include "model/pictures.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <future>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "image/normalize.h"
#include "runtime/ordered.h"
#include "runtime/parallel.h"

namespace longclip::model {
namespace {

// One picture's size x size x 3 bytes, or why there are none.
struct Pixels {
  std::vector<std::uint8_t> rgb;
  std::optional<std::string> reason;
};

Pixels read(const std::function<Image(std::size_t)>& open, std::size_t index, int size) {
  Pixels pixels;
  std::string name = "picture " + std::to_string(index);
  try {
    const Image image = open(index);
    name = image.name();
    pixels.rgb = image.preprocessed(size);
  } catch (const Error& error) {
    pixels.reason = error.what();
  } catch (const std::bad_alloc&) {
    pixels.reason = name + ": does not fit in memory; make it smaller";
  }
  return pixels;
}

// Which of the pictures from `begin` on can be encoded.
EncodedPictures sorted_out(std::size_t begin, std::vector<Pixels>& pictures) {
  EncodedPictures sorted;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (pictures[i].reason) {
      sorted.errors.push_back({begin + i, *std::move(pictures[i].reason)});
    } else {
      sorted.indices.push_back(begin + i);
    }
  }
  return sorted;
}

// Gives `encoded` the features of its pictures, at most `at_once` together.
void encode(const engine::VisionEncoder& vision, const PictureOptions& options, std::size_t begin,
            const std::vector<Pixels>& pictures, std::size_t at_once, EncodedPictures& encoded) {
  const std::size_t values = 3 * static_cast<std::size_t>(options.size) * static_cast<std::size_t>(options.size);
  const std::size_t rows = encoded.indices.size();
  std::vector<float> input(std::min(at_once, rows) * values);
  encoded.features.resize(rows * options.width);
  for (std::size_t row = 0; row < rows; row += at_once) {
    const std::size_t count = std::min(at_once, rows - row);
    for (std::size_t i = 0; i < count; ++i) {
      image::normalize(pictures[encoded.indices[row + i] - begin].rgb, options.size, options.mean, options.std,
                       input.data() + i * values);
    }
    vision.encode(std::span(input).first(count * values), count,
                  std::span(encoded.features).subspan(row * options.width, count * options.width));
  }
}

}  // namespace

// Two ways. Where there are pictures enough for all threads, each thread goes with a few of them all the way from the
// file to the feature, so that some read and decode while others encode. No thread waits for another, there are never
// more of them than were asked for, and order is restored where pieces are taken. Else, and where the tower
// cannot be run so, the threads share the decoding and then the tower, or decode while a tower elsewhere runs.
//
// Measured with 12-megapixel photos on two processors, milliseconds a photo: 161 side by side, 171 with decoders
// beside a team that encodes (the two take each other's time, and at every stage the team waits for the
// member that was put aside), 171 in turns; with half-megapixel ones all are alike.
void encode_pictures(const engine::VisionEncoder& vision, const PictureOptions& options, runtime::Team& team,
                     std::size_t count, const std::function<Image(std::size_t)>& open,
                     const std::function<void(EncodedPictures&)>& take) {
  constexpr std::size_t kEnoughForEach = 4;
  const auto threads = static_cast<std::size_t>(team.threads());
  std::atomic<bool> failed = false;
  const auto encoded = [&](std::size_t begin, std::vector<Pixels>& pictures, std::size_t at_once) {
    EncodedPictures result = sorted_out(begin, pictures);
    if (!result.errors.empty()) failed = true;
    if (!options.all_or_none || !failed) encode(vision, options, begin, pictures, at_once, result);
    return result;
  };
  if (options.side_by_side && count >= kEnoughForEach * threads) {
    const runtime::OrderedOptions ordered{.slots = 4 * threads, .largest = options.each_at_once};
    std::vector<EncodedPictures> slots(ordered.slots);
    runtime::ordered_for(
        count, team, ordered,
        [&](std::size_t slot, std::size_t begin, std::size_t end) {
          std::vector<Pixels> pictures;
          for (std::size_t i = begin; i < end; ++i) pictures.push_back(read(open, i, options.size));
          slots[slot] = encoded(begin, pictures, options.each_at_once);
        },
        [&](std::size_t slot) { take(slots[slot]); });
    return;
  }
  // As many pictures at a time as keep the tower busy.
  const std::size_t chunk = 2 * options.at_once;
  const auto decoded = [&](std::size_t begin) {
    std::vector<Pixels> pictures(std::min(chunk, count - begin));
    runtime::parallel_for(
        pictures.size(), team.threads(), [&](std::size_t i) { pictures[i] = read(open, begin + i, options.size); },
        &team.places());
    return pictures;
  };
  std::future<std::vector<Pixels>> next;
  for (std::size_t begin = 0; begin < count; begin += chunk) {
    std::vector<Pixels> pictures = next.valid() ? next.get() : decoded(begin);
    if (options.ahead && begin + chunk < count) next = std::async(decoded, begin + chunk);
    EncodedPictures result = encoded(begin, pictures, options.at_once);
    take(result);
  }
}

}  // namespace longclip::model
