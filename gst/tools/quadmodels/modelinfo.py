"""Writes the .modelinfo file that GStreamer 1.28 reads beside a model (GstAnalyticsModelInfo).

It is an ini file with a section for each input and output of the model. `ranges` says which numbers the darkest and the
brightest 8-bit sample become, for each channel.
"""

import configparser
import io
import pathlib

import onnx
from onnx import TensorProto

from . import files
from .files import Problem

_TYPES = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.INT8: "int8",
    TensorProto.UINT8: "uint8",
}


def path_of(model: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(f"{model}.modelinfo")


def text_of(model: onnx.ModelProto, group: str) -> str:
    """The file's text. `group` names the model for elements that read its tensors."""
    lines = ["[modelinfo]", "version=1.0", f"group-id={group}"]
    for direction, values in (("input", model.graph.input), ("output", model.graph.output)):
        for number, value in enumerate(values):
            kind = value.type.tensor_type
            shape = [dim.dim_value or -1 for dim in kind.shape.dim]
            suffix = f"-{number}" if len(values) > 1 else ""
            lines += ["", f"[{value.name}]", f"id={group}-{direction}{suffix}", f"dir={direction}"]
            lines.append(f"type={_TYPES[kind.elem_type]}")
            lines.append(f"dims={','.join(map(str, shape))}")
            lines.append("dims-order=row-major")
            if direction == "input":
                lines.append(f"ranges={';'.join(['0.0,1.0'] * max(shape[-1], 1))}")
    return "\n".join(lines) + "\n"


def write(model: onnx.ModelProto, path: pathlib.Path, group: str) -> pathlib.Path:
    """Writes the file of the model at `path`, and returns its path."""
    files.write(path_of(path), text_of(model, group).encode())
    return path_of(path)


def carry_over(source: pathlib.Path, model: onnx.ModelProto, target: pathlib.Path) -> None:
    """Gives a variant at `target` the file of the model at `source`, with the variant's shapes, if that has one."""
    if not path_of(source).exists():
        return
    info = configparser.ConfigParser(interpolation=None)
    try:
        info.read_string(files.read(path_of(source)).decode())
    except (configparser.Error, UnicodeDecodeError):
        raise Problem(f"{path_of(source)} is damaged: convert the model again, or remove the file.") from None
    for value in (*model.graph.input, *model.graph.output):
        if value.name in info:
            shape = [dim.dim_value or -1 for dim in value.type.tensor_type.shape.dim]
            info[value.name]["dims"] = ",".join(map(str, shape))
    text = io.StringIO()
    info.write(text, space_around_delimiters=False)
    files.write(path_of(target), text.getvalue().encode())
