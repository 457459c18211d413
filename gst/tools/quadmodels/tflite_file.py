"""Reads TFLite files: the tables of TensorFlow Lite's schema (version 3) by their numbers of fields.

The schema: tensorflow/compiler/mlir/lite/schema/schema.fbs. A number in this file is the place of a field in its table.
"""

import dataclasses
import pathlib
import struct

import numpy as np
from flatbuffers import encode, number_types
from flatbuffers.table import Table

from . import files
from .files import Problem

IDENTIFIER = b"TFL3"

# BuiltinOperator. What is not here gets the name "operator NUMBER".
OPERATORS = {
    0: "ADD",
    1: "AVERAGE_POOL_2D",
    3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D",
    6: "DEQUANTIZE",
    14: "LOGISTIC",
    18: "MUL",
    19: "RELU",
    21: "RELU6",
    23: "RESIZE_BILINEAR",
    32: "CUSTOM",
    40: "MEAN",
    117: "HARD_SWISH",
}
# TensorType.
TYPES = {
    0: "float32",
    1: "float16",
    2: "int32",
    3: "uint8",
    4: "int64",
    6: "bool",
    7: "int16",
    9: "int8",
    10: "float64",
}

_BOOL, _ENUM, _INT = number_types.BoolFlags, number_types.Int8Flags, number_types.Int32Flags
_POOL = {"padding": (0, _ENUM, 0), "stride_w": (1, _INT, 0), "stride_h": (2, _INT, 0)}
# The fields of an operator's options: (place, type, default). Enumerations: padding is 0 for SAME and 1 for VALID;
# activation is 0 for none, 1 for RELU, 3 for RELU6.
OPTIONS = {
    "ADD": {"activation": (0, _ENUM, 0)},
    "MUL": {"activation": (0, _ENUM, 0)},
    "AVERAGE_POOL_2D": {**_POOL, "filter_w": (3, _INT, 0), "filter_h": (4, _INT, 0), "activation": (5, _ENUM, 0)},
    "CONV_2D": {**_POOL, "activation": (3, _ENUM, 0), "dilation_w": (4, _INT, 1), "dilation_h": (5, _INT, 1)},
    "DEPTHWISE_CONV_2D": {**_POOL, "activation": (4, _ENUM, 0), "dilation_w": (5, _INT, 1), "dilation_h": (6, _INT, 1)},
    "MEAN": {"keep_dims": (0, _BOOL, False)},
    "RESIZE_BILINEAR": {"align_corners": (2, _BOOL, False), "half_pixel_centers": (3, _BOOL, False)},
}


@dataclasses.dataclass
class Tensor:
    name: str
    shape: tuple[int, ...]
    type: str  # of NumPy, or "type NUMBER"
    data: np.ndarray | None  # of a constant


@dataclasses.dataclass
class Operator:
    name: str  # of OPERATORS, or the custom operator's
    inputs: list[int]  # numbers of tensors; -1 where an optional one is left out
    outputs: list[int]
    options: dict[str, int]
    custom: bytes  # a custom operator's options


@dataclasses.dataclass
class Model:
    description: str
    tensors: list[Tensor]
    operators: list[Operator]
    inputs: list[int]
    outputs: list[int]


def read(path: pathlib.Path) -> Model:
    return parse(files.read(path), str(path))


def parse(data: bytes, name: str) -> Model:
    """Reads a file's bytes; `name` is for errors."""
    if len(data) < 8 or data[4:8] != IDENTIFIER:
        raise Problem(f"{name} is no TFLite file: it does not begin like one.")
    try:
        return _model(bytearray(data), name)
    # What flatbuffers, struct and NumPy raise where an offset leads out of the file.
    except (struct.error, IndexError, ValueError, TypeError, OverflowError, AssertionError):
        raise Problem(f"{name} is damaged or cut off: fetch it again.") from None


