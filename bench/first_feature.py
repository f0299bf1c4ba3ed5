#!/usr/bin/env python3
"""Seconds from the start of a process to its first image feature and to its first text feature.

    cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
    cmake --build build/bench --target bench_first_feature
    bench/first_feature.py build/bench/bin/bench_first_feature PACKAGE

PACKAGE is a folder that `longclip convert` or `longclip fetch` made; figures that mean something
need one of full size. Each figure is the median of --runs processes, each of which loads the
package, verifies it, encodes one photo or one text and ends. Warm: the files are in the system's
page cache. Cold: the package's files are dropped from it before each run by
posix_fadvise(POSIX_FADV_DONTNEED); the libraries stay, since other processes may have them mapped.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

PHOTO = pathlib.Path(__file__).resolve().parent.parent / "examples" / "photos" / "coffee.jpg"
TEXT = (
    "A cup of black coffee stands on a dark saucer on a wooden table, seen from above at a slant, with a "
    "silver spoon beside the cup and small bubbles along the rim."
)


def drop_from_cache(package):
    os.sync()  # pages that are not written yet are not dropped
    for path in package.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def run(program, package, kind, what):
    """Seconds from the process's start to main(), to the loaded model, and to the feature."""
    start = time.clock_gettime(time.CLOCK_MONOTONIC)
    done = subprocess.run([program, package, kind, what], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} failed on {package}")
    return [float(moment) - start for moment in done.stdout.split()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="PATH/TO/bench_first_feature")
    parser.add_argument("package", type=pathlib.Path, help="a model package")
    parser.add_argument("--photo", default=PHOTO, help="the photo to encode; %(default)s if not given")
    parser.add_argument("--text", default=TEXT, help="the text to encode")
    parser.add_argument("--runs", type=int, default=5, help="processes for each figure; %(default)s if not given")
    arguments = parser.parse_args()

    size = sum(path.stat().st_size for path in arguments.package.iterdir())
    print(f"{arguments.package}: {size / 1e6:.0f} MB; median of {arguments.runs}, in seconds from the process's start")
    print(f"{'cache':6} {'first':6} {'main()':>8} {'loaded':>8} {'feature':>8} {'least':>8} {'most':>8}")
    for cache in ("warm", "cold"):
        for kind, what in (("image", arguments.photo), ("text", arguments.text)):
            runs = []
            if cache == "warm":
                run(arguments.program, arguments.package, kind, what)
            for _ in range(arguments.runs):
                if cache == "cold":
                    drop_from_cache(arguments.package)
                runs.append(run(arguments.program, arguments.package, kind, what))
            begun, loaded, encoded = (statistics.median(moments) for moments in zip(*runs))
            features = [moments[2] for moments in runs]
            print(
                f"{cache:6} {kind:6} {begun:8.3f} {loaded:8.3f} {encoded:8.3f} {min(features):8.3f} {max(features):8.3f}",
                flush=True,
            )


main()
