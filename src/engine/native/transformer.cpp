#include "engine/native/transformer.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "runtime/parallel.h"

namespace longclip::engine::native {

std::size_t Sequences::longest() const {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < count(); ++i) longest = std::max(longest, length(i));
  return longest;
}

Norm norm_of(const TowerWeights& weights, const std::string& name) {
  return {weights.values(name + ".weight").copy(), weights.values(name + ".bias").copy()};
}

Transformer::Buffers::Buffers(const Transformer& transformer, std::size_t rows)
    : x(transformer.kernels_, rows, static_cast<std::size_t>(transformer.tower_.width)),
      normalized(transformer.kernels_, rows, static_cast<std::size_t>(transformer.tower_.width)),
      attended(transformer.kernels_, rows, static_cast<std::size_t>(transformer.tower_.width)),
      hidden(transformer.kernels_, rows, static_cast<std::size_t>(transformer.tower_.mlp)) {}

Transformer::Workspace::Workspace(const Transformer& transformer, const Sequences& sequences, int threads)
    : all(transformer, sequences.rows()),
      qkv(transformer.kernels_, sequences.rows(), 3 * transformer.padded_width()),
      picked(transformer, sequences.count()),
      picked_q(transformer.kernels_, sequences.count(), transformer.padded_width()) {
  const auto head_width = static_cast<std::size_t>(transformer.tower_.width / transformer.tower_.heads);
  for (int i = 0; i < threads; ++i) {
    scratch.push_back(kernel::allocate(transformer.kernels_.attention_scratch(sequences.longest(), head_width)));
  }
}

std::size_t Transformer::padded_width() const {
  return kernel::in_whole_panels(kernels_, static_cast<std::size_t>(tower_.width));
}

Transformer::Transformer(const kernel::Kernels& kernels, const TowerWeights& weights, const std::string& prefix,
                         const Architecture::Tower& tower, const std::string& activation, bool causal, int threads)
    : kernels_(kernels),
      tower_(tower),
      activation_(activation == "gelu" ? kernel::Activation::gelu : kernel::Activation::quick_gelu),
      causal_(causal) {
  blocks_.resize(static_cast<std::size_t>(tower.layers));
  runtime::parallel_for(blocks_.size(), threads, [&](std::size_t layer) {
    blocks_[layer] = make_block(weights, prefix + "resblocks." + std::to_string(layer) + ".");
  });
}

Transformer::Block Transformer::make_block(const TowerWeights& weights, const std::string& prefix) const {
  const auto width = static_cast<std::size_t>(tower_.width);
  const auto pack = [&](const std::string& name, std::size_t depth) {
    return kernel::PackedMatrix(kernels_, weights.values(prefix + name + ".weight"), depth,
                                weights.values(prefix + name + ".bias"));
  };
  // Rows of zeros between q, k and v, so that each begins with a panel.
  const auto spread = [&](std::span<const float> values, std::size_t row) {
    const std::size_t part = width * row;
    std::vector<float> apart(3 * padded_width() * row);
    for (std::size_t i = 0; i < 3; ++i) {
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * part), part,
                  apart.begin() + static_cast<std::ptrdiff_t>(i * padded_width() * row));
    }
    return apart;
  };
  return {norm_of(weights, prefix + "ln_1"),
          kernel::PackedMatrix(kernels_, spread(weights.values(prefix + "attn.in_proj_weight"), width), width,
                               spread(weights.values(prefix + "attn.in_proj_bias"), 1)),
          pack("attn.out_proj", width),
          norm_of(weights, prefix + "ln_2"),
          pack("mlp.c_fc", width),
          pack("mlp.c_proj", static_cast<std::size_t>(tower_.mlp))};
}

void Transformer::run(runtime::Team::Member& member, const Sequences& sequences, std::size_t count,
                      Workspace& work) const {
  const Buffers& all = work.all;
  for (std::size_t layer = 0; layer < count; ++layer) {
    const Block& block = blocks_[layer];
    normalize(member, kernels_, block.ln_1, all.x, all.normalized);
    multiply(member, kernels_, product(block.qkv, all.normalized, work.qkv));
    attend(member, sequences, work.qkv, false, work, all.attended);
    perceive(member, block, all);
  }
}

void Transformer::run_last(runtime::Team::Member& member, const Sequences& sequences,
                           const std::vector<std::size_t>& picked, Workspace& work) const {
  const Block& block = blocks_.back();
  const Buffers& all = work.all;
  const std::size_t q_panels = padded_width() / kernels_.columns;
  normalize(member, kernels_, block.ln_1, all.x, all.normalized);
  member.share(picked.size(), [&](std::size_t i) {
    std::copy_n(all.x.row(picked[i]), tower_.width, work.picked.x.row(i));
    std::copy_n(all.normalized.row(picked[i]), tower_.width, work.picked.normalized.row(i));
  });
  Multiplication q = product(block.qkv, work.picked.normalized, work.picked_q);
  q.panels = q_panels;
  multiply(member, kernels_, q);
  Multiplication kv = product(block.qkv, all.normalized, work.qkv);
  kv.first_panel = q_panels;
  kv.panels -= q_panels;
  kv.c_column = padded_width();
  multiply(member, kernels_, kv);
  attend(member, sequences, work.picked_q, true, work, work.picked.attended);
  perceive(member, block, work.picked);
}

// `q` has a row a row, or one a sequence, which sees all of it.
void Transformer::attend(runtime::Team::Member& member, const Sequences& sequences, const Rows& q, bool one_query,
                         const Workspace& work, const Rows& y) const {
  const auto heads = static_cast<std::size_t>(tower_.heads);
  const std::size_t width = static_cast<std::size_t>(tower_.width) / heads;
  member.share(sequences.count() * heads, [&](std::size_t task) {
    const std::size_t sequence = task / heads;
    const std::size_t column = task % heads * width;
    const std::size_t first = sequences.begins[sequence];
    const std::size_t first_query = one_query ? sequence : first;
    kernel::Attention attention;
    attention.q = q.row(first_query) + column;
    attention.q_stride = q.stride();
    attention.rows = one_query ? 1 : sequences.length(sequence);
    attention.k = work.qkv.row(first) + padded_width() + column;
    attention.v = work.qkv.row(first) + 2 * padded_width() + column;
    attention.kv_stride = work.qkv.stride();
    attention.length = sequences.length(sequence);
    attention.width = width;
    attention.causal = causal_ && !one_query;
    attention.scale = 1 / std::sqrt(static_cast<float>(width));
    attention.y = y.row(first_query) + column;
    attention.y_stride = y.stride();
    attention.scratch = work.scratch[member.index()].get();
    kernels_.attend(attention);
  });
}

// What follows attention: its projection, then the perceptron, each added to the stream.
void Transformer::perceive(runtime::Team::Member& member, const Block& block, const Buffers& buffers) const {
  Multiplication out = product(block.out, buffers.attended, buffers.x);
  out.add = true;
  multiply(member, kernels_, out);
  normalize(member, kernels_, block.ln_2, buffers.x, buffers.normalized);
  Multiplication fc = product(block.fc, buffers.normalized, buffers.hidden);
  fc.activation = activation_;
  multiply(member, kernels_, fc);
  Multiplication proj = product(block.proj, buffers.hidden, buffers.x);
  proj.add = true;
  multiply(member, kernels_, proj);
}

}  // namespace longclip::engine::native
