#!/usr/bin/env python3
"""Pictures a second that are trained on: `longclip train` and `finetune`, and the same steps in PyTorch.

    longclip scenes --count 1024 --size 128 --seed 9 -o scenes
    PYTHONPATH=.deps/libtorch bench/training.py build/release/bin/longclip scenes

The peer is the same architecture, batch, optimiser and loss in plain PyTorch (the torch that the
LibTorch of this library belongs to), on pixels and token ids that are in memory before its clock
starts; the command's figure includes reading and decoding its pictures. The peer runs twice: with
texts padded to the model's context, as the reference's code does, and padded to the longest of the
batch. Its compiled variant is not among them: torch.compile needs a C++ compiler at run time.

Runs alternate, each in a process of its own. Printed: medians of the steps after the first ones.
"""

import argparse
import json
import math
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

CONTEXT = {"train": 77, "finetune": 248}
VISION, TEXT, EMBEDDING, IMAGE, PATCH = (192, 5), (128, 4), 256, 128, 16


def captions_of(scenes):
    texts = [entry["conversations"][1]["value"] for entry in json.loads((scenes / "captions.json").read_text())]
    return texts, [text.split(". ")[0] for text in texts]


def token_ids(command, texts, context):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write("".join(json.dumps(text) + "\n" for text in texts))
        file.flush()
        printed = subprocess.run([command, "tokenize", "--json", "--texts", file.name], stdout=subprocess.PIPE, check=True)
    rows = [[49406, *json.loads(line)["ids"], 49407] for line in printed.stdout.splitlines()]
    return [row if len(row) <= context else [*row[: context - 1], 49407] for row in rows]


