"""What every worker of bench/encoders.py is asked, and the peers' half of the answers.

A worker holds one model, reads requests from standard input and answers each on standard output, both as JSON, one
a line. Its first line, {"ready": true}, says that it is up; {"failed": REASON} says that it cannot go on.

    {"do": "prepare", "tower": "image", "count": 32, "batch": 8}    -> {"ready": true, "setting": "static"}
    {"do": "prepare", "tower": "text", "texts": "mix", "count": 48, "batch": 8, "fit": "padded"}
    {"do": "run", "repeat": 3}           -> {"milliseconds": [...]}, one for each run over all that was prepared
    {"do": "features", "to": "a.npy"}    writes the features of what was prepared, in the order of the inputs
    {"do": "memory"}                     -> {"resident": bytes, "peak": bytes}

A peer gets its texts as batches of token ids: "padded" to the context, or "trimmed", that is, sorted by length and
each batch cut to its longest text. Pixels are normalised and ids are made before the clock starts. Where it can be
set in more than one way, it tries them all on what it prepares, and keeps the fastest; "settings" of the request
names those to try.
"""

import json
import os
import pathlib
import sys
import time

import numpy as np

CONTEXT = 248


def read_images(inputs, count, batch):
    images = np.load(inputs / "images.npy")[:count]
    return [np.ascontiguousarray(images[i : i + batch]) for i in range(0, count, batch)], range(count)


def read_ids(inputs, request):
    """Batches of ids, and for each of their rows the text that it is of."""
    rows = json.loads((inputs / "ids.json").read_text())[request["texts"]][: request["count"]]
    order = list(range(len(rows)))
    if request["fit"] == "trimmed":
        order.sort(key=lambda i: len(rows[i]))
    batches = []
    for first in range(0, len(order), request["batch"]):
        chosen = [rows[i] for i in order[first : first + request["batch"]]]
        length = max(map(len, chosen)) if request["fit"] == "trimmed" else CONTEXT
        batches.append(np.array([row + [0] * (length - len(row)) for row in chosen], dtype=np.int64))
    return batches, order


def memory():
    fields = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return {"resident": 1024 * int(fields["VmRSS"].split()[0]), "peak": 1024 * int(fields["VmHWM"].split()[0])}


class Worker:
    """Answers requests with an encoder, which has

    settings(tower, batches)      the ways to run these batches, by name
    use(tower, batches, setting)  makes one of them ready, in place of the tower's last one
    encode(tower, batch)          features of a batch, float32
    """

    def __init__(self, encoder, inputs):
        self.encoder, self.inputs = encoder, pathlib.Path(inputs)

    def prepare(self, request):
        self.tower = request["tower"]
        if self.tower == "image":
            self.batches, order = read_images(self.inputs, request["count"], request["batch"])
        else:
            self.batches, order = read_ids(self.inputs, request)
        self.order = np.argsort(order)
        settings = request.get("settings") or self.encoder.settings(self.tower, self.batches)
        setting = self.use_fastest(settings)
        self.features = self.encode()
        return {"ready": True, "setting": setting}

    def use_fastest(self, settings):
        times = {}
        for setting in settings:
            self.encoder.use(self.tower, self.batches, setting)
            self.encode()
            times[setting] = self.least_time() if len(settings) > 1 else 0
        best = min(times, key=times.get)
        if best != settings[-1]:
            self.encoder.use(self.tower, self.batches, best)
            self.encode()
        return best

    def least_time(self):
        """Of a second's runs, of three at most."""
        times = [self.time()]
        while len(times) < 3 and sum(times) < 1000:
            times.append(self.time())
        return min(times)

    def encode(self):
        return [self.encoder.encode(self.tower, batch) for batch in self.batches]

    def time(self):
        begin = time.perf_counter()
        self.encode()
        return 1e3 * (time.perf_counter() - begin)

    def answer(self, request):
        if request["do"] == "prepare":
            return self.prepare(request)
        if request["do"] == "run":
            return {"milliseconds": [self.time() for _ in range(request["repeat"])]}
        if request["do"] == "features":
            np.save(request["to"], np.concatenate(self.features)[self.order])
            return {"ready": True}
        if request["do"] == "memory":
            return memory()
        raise ValueError(f"nothing is known of a request to {request['do']}")


def serve(make_encoder, inputs):
    # What libraries print goes to standard error, so that answers stand alone.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        worker = Worker(make_encoder(), inputs)
        print(json.dumps({"ready": True}), file=answers)
        for line in sys.stdin:
            print(json.dumps(worker.answer(json.loads(line))), file=answers)
    except Exception as error:
        print(json.dumps({"failed": f"{type(error).__name__}: {error}".splitlines()[0]}), file=answers)
        raise
