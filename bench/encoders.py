#!/usr/bin/env python3
"""Encoders side by side: this library, ONNX Runtime, OpenVINO and PyTorch, on the same weights, pixels and texts.

    scripts/setup
    bench/encoders.py

does it all: builds the library, installs the peers into a virtual environment (bench/peers/requirements.txt), makes
random weights of the two shapes of Long-CLIP, exports them for each peer, checks that all features agree with plain
PyTorch's, measures, and prints tables in Markdown. Everything lies in the folder --work; what is there is not made
again. The weights are random since no time depends on them.

On each case the encoders of a precision have a process each, and take turns: one works while the others wait. Tried on
each case are the ways in which a peer can be set (static or dynamic shapes, streams, two exporters, ...), and the
fastest counts. A peer's clock starts with normalised pixels or token ids in memory and ends with its features there;
the library's starts with 8-bit pixels or texts.

--cases and --only take a part: words, of which the name of a case (image-1, image-8, image-32, text-1, text-8,
text-32, caption, mix-padded, mix-trimmed, memory, photos, first) or of an encoder ("OpenVINO bf16") must hold one.
B takes about an hour and 5 GB of disk, L three hours and 12 GB.
"""

import argparse
import fcntl
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import encoder_report
from encoder_process import Failed, Worker, least_cosine, read_npy

HERE = pathlib.Path(__file__).resolve().parent
PEERS, ROOT = HERE / "peers", HERE.parent
EXAMPLES = ROOT / "examples" / "photos"

# Encoders by precision; each but ours is a peer, by its name here and that of its worker.
ENCODERS = {
    "fp32": {"LongCLIP": None, "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino", "torch eager": "torch-eager",
             "torch compiled": "torch-compiled"},
    "bf16": {"LongCLIP": None, "OpenVINO": "openvino", "torch eager": "torch-eager", "torch compiled": "torch-compiled"},
    "int8": {"LongCLIP": None, "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino"},
}
EXPORTED = {("onnxruntime", "fp32"): "fp32", ("onnxruntime", "int8"): "int8", ("openvino", "fp32"): "fp32",
            ("openvino", "bf16"): "fp32", ("openvino", "int8"): "int8"}
CASES = {
    **{f"image-{n}": {"tower": "image", "count": n, "batch": n} for n in (1, 8, 32)},
    **{f"text-{n}": {"tower": "text", "texts": "long", "count": n, "batch": n, "fit": "padded"} for n in (1, 8, 32)},
    "caption": {"tower": "text", "texts": "short", "count": 1, "batch": 1, "fit": "trimmed"},
    "mix-padded": {"tower": "text", "texts": "mix", "count": 48, "batch": 8, "fit": "padded"},
    "mix-trimmed": {"tower": "text", "texts": "mix", "count": 48, "batch": 8, "fit": "trimmed"},
}
# Everything of which plain PyTorch's features are known, by the kind of input.
WHOLE = {"image": CASES["image-32"], "long": CASES["text-32"], "short": CASES["caption"], "mix": CASES["mix-padded"]}
PHOTOS = {"12 megapixels": (24, 4000, 3000), "half a megapixel": (96, 816, 612)}
BATCH = 8  # of the peers' photos, as of bench/peers/folder.py
LEAST_COSINE = {"fp32": 0.99999, "bf16": 0.999}
GAP = 0.3  # seconds between turns, in which the threads of the last one come to rest
TURN = 700  # milliseconds that a turn may take, if it is more than one run


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


