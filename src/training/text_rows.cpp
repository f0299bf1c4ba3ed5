#include "training/text_rows.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace longclip::training {
namespace {

// More groups waste less on padding and more on small matrix products.
constexpr std::size_t kMostGroups = 4;
constexpr std::size_t kFewestRows = 16;

struct Group {
  at::Tensor ids;   // [rows, longest]
  at::Tensor ends;  // [rows]
};

Group padded(const TextRows& rows, std::span<const std::int64_t> indices) {
  std::size_t longest = 0;
  for (const std::int64_t i : indices) longest = std::max(longest, rows[static_cast<std::size_t>(i)].size());
  const auto count = static_cast<std::int64_t>(indices.size());
  Group group{at::zeros({count, static_cast<std::int64_t>(longest)}, at::kLong), at::empty({count}, at::kLong)};
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& row = rows[static_cast<std::size_t>(indices[static_cast<std::size_t>(i)])];
    std::copy(row.begin(), row.end(), group.ids.mutable_data_ptr<std::int64_t>() + i * group.ids.size(1));
    group.ends.mutable_data_ptr<std::int64_t>()[i] = static_cast<std::int64_t>(row.size()) - 1;
  }
  return group;
}

}  // namespace

TextRows text_rows(const Tokenizer& tokenizer, const std::vector<std::string>& texts, std::size_t context) {
  const TokenBatch tokens = tokenizer.tokenize(texts, context, Overflow::truncate);
  TextRows rows;
  for (std::size_t i = 0; i < tokens.rows; ++i) {
    const auto row = tokens.row(i).first(tokens.lengths[i]);
    // Where the feature is taken: CLIP's end token is its highest id, and a text may hold it.
    const auto end = tokenizer.kind() == "sentencepiece" ? std::find(row.begin(), row.end(), tokenizer.end_id())
                                                         : std::max_element(row.begin(), row.end());
    rows.emplace_back(row.begin(), end == row.end() ? row.end() : end + 1);
  }
  return rows;
}

at::Tensor encode_rows(const Architecture& architecture, const tower::Weights& weights, const TextRows& rows,
                       const at::Device& device) {
  std::vector<std::int64_t> sorted(rows.size());
  std::iota(sorted.begin(), sorted.end(), std::int64_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::int64_t a, std::int64_t b) {
    return rows[static_cast<std::size_t>(a)].size() < rows[static_cast<std::size_t>(b)].size();
  });
  const std::size_t groups = std::clamp(rows.size() / kFewestRows, std::size_t{1}, kMostGroups);
  std::vector<at::Tensor> features;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t begin = rows.size() * g / groups;
    const std::size_t end = rows.size() * (g + 1) / groups;
    const Group group = padded(rows, std::span(sorted).subspan(begin, end - begin));
    features.push_back(tower::text_forward(architecture, weights, group.ids.to(device), group.ends.to(device)));
  }
  // Back into the order of the rows.
  at::Tensor places = at::empty({static_cast<std::int64_t>(rows.size())}, at::kLong);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    places.mutable_data_ptr<std::int64_t>()[sorted[i]] = static_cast<std::int64_t>(i);
  }
  return at::cat(features).index_select(0, places.to(device));
}

}  // namespace longclip::training
