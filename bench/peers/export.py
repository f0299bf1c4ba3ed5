"""Writes the towers of WORK/SHAPE/weights.pt in the form that a peer reads, into WORK/SHAPE/PEER-PRECISION.

    python export.py WORK SHAPE onnxruntime fp32    PyTorch's two exporters: torchscript, and dynamo with opset 23
    python export.py WORK SHAPE onnxruntime int8    the same, by dynamic quantization: int8 weights, a scale a channel
    python export.py WORK SHAPE openvino fp32
    python export.py WORK SHAPE openvino int8       by NNCF, for transformers, calibrated on WORK/inputs

The folder appears when all of it is written.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import torch

import towers

KINDS = ("image", "text")


def example(inputs, kind):
    """Two rows of what a tower takes, of a length that is no limit."""
    if kind == "image":
        return torch.from_numpy(np.load(inputs / "images.npy")[:2])
    rows = json.loads((inputs / "ids.json").read_text())["long"][:2]
    return torch.tensor([row[:99] + row[-1:] for row in rows])


def export_onnx(tower, kind, values, folder):
    names = {0: "batch"} if kind == "image" else {0: "batch", 1: "length"}
    common = {"input_names": ["input"], "output_names": ["features"]}
    torch.onnx.export(tower, (values,), folder / f"{kind}.torchscript.onnx", dynamo=False, opset_version=17,
                      dynamic_axes={"input": names, "features": {0: "batch"}}, **common)
    torch.onnx.export(tower, (values,), folder / f"{kind}.dynamo.onnx", dynamo=True, opset_version=23,
                      dynamic_shapes=({axis: torch.export.Dim.DYNAMIC for axis in names},), external_data=False, **common)


def quantize_onnx(whole, folder):
    from onnxruntime.quantization import QuantType, quantize_dynamic

    for path in whole.iterdir():
        quantize_dynamic(path, folder / path.name, op_types_to_quantize=["MatMul", "Gemm"], per_channel=True,
                         weight_type=QuantType.QInt8)


def export_openvino(tower, kind, values, folder, calibration):
    import openvino

    shape = [-1, *values.shape[1:]] if kind == "image" else [-1, -1]
    model = openvino.convert_model(tower, example_input=values, input=shape)
    if calibration is not None:
        import nncf

        model = nncf.quantize(model, nncf.Dataset(calibration), model_type=nncf.ModelType.TRANSFORMER,
                              subset_size=len(calibration))
    openvino.save_model(model, folder / f"{kind}.xml", compress_to_fp16=False)


def calibration_of(inputs, kind):
    if kind == "image":
        return list(np.load(inputs / "calibration.npy")[:, None])
    return [np.array([row]) for row in json.loads((inputs / "ids.json").read_text())["calibration"]]


def export(work, shape, peer, precision, folder):
    inputs = work / "inputs"
    with tempfile.TemporaryDirectory(dir=work) as name:
        whole = pathlib.Path(name) if precision == "int8" else folder
        for kind in KINDS:
            tower = towers.load_tower(shape, kind, work / shape / "weights.pt")
            if peer == "onnxruntime":
                export_onnx(tower, kind, example(inputs, kind), whole)
            else:
                calibration = calibration_of(inputs, kind) if precision == "int8" else None
                export_openvino(tower, kind, example(inputs, kind), folder, calibration)
        if peer == "onnxruntime" and precision == "int8":
            quantize_onnx(whole, folder)


def main():
    work, shape, peer, precision = pathlib.Path(sys.argv[1]), *sys.argv[2:]
    folder = work / shape / f"{peer}-{precision}"
    if folder.exists():
        return
    stage = folder.with_name(folder.name + ".part")
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    export(work, shape, peer, precision, stage)
    stage.rename(folder)


if __name__ == "__main__":
    main()
