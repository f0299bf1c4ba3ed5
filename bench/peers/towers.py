"""CLIP's two towers in plain PyTorch, with CLIP's own parameter names: the code that the peers run."""

import torch
from torch import nn
from torch.nn import functional as F

from shapes import SHAPES


class Attention(nn.Module):
    def __init__(self, width, heads, causal):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in qkv.chunk(3, dim=-1))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        return self.out_proj(y.transpose(1, 2).reshape(batch, length, width))


class Perceptron(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = self.c_fc(x)
        return self.c_proj(x * torch.sigmoid(1.702 * x))


class Block(nn.Module):
    def __init__(self, width, heads, causal):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn, self.mlp = Attention(width, heads, causal), Perceptron(width)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads, causal):
        super().__init__()
        self.resblocks = nn.Sequential(*(Block(width, heads, causal) for _ in range(layers)))

    def forward(self, x):
        return self.resblocks(x)


class ImageTower(nn.Module):
    """Pixels [batch, 3, size, size], normalised, to features [batch, embedding]."""

    def __init__(self, size, patch, width, layers, heads, embedding):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty((size // patch) ** 2 + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, heads, causal=False)
        self.proj = nn.Parameter(torch.empty(width, embedding))

    def forward(self, pixels):
        x = self.conv1(pixels).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        x = self.ln_pre(torch.cat([first, x], dim=1) + self.positional_embedding)
        return self.ln_post(self.transformer(x)[:, 0]) @ self.proj


class TextTower(nn.Module):
    """Token ids [batch, length] to features [batch, embedding]. A row's end token is its highest id."""

    def __init__(self, vocabulary, context, width, layers, heads, embedding):
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.empty(context, width))
        self.transformer = Transformer(width, layers, heads, causal=True)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty(width, embedding))

    def forward(self, ids):
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        x = self.ln_final(self.transformer(x))
        return x[torch.arange(x.shape[0]), ids.argmax(dim=-1)] @ self.text_projection


def make_tower(shape, kind):
    """One tower of a shape, "image" or "text", its parameters not yet set."""
    tower = ImageTower if kind == "image" else TextTower
    return tower(**SHAPES[shape][kind], embedding=SHAPES[shape]["embedding"])


def load_tower(shape, kind, checkpoint):
    """One tower with the weights of a checkpoint of both, ready to run."""
    weights = torch.load(checkpoint, mmap=True)
    if kind == "image":
        weights = {name.removeprefix("visual."): values for name, values in weights.items() if name.startswith("visual.")}
    else:
        weights = {name: values for name, values in weights.items() if not name.startswith("visual.") and name != "logit_scale"}
    with torch.device("meta"):
        tower = make_tower(shape, kind)
    tower.load_state_dict(weights, assign=True)
    return tower.eval().requires_grad_(False)
