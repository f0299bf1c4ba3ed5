"""The machine's matrix-product peak: the best that oneDNN reaches on one large product, its right side packed before.

    python peak.py PRECISION THREADS    PRECISION: fp32, bf16, or int8 (u8 by s8)

Prints operations a second, an addition and a multiplication each counted, and the product that reached them.
"""

import json
import sys
import time

import torch

SIZES = [(rows, depth, columns) for rows in (512, 2048) for depth in (1024, 4096) for columns in (1024, 4096)]


def product_of_floats(type, rows, depth, columns):
    weights = torch.randn(columns, depth).to(type)
    packed = torch.ops.mkldnn._reorder_linear_weight(weights, rows)
    values = torch.randn(rows, depth).to(type)
    return lambda: torch.ops.mkldnn._linear_pointwise(values, packed, None, "none", [], "")


def product_of_bytes(rows, depth, columns):
    weights = torch.randint(-127, 128, (columns, depth), dtype=torch.int8)
    packed = torch.ops.onednn.qlinear_prepack(weights, [rows, depth])
    values = torch.randint(0, 256, (rows, depth), dtype=torch.uint8)
    scales, zeros = torch.full((columns,), 0.01), torch.zeros(columns, dtype=torch.int64)
    return lambda: torch.ops.onednn.qlinear_pointwise(
        values, 0.01, 128, packed, scales, zeros, None, 1.0, 0, torch.bfloat16, "none", [], "")


def product(precision, *size):
    if precision == "int8":
        return product_of_bytes(*size)
    return product_of_floats({"fp32": torch.float32, "bf16": torch.bfloat16}[precision], *size)


def rate(run, size, seconds=0.4):
    """Of the fastest of the runs that fit into so many seconds."""
    run()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - begin)
    rows, depth, columns = size
    return 2 * rows * depth * columns / best


def main():
    precision, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    with torch.inference_mode():
        best, size = max((rate(product(precision, *size), size), size) for size in SIZES)
    print(json.dumps({"operations": best, "size": size}))


if __name__ == "__main__":
    main()
