#!/usr/bin/env python3
"""Time and memory of `longclip convert` on a checkpoint of LongCLIP-B's size (600 MB).

    scripts/test
    bench/convert.py

A checkpoint of random weights is made in a temporary folder, in each of the formats asked for.
Then, the file in the page cache, copying it (cp), hashing it (SHA-256, by sha256sum and by OpenSSL,
which knows the processor's own instructions) and converting it are timed in turns; medians count.
Peak memory is the largest resident set of the command, mapped files included.

The bars are the project's promise: twice the file's size of memory, and one and a half times the
copy and the hash in time, by the system's sha256sum. The strict bar takes OpenSSL's hash instead; a
conversion starts LibTorch (half a second) and hashes checkpoint and package, so that on two cores
it is out of reach where the hash is that fast. A machine that does other work measures that work.

Run by any Python that can import torch; the torch that set-up fetched for LibTorch is found in the
tree, and serves Python 3.11.
"""

import argparse
import collections
import ctypes
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMATS = ["pt", "pt-fp16", "legacy", "safetensors-unaligned"]


def block_shapes(prefix, width, layers):
    for layer in range(layers):
        block = f"{prefix}resblocks.{layer}."
        yield block + "ln_1.weight", (width,)
        yield block + "ln_1.bias", (width,)
        yield block + "attn.in_proj_weight", (3 * width, width)
        yield block + "attn.in_proj_bias", (3 * width,)
        yield block + "attn.out_proj.weight", (width, width)
        yield block + "attn.out_proj.bias", (width,)
        yield block + "ln_2.weight", (width,)
        yield block + "ln_2.bias", (width,)
        yield block + "mlp.c_fc.weight", (4 * width, width)
        yield block + "mlp.c_fc.bias", (4 * width,)
        yield block + "mlp.c_proj.weight", (width, 4 * width)
        yield block + "mlp.c_proj.bias", (width,)


def longclip_b_shapes():
    yield "positional_embedding", (248, 512)
    yield "positional_embedding_res", (248, 512)
    yield "text_projection", (512, 512)
    yield "logit_scale", ()
    yield "visual.class_embedding", (768,)
    yield "visual.positional_embedding", (197, 768)
    yield "visual.proj", (768, 512)
    yield "visual.conv1.weight", (768, 3, 16, 16)
    yield "visual.ln_pre.weight", (768,)
    yield "visual.ln_pre.bias", (768,)
    yield from block_shapes("visual.transformer.", 768, 12)
    yield "visual.ln_post.weight", (768,)
    yield "visual.ln_post.bias", (768,)
    yield from block_shapes("transformer.", 512, 12)
    yield "token_embedding.weight", (49408, 512)
    yield "ln_final.weight", (512,)
    yield "ln_final.bias", (512,)


def make_checkpoint(path, kind):
    """Random weights: they cannot be compressed or shared by a clever file system."""
    try:
        import torch
    except ImportError:
        sys.path.insert(0, str(ROOT / ".deps" / "libtorch"))
        import torch
    torch.manual_seed(0)
    dtype = torch.float16 if kind == "pt-fp16" else torch.float32
    state = collections.OrderedDict((name, (0.02 * torch.randn(shape)).to(dtype)) for name, shape in longclip_b_shapes())
    if kind == "safetensors-unaligned":
        write_unaligned_safetensors(path, state)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=kind != "legacy")


def write_unaligned_safetensors(path, state):
    """As the format allows: a header of odd length, so that no tensor is aligned."""
    header, end = {}, 0
    for name, tensor in state.items():
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (1 - len(text) % 2)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in state.values():
            file.write(ctypes.string_at(tensor.data_ptr(), tensor.numel() * 4))


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def sha256(path):
    with open(path, "rb") as file:
        hashlib.file_digest(file, "sha256")


def convert(program, path, target):
    """Seconds and peak bytes."""
    start = time.perf_counter()
    process = subprocess.Popen([program, "convert", path, target], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"longclip convert failed: {process.returncode}")
    return elapsed, usage.ru_maxrss * 1024


def measure(program, folder, kind, runs):
    path = folder / f"{kind}.ckpt"
    # In a process of its own: the kernel hands a process's peak down to those it starts.
    subprocess.run([sys.executable, __file__, "--make", kind, path], check=True)
    size = path.stat().st_size
    os.sync()  # what was just written is not to disturb the first run
    copies, programs, hashes, times, peaks = [], [], [], [], []
    for _ in range(runs):
        hashes.append(seconds(lambda: sha256(path)))
        programs.append(seconds(lambda: subprocess.run(["sha256sum", path], check=True, stdout=subprocess.DEVNULL)))
        copies.append(seconds(lambda: subprocess.run(["cp", path, folder / "copy"], check=True)))
        (folder / "copy").unlink()
        os.sync()  # no measurement is to pay for another's writing
        elapsed, peak = convert(program, path, folder / "package")
        times.append(elapsed)
        peaks.append(peak)
        shutil.rmtree(folder / "package")
        os.sync()
    path.unlink()
    copying, program_hashing, hashing, converting = map(statistics.median, (copies, programs, hashes, times))
    peak = max(peaks)
    bar, strict = (1.5 * (copying + hashing_seconds) for hashing_seconds in (program_hashing, hashing))
    print(
        f"{kind:22} {size / 1e6:5.0f} {copying:6.2f} {program_hashing:10.2f} {hashing:8.2f} {converting:8.2f}"
        f" {bar:6.2f} {converting / bar:6.0%} {strict:7.2f} {converting / strict:6.0%}"
        f" {peak / 1e6:9.0f} {2 * size / 1e6:6.0f} {peak / (2 * size):7.0%}",
        flush=True,
    )
    return converting <= bar and peak <= 2 * size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=ROOT / "build/release/bin/longclip", help="the command longclip")
    parser.add_argument("--folder", help="where to work (needs 3 GB); a temporary folder if not given")
    parser.add_argument("--runs", type=int, default=5, help="of each; 5 if not given")
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=f"{', '.join(FORMATS)}; pt if not given")
    parser.add_argument("--make", nargs=2, metavar=("FORMAT", "PATH"), help="only make this checkpoint")
    arguments = parser.parse_args()
    if arguments.make:
        make_checkpoint(pathlib.Path(arguments.make[1]), arguments.make[0])
        return
    for kind in arguments.formats:
        if kind not in FORMATS:
            parser.error(f"{kind} is none of {', '.join(FORMATS)}")
    print(
        f"{'':22} {'MB':>5} {'cp, s':>6} {'sha256sum':>10} {'OpenSSL':>8} {'convert':>8}"
        f" {'bar':>6} {'of it':>6} {'strict':>7} {'of it':>6}"
        f" {'peak, MB':>9} {'bar':>6} {'of it':>7}",
        flush=True,
    )
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        met = [
            measure(arguments.program, pathlib.Path(folder), kind, arguments.runs)
            for kind in arguments.formats or ["pt"]
        ]
    sys.exit(0 if all(met) else 1)


main()
