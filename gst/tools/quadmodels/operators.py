"""The table of TFLite's operators: each is a function that adds ONNX nodes (opset 13) to a Graph.

TFLite's tensors are NHWC. In the ONNX graph they are NCHW, from the transpose behind each input to the one before each
output, so that no other transpose is needed.
"""

import struct
from collections.abc import Callable

import numpy as np
import onnx
from onnx import helper, numpy_helper

from .files import Problem
from .tflite_file import Model, Operator

_SAME, _VALID = 0, 1
_NONE, _RELU, _RELU6 = 0, 1, 3


class Graph:
    """The ONNX graph that is built, and the names that TFLite's tensors have in it."""

    def __init__(self, model: Model):
        self.model = model
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.constants = {i: tensor.data for i, tensor in enumerate(model.tensors) if tensor.data is not None}
        self._taken: set[str] = set()
        self._names: dict[int, str] = {}

    def unique(self, name: str) -> str:
        name, base, number = name or "tensor", name or "tensor", 1
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name

    def name(self, tensor: int) -> str:
        """The name of a TFLite tensor's NCHW form."""
        if tensor not in self._names:
            self._names[tensor] = self.unique(self.model.tensors[tensor].name)
        return self._names[tensor]

    def rename(self, tensor: int, name: str) -> None:
        self._names[tensor] = name

    def shape(self, tensor: int) -> tuple[int, int, int, int]:
        """The shape in TFLite: N, H, W, C."""
        shape = self.model.tensors[tensor].shape
        if len(shape) != 4:
            raise Problem(f"tensor {self.model.tensors[tensor].name} has {len(shape)} dimensions, not 4.")
        return shape

    def constant(self, tensor: int) -> np.ndarray:
        """A constant as float32, or int32 where it is one."""
        name = self.model.tensors[tensor].name if tensor >= 0 else "that is left out"
        if tensor not in self.constants:
            raise Problem(f"tensor {name} has to be a constant.")
        data = self.constants[tensor]
        if data.dtype.kind == "i" and data.dtype.itemsize >= 4:
            return data
        if data.dtype not in (np.float16, np.float32):
            raise Problem(f"tensor {name} is {data.dtype}: quantized models cannot be converted.")
        return data.astype(np.float32)

    def add_constant(self, name: str, data: np.ndarray) -> str:
        name = self.unique(name)
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(data), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))

    def add_activated(self, kind: str, inputs: list[str], operator: Operator, **attributes) -> None:
        """Adds a node and the activation that TFLite has fused with it."""
        output = self.name(operator.outputs[0])
        activation = operator.options.get("activation", _NONE)
        if activation == _NONE:
            self.add(kind, inputs, output, **attributes)
            return
        inner = self.unique(f"{output}_linear")
        self.add(kind, inputs, inner, **attributes)
        if activation == _RELU:
            self.add("Relu", [inner], output)
        elif activation == _RELU6:
            self.add("Clip", [inner, *_limits(self, output)], output)
        else:
            raise Problem(f"activation {activation} of {operator.name} is not known.")

    def operand(self, tensor: int) -> str:
        """An operand of arithmetic: a tensor, or a constant in NCHW."""
        if tensor not in self.constants:
            self.shape(tensor)
            return self.name(tensor)
        data = self.constant(tensor)
        data = data.reshape((1,) * (4 - data.ndim) + data.shape)
        return self.add_constant(self.model.tensors[tensor].name, data.transpose(0, 3, 1, 2))


def same_padding(size: int, filter: int, stride: int, dilation: int) -> tuple[int, int]:
    """TFLite's SAME: ceil (size / stride) results; of an odd padding the larger part is behind."""
    span = (filter - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + span - size, 0)
    return total // 2, total - total // 2


def _pads(operator: Operator, shape: tuple[int, ...], filter: tuple[int, int]) -> list[int]:
    """ONNX's pads: before in y and x, behind in y and x."""
    options = operator.options
    if options["padding"] == _VALID:
        return [0, 0, 0, 0]
    y = same_padding(shape[1], filter[0], options["stride_h"], options.get("dilation_h", 1))
    x = same_padding(shape[2], filter[1], options["stride_w"], options.get("dilation_w", 1))
    return [y[0], x[0], y[1], x[1]]


def _limits(graph: Graph, name: str) -> list[str]:
    return [graph.add_constant(f"{name}_{end}", np.float32(value)) for end, value in (("least", 0), ("most", 6))]


