"""Converts a TFLite model to ONNX: opset 13 and IR version 7, which ONNX Runtime 1.11 and later run."""

import pathlib

import onnx
from onnx import TensorProto, checker, helper

from . import files, modelinfo, operators, tflite_file
from .files import Problem

OPSET, IR_VERSION = 13, 7


def convert(source: pathlib.Path, target: pathlib.Path) -> list[pathlib.Path]:
    """Converts a file; returns the paths of the model and its modelinfo."""
    if source.resolve() == target.resolve():
        raise Problem(f"{target} is the model itself. Give the result another name.")
    model = to_onnx(tflite_file.read(source), str(source))
    files.write(target, model.SerializeToString())
    return [target, modelinfo.write(model, target, target.stem)]


def to_onnx(model: tflite_file.Model, name: str) -> onnx.ModelProto:
    """`name` is for errors."""
    check_operators(model, name)
    try:
        graph = operators.Graph(model)
        # The names that callers use come first, so that they are as in the file.
        ends = {tensor: graph.unique(model.tensors[tensor].name) for tensor in (*model.inputs, *model.outputs)}
        for tensor in model.inputs:
            graph.rename(tensor, graph.unique(f"{ends[tensor]}_nchw"))
            graph.add("Transpose", [ends[tensor]], graph.name(tensor), perm=[0, 3, 1, 2])
        for tensor in model.outputs:
            if tensor in model.inputs or tensor in graph.constants:
                raise Problem("an output is an input or a constant.")
            graph.rename(tensor, graph.unique(f"{ends[tensor]}_nchw"))
        for operator in model.operators:
            operators.TABLE[operator.name][1](graph, operator)
        for tensor in model.outputs:
            graph.add("Transpose", [graph.name(tensor)], ends[tensor], perm=[0, 2, 3, 1])
        return _finish(graph, ends)
    except Problem as problem:
        raise Problem(f"{name} cannot be converted: {problem}") from None


def check_operators(model: tflite_file.Model, name: str) -> None:
    """Names all operators that cannot be converted at once."""
    unknown = sorted({operator.name for operator in model.operators if operator.name not in operators.TABLE})
    if unknown:
        raise Problem(
            f"{name} cannot be converted: {', '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} not known. "
            f"Known are {', '.join(operators.TABLE)}."
        )
    for operator in model.operators:
        least = operators.TABLE[operator.name][0]
        if len(operator.inputs) < least or min(operator.inputs[:least]) < 0 or len(operator.outputs) != 1:
            raise Problem(f"{name} cannot be converted: {operator.name} has too few inputs or not one output.")


def _finish(graph: operators.Graph, ends: dict[int, str]) -> onnx.ModelProto:
    model = graph.model
    for tensor in ends:
        graph.shape(tensor)
        if model.tensors[tensor].type != "float32":
            raise Problem(f"{model.tensors[tensor].name} is {model.tensors[tensor].type}, not float32.")

    def values(tensors: list[int]) -> list[onnx.ValueInfoProto]:
        return [helper.make_tensor_value_info(ends[i], TensorProto.FLOAT, model.tensors[i].shape) for i in tensors]

    body = helper.make_graph(
        graph.nodes, model.description or "model", values(model.inputs), values(model.outputs), graph.initializers
    )
    made = helper.make_model(
        body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="quad-models"
    )
    try:
        checker.check_model(made)
        onnx.shape_inference.infer_shapes(made, strict_mode=True, check_type=True)
    except (checker.ValidationError, onnx.shape_inference.InferenceError) as why:
        raise Problem(f"the shapes do not fit: {str(why).strip().splitlines()[0]}") from None
    return made
