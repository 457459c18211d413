"""Builds small TFLite files by flatbuffers' builder, for tests: a Graph of tensors and operators gives its bytes."""

import flatbuffers
import numpy as np

# The schema once more, so that a wrong number in the reader is found: operators, types, and the fields of options in
# their order.
CODES = {"ADD": 0, "AVERAGE_POOL_2D": 1, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 4, "DEQUANTIZE": 6, "LOGISTIC": 14}
CODES |= {"MUL": 18, "RELU": 19, "RELU6": 21, "RESIZE_BILINEAR": 23, "MEAN": 40, "HARD_SWISH": 117}
CUSTOM = 32
TYPES = {"float32": 0, "float16": 1, "int32": 2, "uint8": 3, "int64": 4, "int8": 9}
_WINDOW = "padding stride_w stride_h"
FIELDS = {
    "ADD": "activation",
    "AVERAGE_POOL_2D": f"{_WINDOW} filter_w filter_h activation",
    "CONV_2D": f"{_WINDOW} activation dilation_w dilation_h",
    "DEPTHWISE_CONV_2D": f"{_WINDOW} depth_multiplier activation dilation_w dilation_h",
    "MEAN": "keep_dims",
    "MUL": "activation",
    "RESIZE_BILINEAR": "new_height new_width align_corners half_pixel_centers",
}
_KINDS = {"padding": "Int8", "activation": "Int8", "keep_dims": "Bool"}
_KINDS |= {"align_corners": "Bool", "half_pixel_centers": "Bool"}


class Graph:
    def __init__(self):
        self.tensors, self.operators, self.inputs, self.outputs = [], [], [], []

    def tensor(self, shape, data=None, name=None, type="float32"):
        """Adds a tensor and returns its number."""
        if data is not None:
            type, shape = str(data.dtype), data.shape
        self.tensors.append((name or f"t{len(self.tensors)}", tuple(shape), type, data))
        return len(self.tensors) - 1

    def input(self, shape, name=None):
        self.inputs.append(self.tensor(shape, name=name))
        return self.inputs[-1]

    def add(self, name, inputs, shape, options=None, custom=b""):
        """Adds an operator with one output of `shape`, and returns the output's number."""
        output = self.tensor(shape)
        self.operators.append((name, list(inputs), [output], options or {}, custom))
        return output

    def half(self, data):
        """A constant as converters store it: float16, behind a DEQUANTIZE."""
        return self.add("DEQUANTIZE", [self.tensor((), np.asarray(data).astype(np.float16))], np.shape(data))

    def bytes(self):
        b = flatbuffers.Builder(1024)
        names = list(dict.fromkeys(name for name, *_ in self.operators))
        codes = _tables(b, [_code(b, name) for name in names])
        buffers, tensors = [_table(b, {})], []
        for name, shape, type, data in self.tensors:
            fields = {0: _ints(b, shape), 3: b.CreateString(name)}
            scalars = {1: ("Int8", TYPES[type])}
            if data is not None:
                scalars[2] = ("Uint32", len(buffers))
                buffers.append(_table(b, {0: b.CreateByteVector(np.ascontiguousarray(data).tobytes())}))
            tensors.append(_table(b, fields, scalars))
        operators = [_operator(b, names, *operator) for operator in self.operators]
        lists = [_tables(b, tensors), _ints(b, self.inputs), _ints(b, self.outputs), _tables(b, operators)]
        graphs = _tables(b, [_table(b, dict(enumerate(lists)))])
        root = _table(b, {1: codes, 2: graphs, 3: b.CreateString("made"), 4: _tables(b, buffers)}, {0: ("Uint32", 3)})
        b.Finish(root, file_identifier=b"TFL3")
        return bytes(b.Output())


def _code(b, name):
    """An operator's code; a number is an operator that is not known."""
    number = name if isinstance(name, int) else CODES.get(name, CUSTOM)
    custom = {1: b.CreateString(name)} if number == CUSTOM else {}
    return _table(b, custom, {0: ("Int8", min(number, 127)), 3: ("Int32", number)})


def _operator(b, names, name, inputs, outputs, options, custom):
    order = FIELDS.get(name, "").split()
    scalars = {order.index(field): (_KINDS.get(field, "Int32"), value) for field, value in options.items()}
    fields = {1: _ints(b, inputs), 2: _ints(b, outputs)}
    if scalars:
        fields[4] = _table(b, {}, scalars)
    if custom:
        fields[5] = b.CreateByteVector(custom)
    # The options' type is not zero where there are options; which one it is, the operator says.
    return _table(b, fields, {0: ("Uint32", names.index(name)), **({3: ("Uint8", 1)} if scalars else {})})


def _table(b, offsets, scalars=None):
    scalars = scalars or {}
    b.StartObject(max([*offsets, *scalars, 0]) + 1)
    for number, offset in offsets.items():
        b.PrependUOffsetTRelativeSlot(number, offset, 0)
    for number, (kind, value) in scalars.items():
        # A default that no value equals, so that each is written.
        getattr(b, f"Prepend{kind}Slot")(number, value, None)
    return b.EndObject()


def _ints(b, values):
    b.StartVector(4, len(values), 4)
    for value in reversed(values):
        b.PrependInt32(int(value))
    return b.EndVector()


def _tables(b, offsets):
    b.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        b.PrependUOffsetTRelative(offset)
    return b.EndVector()
