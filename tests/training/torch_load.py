"""Trained weights in Python: torch_load.py LONGCLIP TEST_DATA_FOLDER

Trains for a step and fine-tunes for another with the command, loads what they wrote by a plain
torch.load, and looks for the names and shapes that the reference's build_model takes. Exits with 77
(skipped) where torch cannot be imported.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import torch
except ImportError as error:
    print(f"skipped: torch cannot be imported by Python {sys.version.split()[0]}: {error}")
    sys.exit(77)

command, photos = sys.argv[1], sorted((pathlib.Path(sys.argv[2]) / "images").glob("*.jpg"))

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    data = folder / "data.jsonl"
    lines = [{"image": photo.name, "caption": f"A photo, {i} of them. It is {photo.stem}."} for i, photo in enumerate(photos)]
    data.write_text("".join(json.dumps(line) + "\n" for line in lines))
    common = [data, "--images", photos[0].parent, "--batch", "4", "--steps", "1"]
    small = ["--vision", "64x2", "--text", "64x3", "--embedding", "32", "--image-size", "64"]
    subprocess.run([command, "train", *common, *small, "-o", folder / "clip"], check=True)
    subprocess.run([command, "finetune", folder / "clip" / "model", *common, "-o", folder / "long"], check=True)
    clip = torch.load(folder / "clip" / "model.pt")
    long = torch.load(folder / "long" / "model.pt")

block = {
    "ln_1.weight": (64,), "ln_1.bias": (64,), "attn.in_proj_weight": (192, 64), "attn.in_proj_bias": (192,),
    "attn.out_proj.weight": (64, 64), "attn.out_proj.bias": (64,), "ln_2.weight": (64,), "ln_2.bias": (64,),
    "mlp.c_fc.weight": (256, 64), "mlp.c_fc.bias": (256,), "mlp.c_proj.weight": (64, 256), "mlp.c_proj.bias": (64,),
}
expected = {
    "visual.conv1.weight": (64, 3, 16, 16), "visual.class_embedding": (64,), "visual.positional_embedding": (17, 64),
    "visual.ln_pre.weight": (64,), "visual.ln_pre.bias": (64,), "visual.ln_post.weight": (64,),
    "visual.ln_post.bias": (64,), "visual.proj": (64, 32), "token_embedding.weight": (49408, 64),
    "positional_embedding": (77, 64), "ln_final.weight": (64,), "ln_final.bias": (64,), "text_projection": (64, 32),
    "logit_scale": (),
}
for tower, layers in (("visual.", 2), ("", 3)):
    for layer in range(layers):
        expected |= {f"{tower}transformer.resblocks.{layer}.{key}": shape for key, shape in block.items()}

assert {key: tuple(value.shape) for key, value in clip.items()} == expected
expected |= {"positional_embedding": (248, 64), "positional_embedding_res": (248, 64)}
assert {key: tuple(value.shape) for key, value in long.items()} == expected
assert all(value.dtype == torch.float32 and value.isfinite().all() for value in (*clip.values(), *long.values()))
# The first table holds the stretched start: its first rows are the parent's.
assert torch.equal(long["positional_embedding"][:20], clip["positional_embedding"][:20])