def _check_strides(operator: Operator, *more: str) -> None:
    if any(operator.options[name] < 1 for name in ("stride_h", "stride_w", *more)) or operator.options["padding"] > 1:
        raise Problem(f"{operator.name} has a stride, size or padding that is not valid.")


def _convolve(graph: Graph, operator: Operator, weights: np.ndarray, group: int) -> None:
    """`weights` are OIHW."""
    _check_strides(operator, "dilation_h", "dilation_w")
    source, filter, *bias = operator.inputs
    options, output = operator.options, graph.name(operator.outputs[0])
    inputs = [graph.name(source), graph.add_constant(f"{output}_weights", weights)]
    if bias and bias[0] >= 0:
        inputs.append(graph.add_constant(f"{output}_bias", graph.constant(bias[0])))
    graph.add_activated(
        "Conv",
        inputs,
        operator,
        kernel_shape=list(weights.shape[2:]),
        strides=[options["stride_h"], options["stride_w"]],
        dilations=[options["dilation_h"], options["dilation_w"]],
        pads=_pads(operator, graph.shape(source), weights.shape[2:]),
        group=group,
    )


def _conv(graph: Graph, operator: Operator) -> None:
    weights = _filter(graph, operator)
    channels = graph.shape(operator.inputs[0])[3]
    if channels % weights.shape[3]:
        raise Problem(f"CONV_2D has {channels} channels and weights for {weights.shape[3]}.")
    _convolve(graph, operator, weights.transpose(0, 3, 1, 2), channels // weights.shape[3])


def _depthwise(graph: Graph, operator: Operator) -> None:
    weights = _filter(graph, operator)
    channels = graph.shape(operator.inputs[0])[3]
    if weights.shape[0] != 1 or weights.shape[3] % channels:
        raise Problem(f"DEPTHWISE_CONV_2D has {channels} channels and weights of the shape {weights.shape}.")
    _convolve(graph, operator, weights.transpose(3, 0, 1, 2), channels)


def _filter(graph: Graph, operator: Operator) -> np.ndarray:
    weights = graph.constant(operator.inputs[1])
    if weights.ndim != 4:
        raise Problem(f"{operator.name} has weights of {weights.ndim} dimensions, not 4.")
    return weights


def _transpose_conv_bias(graph: Graph, operator: Operator) -> None:
    """MediaPipe's operator. Its options are TfLiteTransposeConvParams: padding, stride_width, stride_height.

    Padding is 1 for SAME and 2 for VALID. Input pixel i meets result pixels i * stride - before and the following. SAME
    takes max (0, filter - (size - 1) % stride - 1) from the whole result, of an odd number the larger part behind.
    """
    if len(operator.custom) != 12:
        raise Problem(f"{operator.name} has options of {len(operator.custom)} bytes, not 12.")
    padding, stride_w, stride_h = struct.unpack("<3i", operator.custom)
    if padding not in (1, 2) or stride_w < 1 or stride_h < 1:
        raise Problem(f"{operator.name} has a stride or padding that is not valid.")
    weights = _filter(graph, operator)
    shape, output = graph.shape(operator.inputs[0]), graph.name(operator.outputs[0])
    cut = [0, 0]
    if padding == 1:
        for axis, stride in enumerate((stride_h, stride_w)):
            cut[axis] = max(0, weights.shape[1 + axis] - (shape[1 + axis] - 1) % stride - 1)
    inputs = [
        graph.name(operator.inputs[0]),
        graph.add_constant(f"{output}_weights", weights.transpose(3, 0, 1, 2)),
        graph.add_constant(f"{output}_bias", graph.constant(operator.inputs[2])),
    ]
    graph.add(
        "ConvTranspose",
        inputs,
        output,
        kernel_shape=list(weights.shape[1:3]),
        strides=[stride_h, stride_w],
        pads=[cut[0] // 2, cut[1] // 2, cut[0] - cut[0] // 2, cut[1] - cut[1] // 2],
    )


def _average_pool(graph: Graph, operator: Operator) -> None:
    _check_strides(operator, "filter_h", "filter_w")
    options, source = operator.options, operator.inputs[0]
    filter, size = (options["filter_h"], options["filter_w"]), graph.shape(source)[1:3]
    if filter == size and graph.shape(operator.outputs[0])[1:3] == (1, 1):
        graph.add_activated("GlobalAveragePool", [graph.name(source)], operator)
        return
    graph.add_activated(
        "AveragePool",
        [graph.name(source)],
        operator,
        kernel_shape=list(filter),
        strides=[options["stride_h"], options["stride_w"]],
        pads=_pads(operator, graph.shape(source), filter),
        count_include_pad=0,
    )


def _mean(graph: Graph, operator: Operator) -> None:
    axes = sorted(int(axis) % 4 for axis in graph.constant(operator.inputs[1]).flat)
    if axes != [1, 2] or not operator.options["keep_dims"]:
        raise Problem("MEAN can be converted over the height and the width only, with keep_dims.")
    graph.shape(operator.inputs[0])
    graph.add("GlobalAveragePool", [graph.name(operator.inputs[0])], graph.name(operator.outputs[0]))


def _resize(graph: Graph, operator: Operator) -> None:
    source, output = operator.inputs[0], graph.name(operator.outputs[0])
    old, new = graph.shape(source), [int(size) for size in graph.constant(operator.inputs[1]).flat]
    corners, half = operator.options["align_corners"], operator.options["half_pixel_centers"]
    if corners and half:
        raise Problem("RESIZE_BILINEAR has both align_corners and half_pixel_centers.")
    mode = "align_corners" if corners else "half_pixel" if half else "asymmetric"
    # Whole factors stay right if the model gets another input size.
    if len(new) == 2 and all(b % a == 0 for a, b in zip(old[1:3], new)):
        factors = np.array([1, 1, new[0] // old[1], new[1] // old[2]], np.float32)
        inputs = [graph.name(source), "", graph.add_constant(f"{output}_scales", factors)]
    elif len(new) == 2:
        sizes = np.array([old[0], old[3], *new], np.int64)
        inputs = [graph.name(source), "", "", graph.add_constant(f"{output}_sizes", sizes)]
    else:
        raise Problem(f"RESIZE_BILINEAR has a size of {len(new)} numbers, not 2.")
    graph.add("Resize", inputs, output, mode="linear", coordinate_transformation_mode=mode)


def _dequantize(graph: Graph, operator: Operator) -> None:
    """Weights of 16 bits: folded, so that no node is left."""
    data = graph.constants.get(operator.inputs[0])
    if data is None or data.dtype != np.float16:
        raise Problem("DEQUANTIZE can be converted for float16 constants only: quantized models cannot be converted.")
    graph.constants[operator.outputs[0]] = data.astype(np.float32)


def _hard_swish(graph: Graph, operator: Operator) -> None:
    """x * relu6 (x + 3) / 6; opset 13 has no HardSwish."""
    source, output = graph.name(operator.inputs[0]), graph.name(operator.outputs[0])
    inner = graph.unique(f"{output}_gate")
    graph.add("HardSigmoid", [source], inner, alpha=1 / 6, beta=0.5)
    graph.add("Mul", [source, inner], output)


def _arithmetic(kind: str) -> Callable[[Graph, Operator], None]:
    def convert(graph: Graph, operator: Operator) -> None:
        graph.add_activated(kind, [graph.operand(tensor) for tensor in operator.inputs[:2]], operator)

    return convert


def _plain(kind: str) -> Callable[[Graph, Operator], None]:
    def convert(graph: Graph, operator: Operator) -> None:
        graph.add(kind, [graph.name(operator.inputs[0])], graph.name(operator.outputs[0]))

    return convert


def _relu6(graph: Graph, operator: Operator) -> None:
    output = graph.name(operator.outputs[0])
    graph.add("Clip", [graph.name(operator.inputs[0]), *_limits(graph, output)], output)


# By name: how many inputs the operator has at least, and the function.
TABLE: dict[str, tuple[int, Callable[[Graph, Operator], None]]] = {
    "ADD": (2, _arithmetic("Add")),
    "AVERAGE_POOL_2D": (1, _average_pool),
    "CONV_2D": (2, _conv),
    "Convolution2DTransposeBias": (3, _transpose_conv_bias),
    "DEPTHWISE_CONV_2D": (2, _depthwise),
    "DEQUANTIZE": (1, _dequantize),
    "HARD_SWISH": (1, _hard_swish),
    "LOGISTIC": (1, _plain("Sigmoid")),
    "MEAN": (2, _mean),
    "MUL": (2, _arithmetic("Mul")),
    "RELU": (1, _plain("Relu")),
    "RELU6": (1, _relu6),
    "RESIZE_BILINEAR": (2, _resize),
}
