#!/usr/bin/env python3
"""Milliseconds of processor time from a picture's bytes to a tower's pixels with Pillow, on one thread.

    bench/pictures.py PICTURE...

Decoding, resizing, and both as torchvision's Resize(224) and CenterCrop(224) do them, the medians;
to be held against bench_pictures.
"""
import io
import sys
import time

from PIL import Image

SIZE = 224


def milliseconds(work):
    times = []
    while len(times) < 7 or sum(times) < 1000:
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return sorted(times)[len(times) // 2]


def decoded(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def preprocessed(image):
    width, height = image.size
    shorter = min(width, height)
    image = image.resize((SIZE * width // shorter, SIZE * height // shorter), Image.Resampling.BICUBIC)
    left, top = round((image.width - SIZE) / 2), round((image.height - SIZE) / 2)
    return image.crop((left, top, left + SIZE, top + SIZE)).convert("RGB").tobytes()


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        data = file.read()
    image = decoded(data)
    print(f"{path}  {image.width} x {image.height}"
          f"  decode {milliseconds(lambda: decoded(data)):.2f}"
          f"  resize {milliseconds(lambda: preprocessed(image)):.2f}"
          f"  both {milliseconds(lambda: preprocessed(decoded(data))):.2f}")
