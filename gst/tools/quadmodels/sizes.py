"""Other input sizes for an ONNX model, where its graph allows them."""

import onnx
from onnx import helper, shape_inference

from .files import Problem

_WINDOWS = {"AveragePool", "Conv", "ConvTranspose", "MaxPool"}


def picture_axes(model: onnx.ModelProto) -> tuple[int, int]:
    """The axes of height and width of the input: of NHWC or NCHW."""
    shape = _shape(model.graph.input[0])
    if len(shape) == 4 and shape[3] <= 4:
        return 1, 2
    if len(shape) == 4 and shape[1] <= 4:
        return 2, 3
    raise Problem(f"the input of the shape {shape} is no picture of up to four channels.")


def step_of(model: onnx.ModelProto) -> int:
    """How many pixels of the input a pixel of the smallest layer is."""
    height = _shape(model.graph.input[0])[picture_axes(model)[0]]
    shapes = _inferred(model)
    least = min((shape[2] for shape in shapes.values() if len(shape) == 4 and 1 < shape[2] <= height), default=height)
    return max(height // least, 1)


def usual_sizes(model: onnx.ModelProto) -> list[tuple[int, int]]:
    """About a half, three quarters and five quarters of the model's own size, as (width, height)."""
    shape, step = _shape(model.graph.input[0]), step_of(model)
    height, width = (shape[axis] for axis in picture_axes(model))
    found = []
    for factor in (0.5, 0.75, 1.25):
        size = tuple(max(int(length * factor / step + 0.5), 1) * step for length in (width, height))
        if size != (width, height) and size not in found:
            found.append(size)
    return found


def resize(model: onnx.ModelProto, width: int, height: int) -> None:
    """Changes a model's input size in place. A Problem says what in the graph is only for the old size."""
    before = _inferred(model)
    for node in model.graph.node:
        if node.op_type == "Resize" and len(node.input) > 3 and node.input[3]:
            raise Problem(f"{node.op_type} {node.output[0]} gives a fixed size.")
        if node.op_type in ("Reshape", "Expand"):
            raise Problem(f"{node.op_type} {node.output[0]} may give a fixed size.")
    axes, step = picture_axes(model), step_of(model)
    ratios = []
    for axis, size in zip(axes, (height, width)):
        dim = model.graph.input[0].type.tensor_type.shape.dim[axis]
        ratios.append(size / dim.dim_value)
        dim.dim_value = size
    old_output = _shape(model.graph.output[0])
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    try:
        after = _inferred(model)
    except Problem:
        raise Problem(f"its layers do not meet at this size; take multiples of {step}.") from None
    _check_windows(model, before, after, step)
    for value in model.graph.output:
        kind = value.type.tensor_type
        value.CopyFrom(helper.make_tensor_value_info(value.name, kind.elem_type, after[value.name]))
    new_output = _shape(model.graph.output[0])
    wanted = [round(old * ratio) for old, ratio in zip((old_output[axis] for axis in axes), ratios)]
    if [new_output[axis] for axis in axes] != wanted:
        raise Problem(f"the output would be {new_output}.")


def _check_windows(
    model: onnx.ModelProto, before: dict[str, list[int]], after: dict[str, list[int]], step: int
) -> None:
    """A layer's padding was made for its input's size; it is right for another one with the same rest by the stride."""
    for node in model.graph.node:
        if node.op_type not in _WINDOWS:
            continue
        strides = next((list(made.ints) for made in node.attribute if made.name == "strides"), [1, 1])
        for axis, stride in zip((2, 3), strides):
            old, new = before[node.input[0]][axis], after[node.input[0]][axis]
            if old % stride != new % stride:
                raise Problem(
                    f"{node.op_type} {node.output[0]} would get {new} pixels, and its padding is for {old}; "
                    f"take multiples of {step}."
                )


def _shape(value: onnx.ValueInfoProto) -> list[int]:
    return [dim.dim_value for dim in value.type.tensor_type.shape.dim]


def _inferred(model: onnx.ModelProto) -> dict[str, list[int]]:
    """The shapes of all tensors."""
    try:
        made = shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    except shape_inference.InferenceError:
        raise Problem("the shapes of its layers cannot be found.") from None
    graph = made.graph
    return {value.name: _shape(value) for value in (*graph.input, *graph.value_info, *graph.output)}
