"""ONNX Runtime as a worker of bench/encoders.py.

    python worker_onnxruntime.py WORK SHAPE PRECISION THREADS    PRECISION: fp32, or int8 of dynamic quantization

PyTorch's two exporters give it two graphs of one tower; neither is the faster one everywhere, so both are tried.
"""

import pathlib
import sys

import onnxruntime

import protocol


class Encoder:
    def __init__(self, work, shape, precision, threads):
        self.folder = work / shape / f"onnxruntime-{precision}"
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.sessions = {}

    def settings(self, tower, batches):
        return sorted(path.suffixes[-2][1:] for path in self.folder.glob(f"{tower}.*.onnx"))

    def use(self, tower, batches, setting):
        self.sessions.pop(tower, None)
        path = self.folder / f"{tower}.{setting}.onnx"
        self.sessions[tower] = onnxruntime.InferenceSession(path, self.options, providers=["CPUExecutionProvider"])

    def encode(self, tower, batch):
        return self.sessions[tower].run(None, {"input": batch})[0]


def main():
    work, shape, precision, threads = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    protocol.serve(lambda: Encoder(work, shape, precision, int(threads)), work / "inputs")


if __name__ == "__main__":
    main()