def peer(arguments):
    """One run of the peer, in this process: prints pictures a second of each step."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.manual_seed(0)
    torch.set_num_threads(arguments.threads)

    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
            self.heads = width // 64

        def forward(self, x, causal):
            batch, length, width = x.shape
            qkv = self.qkv(self.ln_1(x)).view(batch, length, 3, self.heads, 64).permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(*qkv.unbind(0), is_causal=causal)
            x = x + self.out(y.transpose(1, 2).reshape(batch, length, width))
            h = self.c_fc(self.ln_2(x))
            return x + self.c_proj(h * torch.sigmoid(1.702 * h))

    class Clip(nn.Module):
        def __init__(self, context):
            super().__init__()
            width, layers = VISION
            self.conv1 = nn.Conv2d(3, width, PATCH, PATCH, bias=False)
            self.class_embedding = nn.Parameter(torch.randn(width) / width**0.5)
            self.vision_positions = nn.Parameter(torch.randn(1 + (IMAGE // PATCH) ** 2, width) / width**0.5)
            self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
            self.vision = nn.ModuleList(Block(width) for _ in range(layers))
            self.vision_projection = nn.Parameter(torch.randn(width, EMBEDDING) / width**0.5)
            width, layers = TEXT
            self.tokens = nn.Embedding(49408, width)
            self.text_positions = nn.Parameter(torch.randn(context, width) * 0.01)
            self.text = nn.ModuleList(Block(width) for _ in range(layers))
            self.ln_final = nn.LayerNorm(width)
            self.text_projection = nn.Parameter(torch.randn(width, EMBEDDING) / width**0.5)
            self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

        def encode_image(self, pixels):
            x = self.conv1(pixels).flatten(2).transpose(1, 2)
            x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + self.vision_positions
            x = self.ln_pre(x)
            for block in self.vision:
                x = block(x, False)
            return self.ln_post(x[:, 0]) @ self.vision_projection

        def encode_text(self, ids):
            x = self.tokens(ids) + self.text_positions[: ids.shape[1]]
            for block in self.text:
                x = block(x, True)
            return self.ln_final(x)[torch.arange(len(x)), ids.argmax(1)] @ self.text_projection

    def coarse(features):
        mean = features.mean(0)
        _, _, vh = torch.linalg.svd(features - mean, full_matrices=False)
        return (features - mean) @ vh[:32].T @ vh[:32] + mean

    def info_nce(a, b, scale, smoothing):
        logits, targets = scale * a @ b.T, torch.arange(len(a))
        return (F.cross_entropy(logits, targets, label_smoothing=smoothing)
                + F.cross_entropy(logits.T, targets, label_smoothing=smoothing)) / 2

    kind, context = arguments.kind, CONTEXT[arguments.kind]
    long_texts, short_texts = captions_of(arguments.scenes)
    rng = random.Random(0)
    if kind == "train":
        texts = [token_ids(arguments.command, [rng.choice(pair) for pair in zip(long_texts, short_texts)], context)]
    else:
        texts = [token_ids(arguments.command, all_texts, context) for all_texts in (long_texts, short_texts)]

    model = Clip(context)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    pixels = torch.randn(arguments.batch, 3, IMAGE, IMAGE)
    for step in range(arguments.steps):
        chosen = [rng.randrange(len(long_texts)) for _ in range(arguments.batch)]
        ids = []
        for rows in texts:
            length = max(len(rows[i]) for i in chosen) if arguments.trimmed else context
            ids.append(torch.tensor([rows[i] + [0] * (length - len(rows[i])) for i in chosen]))
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.precision == "bf16"):
            images, features = model.encode_image(pixels), [model.encode_text(rows) for rows in ids]
        images = F.normalize(images.float(), dim=-1)
        features = [F.normalize(rows.float(), dim=-1) for rows in features]
        scale = model.logit_scale.exp()
        if kind == "train":
            loss = info_nce(images, features[0], scale, 0)
        else:
            loss = info_nce(images, features[0], scale, 0.1) + info_nce(coarse(images), features[1], scale, 0.1)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        loss.item()
        print(arguments.batch / (time.perf_counter() - start), flush=True)


def ours(arguments, kind):
    """Pictures a second of each step of the command."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        common = [arguments.scenes, "-o", folder / "run", "--batch", arguments.batch, "--steps", arguments.steps,
                  "--threads", arguments.threads, "--precision", arguments.precision, "--checkpoint-every", 1000]
        start = [] if kind == "train" else [arguments.parent]
        subprocess.run([str(part) for part in [arguments.command, kind, *start, *common]], check=True,
                       stdout=subprocess.DEVNULL)
        lines = [json.loads(line) for line in (folder / "run" / "log.jsonl").read_text().splitlines()]
        if kind == "train" and arguments.parent is None:
            arguments.parent = pathlib.Path(arguments.keep) / "model"
            (folder / "run" / "model").rename(arguments.parent)
        return [line["images_per_second"] for line in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", help="PATH/TO/longclip")
    parser.add_argument("scenes", type=pathlib.Path, help="a folder that `longclip scenes` wrote")
    parser.add_argument("--batch", type=int, default=128, help="pictures a step; %(default)s if not given")
    parser.add_argument("--steps", type=int, default=12, help="steps of each run; %(default)s if not given")
    parser.add_argument("--runs", type=int, default=3, help="runs of each; %(default)s if not given")
    parser.add_argument("--threads", type=int, default=2, help="threads of each; %(default)s if not given")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="%(default)s if not given")
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parser.add_argument("--trimmed", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.kind:
        return peer(arguments)

    def run_peer(kind, *more):
        command = [sys.executable, __file__, arguments.command, str(arguments.scenes), "--kind", kind, *more]
        for option in ("batch", "steps", "threads", "precision"):
            command += [f"--{option}", str(getattr(arguments, option))]
        printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        return [float(line) for line in printed.split()]

    arguments.parent = None
    with tempfile.TemporaryDirectory() as arguments.keep:
        print(f"pictures a second, batch {arguments.batch}, {arguments.threads} threads, {arguments.precision}; "
              "median (least, most)")
        for kind in ("train", "finetune"):
            figures = {"longclip": [], "PyTorch, texts padded to the longest": [], "PyTorch, padded to the context": []}
            for _ in range(arguments.runs):
                for name, run in zip(figures, (lambda: ours(arguments, kind), lambda: run_peer(kind, "--trimmed"),
                                               lambda: run_peer(kind))):
                    figures[name] += run()[3:]
            first = statistics.median(figures["longclip"])
            for name, values in figures.items():
                middle = statistics.median(values)
                print(f"{kind:9} {name:38} {middle:7.1f} ({min(values):.1f}, {max(values):.1f})  "
                      f"longclip is {first / middle:.2f} times that", flush=True)


main()
