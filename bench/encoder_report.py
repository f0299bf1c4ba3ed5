"""The tables of bench/encoders.py, in Markdown, from what it measured."""

import statistics

from encoder_results import agrees
from peers.shapes import SHAPES, operations

CASES = {
    "image-1": "image, one at a time", "image-8": "image, batch of 8", "image-32": "image, batch of 32",
    "text-1": "text of 248 tokens, one at a time", "text-8": "text of 248, batch of 8", "text-32": "text of 248, batch of 32",
    "caption": "caption of 16 tokens, one at a time",
    "mix-padded": "mix of captions, peers padded to 248", "mix-trimmed": "mix of captions, peers sorted and trimmed",
}
# What the library is held to: a peer's time over its own, at least.
REACH = {
    "image-1": {"ONNX Runtime fp32": 1.20, "OpenVINO fp32": 1.15, "OpenVINO bf16": 1.20, "torch compiled bf16": 1.15, "int8": 1.00},
    "image-8": {"ONNX Runtime fp32": 1.15, "OpenVINO fp32": 1.12, "OpenVINO bf16": 1.05, "torch compiled bf16": 1.15, "int8": 1.00},
    "text-1": {"ONNX Runtime fp32": 1.25, "OpenVINO fp32": 1.15, "OpenVINO bf16": 1.10, "torch compiled bf16": 1.20, "int8": 1.00},
    "text-8": {"ONNX Runtime fp32": 1.25, "OpenVINO fp32": 1.20, "OpenVINO bf16": 1.10, "torch compiled bf16": 1.20, "int8": 1.00},
}
MIX_REACH = {"mix-padded": 4.0, "mix-trimmed": 1.3}
PHOTO_REACH = {"12 megapixels": 1.5, "half a megapixel": 1.15}
FIRST_REACH = 1.0  # seconds, B in fp32
INTRODUCTION = """Two towers with random weights, the same for all; each encoder in a process of its own with {threads} threads, in turns,
{rounds} or more of them a case, at the fastest of its settings. {processor} (family {family}, model {model}; {can}), {processors}
processors, {memory} GB. LongCLIP {commits}, {versions}."""


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def span(values, digits):
    """Median, and between which values the middle half lies."""
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    first, median, third = statistics.quantiles(values, n=4, method="inclusive")
    return f"{median:.{digits}f} ({first:.{digits}f} to {third:.{digits}f})"


def against(ratio, bar):
    if bar is None:
        return f"{ratio:.2f}"
    if ratio >= bar:
        return f"{ratio:.2f} (bar {bar:.2f})"
    digits = 2 if round(ratio, 2) < bar else 3
    return f"**{ratio:.{digits}f}** (bar {bar:.2f}, missed)"


class Shape:
    """What was measured of a shape, asked for by encoder ("OpenVINO bf16") and case."""

    def __init__(self, results):
        self.results, self.name = results, results["shape"]
        self.encoders = {name: found for name, found in results["encoders"].items() if found["cases"] or "memory" in found}

    def times(self, encoder, case):
        """Milliseconds an item, or nothing; nothing where something else was computed, too."""
        measured = self.encoders.get(encoder, {}).get("cases", {}).get(case)
        if not measured or not agrees(encoder, measured["cosine"]):
            return []
        return [value / measured["count"] for value in measured["milliseconds"]]

    def median(self, encoder, case):
        times = self.times(encoder, case)
        return statistics.median(times) if times else None

    def ratio(self, peer, case):
        """A peer's time over the library's at the same precision."""
        ours, theirs = self.median(f"LongCLIP {peer.split()[-1]}", case), self.median(peer, case)
        return theirs / ours if ours and theirs else None

    def share(self, encoder, case):
        """Of the peak, by the arithmetic that cannot be done without."""
        peak, milliseconds = self.results["peak"].get(encoder.split()[-1]), self.median(encoder, case)
        if not peak or not milliseconds:
            return None
        if case.startswith("image"):
            needed = operations(self.name, "image", 0)
        else:
            lengths = self.results["tokens"][{"text": "long", "caption": "short", "mix": "mix"}[case.split("-")[0]]]
            needed = statistics.mean(operations(self.name, "text", length) for length in lengths)
        return needed / (milliseconds / 1e3 * peak["operations"])

    def bar(self, bars, key):
        """The bars are B's."""
        return bars.get(key) if self.name == "B" else None

    def of(self, precision):
        """The encoders of a precision, ours first."""
        return [name for name in self.encoders if name.endswith(precision)]


