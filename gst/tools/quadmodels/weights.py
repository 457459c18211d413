"""Ways to store the weights of an ONNX model in fewer bits. Each changes a model in place.

The graph gets nodes that compute the float32 weights from what is stored, so any runtime of opset 13 runs it. ONNX
Runtime computes them once, when it loads the model, unless its optimizations are off.
"""

import math

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .files import Problem

# Of a node's inputs: numbers that are no weights, by the kind of node.
_SETTINGS = {"Resize": {1, 2, 3}, "Upsample": {1}, "Clip": {1, 2}, "Pad": {2}}
# Nodes that make or ask for a type, so that float16 cannot just take the place of float32.
_TYPED = {"Cast", "Constant", "ConstantOfShape", "DequantizeLinear", "If", "Loop", "QuantizeLinear", "Scan"}


def float_constants(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    """The float32 initializers that are arithmetic, not settings of nodes such as scales."""
    settings = {
        name
        for node in model.graph.node
        for i, name in enumerate(node.input)
        if i in _SETTINGS.get(node.op_type, set())
    }
    return [
        made for made in model.graph.initializer if made.data_type == TensorProto.FLOAT and made.name not in settings
    ]


def weights(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    """The constants that are worth to be stored otherwise: not biases, which are few."""
    found = [made for made in float_constants(model) if len(made.dims) >= 2]
    if not found:
        raise Problem("the model has no float32 weights.")
    return found


def _replace(model: onnx.ModelProto, gone: list[str], nodes: list, constants: list[onnx.TensorProto]) -> None:
    """Takes initializers out and puts the nodes that compute them at the front."""
    kept = [made for made in model.graph.initializer if made.name not in set(gone)]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept + constants)
    rest = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes + rest)


def _tensor(data: np.ndarray, name: str) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(data), name)


def _half(data: np.ndarray, name: str) -> np.ndarray:
    if np.abs(data).max(initial=0) > np.finfo(np.float16).max:
        raise Problem(f"{name} is too large for float16.")
    return data.astype(np.float16)


def half_weights(model: onnx.ModelProto) -> None:
    """All constants as float16, each with a Cast to float32."""
    gone, nodes, constants = [], [], []
    for made in float_constants(model):
        if math.prod(made.dims) < 32:  # the Cast would take more
            continue
        gone.append(made.name)
        constants.append(_tensor(_half(numpy_helper.to_array(made), made.name), f"{made.name}.half"))
        nodes.append(helper.make_node("Cast", [f"{made.name}.half"], [made.name], to=TensorProto.FLOAT))
    _replace(model, gone, nodes, constants)


def half(model: onnx.ModelProto) -> None:
    """Everything in float16; the input and the output stay float32, by a Cast each."""
    if typed := sorted({node.op_type for node in model.graph.node} & _TYPED):
        raise Problem(f"the graph has nodes that fix types: {', '.join(typed)}.")
    for made in float_constants(model):
        made.CopyFrom(_tensor(_half(numpy_helper.to_array(made), made.name), made.name))
    # Limits of a Clip are of the type of its data.
    clips = {name for node in model.graph.node if node.op_type == "Clip" for name in node.input[1:]}
    for made in model.graph.initializer:
        if made.name in clips and made.data_type == TensorProto.FLOAT:
            made.CopyFrom(_tensor(numpy_helper.to_array(made).astype(np.float16), made.name))
    names = {value.name: f"{value.name}.half" for value in (*model.graph.input, *model.graph.output)}
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    before = [
        helper.make_node("Cast", [value.name], [names[value.name]], to=TensorProto.FLOAT16)
        for value in model.graph.input
    ]
    for value in model.graph.output:
        model.graph.node.append(helper.make_node("Cast", [names[value.name]], [value.name], to=TensorProto.FLOAT))
    _replace(model, [], before, [])
    del model.graph.value_info[:]


def _channel_axis(model: onnx.ModelProto, name: str) -> int:
    """The axis of the output's channels."""
    for node in model.graph.node:
        if len(node.input) > 1 and node.input[1] == name:
            turned = any(made.name == "transB" and made.i for made in node.attribute)
            return 0 if node.op_type == "Conv" or turned else 1
    return 0


