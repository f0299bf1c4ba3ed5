#!/usr/bin/env python3
"""Encoders side by side: this library, ONNX Runtime, OpenVINO and PyTorch, on the same weights, pixels and texts.

    scripts/setup
    bench/encoders.py

does it all, given the packages python3-venv and python3-dev: builds the library, installs the peers into a virtual
environment (bench/peers/requirements.txt), makes random weights of the two shapes of Long-CLIP, exports them for each
peer, measures, and prints tables in Markdown. Everything lies in the folder --work; what is there is not made again,
unless the code that makes it has changed. The weights are random since no time depends on them.

On each case the encoders of a precision have a process each, and take turns: one works while the others wait. Tried on
each case are the ways in which a peer can be set (static or dynamic shapes, streams, two exporters, ...), and the
fastest counts of those whose features agree with plain PyTorch's. A peer's clock starts with normalised pixels or token
ids in memory and ends with its features there; the library's starts with 8-bit pixels or texts.

--cases and --only take a part: words, of which the name of a case (image-1, image-8, image-32, text-1, text-8,
text-32, caption, mix-padded, mix-trimmed, memory, photos, first) or of an encoder ("OpenVINO bf16") must hold one.
What else --work holds of the same machine, versions and threads stays in the tables. B takes about an hour and 5 GB of
disk, L three hours and 12 GB.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import encoder_report
from encoder_process import Failed, Worker, least_cosine, read_npy
from encoder_results import Results, agrees, least_cosine_of
from encoder_setup import (PEERS, ROOT, build_library, check_made, give_up, hold, install_peers, machine,
                           measured_commit, say, versions)

EXAMPLES = ROOT / "examples" / "photos"

# Encoders by precision; each but ours is a peer, by its name here and that of its worker.
ENCODERS = {
    "fp32": {"LongCLIP": None, "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino", "torch eager": "torch-eager",
             "torch compiled": "torch-compiled"},
    "bf16": {"LongCLIP": None, "OpenVINO": "openvino", "torch eager": "torch-eager", "torch compiled": "torch-compiled"},
    "int8": {"LongCLIP": None, "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino"},
}
NAMES = [f"{name} {precision}" for precision, names in ENCODERS.items() for name in names]
EXPORTED = {("onnxruntime", "fp32"): "fp32", ("onnxruntime", "int8"): "int8", ("openvino", "fp32"): "fp32",
            ("openvino", "bf16"): "fp32", ("openvino", "int8"): "int8"}
CASES = {
    **{f"image-{n}": {"tower": "image", "count": n, "batch": n} for n in (1, 8, 32)},
    **{f"text-{n}": {"tower": "text", "texts": "long", "count": n, "batch": n, "fit": "padded"} for n in (1, 8, 32)},
    "caption": {"tower": "text", "texts": "short", "count": 1, "batch": 1, "fit": "trimmed"},
    "mix-padded": {"tower": "text", "texts": "mix", "count": 48, "batch": 8, "fit": "padded"},
    "mix-trimmed": {"tower": "text", "texts": "mix", "count": 48, "batch": [8, 16, 48], "fit": "trimmed"},
}
# Everything of which plain PyTorch's features are known, by the kind of input.
WHOLE = {"image": CASES["image-32"], "long": CASES["text-32"], "short": CASES["caption"], "mix": CASES["mix-padded"]}
PHOTOS = {"12 megapixels": (24, 4000, 3000), "half a megapixel": (96, 816, 612)}
BATCH = 8  # of the peers' photos, as of bench/peers/folder.py
GAP = 0.3  # seconds between turns, in which the threads of the last one come to rest
TURN = 700  # milliseconds that a turn may take, if it is more than one run


def rotated(names, round):
    """Another name first in each round."""
    first = round % max(1, len(names))
    return names[first:] + names[:first]


class Bench:
    """One run: where things lie, what is asked for, and what has been measured of a shape."""

    def __init__(self, arguments, shape, facts):
        self.shape, self.threads, self.rounds = shape, arguments.threads, arguments.rounds
        self.only, self.cases = arguments.only, arguments.cases
        self.work, self.build = arguments.work.resolve(), arguments.build.resolve()
        self.folder = self.work / shape
        self.python = self.work / "venv" / "bin" / "python"
        self.command = self.build / "bin" / "longclip"
        self.environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(self.work / "inductor")}
        self.environment.pop("PYTHONPATH", None)
        self.commit = measured_commit()
        self.results = Results(results_file(self.work, shape), NAMES, shape=shape, threads=self.threads,
                               rounds=self.rounds, **facts)
        if self.results.begun_anew:
            say(f"{shape}: the stored results are of another machine, or other versions, threads or inputs: begun anew")

    def about(self, *what):
        return ", ".join((self.shape, *what))

    def note(self, about, text):
        say(f"{about}: {text}")
        self.results.note(about, text)

    @contextlib.contextmanager
    def noting(self, about):
        """Earlier notes about it are void; a failure, or an answer that is none, becomes one, and the bench goes on."""
        self.results.forget(about)
        try:
            yield
        except (Failed, ValueError) as failure:
            self.note(about, f"not measured: {failure}")

    def wanted(self, case):
        return any(word in case for word in self.cases)

    def named(self, name):
        return any(word in name for word in self.only)

    def run(self, what, *command):
        """A program to its end; its output is a log, and is returned."""
        log = self.work / "logs" / f"{what.replace(' ', '-')}.log"
        with open(log, "w") as file:
            done = subprocess.run(list(map(str, command)), env=self.environment, stdout=subprocess.PIPE, stderr=file,
                                  text=True)
            file.write(done.stdout)
        if done.returncode:
            raise Failed(f"{what} failed; {log} has its words")
        return done.stdout

    # --- what is made once ---------------------------------------------------------------------

    def make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.work / "logs").mkdir(exist_ok=True)
        inputs = self.work / "inputs"
        if not (inputs / "ids.json").exists():
            part = self.work / "inputs.part"
            self.run("inputs", self.python, PEERS / "inputs.py", self.command, EXAMPLES, part)
            shutil.rmtree(inputs, ignore_errors=True)
            part.rename(inputs)
        ids = json.loads((inputs / "ids.json").read_text())
        self.results["tokens"] = {name: list(map(len, rows)) for name, rows in ids.items()}
        if not (self.folder / "weights.pt").exists():
            say(f"{self.shape}: weights")
            part = self.folder / "weights.part"
            self.run("weights", self.python, PEERS / "weights.py", self.shape, part)
            part.rename(self.folder / "weights.pt")
        self.results["weights"] = (self.folder / "weights.pt").stat().st_size
        if not (self.folder / "package").exists():
            self.run("package", self.command, "convert", self.folder / "weights.pt", self.folder / "package")
        reference = self.folder / "reference"
        if not all((reference / f"{kind}.npy").exists() for kind in WHOLE):
            say(f"{self.shape}: features by plain PyTorch")
            reference.mkdir(exist_ok=True)
            worker = self.start("torch-eager", "fp32")
            for kind, request in WHOLE.items():
                worker.ask("prepare", **request)
                worker.ask("features", to=str(reference / f"{kind}.npy"))
            worker.end()

    def export(self, peer, precision):
        exported = EXPORTED.get((peer, precision))
        if exported and not (self.folder / f"{peer}-{exported}").exists():
            say(f"{self.shape}: export for {peer}, {exported}")
            self.run(f"export {peer} {exported}", self.python, PEERS / "export.py", self.work, self.shape, peer, exported)

    def make_photos(self, count, width, height):
        folder = self.work / "photos" / f"{count}-{width}x{height}"
        if not folder.exists():
            part = folder.with_suffix(".part")
            self.run("make photos", self.python, PEERS / "photos.py", EXAMPLES, part, count, width, height)
            part.rename(folder)
        return folder

    # --- workers -------------------------------------------------------------------------------

    def start(self, peer, precision):
        """A worker: ours where there is no peer. Throws Failed, as all that a worker is asked here."""
        log = self.work / "logs" / f"{self.shape}-{peer or 'longclip'}-{precision}.log"
        if peer is None:
            command = [self.build / "bin" / "bench_encoder_worker", self.folder / "package", precision, self.threads,
                       self.work / "inputs"]
        else:
            self.export(peer, precision)
            library, _, kind = peer.partition("-")
            command = [self.python, PEERS / f"worker_{library}.py", self.work, self.shape, *([kind] if kind else []),
                       precision, self.threads]
        return Worker(command, self.environment, log)

    def start_all(self, precision, case):
        """Workers that are ready for a case and agree on it, each with the beginnings of its result, by encoder."""
        runs = {}
        for name, peer in ENCODERS[precision].items():
            encoder = f"{name} {precision}"
            if not self.named(encoder):
                continue
            say(f"{self.shape} {precision}: {name} prepares {case}")
            self.results["encoders"][encoder]["cases"].pop(case, None)
            with self.noting(self.about(encoder)):
                worker = self.start(peer, precision)
                with self.noting(self.about(encoder, case)):
                    setting = self.prepare(worker, encoder, case)
                    cosine = self.check(worker, encoder, case)
                    runs[encoder] = worker, {"count": CASES[case]["count"], "setting": setting, "cosine": cosine,
                                             "milliseconds": [], **({} if peer else {"commit": self.commit})}
        return runs

    def reference(self, case):
        return self.folder / "reference" / f"{CASES[case].get('texts', 'image')}.npy"

    def prepare(self, worker, encoder, case, **more):
        """Lets a worker prepare a case. The setting that it chose of those that agree with plain PyTorch."""
        answer = worker.ask("prepare", **CASES[case], reference=str(self.reference(case)),
                            least_cosine=least_cosine_of(encoder), **more)
        for setting, cosine in answer.get("left_out", {}).items():
            self.note(self.about(encoder, case), f"{setting} left out, whose least cosine to plain PyTorch is {cosine:.6f}")
        if not answer["ready"]:
            worker.fail("every setting DISAGREES")
        return answer.get("setting")

    def check(self, worker, encoder, case):
        """The least cosine of a worker's features, which agree, to plain PyTorch's."""
        features = self.work / "features.npy"
        worker.ask("features", to=str(features))
        cosine = least_cosine(read_npy(features), read_npy(self.reference(case))[: CASES[case]["count"]])
        if not agrees(encoder, cosine):
            worker.fail(f"DISAGREES: its least cosine to plain PyTorch is {cosine:.6f}")
        return cosine

    # --- measuring -----------------------------------------------------------------------------

    def measure_all(self):
        with self.noting(self.shape):
            self.make()
            for precision, encoders in ENCODERS.items():
                if any(self.named(f"{name} {precision}") for name in encoders):
                    self.measure_precision(precision)
            if self.wanted("first"):
                self.measure_first()
        self.results.save()

    def measure_precision(self, precision):
        cases = [case for case in CASES if self.wanted(case)]
        if cases:
            self.measure_peak(precision)
            for case in cases:
                self.measure(precision, case)
            self.measure_peak(precision)
        if self.wanted("memory"):
            for name, peer in ENCODERS[precision].items():
                if self.named(f"{name} {precision}"):
                    self.measure_memory(f"{name} {precision}", peer, precision)
        if self.wanted("photos") and self.named(f"LongCLIP {precision}"):
            self.measure_photos(precision)

    def measure_peak(self, precision):
        """Before and after all else: the better one counts."""
        say(f"{self.shape} {precision}: the machine's peak")
        with self.noting(self.about(f"peak in {precision}")):
            found = json.loads(self.run("peak", self.python, PEERS / "peak.py", precision, self.threads))
            self.results["peak"][precision] = max(found, self.results["peak"].get(precision, found),
                                                  key=lambda peak: peak["operations"])

    def measure(self, precision, case):
        """Turns, each round beginning with another worker."""
        runs = self.start_all(precision, case)
        say(f"{self.shape} {precision}: {case}")
        for round in range(self.rounds):
            for encoder in rotated(list(runs), round):
                try:
                    self.turn(*runs[encoder])
                except Failed as failure:
                    self.note(self.about(encoder, case), f"not measured: {failure}")
                    del runs[encoder]
        for encoder, (worker, measured) in runs.items():
            try:
                # Once more: some peers go wrong now and then.
                measured["cosine"] = min(measured["cosine"], self.check(worker, encoder, case))
                self.results["encoders"][encoder]["cases"][case] = measured
            except Failed as failure:
                self.note(self.about(encoder, case), f"not measured: {failure}")
            worker.end()
        self.results.save()

    def turn(self, worker, measured):
        time.sleep(GAP)
        if "repeat" not in measured:
            milliseconds = worker.ask("run", repeat=1)["milliseconds"][0]
            measured["repeat"] = max(1, min(8, int(TURN / milliseconds)))
        measured["milliseconds"] += worker.ask("run", repeat=measured["repeat"])["milliseconds"]

    def measure_memory(self, encoder, peer, precision):
        """Of a process that holds both towers and has encoded eight images and eight texts, and nothing else."""
        say(f"{self.shape}: memory of {encoder}")
        found = self.results["encoders"][encoder]
        found.pop("memory", None)
        with self.noting(self.about(encoder)):
            worker = self.start(peer, precision)
            with self.noting(self.about(encoder, "memory")):
                for case in ("image-8", "text-8"):
                    # With the setting that proved the fastest, so that nothing is tried.
                    setting = found["cases"].get(case, {}).get("setting")
                    self.prepare(worker, encoder, case, **({"settings": [setting]} if setting else {}))
                found["memory"] = worker.ask("memory")
                worker.end()
        self.results.save()

    def measure_photos(self, precision):
        """Folders of JPEG files to features, in whole processes: ours, and Python with the fastest peer."""
        peer, setting = self.fastest(precision)
        found = self.results.setdefault("photos", {}).setdefault(precision, {})
        for size in PHOTOS:
            about = self.about(f"photos of {size} in {precision}")
            say(about)
            found.pop(size, None)
            with self.noting(about):
                if not peer:
                    self.note(about, "beside no peer, since none has encoded image-8")
                found[size] = self.time_photos(precision, peer, setting, *PHOTOS[size])
                if peer and not agrees(f"{peer} {precision}", found[size]["cosine"]):
                    self.note(about, f"{peer} DISAGREES: the features' least cosine is {found[size]['cosine']:.6f}")
            self.results.save()

    def fastest(self, precision):
        """The peer with the least time of eight images, and its setting."""
        best, least = (None, None), float("inf")
        for name in list(ENCODERS[precision])[1:]:
            case = self.results["encoders"][f"{name} {precision}"]["cases"].get("image-8")
            if case and agrees(f"{name} {precision}", case["cosine"]) and statistics.median(case["milliseconds"]) < least:
                best, least = (name, case["setting"]), statistics.median(case["milliseconds"])
        return best

    def time_photos(self, precision, peer, setting, count, width, height):
        folders = {"few": self.make_photos(BATCH, width, height), "all": self.make_photos(count, width, height)}
        ours = [self.command, "embed", "image", "--model", self.folder / "package", "--precision", precision, "--threads",
                self.threads]
        programs = {"LongCLIP": lambda photos, out: [*ours, photos, "-o", out]}
        found = {"count": count, "few": BATCH}
        if peer:
            self.export(ENCODERS[precision][peer], precision)
            python = [self.python, PEERS / "folder.py", self.work, self.shape, ENCODERS[precision][peer], precision,
                      self.threads, setting]
            found["decoders"] = self.best_decoders(lambda decoders, out: [*python, decoders, folders["all"], out])
            programs[peer] = lambda photos, out: [*python, found["decoders"], photos, out]
        out = {name: self.work / f"photos-{name}.npy" for name in programs}
        found["seconds"] = {name: {"all": [], "few": []} for name in programs}
        for round in range(self.rounds):
            for name in rotated(list(programs), round):
                for which, photos in folders.items():
                    found["seconds"][name][which].append(self.seconds(programs[name](photos, out[name])))
        if peer:
            found["cosine"] = least_cosine(*map(read_npy, out.values()))
        return found

    def best_decoders(self, command):
        """How many threads a peer should decode with: each number is tried three times, in turns."""
        times = {decoders: [] for decoders in range(1, self.threads + 1)}
        for _ in range(3):
            for decoders, seconds in times.items():
                seconds.append(self.seconds(command(decoders, self.work / "features.npy")))
        return min(times, key=lambda decoders: statistics.median(times[decoders]))

    def seconds(self, command):
        begin = time.monotonic()
        self.run("photos", *command)
        return time.monotonic() - begin

    def measure_first(self):
        """Seconds from a process's start to the first feature, the package's files in the page cache."""
        say(f"{self.shape}: first feature")
        program = [self.build / "bin" / "bench_first_feature", self.folder / "package"]
        what = {"image": EXAMPLES / "coffee.jpg", "text": "A cup of black coffee stands on a dark saucer, seen from above."}
        found = {"image": [], "text": []}
        self.results.pop("first", None)
        with self.noting(self.about("first feature")):
            for kind in what:
                for _ in range(self.rounds + 1):
                    begin = time.clock_gettime(time.CLOCK_MONOTONIC)
                    there = float(self.run("first", *program, kind, what[kind], self.threads).split()[2])
                    found[kind].append(there - begin)
                del found[kind][0]
            self.results["first"] = found


def results_file(work, shape):
    return work / f"results-{shape}.json"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=("B", "L", "all"), default="all", help="%(default)s if not given")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)),
                        help="of each encoder; all processors if not given")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each encoder a case; %(default)s if not given")
    parser.add_argument("--cases", nargs="+", default=[""], metavar="WORD", help="only cases that hold one of these")
    parser.add_argument("--only", nargs="+", default=[""], metavar="WORD", help="only encoders that hold one of these")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "bench" / "peers",
                        help="where all that is made lies; build/bench/peers if not given")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bench",
                        help="a build folder with LONGCLIP_BUILD_BENCH; build/bench if not given")
    parser.add_argument("--report", action="store_true",
                        help="measure nothing: print the tables of what was measured last in --work")
    arguments = parser.parse_args()
    shapes = ("B", "L") if arguments.shape == "all" else (arguments.shape,)
    if not arguments.report:
        lock = hold(arguments.work)
        install_peers(arguments.work)
        build_library(arguments.build)
        facts = {"machine": machine(), "versions": versions(arguments.work), "made": check_made(arguments.work)}
        for shape in shapes:
            Bench(arguments, shape, facts).measure_all()
        lock.close()
    files = [file for shape in shapes if (file := results_file(arguments.work, shape)).exists()]
    if not files:
        give_up(f"nothing has been measured in {arguments.work}")
    results = [json.loads(file.read_text()) for file in files]
    print(encoder_report.markdown(results))
    # A shape of which nothing could be measured has a note of its own.
    sys.exit(any("DISAGREES" in note or note.startswith(f"{result['shape']}: ")
                 for result in results for note in result["notes"]))


if __name__ == "__main__":
    main()
