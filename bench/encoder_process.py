"""The coordinator's end of a worker process of bench/encoders.py, and of the feature files that it writes."""

import array
import json
import math
import operator
import os
import subprocess


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
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"ended by itself with status {self.process.wait()}; {self.log} has its words")
        answer = json.loads(line)
        if "failed" in answer:
            self.end()
            raise Failed(answer["failed"])
        return answer

    def ask(self, what, **more):
        try:
            self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # its last line, or its status, says why
        return self.answer()

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        self.process.wait()

    def processor_seconds(self):
        """What it has used of the processors so far."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_npy(path):
    """The rows of a float32 matrix."""
    with open(path, "rb") as file:
        if file.read(8) != b"\x93NUMPY\x01\x00":
            raise ValueError(f"{path} is no NumPy file of format 1.0")
        header = file.read(int.from_bytes(file.read(2), "little")).decode()
        if "'<f4'" not in header or "'fortran_order': False" not in header:
            raise ValueError(f"{path} holds something else than rows of float32: {header}")
        columns = int(header.split("(")[1].split(")")[0].split(",")[1])
        values = array.array("f", file.read())
    return [values[i : i + columns] for i in range(0, len(values), columns)]


def least_cosine(rows, others):
    """Of each row with the row of the same place; `others` may have more."""
    def product(a, b):
        return sum(map(operator.mul, a, b))

    return min(product(a, b) / math.sqrt(product(a, a) * product(b, b)) for a, b in zip(rows, others))
