#!/usr/bin/env python3
"""Tokens per second beside instant-clip-tokenizer, the fastest peer, in one run on the same texts.

    cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DLONGCLIP_BUILD_BENCH=ON
    cmake --build build/bench --target bench_tokenizer
    pip install instant-clip-tokenizer
    taskset -c 0 bench/tokenizer.py build/bench/bin/bench_tokenizer

Both sides run in turns, on one core, and the best of five turns counts. The library cleans as the
reference does; the peer cleans nothing, so its ids agree on clean texts only, and its rate is
counted in its own tokens. The peer is called in two ways, text by text and with all texts joined
into one, which spares it Python's calls; the better counts. Without the peer the library's rates
alone are printed.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import instant_clip_tokenizer
except ImportError:
    instant_clip_tokenizer = None

TURNS = 5
SECONDS = 0.5
CASES = pathlib.Path(__file__).resolve().parent.parent / "tests" / "data" / "tokenizer" / "cases.jsonl"


def read_groups():
    groups = {}
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        groups.setdefault(case["group"], []).append(case["text"])
    return groups


def peer_rate(peer, texts):
    tokens, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        for text in texts:
            tokens += len(peer.encode(text))
    return tokens / (time.perf_counter() - start)


def measure(program, peer, texts):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(text) + "\n" for text in texts)
        file.flush()
        with subprocess.Popen([program, file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as ours:
            loading = float(ours.stdout.readline())
            joined = [" ".join(texts)]
            best_ours = best_peer = 0.0
            for _ in range(TURNS):
                ours.stdin.write("again\n")
                ours.stdin.flush()
                tokens, seconds = map(float, ours.stdout.readline().split())
                best_ours = max(best_ours, tokens / seconds)
                if peer:
                    best_peer = max(best_peer, peer_rate(peer, texts), peer_rate(peer, joined))
            ours.stdin.close()
    return loading, best_ours, best_peer


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: bench/tokenizer.py PATH/TO/bench_tokenizer")
    peer = instant_clip_tokenizer.Tokenizer() if instant_clip_tokenizer else None
    print(f"{'group':16} {'ours, M tokens/s':>17} {'peer':>7} {'ratio':>6}")
    loadings = []
    for name, texts in read_groups().items():
        loading, ours, theirs = measure(sys.argv[1], peer, texts)
        loadings.append(loading)
        beside = f"{theirs / 1e6:7.1f} {ours / theirs:6.2f}" if peer else ""
        print(f"{name:16} {ours / 1e6:17.1f} {beside}", flush=True)
    print(f"Tokenizer::clip() the first time: {min(loadings):.1f} to {max(loadings):.1f} ms")


main()