class Bench:
    """One run: where things lie, what is asked for, and what has been measured of a shape."""

    def __init__(self, arguments, shape):
        self.shape, self.threads, self.rounds = shape, arguments.threads, arguments.rounds
        self.only, self.cases = arguments.only, arguments.cases
        self.work, self.build = arguments.work.resolve(), arguments.build.resolve()
        self.folder = self.work / shape
        self.python = self.work / "venv" / "bin" / "python"
        self.command = self.build / "bin" / "longclip"
        self.environment = {**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(self.work / "inductor")}
        self.environment.pop("PYTHONPATH", None)
        self.results = {"shape": shape, "threads": self.threads, "rounds": self.rounds, "machine": machine(),
                        "versions": versions(self.python), "encoders": {}, "peak": {}, "notes": []}

    def note(self, text):
        say(text)
        if text not in self.results["notes"]:
            self.results["notes"].append(text)

    def save(self):
        self.results_file().write_text(json.dumps(self.results, indent=1))

    def results_file(self):
        return self.work / f"results-{self.shape}.json"

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
        if not (self.work / "inputs" / "ids.json").exists():
            self.run("inputs", self.python, PEERS / "inputs.py", self.command, EXAMPLES, self.work / "inputs")
        ids = json.loads((self.work / "inputs" / "ids.json").read_text())
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

    # --- workers -------------------------------------------------------------------------------

    def start(self, peer, precision):
        """A worker: ours where there is no peer. Throws Failed."""
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
        """Workers that are ready for a case and agree on it, by name; what is wrong with others becomes a note."""
        workers = {}
        for name, peer in ENCODERS[precision].items():
            if not self.named(f"{name} {precision}"):
                continue
            say(f"{self.shape} {precision}: {name} prepares {case}")
            try:
                workers[name] = self.start(peer, precision)
            except Failed as failure:
                self.note(f"{self.shape}, {name} {precision}: not measured: {failure}")
                continue
            try:
                self.prepare(workers[name], f"{name} {precision}", case)
            except Failed as failure:
                self.note(f"{self.shape}, {name} {precision}: not measured on {case}: {failure}")
                del workers[name]
        return workers

    def prepare(self, worker, encoder, case):
        """Lets a worker prepare a case, and compares its features with plain PyTorch's."""
        ready = worker.ask("prepare", **CASES[case])
        features = self.work / "features.npy"
        worker.ask("features", to=str(features))
        reference = self.folder / "reference" / f"{CASES[case].get('texts', 'image')}.npy"
        cosine = least_cosine(read_npy(features), read_npy(reference))
        if not cosine >= LEAST_COSINE.get(encoder.split()[-1], -1):  # which NaN is not
            self.note(f"{self.shape}, {encoder}: DISAGREES on {case}: cosine {cosine:.6f}")
        cases = self.results["encoders"].setdefault(encoder, {"cases": {}})["cases"]
        cases[case] = {"count": CASES[case]["count"], "setting": ready.get("setting"), "cosine": cosine, "milliseconds": []}

    # --- measuring -----------------------------------------------------------------------------

    def measure_precision(self, precision):
        cases = [case for case in CASES if self.wanted(case)]
        if cases:
            self.measure_peak(precision)
            for case in cases:
                self.measure(precision, case)
            self.measure_peak(precision)
        if self.wanted("memory"):
            for name in ENCODERS[precision]:
                if f"{name} {precision}" in self.results["encoders"]:
                    self.measure_memory(name, precision)
        self.save()

    def measure_peak(self, precision):
        """Before and after all else: the better one counts."""
        say(f"{self.shape} {precision}: the machine's peak")
        try:
            found = json.loads(self.run("peak", self.python, PEERS / "peak.py", precision, self.threads))
        except Failed as failure:
            return self.note(f"{precision}: the machine's peak is not known: {failure}")
        self.results["peak"][precision] = max(found, self.results["peak"].get(precision, found),
                                              key=lambda peak: peak["operations"])

    def measure(self, precision, case):
        """Turns, each round beginning with another worker."""
        workers = self.start_all(precision, case)
        say(f"{self.shape} {precision}: {case}")
        for round in range(self.rounds):
            names = list(workers)
            first = round % max(1, len(names))
            for name in names[first:] + names[:first]:
                try:
                    self.turn(workers[name], self.results["encoders"][f"{name} {precision}"]["cases"][case])
                except Failed as failure:
                    self.note(f"{self.shape}, {name} {precision}: failed on {case}: {failure}")
                    del workers[name]
        for worker in workers.values():
            worker.end()
        self.save()

    def turn(self, worker, measured):
        time.sleep(GAP)
        if "repeat" not in measured:
            milliseconds = worker.ask("run", repeat=1)["milliseconds"][0]
            measured["repeat"] = max(1, min(8, int(TURN / milliseconds)))
        measured["milliseconds"] += worker.ask("run", repeat=measured["repeat"])["milliseconds"]

    def measure_memory(self, name, precision):
        """Of a process that holds both towers and has encoded eight images and eight texts, and nothing else."""
        encoder = self.results["encoders"][f"{name} {precision}"]
        say(f"{self.shape} {precision}: memory of {name}")
        try:
            worker = self.start(ENCODERS[precision][name], precision)
            for case in ("image-8", "text-8"):
                # With the setting that proved the fastest, so that nothing is tried.
                setting = encoder["cases"].get(case, {}).get("setting")
                worker.ask("prepare", **CASES[case], **({"settings": [setting]} if setting else {}))
            encoder["memory"] = worker.ask("memory")
            worker.end()
        except Failed as failure:
            self.note(f"{self.shape}, {name} {precision}: memory not measured: {failure}")

    def measure_photos(self, precision):
        """Folders of JPEG files to features, in whole processes: ours, and Python with the fastest peer."""
        ours = [self.command, "embed", "image", "--model", self.folder / "package", "--precision", precision, "--threads",
                self.threads]
        programs = {"LongCLIP": lambda folder, out: [*ours, folder, "-o", out]}
        best, setting = self.fastest(precision)
        if best:
            self.export(ENCODERS[precision][best], precision)
            peer = [self.python, PEERS / "folder.py", self.work, self.shape, ENCODERS[precision][best], precision,
                    self.threads, setting]
            programs[best] = lambda folder, out: [*peer, folder, out]
        found = self.results.setdefault("photos", {}).setdefault(precision, {})
        for size, (count, width, height) in PHOTOS.items():
            folder = self.make_photos(count, width, height)
            few = self.make_photos(BATCH, width, height)
            times = {name: {"all": [], "few": []} for name in programs}
            say(f"{self.shape} {precision}: photos of {size}")
            try:
                for _ in range(self.rounds):
                    for name, command in programs.items():
                        for which, photos in (("few", few), ("all", folder)):
                            begin = time.monotonic()
                            self.run("photos", *command(photos, self.work / f"photos-{name}.npy"))
                            times[name][which].append(time.monotonic() - begin)
            except Failed as failure:
                self.note(f"{self.shape}, photos in {precision}: {failure}")
                continue
            found[size] = {"count": count, "few": BATCH, "seconds": times}
            if best:
                found[size]["cosine"] = least_cosine(*(read_npy(self.work / f"photos-{name}.npy") for name in programs))
        self.save()

    def fastest(self, precision):
        """The peer with the least time of eight images, and its setting."""
        best, least = None, float("inf")
        for name in list(ENCODERS[precision])[1:]:
            case = self.results["encoders"].get(f"{name} {precision}", {}).get("cases", {}).get("image-8")
            if case and case["milliseconds"] and statistics.median(case["milliseconds"]) < least:
                best, least = (name, case["setting"]), statistics.median(case["milliseconds"])
        return best or (None, None)

    def make_photos(self, count, width, height):
        folder = self.work / "photos" / f"{count}-{width}x{height}"
        if not folder.exists():
            part = folder.with_suffix(".part")
            self.run("make photos", self.python, PEERS / "photos.py", EXAMPLES, part, count, width, height)
            part.rename(folder)
        return folder

    def measure_first(self):
        """Seconds from a process's start to the first feature, the package's files in the page cache."""
        say(f"{self.shape}: first feature")
        program = [self.build / "bin" / "bench_first_feature", self.folder / "package"]
        found = self.results["first"] = {"image": [], "text": []}
        what = {"image": EXAMPLES / "coffee.jpg", "text": "A cup of black coffee stands on a dark saucer, seen from above."}
        for kind in what:
            for _ in range(self.rounds + 1):
                begin = time.clock_gettime(time.CLOCK_MONOTONIC)
                there = float(self.run("first", *program, kind, what[kind]).split()[2])
                found[kind].append(there - begin)
            del found[kind][0]
        self.save()

    def measure_all(self):
        for precision, encoders in ENCODERS.items():
            if not any(self.named(f"{name} {precision}") for name in encoders):
                continue
            self.measure_precision(precision)
            if self.wanted("photos") and self.named(f"LongCLIP {precision}"):
                self.measure_photos(precision)
        if self.wanted("first"):
            self.measure_first()


