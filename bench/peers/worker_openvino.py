"""OpenVINO as a worker of bench/encoders.py.

    python worker_openvino.py WORK SHAPE PRECISION THREADS    PRECISION: fp32, bf16, or int8 of NNCF

Tried are: a shape for each batch (static), one model for all shapes (dynamic), and for batches a stream for each
thread, which share a batch's rows (streams, and dynamic-streams where batches differ). What int8 leaves over is
computed in bf16 or in fp32.
"""

import pathlib
import sys

import numpy as np
import openvino

import protocol

TYPES = {"fp32": ["f32"], "bf16": ["bf16"], "int8": ["bf16", "f32"]}


class Encoder:
    def __init__(self, work, shape, precision, threads):
        self.folder = work / shape / ("openvino-int8" if precision == "int8" else "openvino-fp32")
        self.types, self.threads = TYPES[precision], threads
        self.core = openvino.Core()
        self.ready = {}

    def settings(self, tower, batches):
        can_share = self.threads > 1 and all(len(batch) % self.threads == 0 for batch in batches)
        if len({batch.shape for batch in batches}) == 1:
            forms = ["dynamic", "static", *(["streams"] if can_share else [])]
        else:
            forms = ["dynamic", *(["dynamic-streams"] if can_share else [])]
        return [f"{form} {type}" for form in forms for type in self.types]

    def use(self, tower, batches, setting):
        self.ready.pop(tower, None)
        form, type = setting.split()
        streams = self.threads if form.endswith("streams") else 1
        model = self.core.read_model(self.folder / f"{tower}.xml")
        if not form.startswith("dynamic"):
            rows, *rest = batches[0].shape
            model.reshape([rows // streams, *rest])
        properties = {
            "PERFORMANCE_HINT": "THROUGHPUT" if streams > 1 else "LATENCY",
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": self.threads,
            "INFERENCE_PRECISION_HINT": type,
        }
        compiled = self.core.compile_model(model, "CPU", properties)
        self.ready[tower] = [compiled.create_infer_request() for _ in range(streams)]

    def encode(self, tower, batch):
        requests = self.ready[tower]
        if len(requests) == 1:
            return requests[0].infer([batch])[0].copy()
        for request, part in zip(requests, np.split(batch, len(requests))):
            request.start_async([part])
        for request in requests:
            request.wait()
        return np.concatenate([request.get_output_tensor().data for request in requests])


def main():
    work, shape, precision, threads = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    protocol.serve(lambda: Encoder(work, shape, precision, int(threads)), work / "inputs")


if __name__ == "__main__":
    main()
