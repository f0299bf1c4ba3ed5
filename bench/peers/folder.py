"""A folder of JPEG files to an .npy of features of length 1, as Python programs do it: the peers' side of `longclip
embed image`. Pillow decodes, resizes and crops as torchvision does, in so many threads beside the encoder's.

    python folder.py WORK SHAPE PEER PRECISION THREADS SETTING DECODERS FOLDER OUT.npy
"""

import concurrent.futures
import importlib
import pathlib
import sys

import numpy as np
from PIL import Image

from inputs import SIZE, normalized

BATCH = 8


def preprocessed(path):
    """torchvision's Resize(224, bicubic), CenterCrop(224), then RGB, ToTensor and Normalize."""
    with Image.open(path) as picture:
        short, long = sorted(picture.size)
        resized = (SIZE, int(SIZE * long / short))
        picture = picture.resize(resized if picture.width <= picture.height else resized[::-1], Image.BICUBIC)
    left, top = (round((side - SIZE) / 2) for side in picture.size)
    picture = picture.crop((left, top, left + SIZE, top + SIZE)).convert("RGB")
    return normalized(np.asarray(picture)[None])[0]


def encoder_of(work, shape, peer, precision, threads):
    if peer.startswith("torch"):
        worker = importlib.import_module("worker_torch")
        worker.set_up(peer.removeprefix("torch-"), threads)
        return worker.Encoder(work, shape, peer.removeprefix("torch-"), precision)
    return importlib.import_module(f"worker_{peer}").Encoder(work, shape, precision, threads)


def main():
    work, shape, peer, precision, threads, setting, decoders, folder, out = sys.argv[1:]
    paths = sorted(pathlib.Path(folder).glob("*.jpg"))
    with concurrent.futures.ThreadPoolExecutor(int(decoders)) as pool:
        pixels = pool.map(preprocessed, paths)
        encoder = encoder_of(pathlib.Path(work), shape, peer, precision, int(threads))
        encoder.use("image", [np.zeros((BATCH, 3, SIZE, SIZE), np.float32)], setting)
        features = []
        for first in range(0, len(paths), BATCH):
            batch = np.stack([next(pixels) for _ in paths[first : first + BATCH]])
            features.append(encoder.encode("image", batch))
    features = np.concatenate(features)
    np.save(out, features / np.linalg.norm(features, axis=1, keepdims=True))


if __name__ == "__main__":
    main()
