"""What all workers encode, as files of a folder: the same for the library, which takes pixels and texts, and for the
peers, which take normalised pixels and token ids.

    python inputs.py COMMAND PHOTOS FOLDER

    images.rgb         32 pictures of 224 x 224, pieces of the photos, 3 bytes a pixel
    images.npy         the same, normalised: float32 [32, 3, 224, 224]
    calibration.npy    16 other pieces, for the peers that calibrate
    texts.json         sets of texts, by name
    ids.json           the same as token ids, by `COMMAND tokenize`
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

import captions

SIZE, START, END = 224, 49406, 49407
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], dtype=np.float32)
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], dtype=np.float32)


def pieces(photos, count, rng):
    """Squares of any place and size of the photos, uint8 [count, size, size, 3]."""
    pictures = [Image.open(path).convert("RGB") for path in sorted(photos.glob("*.jpg"))]
    cut = []
    for i in range(count):
        picture = pictures[i % len(pictures)]
        side = rng.randint(min(picture.size) // 3, min(picture.size))
        left, top = rng.randint(0, picture.width - side), rng.randint(0, picture.height - side)
        cut.append(np.asarray(picture.resize((SIZE, SIZE), Image.BICUBIC, (left, top, left + side, top + side))))
    return np.stack(cut)


def normalized(pixels):
    return np.ascontiguousarray(((pixels.astype(np.float32) / 255 - MEAN) / DEVIATION).transpose(0, 3, 1, 2))


def token_ids(command, texts):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(text) + "\n" for text in texts)
        file.flush()
        printed = subprocess.run([command, "tokenize", "--json", "--texts", file.name], stdout=subprocess.PIPE, check=True)
    return [[START, *json.loads(line)["ids"], END] for line in printed.stdout.splitlines()]


def main():
    command, photos, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(0)
    images = pieces(photos, 32, rng)
    images.tofile(folder / "images.rgb")
    np.save(folder / "images.npy", normalized(images))
    np.save(folder / "calibration.npy", normalized(pieces(photos, 16, rng)))
    texts = captions.all_sets()
    (folder / "texts.json").write_text(json.dumps(texts))
    (folder / "ids.json").write_text(json.dumps({name: token_ids(command, texts[name]) for name in texts}))


if __name__ == "__main__":
    main()
