#include "engine/native/transformer.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "engine/native/balance.h"
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

Transformer::Buffers::Buffers(Arena& arena, const Transformer& transformer, std::size_t rows)
    : x(arena, transformer.kernels_, kernel::Element::f32, rows, transformer.width()),
      normalized(arena, transformer.kernels_, transformer.kernels_.operand, rows, transformer.width()),
      attended(arena, transformer.kernels_, transformer.kernels_.working, rows, transformer.width()),
      attended_operands(arena, transformer.kernels_, transformer.kernels_.operand, transformer.quantizes() ? rows : 0,
                        transformer.width()),
      hidden(arena, transformer.kernels_, transformer.kernels_.working, rows, transformer.hidden_width()),
      hidden_operands(arena, transformer.kernels_, transformer.kernels_.operand, transformer.quantizes() ? rows : 0,
                      transformer.hidden_width()) {}

Transformer::Workspace::Workspace(Arena& arena, const Transformer& transformer, const Sequences& sequences,
                                  std::size_t members)
    : all(arena, transformer, sequences.rows()),
      qkv(arena, transformer.kernels_, transformer.kernels_.working, sequences.rows(), 3 * transformer.padded_width()),
      picked(arena, transformer, sequences.count()),
      picked_q(arena, transformer.kernels_, transformer.kernels_.working, sequences.count(),
               transformer.padded_width()) {
  const std::size_t head_width = transformer.width() / static_cast<std::size_t>(transformer.tower_.heads);
  for (std::size_t i = 0; i < members; ++i) {
    scratch.push_back(arena.take(transformer.kernels_.attention_scratch(sequences.longest(), head_width)));
  }
}

std::size_t Transformer::padded_width() const { return kernel::in_whole_panels(kernels_, width()); }

Transformer::Transformer(const kernel::Kernels& kernels, const TowerWeights& weights, const std::string& prefix,
                         const Architecture::Tower& tower, const std::string& activation, bool causal,
                         runtime::Team& team)
    : kernels_(kernels),
      tower_(tower),
      activation_(activation == "gelu" ? kernel::Activation::gelu : kernel::Activation::quick_gelu),
      causal_(causal) {
  blocks_.resize(static_cast<std::size_t>(tower.layers));
  runtime::parallel_for(
      blocks_.size(), team.threads(),
      [&](std::size_t layer) {
        blocks_[layer] = make_block(weights, prefix + "resblocks." + std::to_string(layer) + ".");
      },
      &team.places());
}

Transformer::Block Transformer::make_block(const TowerWeights& weights, const std::string& prefix) const {
  // `before` is the LayerNorm whose output the layer takes, if it is one.
  const auto pack = [&](const std::string& weight, const std::string& bias, std::size_t depth, Norm* before,
                        std::size_t parts) {
    const Values values = weights.values(prefix + weight);
    std::vector<float> factors;
    if (quantizes() && before != nullptr) factors = balance(*before, values);
    return kernel::PackedMatrix(kernels_, values, depth, weights.values(prefix + bias), {parts, factors});
  };
  Block block;
  block.ln_1 = norm_of(weights, prefix + "ln_1");
  block.qkv = pack("attn.in_proj_weight", "attn.in_proj_bias", width(), &block.ln_1, 3);
  block.out = pack("attn.out_proj.weight", "attn.out_proj.bias", width(), nullptr, 1);
  block.ln_2 = norm_of(weights, prefix + "ln_2");
  block.fc = pack("mlp.c_fc.weight", "mlp.c_fc.bias", width(), &block.ln_2, 1);
  block.proj = pack("mlp.c_proj.weight", "mlp.c_proj.bias", hidden_width(), nullptr, 1);
  return block;
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
    std::copy_n(all.x.row(picked[i]), all.x.stride(), work.picked.x.row(i));
    std::copy_n(all.normalized.row(picked[i]), all.normalized.stride(), work.picked.normalized.row(i));
    if (quantizes()) *work.picked.normalized.scale(i) = *all.normalized.scale(picked[i]);
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
  const std::size_t head_width = width() / heads;
  const std::size_t size = kernel::size_of(kernels_.working);
  const std::size_t part = padded_width() * size;
  member.share(sequences.count() * heads, [&](std::size_t task) {
    const std::size_t sequence = task / heads;
    const std::size_t column = task % heads * head_width * size;
    const std::size_t first = sequences.begins[sequence];
    const std::size_t first_query = one_query ? sequence : first;
    kernel::Attention attention;
    attention.q = q.row(first_query) + column;
    attention.q_stride = q.stride();
    attention.rows = one_query ? 1 : sequences.length(sequence);
    attention.k = work.qkv.row(first) + part + column;
    attention.v = work.qkv.row(first) + 2 * part + column;
    attention.kv_stride = work.qkv.stride();
    attention.length = sequences.length(sequence);
    attention.width = head_width;
    attention.causal = causal_ && !one_query;
    attention.scale = 1 / std::sqrt(static_cast<float>(head_width));
    attention.y = y.row(first_query) + column;
    attention.y_stride = y.stride();
    attention.scratch = work.scratch[member.index()];
    kernels_.attend(attention);
  });
}

// A stage where operands are not working numbers themselves.
const Rows& Transformer::as_operands(runtime::Team::Member& member, std::size_t width, const Rows& working,
                                     const Rows& operands) const {
  if (!quantizes()) return working;
  quantize(member, kernels_, width, working, operands);
  return operands;
}

// What follows attention: its projection, then the perceptron, each added to the stream.
void Transformer::perceive(runtime::Team::Member& member, const Block& block, const Buffers& buffers) const {
  const Rows& attended = as_operands(member, width(), buffers.attended, buffers.attended_operands);
  Multiplication out = product(block.out, attended, buffers.x);
  out.add = true;
  multiply(member, kernels_, out);
  normalize(member, kernels_, block.ln_2, buffers.x, buffers.normalized);
  Multiplication fc = product(block.fc, buffers.normalized, buffers.hidden);
  fc.activation = activation_;
  multiply(member, kernels_, fc);
  const Rows& hidden = as_operands(member, hidden_width(), buffers.hidden, buffers.hidden_operands);
  Multiplication proj = product(block.proj, hidden, buffers.x);
  proj.add = true;
  multiply(member, kernels_, proj);
}

}  // namespace longclip::engine::native
