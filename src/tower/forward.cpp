#include "tower/forward.h"

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include <ATen/Functions.h>
#include <ATen/TensorIndexing.h>
#include <ATen/TensorOperators.h>

namespace longclip::tower {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kQuickGelu = 1.702;

at::Tensor normalize(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return at::layer_norm(x.to(at::kFloat), {x.size(-1)}, weight, bias, kEpsilon);
}

// q [B, H, Q, D], k and v [B, H, T, D] -> [B, H, Q, D]. Query i sees the keys up to i if `causal`, or
// those that `visible` has, which broadcasts to [B, H, Q, T].
at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                  const std::optional<at::Tensor>& visible) {
  if (!q.is_cpu() || q.scalar_type() != at::kBFloat16) {
    return at::scaled_dot_product_attention(q, k, v, visible, 0.0, causal);
  }
  // On the CPU, LibTorch's fused attention takes two to four times as long in bf16, forward and
  // backward, as the products that it is made of.
  at::Tensor scores = at::matmul(q * (1 / std::sqrt(static_cast<double>(q.size(-1)))), k.transpose(-2, -1));
  std::optional<at::Tensor> seen = visible;
  if (causal) seen = at::ones({q.size(-2), k.size(-2)}, q.options().dtype(at::kBool)).tril();
  if (seen) scores = scores.masked_fill(seen->logical_not(), -std::numeric_limits<double>::infinity());
  return at::matmul(at::softmax(scores, -1), v);
}

// The parameters of one residual block, found by their names once.
class Block {
 public:
  Block(const Weights& weights, const std::string& prefix, const Architecture::Tower& tower, bool gelu)
      : weights_(weights), prefix_(prefix), width_(tower.width), heads_(tower.heads), gelu_(gelu) {}

  // x [B, T, W] -> [B, T, W]
  at::Tensor forward(const at::Tensor& x, bool causal) const {
    const auto batch = x.size(0);
    const auto length = x.size(1);
    const at::Tensor qkv = at::linear(normalize(x, get("ln_1.weight"), get("ln_1.bias")), get("attn.in_proj_weight"),
                                      get("attn.in_proj_bias"));
    const auto heads = qkv.view({batch, length, 3, heads_, width_ / heads_}).permute({2, 0, 3, 1, 4}).unbind(0);
    const at::Tensor y = attend(heads[0], heads[1], heads[2], causal, {});
    return finish(x, y.transpose(1, 2).reshape({batch, length, width_}));
  }

  // The same for one row of each sequence, chosen by `pick`: x [B, T, W] -> [B, W]. Rows after the
  // chosen one are masked where `visible` [B, 1, 1, T] says so.
  template <class Pick>
  at::Tensor forward_row(const at::Tensor& x, const Pick& pick, const std::optional<at::Tensor>& visible) const {
    const auto batch = x.size(0);
    const auto length = x.size(1);
    const auto head_width = width_ / heads_;
    const at::Tensor normalized = normalize(x, get("ln_1.weight"), get("ln_1.bias"));
    const at::Tensor& weight = get("attn.in_proj_weight");
    const at::Tensor& bias = get("attn.in_proj_bias");
    const at::Tensor q = at::linear(pick(normalized), weight.slice(0, 0, width_), bias.slice(0, 0, width_))
                             .view({batch, heads_, 1, head_width});
    const auto kv = at::linear(normalized, weight.slice(0, width_), bias.slice(0, width_))
                        .view({batch, length, 2, heads_, head_width})
                        .permute({2, 0, 3, 1, 4})
                        .unbind(0);
    const at::Tensor y = attend(q, kv[0], kv[1], false, visible);
    return finish(pick(x), y.reshape({batch, width_}));
  }

 private:
  const at::Tensor& get(std::string_view name) const { return weights_.find(prefix_ + std::string(name))->second; }

