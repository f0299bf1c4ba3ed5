"""The coordinator's end of a worker process of bench/encoders.py, and of the feature files that it writes."""

import array
import json
import math
import operator
import subprocess
import threading
import time

PATIENCE = 30  # minutes that an answer may take: compilers and quantizers are slow


class Failed(Exception):
    """What a worker could not do, in one line."""


class Worker:
    """A process that answers requests; bench/peers/protocol.py says which. What it prints else goes to a log."""

    def __init__(self, command, environment, log):
        self.log = log
        with open(log, "w") as stderr:
            self.process = subprocess.Popen(list(map(str, command)), env=environment, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=stderr, text=True)
        self.answer()

    def answer(self):
        begin = time.monotonic()
        alarm = threading.Timer(60 * PATIENCE, self.process.kill)
        alarm.daemon = True  # who interrupts the bench does not wait for it
        alarm.start()
        line = self.process.stdout.readline()
        alarm.cancel()
        if time.monotonic() - begin >= 60 * PATIENCE:
            self.fail(f"did not answer for {PATIENCE} minutes")
        if not line:
            self.end()
            self.fail(f"ended by itself with status {self.process.returncode}; {self.log} has its words")
        try:
            answer = json.loads(line)
        except ValueError:
            self.fail(f"answered with a broken line; {self.log} has its words")
        if "failed" in answer:
            self.fail(answer["failed"])
        return answer

    def ask(self, what, **more):
        try:
            self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # its last line, or its status, says why
        return self.answer()

    def fail(self, reason):
        self.end()
        raise Failed(reason)

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def read_npy(path):
    """The rows of a float32 matrix."""
    with open(path, "rb") as file:
        if file.read(8) != b"\x93NUMPY\x01\x00":
            raise Failed(f"{path} is no NumPy file of format 1.0")
        header = file.read(int.from_bytes(file.read(2), "little")).decode()
        if "'<f4'" not in header or "'fortran_order': False" not in header:
            raise Failed(f"{path} holds something else than rows of float32: {header}")
        columns = int(header.split("(")[1].split(")")[0].split(",")[1])
        values = array.array("f", file.read())
    return [values[i : i + columns] for i in range(0, len(values), columns)]


def least_cosine(rows, others):
    """Of each row with the other of the same place; NaN if any is."""
    if len(rows) != len(others):
        raise Failed(f"there are {len(rows)} rows of features, not {len(others)}")

    def product(a, b):
        return sum(map(operator.mul, a, b))

    cosines = [product(a, b) / (math.sqrt(product(a, a) * product(b, b)) or math.nan) for a, b in zip(rows, others)]
    return math.nan if any(map(math.isnan, cosines)) else min(cosines)
