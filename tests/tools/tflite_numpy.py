"""Computes a TFLite model by NumPy, slowly and plainly, in float64: what a converted model is compared with.

It has its own reading of the operators, from TensorFlow Lite's reference kernels, and shares only the file's reader
with the converter.
"""

import struct

import numpy as np


def run(model, *inputs):
    """The outputs of a tflite_file.Model."""
    values = {i: np.asarray(t.data, np.float64) for i, t in enumerate(model.tensors) if t.data is not None}
    values.update(zip(model.inputs, (np.asarray(data, np.float64) for data in inputs), strict=True))
    for operator in model.operators:
        made = KERNELS[operator.name](operator, *(values[i] for i in operator.inputs if i >= 0))
        expected = model.tensors[operator.outputs[0]].shape
        assert made.shape == expected, f"{operator.name} made {made.shape}, and the file says {expected}"
        values[operator.outputs[0]] = made
    return [values[i] for i in model.outputs]


def activated(operator, data):
    code = operator.options.get("activation", 0)
    return {0: lambda: data, 1: lambda: np.maximum(data, 0), 3: lambda: np.clip(data, 0, 6)}[code]()


def window(size, filter, stride, dilation, padding):
    """How many results there are, and for each tap the input's index for each result; an index outside is no pixel."""
    span = dilation * (filter - 1) + 1
    if padding == 0:
        count = (size + stride - 1) // stride
        before = max(0, (count - 1) * stride + span - size) // 2
    else:
        count = (size - span + stride) // stride
        before = 0
    return count, [[r * stride - before + tap * dilation for r in range(count)] for tap in range(filter)]


def taps(operator, data, filter_h, filter_w):
    """For each tap (y, x): its pixels for each result, 0 outside the picture, and where they are inside."""
    o = operator.options
    n, height, width, channels = data.shape
    _, rows = window(height, filter_h, o["stride_h"], o.get("dilation_h", 1), o["padding"])
    _, columns = window(width, filter_w, o["stride_w"], o.get("dilation_w", 1), o["padding"])
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            inside_y = np.array([0 <= r < height for r in row])
            inside_x = np.array([0 <= c < width for c in column])
            picked = data[:, np.clip(row, 0, height - 1)][:, :, np.clip(column, 0, width - 1)]
            inside = (inside_y[:, None] & inside_x[None, :])[None, :, :, None]
            yield y, x, picked * inside, inside


def conv(operator, data, weights, bias=0.0):
    outputs, filter_h, filter_w, depth = weights.shape
    groups = data.shape[3] // depth
    parts = []
    for group in range(groups):
        own = weights[group * outputs // groups : (group + 1) * outputs // groups]
        total = 0.0
        for y, x, pixels, _ in taps(operator, data[..., group * depth : (group + 1) * depth], filter_h, filter_w):
            total = total + pixels @ own[:, y, x, :].T
        parts.append(total)
    return activated(operator, np.concatenate(parts, axis=3) + bias)


def depthwise(operator, data, weights, bias=0.0):
    _, filter_h, filter_w, outputs = weights.shape
    multiplier = outputs // data.shape[3]
    total = 0.0
    for y, x, pixels, _ in taps(operator, data, filter_h, filter_w):
        total = total + np.repeat(pixels, multiplier, axis=3) * weights[0, y, x, :]
    return activated(operator, total + bias)


def average_pool(operator, data):
    total, count = 0.0, 0.0
    for _, _, pixels, inside in taps(operator, data, operator.options["filter_h"], operator.options["filter_w"]):
        total, count = total + pixels, count + inside
    return activated(operator, total / count)


def transpose_conv_bias(operator, data, weights, bias):
    padding, stride_w, stride_h = struct.unpack("<iii", operator.custom)
    n, height, width, _ = data.shape
    outputs, filter_h, filter_w, _ = weights.shape
    cut_h = cut_w = 0
    if padding == 1:
        cut_h = max(0, filter_h - (height - 1) % stride_h - 1)
        cut_w = max(0, filter_w - (width - 1) % stride_w - 1)
    result_h, result_w = stride_h * (height - 1) + filter_h - cut_h, stride_w * (width - 1) + filter_w - cut_w
    result = np.zeros((n, result_h, result_w, outputs)) + bias
    for y in range(height):
        for x in range(width):
            for fy in range(filter_h):
                for fx in range(filter_w):
                    ry, rx = y * stride_h - cut_h // 2 + fy, x * stride_w - cut_w // 2 + fx
                    if 0 <= ry < result_h and 0 <= rx < result_w:
                        result[:, ry, rx] += data[:, y, x] @ weights[:, fy, fx, :].T
    return result


def resize_axis(size, result, corners, half):
    """For each result: two indices and the second one's weight."""
    scale = (size - 1) / (result - 1) if corners and result > 1 else size / result
    for r in range(result):
        at = (r + 0.5) * scale - 0.5 if half else r * scale
        low, high = max(int(np.floor(at)), 0), min(int(np.ceil(at)), size - 1)
        yield min(low, size - 1), high, at - low


def resize(operator, data, size):
    o = operator.options
    for axis in (1, 2):
        lines = []
        for low, high, weight in resize_axis(
            data.shape[axis], int(size[axis - 1]), o["align_corners"], o["half_pixel_centers"]
        ):
            lines.append(np.take(data, low, axis) * (1 - weight) + np.take(data, high, axis) * weight)
        data = np.stack(lines, axis)
    return data


KERNELS = {
    "ADD": lambda operator, a, b: activated(operator, a + b),
    "AVERAGE_POOL_2D": average_pool,
    "CONV_2D": conv,
    "Convolution2DTransposeBias": transpose_conv_bias,
    "DEPTHWISE_CONV_2D": depthwise,
    "DEQUANTIZE": lambda operator, data: data,
    "HARD_SWISH": lambda operator, data: data * np.clip(data + 3, 0, 6) / 6,
    "LOGISTIC": lambda operator, data: 1 / (1 + np.exp(-np.clip(data, -700, 700))),
    "MEAN": lambda operator, data, axes: data.mean(axis=tuple(int(a) for a in axes.flat), keepdims=True),
    "MUL": lambda operator, a, b: activated(operator, a * b),
    "RELU": lambda operator, data: np.maximum(data, 0),
    "RELU6": lambda operator, data: np.clip(data, 0, 6),
    "RESIZE_BILINEAR": resize,
}