def machine():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    flags = re.search(r"^flags\s*: (.*)$", text, re.M)[1].split()
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 2**20
    return {"processor": re.search(r"^model name\s*: (.*)$", text, re.M)[1].strip(),
            "family": re.search(r"^cpu family\s*: (.*)$", text, re.M)[1],
            "model": re.search(r"^model\s*: (.*)$", text, re.M)[1],
            "processors": len(os.sched_getaffinity(0)),
            "can": [flag for flag in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile") if flag in flags],
            "memory": round(memory)}


def versions(python):
    names = [line.split("==")[0] for line in (PEERS / "requirements.txt").read_text().splitlines() if "==" in line]
    code = "import importlib.metadata, sys; print(*map(importlib.metadata.version, sys.argv[1:]))"
    printed = subprocess.run([python, "-c", code, *names], stdout=subprocess.PIPE, text=True, check=True).stdout
    return dict(zip(names, printed.split()))


def install_peers(work):
    """A virtual environment with the peers, made anew when the list of them is another."""
    wanted, stamp = (PEERS / "requirements.txt").read_text(), work / "venv" / "complete"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing the peers in {work / 'venv'}")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", work / "venv"]).returncode:
        sys.exit("bench/encoders.py: no virtual environment could be made; on Debian and Ubuntu, install python3-venv")
    pip = [work / "venv" / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--requirement", PEERS / "requirements.txt"], check=True)
    stamp.write_text(wanted)


def hold(work):
    """Keeps other runs out of --work, where they would write over this one's files, for as long as the file is open."""
    work.mkdir(parents=True, exist_ok=True)
    lock = open(work / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"bench/encoders.py: another run works in {work}; wait for it, or give another --work")
    return lock


def build_library(build):
    if not (build / "CMakeCache.txt").exists():
        subprocess.run(["cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                        "-DLONGCLIP_BUILD_BENCH=ON", "-DLONGCLIP_BUILD_TESTS=OFF"], check=True, stdout=sys.stderr)
    say(f"Building {build}")
    subprocess.run(["cmake", "--build", build, "--target", "longclip-command", "bench_encoder_worker",
                    "bench_first_feature"], check=True, stdout=sys.stderr)


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
    files = [arguments.work / f"results-{shape}.json" for shape in shapes]
    if not arguments.report:
        lock = hold(arguments.work)
        install_peers(arguments.work)
        build_library(arguments.build)
        for shape in shapes:
            try:
                bench = Bench(arguments, shape)
                bench.make()
                bench.measure_all()
            except Failed as failure:
                sys.exit(f"bench/encoders.py: {failure}")
        lock.close()
    results = [json.loads(file.read_text()) for file in files if file.exists()]
    print(encoder_report.markdown(results))
    sys.exit(any("DISAGREES" in note for result in results for note in result["notes"]))


if __name__ == "__main__":
    main()
