#include "tower/torchscript.h"

namespace longclip::tower {
namespace {

// Shared by both towers. Sizes are written into the source as numbers: a module is of one shape.
std::string block_source(const Architecture::Tower& tower, const std::string& activation) {
  const std::string width = std::to_string(tower.width);
  const std::string heads = std::to_string(tower.heads);
  const std::string head_width = std::to_string(tower.width / tower.heads);
  const std::string activated = activation == "gelu" ? "torch.gelu(h)" : "h * torch.sigmoid(1.702 * h)";
  return "def normalize(self, x, weight, bias):\n"
         "    return torch.layer_norm(x.float(), [" +
         width +
         "], weight, bias, 1e-05).to(x.dtype)\n"
         "\n"
         "def attention(self, x, in_weight, in_bias, out_weight, out_bias, causal: bool):\n"
         "    batch = x.size(0)\n"
         "    length = x.size(1)\n"
         "    qkv = torch.linear(x, in_weight, in_bias).view([batch, length, 3, " +
         heads + ", " + head_width +
         "])\n"
         "    q, k, v = torch.unbind(torch.permute(qkv, [2, 0, 3, 1, 4]), 0)\n"
         "    y = torch.scaled_dot_product_attention(q, k, v, None, 0.0, causal)\n"
         "    y = torch.transpose(y, 1, 2).reshape([batch, length, " +
         width +
         "])\n"
         "    return torch.linear(y, out_weight, out_bias)\n"
         "\n"
         "def mlp(self, x, fc_weight, fc_bias, proj_weight, proj_bias):\n"
         "    h = torch.linear(x, fc_weight, fc_bias)\n"
         "    return torch.linear(" +
         activated +
         ", proj_weight, proj_bias)\n"
         "\n";
}

std::string block_call(const std::string& resblocks, int layer, const char* causal) {
  const std::string index = std::to_string(layer);
  const std::string block = "b" + index;
  return "    " + block + " = getattr(" + resblocks + ", \"" + index + "\")\n" +
         "    x = x + self.attention(self.normalize(x, " + block + ".ln_1.weight, " + block + ".ln_1.bias), " + block +
         ".attn.in_proj_weight, " + block + ".attn.in_proj_bias, " + block + ".attn.out_proj.weight, " + block +
         ".attn.out_proj.bias, " + causal + ")\n" + "    x = x + self.mlp(self.normalize(x, " + block +
         ".ln_2.weight, " + block + ".ln_2.bias), " + block + ".mlp.c_fc.weight, " + block + ".mlp.c_fc.bias, " +
         block + ".mlp.c_proj.weight, " + block + ".mlp.c_proj.bias)\n";
}

}  // namespace

std::string vision_source(const Architecture& architecture) {
  const std::string patch = std::to_string(architecture.patch_size);
  const std::string width = std::to_string(architecture.vision.width);
  std::string source = block_source(architecture.vision, architecture.activation);
  source +=
      "def forward(self, pixels):\n"
      "    v = self.visual\n"
      "    patches = torch.conv2d(pixels.to(v.conv1.weight.dtype), v.conv1.weight, None, [" +
      patch + ", " + patch +
      "])\n"
      "    x = torch.transpose(torch.flatten(patches, 2), 1, 2)\n"
      "    start = v.class_embedding.to(x.dtype).expand([x.size(0), 1, " +
      width +
      "])\n"
      "    x = torch.cat([start, x], 1) + v.positional_embedding.to(x.dtype)\n"
      "    x = self.normalize(x, v.ln_pre.weight, v.ln_pre.bias)\n";
  for (int layer = 0; layer < architecture.vision.layers; ++layer) {
    source += block_call("v.transformer.resblocks", layer, "False");
  }
  source +=
      "    x = self.normalize(torch.select(x, 1, 0), v.ln_post.weight, v.ln_post.bias)\n"
      "    return torch.matmul(x, v.proj).float()\n";
  return source;
}

std::string text_source(const Architecture& architecture, std::optional<std::int32_t> end_id) {
  const std::string layers = std::to_string(architecture.text.layers);
  std::string source = block_source(architecture.text, architecture.activation);
  source +=
      "def blocks(self, ids, layers: int):\n"
      "    x = torch.embedding(self.token_embedding.weight, ids)\n"
      "    x = x + torch.slice(self.positional_embedding, 0, 0, ids.size(1))\n"
      "    x = x.to(self.text_projection.dtype)\n";
  for (int layer = 0; layer < architecture.text.layers; ++layer) {
    source += "    if layers <= " + std::to_string(layer) + ":\n        return x\n";
    source += block_call("self.transformer.resblocks", layer, "True");
  }
  source +=
      "    return x\n"
      "\n"
      "def forward(self, ids):\n"
      "    x = self.blocks(ids, " +
      layers +
      ")\n"
      "    end = torch.argmax(" +
      (end_id ? "torch.eq(ids, " + std::to_string(*end_id) + ").long()" : std::string("ids")) +
      ", 1)\n"
      "    x = x[torch.arange(x.size(0), device=x.device), end]\n"
      "    x = self.normalize(x, self.ln_final.weight, self.ln_final.bias)\n"
      "    return torch.matmul(x, self.text_projection).float()\n"
      "\n"
      "def states(self, ids, layer: int, final_norm: bool):\n"
      "    if layer < 0:\n"
      "        layer = layer + " +
      layers +
      " + 1\n"
      "    x = self.blocks(ids, layer)\n"
      "    if final_norm:\n"
      "        x = self.normalize(x, self.ln_final.weight, self.ln_final.bias)\n"
      "    return x.float()\n";
  return source;
}

}  // namespace longclip::tower
