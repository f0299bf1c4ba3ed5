"""Random weights of a CLIP, in the form in which Long-CLIP publishes its own: a state dict.

    python weights.py B OUT.pt

Their scales keep the activations of every layer in the range that a trained model has, so that precisions can be
told apart and no product meets denormal numbers.
"""

import math
import sys

import torch

from towers import make_tower

SCALE = {"conv1.weight": 0.02, "token_embedding.weight": 0.02, "positional_embedding": 0.01, "class_embedding": 0.02}


def fill(tower, layers):
    """Sets every parameter of a tower: matrices by their fan-in, those that add to the residual smaller by the depth."""
    for name, values in tower.named_parameters():
        if name in SCALE:
            values.normal_(std=SCALE[name])
        elif ".ln_" in f".{name}" and name.endswith("weight"):
            values.normal_(mean=1, std=0.02)
        elif values.dim() == 1:
            values.normal_(std=0.02)
        elif name in ("proj", "text_projection"):
            values.normal_(std=values.shape[0] ** -0.5)
        elif name.endswith(("out_proj.weight", "c_proj.weight")):
            values.normal_(std=(values.shape[1] * 2 * layers) ** -0.5)
        else:
            values.normal_(std=values.shape[1] ** -0.5)


def make_weights(shape):
    weights = {"logit_scale": torch.tensor(math.log(100))}
    for kind, prefix in (("image", "visual."), ("text", "")):
        tower = make_tower(shape, kind).requires_grad_(False)
        fill(tower, len(tower.transformer.resblocks))
        weights |= {prefix + name: values for name, values in tower.state_dict().items()}
    return weights


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.save(make_weights(sys.argv[1]), sys.argv[2])
