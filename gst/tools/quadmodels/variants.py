"""Writes variants of a float model, to be compared by size, speed and result, and the list of them.

    listing = variants.make(model, folder)      # or variants.read(folder)
    for variant in listing.variants:
        session = onnx_runtime.Session(folder / variant.file, level="all", threads=2)
"""

import dataclasses
import functools
import json
import lzma
import pathlib
import zlib
from collections.abc import Callable, Iterable

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import checker

from . import files, modelinfo, onnx_runtime, sizes, weights
from .files import Problem

LIST = "variants.json"


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    file: str  # its name in the folder
    what: str  # what is stored
    input: list[int]  # the shape
    bytes: int  # of the file
    zlib: int  # bytes of the file compressed so
    xz: int
    runs: bool | None  # whether ONNX Runtime ran it; None if there is none


@dataclasses.dataclass(frozen=True)
class Listing:
    model: str  # the float model's file name
    runtime: str  # the version of ONNX Runtime that ran the variants, or why none did
    variants: list[Variant]
    skipped: dict[str, str]  # names of variants that cannot be made, and why


@dataclasses.dataclass(frozen=True)
class Kind:
    name: str
    what: str
    change: Callable[[onnx.ModelProto], None]


KINDS = (
    Kind("float", "the model as it is", lambda model: None),
    Kind("fp16-weights", "weights and biases in float16, computes in float32", weights.half_weights),
    Kind("fp16", "all in float16 but the input and the output", weights.half),
    *(
        Kind(
            f"int8-{each}",
            f"weights in int8 with a scale for each {each}",
            functools.partial(weights.int8, channels=each == "channel"),
        )
        for each in ("tensor", "channel")
    ),
    *(
        Kind(
            f"palette{bits}-{each}",
            f"weights as indices of {bits} bits{', packed,' if bits < 8 else ''} into {1 << bits} float16 values"
            + (" times a scale for each channel" if each == "channel" else " for each tensor"),
            functools.partial(weights.palettes, bits=bits, channels=each == "channel"),
        )
        for bits in (8, 6, 4)
        for each in ("tensor", "channel")
    ),
)


def size_kind(width: int, height: int) -> Kind:
    what = f"the model for an input of {width}x{height}"
    return Kind(f"size-{width}x{height}", what, lambda model: sizes.resize(model, width, height))


def load(path: pathlib.Path) -> onnx.ModelProto:
    """Reads a model that variants can be made of."""
    model = onnx.ModelProto()
    try:
        model.ParseFromString(files.read(path))
        checker.check_model(model)
    except DecodeError:
        raise Problem(f"{path} is no ONNX model, or it is damaged.") from None
    except checker.ValidationError as why:
        raise Problem(f"{path} is no valid ONNX model: {str(why).strip().splitlines()[0]}") from None
    opset = max((made.version for made in model.opset_import if made.domain in ("", "ai.onnx")), default=0)
    if opset < 13:
        raise Problem(f"{path} is of opset {opset}, and variants need 13 or newer.")
    if len(model.graph.input) != 1 or len(model.graph.output) != 1:
        counts = f"{len(model.graph.input)} inputs and {len(model.graph.output)} outputs"
        raise Problem(f"{path} has {counts}, not one of each.")
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    if not shape or min(shape) < 1:
        raise Problem(f"{path} has an input of no fixed size.")
    weights.weights(model)
    return model


def make(
    path: pathlib.Path,
    folder: pathlib.Path,
    wanted_sizes: Iterable[tuple[int, int]] = (),
    say: Callable[[str], None] = lambda line: None,
) -> Listing:
    """Writes all variants of the model at `path`, and LIST; `say` gets a line for each.

    `wanted_sizes` are (width, height); without any, some that suit the model.
    """
    model = load(path)
    files.make_folder(folder)
    try:
        runtime = onnx_runtime.library().version
    except Problem as problem:
        runtime = f"not run: {problem}"
        say(runtime)
    kinds = list(KINDS)
    found: list[Variant] = []
    skipped: dict[str, str] = {}
    try:
        kinds += [size_kind(*size) for size in (list(wanted_sizes) or sizes.usual_sizes(model))]
    except Problem as problem:
        skipped["size"] = str(problem)
    for kind in kinds:
        try:
            variant = _make_one(path, folder, model, kind, not runtime.startswith("not run"))
        except Problem as problem:
            skipped[kind.name] = str(problem)
            say(f"{kind.name:16} skipped: {problem}")
            continue
        found.append(variant)
        say(_line(variant))
    listing = Listing(path.name, runtime, found, skipped)
    files.write(folder / LIST, (json.dumps(dataclasses.asdict(listing), indent=2) + "\n").encode())
    return listing


def read(folder: pathlib.Path) -> Listing:
    """Reads the list that make() wrote."""
    try:
        raw = json.loads(files.read(folder / LIST))
        raw["variants"] = [Variant(**one) for one in raw["variants"]]
        return Listing(**raw)
    except (ValueError, TypeError, KeyError):
        raise Problem(f"{folder / LIST} is damaged: make the variants again.") from None


def _make_one(path: pathlib.Path, folder: pathlib.Path, model: onnx.ModelProto, kind: Kind, run: bool) -> Variant:
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    kind.change(changed)
    checker.check_model(changed)
    data = changed.SerializeToString()
    shape = [dim.dim_value for dim in changed.graph.input[0].type.tensor_type.shape.dim]
    if run:
        _try(data, shape)
    target = folder / f"{path.stem}-{kind.name}.onnx"
    files.write(target, data)
    modelinfo.carry_over(path, changed, target)
    packed = len(zlib.compress(data, 9)), len(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME))
    return Variant(kind.name, target.name, kind.what, shape, len(data), *packed, True if run else None)


def _try(data: bytes, shape: list[int]) -> None:
    # One thread: those of a pool would wait actively beside whatever else runs.
    result = onnx_runtime.Session(data, threads=1).run(np.random.default_rng(1).random(shape, np.float32))
    if not np.isfinite(result).all():
        raise Problem("its result is not finite.")


def _line(variant: Variant) -> str:
    return f"{variant.name:16}{variant.bytes:>9} bytes, {variant.zlib:>8} by zlib, {variant.xz:>8} by xz"
