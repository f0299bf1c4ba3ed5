"""What every worker of bench/encoders.py is asked, and the peers' half of the answers.

A worker holds one model, reads requests from standard input and answers each on standard output, both as JSON, one
a line. Its first line, {"ready": true}, says that it is up; {"failed": REASON} says that it cannot go on.

    {"do": "prepare", "tower": "image", "count": 32, "batch": 8}    -> {"ready": true, "setting": "static"}
    {"do": "prepare", "tower": "text", "texts": "mix", "count": 48, "batch": [8, 16], "fit": "trimmed"}
    {"do": "run", "repeat": 3}           -> {"milliseconds": [...]}, one for each run over all that was prepared
    {"do": "features", "to": "a.npy"}    writes the features of what was prepared, in the order of the inputs
    {"do": "memory"}                     -> {"resident": bytes, "peak": bytes}

A peer gets its texts as batches of token ids: "padded" to the context, or "trimmed", that is, sorted by length and
each batch cut to its longest text. Pixels are normalised and ids are made before the clock starts. Where it can be
set in more than one way, it tries them all on what it prepares, with each size of batch if "batch" lists some, and
keeps the fastest; "settings" of the request names those to try. The request may name a file of the features to expect,
"reference", and the least cosine to them, "least_cosine": a setting below it does not count, and the answer has it,
{"left_out": {SETTING: COSINE}}. Where none is left, "ready" is false.
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


def read_batches(inputs, request):
    if request["tower"] == "image":
        return read_images(inputs, request["count"], request["batch"])
    return read_ids(inputs, request)


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
        ways, times, left_out = self.ways(request), {}, {}
        for name, way in ways.items():
            self.use(way)
            milliseconds, cosine = self.try_out(request, runs=3 if len(ways) > 1 else 0)
            if cosine >= request.get("least_cosine", -1):
                times[name] = milliseconds
            else:
                left_out[name] = cosine
        best = min(times, key=times.get, default=None)
        if best not in (None, name):
            self.use(ways[best])
        return {"ready": bool(times), "setting": best, "left_out": left_out}

    def ways(self, request):
        """All that can be tried, by name: the encoder's setting, batches, and the places of their rows."""
        sizes = request["batch"] if isinstance(request["batch"], list) else [request["batch"]]
        ways = {}
        for size in sizes:
            batches, order = read_batches(self.inputs, {**request, "batch": size})
            for setting in request.get("settings") or self.encoder.settings(self.tower, batches):
                name = setting if len(sizes) == 1 else f"{setting}, batches of {size}"
                ways[name] = setting, batches, np.argsort(order)
        return ways

    def use(self, way):
        setting, self.batches, self.order = way
        self.encoder.use(self.tower, self.batches, setting)
        self.time()

    def try_out(self, request, runs):
        """The least time of a second's runs, of so many at most, and the least cosine: some go wrong now and then."""
        times, cosine = [], self.cosine(request)
        while len(times) < runs and sum(times) < 1000:
            times.append(self.time())
            cosine = min(cosine, self.cosine(request))
        return min(times, default=0), cosine

    def cosine(self, request):
        """The least of the last features to those expected, -1 where there is none, 1 where nothing is expected."""
        if "reference" not in request:
            return 1
        expected, found = np.load(request["reference"])[: request["count"]].astype(np.float64), self.rows()
        if expected.shape != found.shape:
            raise ValueError(f"features are {found.shape}, and {expected.shape} are expected")
        lengths = np.linalg.norm(expected, axis=1) * np.linalg.norm(found.astype(np.float64), axis=1)
        return float(np.nan_to_num((expected * found).sum(axis=1) / lengths, nan=-1).min())

    def rows(self):
        """The last features, in the order of the inputs."""
        return np.concatenate(self.features)[self.order]

    def time(self):
        begin = time.perf_counter()
        features = [self.encoder.encode(self.tower, batch) for batch in self.batches]
        milliseconds = 1e3 * (time.perf_counter() - begin)
        self.features = features
        return milliseconds

    def answer(self, request):
        if request["do"] == "prepare":
            return self.prepare(request)
        if request["do"] == "run":
            return {"milliseconds": [self.time() for _ in range(request["repeat"])]}
        if request["do"] == "features":
            part = pathlib.Path(request["to"] + ".part")
            with open(part, "wb") as file:
                np.save(file, self.rows())
            part.rename(request["to"])
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
