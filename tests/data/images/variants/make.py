"""Makes the small pictures of this folder and expected.npz, what the reference makes of them.

    python make.py    (Pillow 13.0, numpy; cjpeg of libjpeg-turbo 2.1, tiffcp of libtiff 4.5)

expected.npz has an array for each file: its uint8 RGB after resize to SIZE, centre crop, conversion.
NAME.turned is the same after EXIF's orientation was followed.
"""

import os
import struct
import subprocess
import tempfile
import zlib

import numpy as np
from PIL import Image, ImageOps

SIZE = 16
W, H = 37, 29
here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(9)


def noise(count, below=256):
    return rng.integers(0, below, count).astype("uint8").tobytes()


def write(name, data):
    with open(os.path.join(here, name), "wb") as file:
        file.write(data)


def save(name, image, **options):
    image.save(os.path.join(here, name), **options)


def photo(width=W, height=H):
    """Smooth colours under noise: something that every codec has work with."""
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(x / 5), np.cos(y / 7), np.sin((x + y) / 9)], axis=2) * 90 + 128
    return Image.fromarray((waves + rng.normal(0, 12, waves.shape)).clip(0, 255).astype("uint8"))


colour = photo()
grey = colour.convert("L")
indexed = colour.quantize(40)
alpha = Image.fromarray((np.mgrid[0:H, 0:W][1] * 9 % 320).clip(0, 255).astype("uint8"))
rgba = colour.copy()
rgba.putalpha(alpha)
grey_alpha = grey.copy()
grey_alpha.putalpha(alpha)
sixteen = Image.fromarray(np.array(grey).astype("uint16") * 257)


# --- JPEG -----------------------------------------------------------------------------------------

with tempfile.TemporaryDirectory() as work:
    colour.save(work + "/c.ppm")
    grey.save(work + "/g.pgm")
    colour.save(work + "/c.tif")
    colour.convert("1").save(work + "/b.tif")

    def cjpeg(name, source, *options):
        subprocess.run(["cjpeg", *options, "-outfile", os.path.join(here, name), work + "/" + source], check=True)

    def tiffcp(name, source, *options):
        subprocess.run(["tiffcp", *options, work + "/" + source, os.path.join(here, name)], check=True)

    for sampling, factors in {"444": "1x1", "422": "2x1", "420": "2x2", "440": "1x2", "411": "4x1", "410": "4x2",
                              "441": "1x4", "mixed": "2x2,2x1,1x2", "colour_finer": "1x1,1x2,2x1"}.items():
        cjpeg(f"jpeg_{sampling}.jpg", "c.ppm", "-sample", factors)
        cjpeg(f"jpeg_{sampling}_progressive.jpg", "c.ppm", "-progressive", "-sample", factors)
    cjpeg("jpeg_arithmetic.jpg", "c.ppm", "-arithmetic")
    cjpeg("jpeg_arithmetic_progressive.jpg", "c.ppm", "-arithmetic", "-progressive")
    cjpeg("jpeg_restarts.jpg", "c.ppm", "-restart", "1B")
    cjpeg("jpeg_coarse.jpg", "c.ppm", "-quality", "3", "-baseline")
    cjpeg("jpeg_rgb.jpg", "c.ppm", "-rgb")
    cjpeg("jpeg_grey.jpg", "g.pgm")
    cjpeg("jpeg_grey_with_factors.jpg", "g.pgm", "-sample", "2x2")
    save("jpeg_rgb_adobe.jpg", colour, keep_rgb=True)

    # --- TIFF, as libtiff's own tool has it -------------------------------------------------------

    for name, options in {"tiled": "-t -w 16 -l 16", "separate": "-p separate", "separate_tiled": "-t -w 16 -l 32 -p separate",
                          "lzw_predicted": "-c lzw:2 -r 5", "big_endian": "-B", "bigtiff": "-8", "deflate": "-c zip",
                          "jpeg": "-c jpeg:r -r 16", "low_bit_first": "-f lsb2msb", "one_row_strips": "-r 1"}.items():
        tiffcp(f"tiff_{name}.tif", "c.tif", *options.split())
    for name in ("g3:1d", "g3:2d:fill", "g4", "lzw", "packbits"):
        tiffcp(f"tiff_bilevel_{name.replace(':', '_')}.tif", "b.tif", "-c", name)

for orientation in range(1, 9):
    exif = Image.Exif()
    exif[274] = orientation
    save(f"exif_{orientation}.jpg", colour, exif=exif, quality=50)
    save(f"tiff_orientation_{orientation}.tif", indexed, tiffinfo={274: orientation}, compression="tiff_lzw")
exif[274] = 6
save("exif_6.png", grey, exif=exif)
save("exif_6.webp", colour, exif=exif)

for name, image in {"bilevel": colour.convert("1"), "grey": grey, "grey_alpha": grey_alpha, "palette": indexed,
                    "rgba": rgba, "cmyk": colour.convert("CMYK")}.items():
    save(f"tiff_{name}.tif", image, compression="tiff_lzw")
save("tiff_ycbcr.tif", colour.convert("YCbCr"), compression="tiff_lzw")


