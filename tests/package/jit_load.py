"""Our TorchScript in Python: jit_load.py LONGCLIP GOLDEN_MODEL_FOLDER TEST_DATA_FOLDER

Converts golden checkpoints with the command, loads both towers by torch.jit.load, runs them on the
golden pixels and token ids, and compares with the golden arrays, which the published Python code
made. Nothing of the library runs in this process. Exits with 77 (skipped) where torch cannot be
imported: a LibTorch without its Python half, or a Python of another version.
"""

import ast
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import warnings
import zlib

try:
    import torch
except ImportError as error:
    print(f"skipped: torch cannot be imported by Python {sys.version.split()[0]}: {error}")
    sys.exit(77)

command, golden, data = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).reshape(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).reshape(3, 1, 1)
FEATURES, STATES = 1e-4, 3e-4  # what the manifest suggests for fp32
PICTURES = 6  # the first ones; decoding them here is slow


def read_npy(name):
    content = (golden / name).read_bytes()
    size = struct.unpack("<H", content[8:10])[0]
    header = ast.literal_eval(content[10 : 10 + size].decode())
    dtype = {"<f4": torch.float32, "<i4": torch.int32}[header["descr"]]
    return torch.frombuffer(bytearray(content[10 + size :]), dtype=dtype).reshape(header["shape"])


def read_png(path):
    """Eight-bit RGB, not interlaced: [3, height, width] of bytes."""
    content, at, packed = path.read_bytes(), 8, b""
    while at < len(content):
        size, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, *form = struct.unpack(">IIBBBBB", body)
            assert form == [8, 2, 0, 0, 0], path
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    rows, stride = zlib.decompress(packed), 3 * width
    pixels, above = bytearray(), bytes(stride)
    for y in range(height):
        kind, line = rows[y * (stride + 1)], bytearray(rows[y * (stride + 1) + 1 : (y + 1) * (stride + 1)])
        for i in range(stride):
            left, corner = (line[i - 3], above[i - 3]) if i >= 3 else (0, 0)
            estimate = left + above[i] - corner
            paeth = min((left, above[i], corner), key=lambda value: abs(estimate - value))
            line[i] = line[i] + (0, left, above[i], (left + above[i]) // 2, paeth)[kind] & 255
        pixels += line
        above = line
    return torch.frombuffer(pixels, dtype=torch.uint8).reshape(height, width, 3).permute(2, 0, 1)


def check(what, ours, wanted, tolerance):
    assert ours.shape == wanted.shape, f"{what}: {tuple(ours.shape)}, not {tuple(wanted.shape)}"
    difference = (ours - wanted).abs().max().item()
    print(f"{what}: largest difference {difference:.2e}")
    assert difference <= tolerance, what  # a NaN is not


def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # of TorchScript, by its makers
    manifest = json.loads((golden / "manifest.json").read_text())
    pictures = json.loads((data / "images" / "manifest.json").read_text())["images"][:PICTURES]
    pixels = torch.stack([read_png(data / "images" / picture["pixels224"]) for picture in pictures])
    pixels = (pixels.float() / 255 - MEAN) / STD
    ids = read_npy("token_ids.npy").long()
    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        for checkpoint, texts in [
            ("longclip248.pt", "text_features_248.npy"),
            ("clip77_jit.pt", "text_features_clip77_stretched.npy"),
        ]:
            package = pathlib.Path(folder) / checkpoint
            subprocess.run([command, "convert", golden / checkpoint, package], check=True, stdout=subprocess.DEVNULL)
            vision = torch.jit.load(package / "vision.pt")
            text = torch.jit.load(package / "text.pt")
            check(f"{checkpoint}, images", vision(pixels), read_npy("image_features.npy")[:PICTURES], FEATURES)
            check(f"{checkpoint}, texts", text(ids), read_npy(texts), FEATURES)
            if checkpoint == "longclip248.pt":
                for name, layer, norm in [
                    ("text_states_last.npy", -1, True),
                    ("text_states_penultimate.npy", -2, False),
                    ("text_states_last_no_norm.npy", -1, False),
                ]:
                    rows = manifest["arrays"][name]["text_rows"]
                    check(name, text.states(ids[rows], layer, norm), read_npy(name), STATES)


main()
