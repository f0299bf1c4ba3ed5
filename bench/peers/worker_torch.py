"""PyTorch as a worker of bench/encoders.py: the plain modules of towers.py, run as they are or compiled.

    python worker_torch.py WORK SHAPE KIND PRECISION THREADS    KIND: eager or compiled; PRECISION: fp32 or bf16
"""

import pathlib
import sys

import torch

import protocol
import towers

TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


class Encoder:
    def __init__(self, work, shape, kind, precision):
        self.shape, self.weights = shape, work / shape / "weights.pt"
        self.type, self.compiled = TYPES[precision], kind == "compiled"
        self.towers, self.ready = {}, {}

    def settings(self, tower, batches):
        if not self.compiled:
            return ["eager"]
        # Dynamic shapes are not only for batches that differ: the compiler then takes another library's products.
        return ["dynamic"] if len({batch.shape for batch in batches}) > 1 else ["static", "dynamic"]

    def use(self, tower, batches, setting):
        if tower not in self.towers:
            self.towers[tower] = towers.load_tower(self.shape, tower, self.weights).to(self.type)
        self.ready[tower] = self.towers[tower]
        if self.compiled:
            torch._dynamo.reset()
            self.ready[tower] = torch.compile(self.towers[tower], dynamic=setting == "dynamic")

    def encode(self, tower, batch):
        with torch.inference_mode():
            values = torch.from_numpy(batch)
            if tower == "image":
                values = values.to(self.type)
            return self.ready[tower](values).float().numpy()


def set_up(kind, threads):
    torch.set_num_threads(threads)
    torch._inductor.config.freezing = kind == "compiled"


def main():
    work, shape, kind, precision, threads = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    set_up(kind, int(threads))
    protocol.serve(lambda: Encoder(work, shape, kind, precision), work / "inputs")


if __name__ == "__main__":
    main()