def reach(shape):
    peers = ["ONNX Runtime fp32", "OpenVINO fp32", "OpenVINO bf16", "torch compiled bf16"]
    rows = []
    for case, bars in REACH.items():
        ratios = {peer: shape.ratio(peer, case) for peer in peers}
        int8 = [shape.ratio(f"{peer} int8", case) for peer in ("ONNX Runtime", "OpenVINO")]
        ratios["int8"] = min(int8) if all(int8) else None
        rows.append([CASES[case], *(against(ratio, shape.bar(bars, peer)) if ratio else "" for peer, ratio in ratios.items())])
    return "How many times as fast as each peer LongCLIP is, at the same precision:\n\n" + table(
        ["", *peers, "faster of ONNX Runtime's and OpenVINO's int8"], rows)


def mix(shape):
    rows = []
    for peer in shape.encoders:
        ratios = {case: shape.ratio(peer, case) for case in MIX_REACH}
        if not peer.startswith("LongCLIP") and any(ratios.values()):
            rows.append([peer, *(against(ratio, shape.bar(MIX_REACH, case)) if ratio else ""
                                 for case, ratio in ratios.items())])
    if not rows:
        return ""
    lengths = shape.results["tokens"]["mix"]
    return (f"The same on a mix of {len(lengths)} captions: search queries, captions as COCO's, captions as Long-CLIP's, a "
            f"third each; {min(lengths)} to {max(lengths)} tokens, {statistics.mean(lengths):.0f} on average:\n\n"
            + table(["", "peer's texts padded to 248", "peer's texts sorted and trimmed"], rows))


def times(shape, precision):
    encoders = shape.of(precision)
    names = [encoder.removesuffix(" " + precision) for encoder in encoders]
    milliseconds, ratios = [], []
    for case, title in CASES.items():
        if not any(shape.times(encoder, case) for encoder in encoders):
            continue
        milliseconds.append([title])
        ratios.append([title])
        for encoder in encoders:
            values = shape.times(encoder, case)
            digits = 1 if values and statistics.median(values) > 20 else 2
            milliseconds[-1].append(span(values, digits) if values else "")
            share, ratio = shape.share(encoder, case), shape.ratio(encoder, case)
            share = f"{share:.0%}" if share else ""
            ratios[-1].append(share if encoder.startswith("LongCLIP") or not ratio else f"{ratio:.2f} ({share})")
    peak = shape.results["peak"].get(precision)
    peak = "" if not peak else (f" The peak is {peak['operations'] / 1e9:.0f} GOP/s: a product of oneDNN's, "
                                "{} x {} by {} x {}.".format(*peak["size"][:2], *peak["size"][1:]))
    return (f"#### {precision}\n\nMilliseconds an item, median and the middle half:\n\n" + table(["", *names], milliseconds)
            + "\nThe library's share of the machine's matrix-product peak; the peers' times over the library's (and shares)."
            + peak + "\n\n" + table(["", *names], ratios))


def agreement(shape):
    rows = []
    for encoder, measured in shape.encoders.items():
        cosines = {"image": [], "text": []}
        for case, figures in measured["cases"].items():
            cosines["image" if case.startswith("image") else "text"].append(figures["cosine"])
        memory = measured.get("memory", {})
        rows.append([encoder, *(f"{min(values):.7f}" if values else "" for values in cosines.values()),
                     *(f"{memory[key] / 1e6:.0f}" if memory else "" for key in ("resident", "peak"))])
    return ("The lowest cosine of a feature to plain PyTorch's in fp32, and the memory of a process that has encoded 8 images "
            f"and 8 texts of 248 and nothing else, in MB (the weights in fp32: {shape.results['weights'] / 1e6:.0f}):\n\n"
            + table(["", "images", "texts", "memory held", "at most"], rows))


