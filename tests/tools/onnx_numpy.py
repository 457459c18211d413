"""Computes an ONNX model of the operators that quad-models writes, by NumPy in float64, where there is no ONNX Runtime.

It reads the operators as ONNX's documents define them (opset 13), and shares nothing with the converter.
"""

import numpy as np
from onnx import helper, numpy_helper


def run(model, data):
    """The output of a model with one input and one output."""
    return tensors(model, data)[model.graph.output[0].name]


def tensors(model, data):
    """All tensors of a model with one input, by name."""
    values = {"": None, model.graph.input[0].name: data}
    values |= {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    for node in model.graph.node:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        made = KERNELS[node.op_type](*(values[name] for name in node.input), **attributes)
        values.update(zip(node.output, made if isinstance(made, list) else [made], strict=True))
    return values


def pooled(data, kernel_shape, strides, dilations, pads):
    """Yields for each tap (y, x) the pixels of each result and whether they are inside."""
    n, c, h, w = data.shape
    top, left, bottom, right = pads
    padded = np.zeros((n, c, h + top + bottom, w + left + right))
    inside = np.zeros(padded.shape[2:])
    padded[:, :, top : top + h, left : left + w] = data
    inside[top : top + h, left : left + w] = 1
    spans = [(k - 1) * d + 1 for k, d in zip(kernel_shape, dilations)]
    rows, columns = ((size - span) // s + 1 for size, span, s in zip(padded.shape[2:], spans, strides))
    for y in range(kernel_shape[0]):
        for x in range(kernel_shape[1]):
            ys = slice(y * dilations[0], y * dilations[0] + (rows - 1) * strides[0] + 1, strides[0])
            xs = slice(x * dilations[1], x * dilations[1] + (columns - 1) * strides[1] + 1, strides[1])
            yield y, x, padded[:, :, ys, xs], inside[ys, xs]


def conv(data, weights, bias=None, *, kernel_shape, strides, dilations, pads, group):
    own = weights.shape[0] // group
    result = 0
    for y, x, pixels, _ in pooled(data, kernel_shape, strides, dilations, pads):
        n, c, h, w = pixels.shape
        split = pixels.reshape(n, group, c // group, h, w)
        taps = weights[:, :, y, x].reshape(group, own, c // group)
        result = result + np.einsum("ngchw,goc->ngohw", split, taps.astype(np.float64)).reshape(n, group * own, h, w)
    return result if bias is None else result + bias.reshape(1, -1, 1, 1)


def conv_transpose(data, weights, bias, *, kernel_shape, strides, pads):
    n, _, h, w = data.shape
    rows, columns = ((size - 1) * s + k for size, s, k in zip((h, w), strides, kernel_shape))
    whole = np.zeros((n, weights.shape[1], rows, columns))
    for y in range(kernel_shape[0]):
        for x in range(kernel_shape[1]):
            part = np.einsum("nchw,co->nohw", data, weights[:, :, y, x].astype(np.float64))
            whole[:, :, y : y + h * strides[0] : strides[0], x : x + w * strides[1] : strides[1]][:, :, :h, :w] += part
    top, left, bottom, right = pads
    return whole[:, :, top : whole.shape[2] - bottom, left : whole.shape[3] - right] + bias.reshape(1, -1, 1, 1)


def average_pool(data, *, kernel_shape, strides, pads, count_include_pad):
    assert not count_include_pad
    total, count = 0, 0
    for _, _, pixels, inside in pooled(data, kernel_shape, strides, [1, 1], pads):
        total, count = total + pixels, count + inside
    return total / count


def resize(data, roi, scales=None, sizes=None, *, mode, coordinate_transformation_mode):
    assert mode == b"linear" and roi is None
    for axis in (2, 3):
        size = data.shape[axis]
        new = int(sizes[axis]) if sizes is not None else int(np.floor(size * scales[axis]))
        scale = float(scales[axis]) if scales is not None else new / size
        at = np.arange(new, dtype=np.float64)
        at = {
            b"half_pixel": lambda: (at + 0.5) / scale - 0.5,
            b"align_corners": lambda: at * (size - 1) / (new - 1) if new > 1 else at * 0,
            b"asymmetric": lambda: at / scale,
        }[coordinate_transformation_mode]()
        at = np.clip(at, 0, size - 1)
        low = np.floor(at).astype(int)
        part = (at - low).reshape((-1,) + (1,) * (3 - axis))
        data = np.take(data, low, axis) * (1 - part) + np.take(data, np.minimum(low + 1, size - 1), axis) * part
    return data


def dequantize(data, scale, *, axis=1):
    if scale.ndim:
        scale = scale.reshape([-1 if i == axis else 1 for i in range(data.ndim)])
    return data * scale


def shifted(a, b, *, direction):
    return np.left_shift(a, b) if direction == b"LEFT" else np.right_shift(a, b)


def split(data, sizes, *, axis):
    return np.split(data, np.cumsum(sizes)[:-1], axis)


TYPES = {1: np.float32, 6: np.int32, 10: np.float16}
KERNELS = {
    "Add": lambda a, b: a + b,
    "AveragePool": average_pool,
    "BitShift": shifted,
    "Cast": lambda data, *, to: data.astype(TYPES[to]),
    "Clip": lambda data, least, most: np.clip(data, least, most),
    "Concat": lambda *parts, axis: np.concatenate(parts, axis),
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "DequantizeLinear": dequantize,
    "Gather": lambda data, at, *, axis=0: np.take(data, at, axis),
    "GlobalAveragePool": lambda data: data.mean((2, 3), keepdims=True),
    "HardSigmoid": lambda data, *, alpha, beta: np.clip(alpha * data + beta, 0, 1),
    "Mul": lambda a, b: a * b,
    "ReduceSum": lambda data, axes, *, keepdims: data.sum(tuple(axes), keepdims=bool(keepdims)),
    "Relu": lambda data: np.maximum(data, 0),
    "Reshape": lambda data, shape: data.reshape(shape),
    "Resize": resize,
    "Sigmoid": lambda data: 1 / (1 + np.exp(-np.clip(data, -700, 700))),
    "Split": split,
    "Transpose": lambda data, *, perm: data.transpose(perm),
}
