"""What bench/encoders.py needs before it measures: the peers, the library, and what is known of both and of the machine."""

import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

from peers.shapes import SHAPES

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
MAKERS = ("captions", "towers", "inputs", "shapes", "weights", "export")
PACKAGES = "on Debian and Ubuntu, install python3-venv and python3-dev"


def say(text):
    print(f"== {text}", file=sys.stderr, flush=True)


def give_up(text):
    sys.exit(f"bench/encoders.py: {text}")


def done(*command):
    """Whether a program came to a good end; what it prints is seen."""
    try:
        return subprocess.run(list(map(str, command)), stdout=sys.stderr).returncode == 0
    except OSError as error:
        say(error)
        return False


def output(*command):
    """What a program prints, or nothing where it fails."""
    return subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True).stdout.strip()


def hold(work):
    """Keeps other runs out of --work, where they would write over this one's files, for as long as the file is open."""
    work.mkdir(parents=True, exist_ok=True)
    lock = open(work / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        give_up(f"another run works in {work}; wait for it, or give another --work")
    return lock


# --- peers -------------------------------------------------------------------------------------


def pins(requirements):
    """The version of each peer, by name."""
    return dict(line.split("==") for line in requirements.splitlines() if "==" in line)


def install_peers(work):
    """A virtual environment with the peers, made anew when the list of them is another."""
    venv, wanted = work / "venv", (PEERS / "requirements.txt").read_text()
    python, stamp = venv / "bin" / "python", venv / "complete"
    if stamp.exists() and pins(stamp.read_text()) == pins(wanted):
        return
    say(f"Installing the peers in {venv}")
    if not done(sys.executable, "-m", "venv", "--clear", venv):
        give_up(f"no virtual environment could be made; {PACKAGES}")
    headers = output(python, "-c", "import sysconfig; print(sysconfig.get_path('include'))")
    if not (pathlib.Path(headers) / "Python.h").exists():
        give_up(f"PyTorch's compiler needs Python.h, and {headers} has none; {PACKAGES}")
    install = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    install_torch(install, pins(wanted)["torch"])
    if not done(*install, "--requirement", PEERS / "requirements.txt"):
        give_up("the peers could not be installed; pip's words are above")
    stamp.write_text(wanted)


def install_torch(install, version):
    """The build for the CPU, from where scripts/setup takes LibTorch's; what it needs comes with the other peers."""
    index = re.search(r"torch_cpu_index=(\S+)", (ROOT / "scripts" / "setup").read_text())[1]
    if can_reach(f"{index}/torch/"):
        if done(*install, "--no-deps", "--index-url", index, f"torch=={version}+cpu"):
            return
    else:
        say("PyTorch's index cannot be reached; asking pip's own sources")
    if not done(*install, "--no-deps", f"torch=={version}+cpu"):
        say("No CPU build of PyTorch can be had; taking what there is, which may be the CUDA build of several gigabytes")


def can_reach(address):
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True


def versions(work):
    """Of the peers, as they are installed."""
    names = pins((PEERS / "requirements.txt").read_text())
    code = "import importlib.metadata, sys; print(*map(importlib.metadata.version, sys.argv[1:]))"
    found = output(work / "venv" / "bin" / "python", "-c", code, *names).split()
    if len(found) != len(names):
        give_up(f"{work / 'venv'} lacks some of the peers; remove it, and it will be made anew")
    return dict(zip(names, found))


# --- library -----------------------------------------------------------------------------------


def build_library(build):
    if not (build / "CMakeCache.txt").exists():
        if not done("cmake", "-S", ROOT, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                    "-DLONGCLIP_BUILD_BENCH=ON", "-DLONGCLIP_BUILD_TESTS=OFF"):
            give_up("the library could not be configured; CMake's words are above")
    say(f"Building {build}")
    if not done("cmake", "--build", build, "--target", "longclip-command", "bench_encoder_worker", "bench_first_feature"):
        give_up("the library could not be built; the compiler's words are above")


def measured_commit():
    """The commit that is measured, with a mark where files differ from it."""
    return output("git", "-C", ROOT, "describe", "--always", "--dirty", "--match", "") or "of an unknown version"


# --- what is made once -------------------------------------------------------------------------


def check_made(work):
    """Removes what other code than today's has made in --work. Returns a name of today's code."""
    now = hashlib.sha256(b"".join((PEERS / f"{name}.py").read_bytes() for name in MAKERS)).hexdigest()
    stamp = work / "made"
    # Without a stamp, what is there is taken to be today's.
    if stamp.exists() and stamp.read_text() != now:
        say("The code that makes inputs, weights and exports has changed; they are made anew")
        for folder in ("inputs", *SHAPES):
            shutil.rmtree(work / folder, ignore_errors=True)
    stamp.write_text(now)
    return now


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
