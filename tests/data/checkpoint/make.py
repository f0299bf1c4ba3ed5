"""Makes the small checkpoints of this folder: python make.py (torch 2.13, safetensors 0.8).

All of small.* hold the same tensors, whose values checkpoint_files_test.cpp states.
"""

import collections
import os
import zipfile

import safetensors.torch
import torch

here = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(here, name)


base = torch.arange(12, dtype=torch.float32)
small = collections.OrderedDict(
    [
        ("a.weight", torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4),
        ("a.halves", torch.tensor([-2.0, 0.5, 65504.0, 2.0**-24], dtype=torch.float16)),
        ("b.turned", torch.arange(6, dtype=torch.float32).reshape(2, 3).t()),  # strides 1, 3
        ("b.part", base[4:10:2]),  # offset 4, stride 2
        ("b.brains", torch.tensor([1.5, -3.0], dtype=torch.bfloat16)),
        ("b.doubles", torch.tensor([0.1], dtype=torch.float64)),
        ("c.number", torch.tensor(224)),
        ("c.flags", torch.tensor([True, False])),
        ("c.nothing", torch.zeros(0, 5)),
    ]
)


class Holder(torch.nn.Module):
    """Gives the tensors the same names as attributes of modules."""

    def __init__(self):
        super().__init__()
        for group in "abc":
            self.add_module(group, torch.nn.Module())
        for name, tensor in small.items():
            group, leaf = name.split(".")
            getattr(self, group).register_buffer(leaf, tensor)

    def forward(self, x):
        return x


class TinyCLIP(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = torch.nn.Linear(2, 2)


def write_training():
    model = torch.nn.Linear(2, 2)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        model.bias.copy_(torch.tensor([5.0, 6.0]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-6)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        model.bias.copy_(torch.tensor([5.0, 6.0]))
    torch.save({"epoch": 3, "name": "run", "best": None, "loss": 0.25, "state_dict": model.state_dict(),
                "optimizer": optimizer.state_dict(), "seen": {1, 2}, "huge": 1 << 100, "raw": b"\0\1"},
               path("training.pt"))


def main():
    torch.save(small, path("small.pt"))
    for protocol in (1, 3, 4, 5):
        torch.save(small, path(f"small_protocol{protocol}.pt"), pickle_protocol=protocol)
    torch.save(small, path("small_legacy.pt"), _use_new_zipfile_serialization=False)
    torch.jit.save(torch.jit.script(Holder()), path("small_script.pt"))
    # Names in another order than the data's, as that library writes them.
    safetensors.torch.save_file({name: tensor.contiguous() for name, tensor in small.items()},
                                path("small.safetensors"), metadata={"format": "pt"})
    write_training()
    torch.save({name: torch.nn.Parameter(tensor) for name, tensor in small.items() if tensor.is_floating_point()},
               path("parameters.pt"))
    torch.save(TinyCLIP(), path("whole_module.pt"))
    torch.save(torch.zeros(2, dtype=torch.complex64), path("complex.pt"))
    with zipfile.ZipFile(path("small.pt")) as zip_in, zipfile.ZipFile(
        path("compressed.pt"), "w", zipfile.ZIP_DEFLATED
    ) as zip_out:
        for name in zip_in.namelist():
            zip_out.writestr(name, zip_in.read(name))


main()
