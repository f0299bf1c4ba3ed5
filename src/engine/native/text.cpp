#include "engine/native/text.h"

#include <algorithm>
#include <utility>

namespace longclip::engine::native {

Text::Text(Means means, const Architecture& shape, const TowerWeights& weights, std::optional<std::int64_t> end_id)
    : means_(std::move(means)),
      shape_(shape),
      width_(static_cast<std::size_t>(shape.text.width)),
      end_id_(end_id),
      embedding_(means_.blocks.operand, static_cast<std::size_t>(shape.vocabulary_size), width_),
      positions_(weights.values("positional_embedding").copy()),
      transformer_(means_.blocks, weights, "transformer.", shape.text, shape.activation, true, *means_.team),
      head_(means_, weights, "ln_final", "text_projection", width_),
      arenas_(means_.team->threads()) {
  weights.visit("token_embedding.weight", [this](std::span<const float> values) { embedding_.append(values); });
}

TowerInfo Text::info() const { return info_of(means_, shape_.text, tower::text_parameters(shape_)); }

// As the TorchScript has it: the first end token, or, without one that is known, the first of the highest ids.
std::size_t Text::end_of(std::span<const std::int64_t> row) const {
  const auto end = end_id_ ? std::find(row.begin(), row.end(), *end_id_) : std::max_element(row.begin(), row.end());
  return end == row.end() ? 0 : static_cast<std::size_t>(end - row.begin());
}

// A stage.
void Text::embed(runtime::Team::Member& member, std::span<const std::int64_t> ids, std::size_t length,
                 const Sequences& sequences, const Rows& x) const {
  member.share(sequences.count(), [&](std::size_t sequence) {
    for (std::size_t i = 0; i < sequences.length(sequence); ++i) {
      embedding_.add(static_cast<std::size_t>(ids[sequence * length + i]), positions_.data() + i * width_,
                     x.floats(sequences.begins[sequence] + i));
    }
  });
}

void Text::encode(std::span<const std::int64_t> ids, std::size_t count, std::size_t length,
                  std::span<float> features) const {
  if (count == 0) return;
  // What follows a row's end token has no influence on its feature.
  Sequences sequences;
  std::vector<std::size_t> picked;
  for (std::size_t i = 0; i < count; ++i) {
    sequences.add(end_of(ids.subspan(i * length, length)) + 1);
    picked.push_back(sequences.rows() - 1);
  }
  const Arenas::Lease arena(arenas_);
  const auto width_of_features = static_cast<std::size_t>(shape_.embedding_size);
  Transformer::Workspace work(*arena, transformer_, sequences, means_.team->most_members());
  const Rows out(*arena, means_.exact, kernel::Element::f32, count, width_of_features);
  means_.team->run([&](runtime::Team::Member& member) {
    embed(member, ids, length, sequences, work.all.x);
    transformer_.run(member, sequences, transformer_.layers() - 1, work);
    transformer_.run_last(member, sequences, picked, work);
    head_.run(member, work.picked.x, out);
  });
  give(out, width_of_features, features, means_.file);
}

void Text::states(std::span<const std::int64_t> ids, std::size_t count, std::size_t length, int layer, bool final_norm,
                  std::span<float> states) const {
  if (count == 0) return;
  Sequences sequences;
  for (std::size_t i = 0; i < count; ++i) sequences.add(length);
  const Arenas::Lease arena(arenas_);
  Transformer::Workspace work(*arena, transformer_, sequences, means_.team->most_members());
  const auto blocks = static_cast<std::size_t>(layer < 0 ? layer + shape_.text.layers + 1 : layer);
  means_.team->run([&](runtime::Team::Member& member) {
    embed(member, ids, length, sequences, work.all.x);
    transformer_.run(member, sequences, blocks, work);
    if (final_norm) normalize(member, means_.exact, head_.norm(), work.all.x, work.all.x);
  });
  give(work.all.x, width_, states, means_.file);
}

}  // namespace longclip::engine::native
