#include "cli/features.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cli/encoding.h"
#include "cli/pace.h"
#include "cli/progress.h"

namespace longclip::cli {

std::vector<Picture> named_pictures(const std::vector<std::filesystem::path>& files) {
  std::vector<Picture> pictures;
  for (const auto& file : files) pictures.push_back({file.string(), nullptr});
  return pictures;
}

PictureFeatures picture_features(const Model& model, const std::vector<Picture>& pictures, const ImageOptions& options,
                                 Console& console, Failures& failures) {
  std::vector<float> values;
  std::vector<std::size_t> read;
  encode_pictures(model, pictures, options, console, failures, [&](const ImageFeatures& piece) {
    values.insert(values.end(), piece.features.data(),
                  piece.features.data() + piece.features.rows() * piece.features.cols());
    read.insert(read.end(), piece.indices.begin(), piece.indices.end());
  });
  Matrix features(read.size(), model.info().embedding_size, std::move(values));
  return {std::move(features), std::move(read)};
}

namespace {

// Where a caption's feature goes: its places in the lists.
struct Place {
  std::size_t list;
  std::size_t row;
};

// The captions, each once, with all their places.
struct Distinct {
  std::vector<std::string> texts;
  std::vector<std::vector<Place>> places;

  explicit Distinct(const std::vector<std::vector<std::string>>& lists) {
    std::unordered_map<std::string_view, std::size_t> known;
    for (std::size_t list = 0; list < lists.size(); ++list) {
      for (std::size_t row = 0; row < lists[list].size(); ++row) {
        const auto [entry, added] = known.emplace(lists[list][row], texts.size());
        if (added) {
          texts.push_back(lists[list][row]);
          places.emplace_back();
        }
        places[entry->second].push_back({list, row});
      }
    }
  }
};

}  // namespace

std::vector<CaptionFeatures> caption_features(const Model& model, const std::vector<std::vector<std::string>>& lists,
                                              std::size_t max_tokens, Console& console) {
  using Clock = std::chrono::steady_clock;
  std::vector<CaptionFeatures> result;
  for (const auto& list : lists) result.push_back({Matrix(list.size(), model.info().embedding_size)});
  const Distinct distinct(lists);

  std::vector<std::size_t> cut;
  TextOptions options;
  options.overflow = Overflow::truncate;
  options.max_tokens = max_tokens;
  options.cut = &cut;
  Progress progress(console, "texts");
  Pace pace;
  for (std::size_t first = 0; first < distinct.texts.size();) {
    progress.update(first, distinct.texts.size());
    const auto start = Clock::now();
    const std::size_t end = std::min(first + pace.next(), distinct.texts.size());
    const auto at = [&](std::size_t i) { return distinct.texts.begin() + static_cast<std::ptrdiff_t>(i); };
    const Matrix features = model.encode_text({at(first), at(end)}, options);
    for (const auto i : cut) {
      for (const Place& place : distinct.places[first + i]) ++result[place.list].cut;
    }
    for (std::size_t i = 0; i < features.rows(); ++i) {
      const auto row = features.row(i);
      for (const Place& place : distinct.places[first + i]) {
        std::copy(row.begin(), row.end(), result[place.list].features.row(place.row).begin());
      }
    }
    pace.took(Clock::now() - start);
    first = end;
  }
  return result;
}

}  // namespace longclip::cli