def tiff(width, height, photometric, samples, bits, pixels, extra=None, separate=False):
    """One strip (or one for each plane), little-endian, not compressed."""
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * samples), 259: (3, [1]), 262: (3, [photometric]),
            277: (3, [samples]), 278: (4, [height]), 284: (3, [2 if separate else 1])}
    if extra is not None:
        tags[338] = (3, [extra])
    strips = samples if separate else 1
    size = len(pixels) // strips
    tags[273] = (4, [8 + i * size for i in range(strips)])
    tags[279] = (4, [size] * strips)
    directory, outside = b"", b""
    end = 8 + len(pixels) + 2 + 12 * len(tags) + 4
    for tag in sorted(tags):
        kind, values = tags[tag]
        data = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(data) > 4:
            data, outside = struct.pack("<I", end + len(outside)), outside + data
        directory += struct.pack("<HHI", tag, kind, len(values)) + data.ljust(4, b"\0")
    return (b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + struct.pack("<H", len(tags)) + directory + bytes(4) + outside)


write("tiff_rgb16.tif", tiff(W, H, 2, 3, 16, noise(W * H * 6)))
write("tiff_white_is_zero.tif", tiff(W, H, 0, 1, 8, noise(W * H)))
write("tiff_grey4.tif", tiff(W, H, 1, 1, 4, noise((W + 1) // 2 * H)))
write("tiff_fourth_sample_unspecified.tif", tiff(W, H, 2, 4, 8, noise(W * H * 4), extra=0))
write("tiff_premultiplied.tif", tiff(W, H, 2, 4, 8, rgba.convert("RGBa").tobytes(), extra=1))


# --- PNG ------------------------------------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(kind, depth, interlaced, before_pixels=b"", width=W, height=H):
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for left, top, right, down in passes if interlaced else [(0, 0, 1, 1)]:
        for _ in range(top, height, down):
            rows += noise(1, 5) + noise((len(range(left, width, right)) * samples * depth + 7) // 8)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before_pixels + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


for kind, name, depths in ((0, "grey", (1, 2, 4, 8)), (2, "rgb", (8, 16)), (3, "palette", (1, 2, 4, 8)),
                           (4, "grey_alpha", (8, 16)), (6, "rgba", (8, 16))):
    for depth in depths:
        for interlaced in (0, 1):
            colours = chunk(b"PLTE", noise(3 << depth)) if kind == 3 else b""
            write(f"png_{name}{depth}{'_interlaced' * interlaced}.png", png(kind, depth, interlaced, colours))
write("png_grey8_transparent.png", png(0, 8, 0, chunk(b"tRNS", b"\0\x40")))
write("png_rgb8_transparent.png", png(2, 8, 0, chunk(b"tRNS", b"\0\1\0\2\0\3")))
write("png_palette8_transparent.png", png(3, 8, 0, chunk(b"PLTE", noise(768)) + chunk(b"tRNS", bytes(range(256)))))
write("png_palette8_short.png", png(3, 8, 0, chunk(b"PLTE", noise(30))))
save("png_tall.png", photo(19, 61))  # resized along the columns first
save("png_tall_rgba.png", rgba.resize((19, 61)))
save("png_tall_grey.png", photo(50, 150).convert("L"))
save("png_wide.png", photo(61, 19))
save("png_small.png", photo(7, 5))


# --- BMP ------------------------------------------------------------------------------------------


def bmp(bits, pixels, compression=0, header=40, masks=b"", colours=b"", count=0, top_down=False):
    if header == 12:
        info = struct.pack("<IHHHH", 12, W, H, 1, bits)
    else:
        info = struct.pack("<IiiHHIIiiII", header, W, -H if top_down else H, 1, bits, compression, len(pixels), 0, 0, count, 0)
        if header > 40:
            info, masks = (info + masks).ljust(header, b"\0"), b""
    offset = 14 + len(info) + len(masks) + len(colours)
    return b"BM" + struct.pack("<IHHI", offset + len(pixels), 0, 0, offset) + info + masks + colours + pixels


def runs(bits):
    """Encoded and absolute runs, skips, and rows that end early."""
    data = b""
    for y in range(H):
        x = 0
        while x < W:
            count = min(W - x, int(rng.integers(1, 15)))
            choice = rng.random()
            if choice < 0.5 or count < 3:
                data += bytes([count]) + noise(1)
            elif choice < 0.9:
                body = noise(count if bits == 8 else (count + 1) // 2)
                data += bytes([0, count]) + body + bytes(len(body) % 2)
            else:
                data += bytes([0, 2, count, 0])
            x += count
            if rng.random() < 0.05:
                break
        data += b"\0\0"
    return data + b"\0\1"


for bits in (1, 4, 8, 16, 24, 32):
    pixels = noise((W * bits + 31) // 32 * 4 * H)
    count = 1 << bits if bits <= 8 else 0
    write(f"bmp_{bits}.bmp", bmp(bits, pixels, colours=noise(4 * count)))
    write(f"bmp_{bits}_core.bmp", bmp(bits, pixels, header=12, colours=noise(3 * count)))
    write(f"bmp_{bits}_top_down.bmp", bmp(bits, pixels, top_down=True, colours=noise(4 * count)))
write("bmp_8_short_palette.bmp", bmp(8, noise((W + 3) // 4 * 4 * H), colours=noise(40), count=10))
write("bmp_8_grey_ramp.bmp", bmp(8, noise((W + 3) // 4 * 4 * H), colours=b"".join(bytes([i, i, i, 0]) for i in range(256))))
write("bmp_8_runs.bmp", bmp(8, runs(8), 1, colours=noise(1024)))
write("bmp_4_runs.bmp", bmp(4, runs(4), 2, colours=noise(64)))
for name, bits, header, masks in (("565", 16, 40, (0xF800, 0x7E0, 0x1F)), ("565_alpha", 16, 124, (0xF800, 0x7E0, 0x1F, 0x8000)),
                                  ("24", 24, 56, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
                                  ("bgrx", 32, 40, (0xFF0000, 0xFF00, 0xFF)), ("bgra", 32, 56, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
                                  ("rgba", 32, 108, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
                                  ("abgr", 32, 124, (0xFF000000, 0xFF0000, 0xFF00, 0xFF))):
    pixels = noise((W * bits + 31) // 32 * 4 * H)
    write(f"bmp_masks_{name}.bmp", bmp(bits, pixels, 3, header, struct.pack(f"<{len(masks)}I", *masks)))


# --- WebP -----------------------------------------------------------------------------------------

save("webp_lossy.webp", colour)
save("webp_lossless.webp", colour, lossless=True)
save("webp_lossy_alpha.webp", rgba)
save("webp_lossless_alpha.webp", rgba, lossless=True, exact=True)
save("webp_animated.webp", colour, save_all=True, append_images=[colour.rotate(180)])
save("webp_animated_alpha.webp", rgba, save_all=True, append_images=[rgba.rotate(180)])


# --- GIF ------------------------------------------------------------------------------------------


def gif(screen, left, top, width, height, colours=None, local=None, interlaced=False, transparent=None):
    """Codes of nine bits, cleared before they grow."""
    rows = [range(0, height, 8), range(4, height, 8), range(2, height, 4), range(1, height, 2)] if interlaced else [range(height)]
    indices = np.frombuffer(noise(width * height), "uint8").reshape(height, width)
    bits = ""
    for i, index in enumerate(int(v) for part in rows for y in part for v in indices[y]):
        bits = (f"{index:09b}" if i % 200 else f"{index:09b}" + f"{256:09b}") + bits
    bits = f"{257:09b}" + bits
    data = int(bits, 2).to_bytes((len(bits) + 7) // 8, "little")

    def flags(table):
        return 0 if table is None else 0x80 | (len(table) // 3).bit_length() - 2

    out = b"GIF89a" + struct.pack("<HHBBB", *screen, flags(colours), 50, 0) + (colours or b"")
    if transparent is not None:
        out += b"!\xf9\4\1\0\0" + bytes([transparent, 0])
    out += b"," + struct.pack("<HHHHB", left, top, width, height, flags(local) | 0x40 * interlaced) + (local or b"") + b"\x08"
    for at in range(0, len(data), 255):
        out += bytes([len(data[at : at + 255])]) + data[at : at + 255]
    return out + b"\0;"


whole = (W, H), 0, 0, W, H
write("gif_plain.gif", gif(*whole, noise(768)))
write("gif_interlaced.gif", gif(*whole, noise(768), interlaced=True))
write("gif_local_palette.gif", gif(*whole, noise(768), local=noise(768)))
write("gif_only_local_palette.gif", gif(*whole, local=noise(768)))
write("gif_short_palette.gif", gif(*whole, noise(48)))
write("gif_no_palette.gif", gif(*whole))
write("gif_grey_ramp.gif", gif(*whole, bytes(i // 3 for i in range(768))))
write("gif_transparent.gif", gif(*whole, noise(768), transparent=77))
write("gif_frame_within.gif", gif((W, H), 5, 3, 21, 17, noise(768)))
write("gif_frame_within_transparent.gif", gif((W, H), 5, 3, 21, 17, noise(768), transparent=77, interlaced=True))
write("gif_frame_reaches_out.gif", gif((30, 20), 5, 3, 33, 27, noise(768)))
save("gif_animated.gif", indexed, save_all=True, append_images=[indexed.rotate(180)])


# --- what the reference makes of them -------------------------------------------------------------


def preprocessed(image):
    width, height = image.size
    short = min(width, height)
    if short != SIZE:
        size = (SIZE, int(SIZE * height / width)) if width <= height else (int(SIZE * width / height), SIZE)
        image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = (round((length - SIZE) / 2) for length in image.size)
    return np.array(image.crop((left, top, left + SIZE, top + SIZE)).convert("RGB"))


expected = {}
for name in sorted(os.listdir(here)):
    if name.endswith((".py", ".npz")):
        continue
    with Image.open(os.path.join(here, name)) as image:
        expected[name] = preprocessed(image)
        if name.startswith("exif_"):
            expected[name + ".turned"] = preprocessed(ImageOps.exif_transpose(image))
np.savez(os.path.join(here, "expected.npz"), **expected)
