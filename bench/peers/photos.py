"""Folders of JPEG files for bench/encoders.py: mosaics of real photos, with a sensor's noise, so that a file has about
the bytes a pixel that a camera's has.

    python photos.py PHOTOS FOLDER COUNT WIDTH HEIGHT
"""

import pathlib
import random
import sys

from PIL import Image, ImageChops, ImageOps

NOISE = 4  # standard deviation, in steps of 255


def mosaic(pictures, width, height, rng):
    canvas = Image.new("RGB", (width, height))
    rows = min(picture.height for picture in pictures)
    for y in range(0, height, rows):
        x = -rng.randrange(rows)
        while x < width:
            piece = rng.choice(pictures)
            canvas.paste(ImageOps.mirror(piece) if rng.random() < 0.5 else piece, (x, y))
            x += piece.width
    noise = Image.effect_noise((width, height), NOISE).convert("RGB")
    return ImageChops.add(canvas, noise, offset=-128)


def main():
    photos, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    count, width, height = map(int, sys.argv[3:])
    pictures = [Image.open(path).convert("RGB") for path in sorted(photos.glob("*.jpg"))]
    rng = random.Random(0)
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        mosaic(pictures, width, height, rng).save(folder / f"{i:03}.jpg", quality=90)


if __name__ == "__main__":
    main()