def photos(shape):
    rows, cosines = [], []
    for precision, sizes in shape.results["photos"].items():
        for size, found in sizes.items():
            rows += photo_rows(shape, precision, size, found)
            if "cosine" in found:
                cosines.append(f"{found['cosine']:.7f} ({size}, {precision})")
    if not rows:
        return ""
    return ("#### Photos\n\nFolders of JPEG files to features in an `.npy`, whole processes; the peer is Python with Pillow and "
            "the fastest encoder of that precision. The photos are mosaics of those in `examples/photos`, mirrored at random, "
            "with a sensor's noise added. Photos a second: of all by the process's whole time, and of those after the first 8 "
            "by the time that they add:\n\n"
            + table(["", "", "seconds", "photos a second, all", "photos a second, after loading",
                     "LongCLIP is faster, all", "after loading"], rows)
            + (f"\nThe least cosine of a photo's two features: {', '.join(cosines)}.\n" if cosines else ""))


def photo_rows(shape, precision, size, found):
    figures = {}
    for name, seconds in found["seconds"].items():
        whole, few = statistics.median(seconds["all"]), statistics.median(seconds["few"])
        figures[name] = (found["count"] / whole, (found["count"] - found["few"]) / (whole - few))
    ours, rows = figures["LongCLIP"], []
    for name, rates in figures.items():
        ratios, decoders = ["", ""], ""
        if name != "LongCLIP":
            if agrees(f"{name} {precision}", found["cosine"]):
                bars = shape.bar(PHOTO_REACH, size), None  # the time that photos add is a difference, and varies more
                ratios = [against(mine / theirs, bar) for mine, theirs, bar in zip(ours, rates, bars)]
            if "decoders" in found:
                decoders = f", decoding in {found['decoders']} thread" + "s" * (found["decoders"] > 1)
        rows.append([f"{found['count']} of {size}, {precision}", name + decoders, span(found["seconds"][name]["all"], 2),
                     *(f"{rate:.2f}" for rate in rates), *ratios])
    return rows


def first(shape):
    rows = []
    for kind, seconds in shape.results["first"].items():
        figures = span(seconds, 3)
        if shape.name == "B":
            met = statistics.median(seconds) <= FIRST_REACH
            figures = f"{figures} (bar {FIRST_REACH:.0f})" if met else f"**{figures}** (bar {FIRST_REACH:.0f}, missed)"
        rows.append([kind, figures])
    return "Seconds from a process's start to its first feature, fp32, files in memory:\n\n" + table(["", "s"], rows)


def settings(shape):
    """Which of its settings a peer was fastest at."""
    lines = []
    for encoder, measured in shape.encoders.items():
        cases = {}
        for case in CASES:
            if case in measured["cases"]:
                cases.setdefault(measured["cases"][case]["setting"], []).append(case)
        if len(cases) > 1:
            lines.append(f"- {encoder}: " + "; ".join(f"{setting}: {', '.join(names)}" for setting, names in cases.items()))
    return "The fastest settings:\n\n" + "\n".join(lines) + "\n" if lines else ""


def of_shape(results):
    shape, parts = Shape(results), SHAPES[results["shape"]]
    wide = "; ".join(f"{kind}: {parts[kind]['width']} wide, {parts[kind]['layers']} layers" for kind in ("image", "text"))
    sections = [f"### Shape {shape.name} ({wide})\n"]
    if any(encoder["cases"] for encoder in shape.encoders.values()):
        sections += [reach(shape), mix(shape)]
        sections += [times(shape, precision) for precision in ("fp32", "bf16", "int8") if shape.of(precision)]
        sections += ["#### Agreement and memory\n", agreement(shape)]
    if "photos" in results:
        sections.append(photos(shape))
    if "first" in results:
        sections += ["#### First feature\n", first(shape)]
    sections += [settings(shape), "\n".join(f"- {note}" for note in results["notes"])]
    return "\n".join(section for section in sections if section).strip()


def measured_commits(all_results):
    """Of the library's own figures: more than one, where not all are of the last run."""
    cases = [case for results in all_results for name, encoder in results["encoders"].items() if name.startswith("LongCLIP")
             for case in encoder["cases"].values()]
    return " and ".join(sorted({case.get("commit", "of an unknown version") for case in cases})) or "not measured"


def markdown(all_results):
    first = all_results[0]
    versions = ", ".join(f"{name} {version}" for name, version in first["versions"].items())
    introduction = INTRODUCTION.format(**{**first["machine"], "can": ", ".join(first["machine"]["can"]),
                                          "threads": first["threads"], "rounds": first["rounds"], "versions": versions,
                                          "commits": measured_commits(all_results)})
    return introduction + "\n\n" + "\n\n".join(map(of_shape, all_results))