  // What follows attention: its projection, then the perceptron, each added to the stream.
  at::Tensor finish(const at::Tensor& x, const at::Tensor& attended) const {
    const at::Tensor y = x + at::linear(attended, get("attn.out_proj.weight"), get("attn.out_proj.bias"));
    const at::Tensor h = normalize(y, get("ln_2.weight"), get("ln_2.bias"));
    const at::Tensor& fc_weight = get("mlp.c_fc.weight");
    const at::Tensor& fc_bias = get("mlp.c_fc.bias");
    const at::Tensor& proj_weight = get("mlp.c_proj.weight");
    const at::Tensor& proj_bias = get("mlp.c_proj.bias");
    if (gelu_) return y + at::linear(at::gelu(at::linear(h, fc_weight, fc_bias)), proj_weight, proj_bias);
    // QuickGELU(h) = SiLU(1.702 h) / 1.702, and SiLU is one pass each way where the formula is
    // three: the factors go into the matrices, which are small beside the activations.
    const at::Tensor scaled = at::linear(h, fc_weight * kQuickGelu, fc_bias * kQuickGelu);
    return y + at::linear(at::silu(scaled), proj_weight * (1 / kQuickGelu), proj_bias);
  }

  const Weights& weights_;
  std::string prefix_;
  std::int64_t width_;
  std::int64_t heads_;
  bool gelu_;
};

Block block_of(const Architecture& architecture, const Weights& weights, bool vision, int layer) {
  return Block(weights,
               (vision ? "visual.transformer.resblocks." : "transformer.resblocks.") + std::to_string(layer) + ".",
               vision ? architecture.vision : architecture.text, architecture.activation == "gelu");
}

}  // namespace

at::Tensor vision_forward(const Architecture& architecture, const Weights& weights, const at::Tensor& pixels) {
  const auto get = [&](std::string_view name) -> const at::Tensor& { return weights.find(name)->second; };
  const std::int64_t patch = architecture.patch_size;
  const std::int64_t grid = architecture.image_size / patch;
  const auto batch = pixels.size(0);
  const std::int64_t width = architecture.vision.width;
  // A convolution whose stride is its size is a matrix product over the patches.
  const at::Tensor patches = pixels.view({batch, 3, grid, patch, grid, patch})
                                 .permute({0, 2, 4, 1, 3, 5})
                                 .reshape({batch, grid * grid, 3 * patch * patch});
  const at::Tensor embedded = at::linear(patches, get("visual.conv1.weight").view({width, 3 * patch * patch}));
  const at::Tensor start = get("visual.class_embedding").expand({batch, 1, width});
  at::Tensor x = at::cat({start, embedded.to(at::kFloat)}, 1) + get("visual.positional_embedding");
  x = normalize(x, get("visual.ln_pre.weight"), get("visual.ln_pre.bias"));
  const int last = architecture.vision.layers - 1;
  for (int layer = 0; layer < last; ++layer) x = block_of(architecture, weights, true, layer).forward(x, false);
  const auto class_token = [](const at::Tensor& rows) { return rows.select(1, 0); };
  x = block_of(architecture, weights, true, last).forward_row(x, class_token, {});
  x = normalize(x, get("visual.ln_post.weight"), get("visual.ln_post.bias"));
  return at::matmul(x, get("visual.proj")).to(at::kFloat);
}

at::Tensor text_forward(const Architecture& architecture, const Weights& weights, const at::Tensor& ids,
                        const at::Tensor& ends) {
  const auto get = [&](std::string_view name) -> const at::Tensor& { return weights.find(name)->second; };
  const auto batch = ids.size(0);
  const auto length = ids.size(1);
  at::Tensor x = at::embedding(get("token_embedding.weight"), ids) + get("positional_embedding").slice(0, 0, length);
  const int last = architecture.text.layers - 1;
  for (int layer = 0; layer < last; ++layer) x = block_of(architecture, weights, false, layer).forward(x, true);
  const at::Tensor rows = at::arange(batch, ids.options());
  const auto end_token = [&](const at::Tensor& all) { return all.index({rows, ends}); };
  const at::Tensor visible =
      at::arange(length, ids.options()).unsqueeze(0).le(ends.unsqueeze(1)).view({batch, 1, 1, length});
  x = block_of(architecture, weights, false, last).forward_row(x, end_token, visible);
  x = normalize(x, get("ln_final.weight"), get("ln_final.bias"));
  return at::matmul(x, get("text_projection")).to(at::kFloat);
}

}  // namespace longclip::tower