def _model(data: bytearray, name: str) -> Model:
    root = Table(data, encode.Get(number_types.UOffsetTFlags.packer_type, data, 0))
    version = _scalar(root, 0, number_types.Uint32Flags, 0)
    if version != 3:
        raise Problem(f"{name} is of version {version} of the TFLite format, and only 3 can be read.")
    graphs = _tables(root, 2)
    if len(graphs) != 1:
        raise Problem(f"{name} holds {len(graphs)} graphs, and only a single one can be read.")
    codes = [_operator_name(code) for code in _tables(root, 1)]
    buffers = _tables(root, 4)
    graph = graphs[0]
    model = Model(
        description=_string(root, 3),
        tensors=[_tensor(table, buffers, name) for table in _tables(graph, 0)],
        operators=[_operator(table, codes) for table in _tables(graph, 3)],
        inputs=_ints(graph, 1),
        outputs=_ints(graph, 2),
    )
    _check(model, name)
    return model


def _check(model: Model, name: str) -> None:
    """Every number of a tensor has to be one, and every tensor that is read has to be made before."""
    made = {i for i, tensor in enumerate(model.tensors) if tensor.data is not None} | set(model.inputs) | {-1}
    for operator in model.operators:
        if not made.issuperset(operator.inputs):
            raise ValueError
        made.update(operator.outputs)
    used = {i for operator in model.operators for i in operator.inputs + operator.outputs} | made
    if not model.outputs or not model.inputs or not used.issubset(range(-1, len(model.tensors))):
        raise ValueError
    if not made.issuperset(model.outputs) or -1 in model.outputs or -1 in model.inputs:
        raise ValueError
    if any(size < 1 for tensor in model.tensors for size in tensor.shape):
        raise Problem(f"{name} has tensors of a size that is not known; give it a fixed size.")


def _operator_name(table: Table) -> str:
    # The newer field has room for more operators; the older one is there for old readers.
    number = max(_scalar(table, 0, _ENUM, 0), _scalar(table, 3, _INT, 0))
    name = OPERATORS.get(number, f"operator {number}")
    return _string(table, 1) if name == "CUSTOM" else name


def _operator(table: Table, codes: list[str]) -> Operator:
    name = codes[_scalar(table, 0, number_types.Uint32Flags, 0)]
    options = Table(table.Bytes, 0)
    place = _place(table, 4)
    if place:
        table.Union(options, place)
    fields = {
        field: _scalar(options, number, kind, default) if place else default
        for field, (number, kind, default) in OPTIONS.get(name, {}).items()
    }
    return Operator(name, _ints(table, 1), _ints(table, 2), fields, _bytes(table, 5))


def _tensor(table: Table, buffers: list[Table], name: str) -> Tensor:
    kind = _scalar(table, 1, _ENUM, 0)
    shape = tuple(_ints(table, 0))
    tensor = Tensor(_string(table, 3), shape, TYPES.get(kind, f"type {kind}"), None)
    buffer = buffers[_scalar(table, 2, number_types.Uint32Flags, 0)]
    # Files of more than 2 GB keep their data after the tables.
    if _scalar(buffer, 1, number_types.Uint64Flags, 0) > 1:
        raise Problem(f"{name} keeps data outside its tables, which cannot be read.")
    data = _bytes(buffer, 0)
    if data and kind in TYPES:
        tensor.data = np.frombuffer(data, np.dtype(tensor.type).newbyteorder("<")).reshape(shape)
    return tensor


def _place(table: Table, number: int) -> int:
    return table.Offset(4 + 2 * number)


def _scalar(table: Table, number: int, kind: type, default: int) -> int:
    place = _place(table, number)
    return table.Get(kind, table.Pos + place) if place else default


def _string(table: Table, number: int) -> str:
    place = _place(table, number)
    return table.String(table.Pos + place).decode("utf-8") if place else ""


def _vector(table: Table, number: int, size: int) -> tuple[int, int]:
    """Where a vector begins and how many elements of `size` bytes it has."""
    place = _place(table, number)
    if not place:
        return 0, 0
    begin, length = table.Vector(place), table.VectorLen(place)
    if begin + length * size > len(table.Bytes):
        raise ValueError
    return begin, length


def _bytes(table: Table, number: int) -> bytes:
    begin, length = _vector(table, number, 1)
    return bytes(table.Bytes[begin : begin + length])


def _ints(table: Table, number: int) -> list[int]:
    begin, length = _vector(table, number, 4)
    return list(struct.unpack_from(f"<{length}i", table.Bytes, begin))


def _tables(table: Table, number: int) -> list[Table]:
    begin, length = _vector(table, number, 4)
    return [Table(table.Bytes, table.Indirect(begin + 4 * i)) for i in range(length)]
