"""What bench/encoders.py has measured of a shape, what of it counts, and how it is kept from one run to the next."""

import json

# Of features to plain PyTorch's: with less, something else was computed. Peers' int8 may lose more than ours.
LEAST_COSINE = {"fp32": 0.99999, "bf16": 0.999, "int8": 0.9, "LongCLIP int8": 0.99}
SAME = ("machine", "versions", "threads", "made")


def least_cosine_of(encoder):
    return LEAST_COSINE.get(encoder, LEAST_COSINE[encoder.split()[-1]])


def agrees(encoder, cosine):
    return cosine >= least_cosine_of(encoder)  # which NaN is not


class Results(dict):
    """Adds to what an earlier run has stored, if that was of the same machine, versions and threads.

    encoders    by name: "cases", by theirs, and "memory"
    peak        the machine's, by precision
    notes       each "ABOUT: WHAT", so that what is measured anew can drop its old ones
    """

    def __init__(self, file, encoders, **facts):
        super().__init__(facts, encoders={}, peak={}, notes=[])
        self.file, self.begun_anew = file, False
        if file.exists():
            stored = {"made": facts["made"], **json.loads(file.read_text())}  # early files do not say what made their inputs
            self.begun_anew = any(stored[key] != facts[key] for key in SAME)
            if not self.begun_anew:
                self.update(stored, rounds=min(stored["rounds"], facts["rounds"]))
        self["encoders"] = {name: self["encoders"].get(name, {"cases": {}}) for name in encoders}

    def note(self, about, text):
        if f"{about}: {text}" not in self["notes"]:
            self["notes"].append(f"{about}: {text}")

    def forget(self, about):
        self["notes"] = [note for note in self["notes"] if not note.startswith(f"{about}: ")]

    def save(self):
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps(self, indent=1))
        part.rename(self.file)