def int8(model: onnx.ModelProto, channels: bool) -> None:
    """Weights as int8 from -127 to 127 with a DequantizeLinear, which multiplies by a scale.

    There is a scale for each output channel, or one for each tensor. Zero is exact. The arithmetic stays float32.
    """
    gone, nodes, constants = [], [], []
    for made in weights(model):
        data = numpy_helper.to_array(made).astype(np.float64)
        axis = _channel_axis(model, made.name)
        others = tuple(i for i in range(data.ndim) if i != axis) if channels else None
        most = np.abs(data).max(axis=others, keepdims=True)
        scale = np.where(most > 0, most / 127, 1).astype(np.float32)
        stored = np.clip(np.rint(data / scale), -127, 127).astype(np.int8)
        gone.append(made.name)
        constants.append(_tensor(stored, f"{made.name}.int8"))
        constants.append(_tensor(scale.reshape(-1) if channels else scale.reshape(()), f"{made.name}.scale"))
        attributes = {"axis": axis} if channels else {}
        inputs = [f"{made.name}.int8", f"{made.name}.scale"]
        nodes.append(helper.make_node("DequantizeLinear", inputs, [made.name], **attributes))
    _replace(model, gone, nodes, constants)


def palette_of(data: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(palette, indices) by k-means: at most `count` float16 values, ascending, and each number's nearest one."""
    flat = np.sort(data.reshape(-1).astype(np.float64))
    distinct = np.unique(flat.astype(np.float16))
    if len(distinct) <= count:
        palette = distinct.astype(np.float64)
    else:
        sums = np.concatenate(([0], np.cumsum(flat)))
        # Evenly spread at first: quantiles would leave the few large weights without a value near them.
        palette = np.linspace(flat[0], flat[-1], count)
        for _ in range(50):
            edges = np.searchsorted(flat, (palette[1:] + palette[:-1]) / 2)
            starts, ends = np.concatenate(([0], edges)), np.concatenate((edges, [len(flat)]))
            full = ends > starts
            means = (sums[ends] - sums[starts])[full] / (ends - starts)[full]
            moved = np.abs(means - palette[full]).max()
            palette[full] = means
            if moved < 1e-7 * (flat[-1] - flat[0]):
                break
        palette = np.unique(palette.astype(np.float16)).astype(np.float64)
    indices = np.searchsorted((palette[1:] + palette[:-1]) / 2, data.reshape(-1))
    return _half(palette, "a weight"), indices.astype(np.uint8)


def palettes(model: onnx.ModelProto, bits: int, channels: bool) -> None:
    """Weights as indices of `bits` bits into a palette of float16 for each tensor: 8, 6 or 4.

    With `channels`, a float16 scale for each output channel comes on top: the palette is for weights up to 1.

    With 8 bits, each tensor's indices are a uint8 tensor. With fewer, the indices of all tensors are one packed uint8
    tensor, which a few nodes unpack: two indices in a byte, or four in three bytes. A tensor that would not get smaller
    stays float32.
    """
    gone, nodes, constants, streams = [], [], [], []
    for made in weights(model):
        name, data = made.name, numpy_helper.to_array(made).astype(np.float64)
        axis = _channel_axis(model, name)
        others = tuple(i for i in range(data.ndim) if i != axis)
        most = np.abs(data).max(axis=others, keepdims=True)
        scale = _half(np.where(most > 0, most, 1), name) if channels else np.ones(1, np.float16)
        palette, indices = palette_of(data / scale, 1 << bits)
        # About 200 bytes are for the nodes and names.
        if data.size * bits / 8 + 2 * (len(palette) + scale.size) + 200 > 4 * data.size:
            continue
        gone.append(name)
        constants.append(_tensor(palette, f"{name}.palette"))
        nodes.append(helper.make_node("Cast", [f"{name}.palette"], [f"{name}.values"], to=TensorProto.FLOAT))
        last = f"{name}.unscaled" if channels else name
        if bits == 8:
            constants.append(_tensor(indices.reshape(made.dims), f"{name}.stored"))
            nodes.append(helper.make_node("Cast", [f"{name}.stored"], [f"{name}.indices"], to=TensorProto.INT32))
            nodes.append(helper.make_node("Gather", [f"{name}.values", f"{name}.indices"], [last]))
        else:
            streams.append((name, indices))
            constants.append(_tensor(np.array(made.dims, np.int64), f"{name}.shape"))
            nodes.append(helper.make_node("Gather", [f"{name}.values", f"{name}.indices"], [f"{name}.flat"]))
            nodes.append(helper.make_node("Reshape", [f"{name}.flat", f"{name}.shape"], [last]))
        if channels:
            constants.append(_tensor(scale, f"{name}.half"))
            nodes.append(helper.make_node("Cast", [f"{name}.half"], [f"{name}.scale"], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Mul", [last, f"{name}.scale"], [name]))
    if streams:
        more, stored = _unpacking(streams, bits)
        nodes, constants = more + nodes, constants + stored
    _replace(model, gone, nodes, constants)


def _unpacking(streams: list[tuple[str, np.ndarray]], bits: int) -> tuple[list, list[onnx.TensorProto]]:
    """Nodes that make NAME.indices for each stream, and the constants that they read."""
    indices = np.concatenate([part for _, part in streams])
    group = 2 if bits == 4 else 4  # indices that lie in the same bytes
    padding = -len(indices) % group
    parts = np.concatenate((indices, np.zeros(padding, np.uint8))).reshape(group, -1)
    sizes = [len(part) for _, part in streams] + ([padding] if padding else [])
    names = [f"{name}.indices" for name, _ in streams] + (["packed.padding"] if padding else [])
    pack = _pack4 if bits == 4 else _pack6
    packed, nodes, constants = pack(parts)
    constants += [_tensor(packed, "packed"), _tensor(np.array(sizes, np.int64), "packed.sizes")]
    nodes.append(helper.make_node("Split", ["packed.all", "packed.sizes"], names, axis=0))
    return nodes, constants


def _shift(source: str, by: str, output: str, direction: str) -> onnx.NodeProto:
    return helper.make_node("BitShift", [source, by], [output], direction=direction)


def _pack4(parts: np.ndarray) -> tuple[np.ndarray, list, list[onnx.TensorProto]]:
    """The first half of the indices in the low four bits, the second half in the high ones."""
    nodes = [
        _shift("packed", "packed.four", "packed.up", "LEFT"),
        _shift("packed.up", "packed.four", "packed.low", "RIGHT"),
        _shift("packed", "packed.four", "packed.high", "RIGHT"),
        helper.make_node("Concat", ["packed.low", "packed.high"], ["packed.bytes"], axis=0),
        helper.make_node("Cast", ["packed.bytes"], ["packed.all"], to=TensorProto.INT32),
    ]
    return parts[0] | parts[1] << 4, nodes, [_tensor(np.array(4, np.uint8), "packed.four")]


def _pack6(parts: np.ndarray) -> tuple[np.ndarray, list, list[onnx.TensorProto]]:
    """The first three quarters in the low six bits; the last one, two bits at a time, in the high two of each third."""
    a, b, c, last = parts
    packed = np.concatenate((a | (last & 3) << 6, b | (last >> 2 & 3) << 6, c | (last >> 4) << 6))
    nodes = [
        _shift("packed", "packed.two", "packed.up", "LEFT"),
        _shift("packed.up", "packed.two", "packed.down", "RIGHT"),
        helper.make_node("Cast", ["packed.down"], ["packed.low"], to=TensorProto.INT32),
        _shift("packed", "packed.six", "packed.top", "RIGHT"),
        helper.make_node("Cast", ["packed.top"], ["packed.pairs"], to=TensorProto.INT32),
        helper.make_node("Reshape", ["packed.pairs", "packed.thirds"], ["packed.rows"]),
        helper.make_node("Mul", ["packed.rows", "packed.places"], ["packed.placed"]),
        helper.make_node("ReduceSum", ["packed.placed", "packed.axis"], ["packed.last"], keepdims=0),
        helper.make_node("Concat", ["packed.low", "packed.last"], ["packed.all"], axis=0),
    ]
    constants = [
        _tensor(np.array(2, np.uint8), "packed.two"),
        _tensor(np.array(6, np.uint8), "packed.six"),
        _tensor(np.array([3, -1], np.int64), "packed.thirds"),
        _tensor(np.array([[1], [4], [16]], np.int32), "packed.places"),
        _tensor(np.array([0], np.int64), "packed.axis"),
    ]
    return packed, nodes, constants
