#!/usr/bin/env python3
"""Variants of a model: what is stored gives the weights back, other sizes are what a model of that size would be."""

import contextlib
import io
import itertools
import json
import lzma
import pathlib
import struct
import tempfile
import unittest
import zlib

import needed  # noqa: F401, before what may be missing

import cases
import numpy as np
import onnx
import onnx_numpy
from onnx import numpy_helper
from quadmodels import cli, convert, files, onnx_runtime, sizes, tflite_file, variants, weights
from tflite_builder import Graph

KINDS = ["float", "fp16-weights", "fp16", "int8-tensor", "int8-channel"]
# Mean differences of the small network's result, which is from 0 to 1.
CLOSE = {"float": 1e-6, "fp16": 0.002, "int8": 0.01, "palette8": 0.01, "palette6": 0.03, "palette4": 0.1}
KINDS += [f"palette{bits}-{each}" for bits in (8, 6, 4) for each in ("tensor", "channel")]


def network(height, width, seed=5):
    """A small network with all that MediaPipe's have: strides, a gate, a resize and a transposed convolution."""
    rng = np.random.default_rng(seed)
    graph = Graph()

    def noise(*shape):
        return graph.half(rng.normal(size=shape) * 0.3)

    def conv(name, source, weights, shape, stride=1):
        options = {"stride_h": stride, "stride_w": stride, "dilation_h": 1, "dilation_w": 1}
        return graph.add(name, [source, noise(*weights), noise(shape[3])], shape, options)

    half, quarter = (1, height // 2, width // 2, 16), (1, height // 4, width // 4, 16)
    source = graph.input((1, height, width, 3), name="picture")
    first = graph.add("HARD_SWISH", [conv("CONV_2D", source, (16, 3, 3, 3), half, 2)], half)
    deep = conv("DEPTHWISE_CONV_2D", first, (1, 5, 5, 16), quarter, 2)
    mean = graph.add("MEAN", [deep, graph.tensor((), np.array([1, 2], np.int32))], (1, 1, 1, 16), {"keep_dims": True})
    gate = graph.add("LOGISTIC", [conv("CONV_2D", mean, (16, 1, 1, 16), (1, 1, 1, 16))], (1, 1, 1, 16))
    deep = graph.add("MUL", [deep, gate], quarter)
    target = graph.tensor((), np.array(half[1:3], np.int32))
    large = graph.add("RESIZE_BILINEAR", [deep, target], half, {"half_pixel_centers": True})
    both = graph.add("ADD", [conv("CONV_2D", large, (16, 3, 3, 16), half), first], half)
    custom = struct.pack("<iii", 1, 2, 2)
    inputs = [both, noise(1, 2, 2, 16), noise(1)]
    mask = graph.add("Convolution2DTransposeBias", inputs, (1, height, width, 1), {}, custom)
    graph.outputs = [graph.add("LOGISTIC", [mask], (1, height, width, 1))]
    return convert.to_onnx(tflite_file.parse(graph.bytes(), "network"), "network")


def one_conv(data):
    """A model of one convolution with these weights, OHWI."""
    graph = Graph()
    outputs, height, width, inputs = data.shape
    source = graph.input((1, height, width, inputs))
    options = {"stride_h": 1, "stride_w": 1, "dilation_h": 1, "dilation_w": 1, "padding": 1}
    constant = graph.tensor((), data.astype(np.float32))
    graph.outputs = [graph.add("CONV_2D", [source, constant], (1, 1, 1, outputs), options)]
    return convert.to_onnx(tflite_file.parse(graph.bytes(), "conv"), "conv")


def stored_weights(model):
    """What the nodes make of what is stored, for the convolutions in their order."""
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    values = onnx_numpy.tensors(model, np.zeros(shape, np.float32))
    return [values[node.input[1]] for node in model.graph.node if node.op_type in ("Conv", "ConvTranspose")]


def changed(model, change, *arguments, **named):
    made = onnx.ModelProto()
    made.CopyFrom(model)
    change(made, *arguments, **named)
    onnx.checker.check_model(made)
    return made


class Weights(unittest.TestCase):
    def test_int8(self):
        """Each weight is within half a step; channels of very different sizes keep theirs with a scale each."""
        rng = np.random.default_rng(2)
        data = rng.normal(size=(6, 3, 3, 4)) * 10.0 ** np.arange(-3, 3).reshape(6, 1, 1, 1)
        data[3] = 0
        model = one_conv(data)
        exact = stored_weights(model)[0]
        for channels in (False, True):
            made = stored_weights(changed(model, weights.int8, channels))[0]
            most = np.abs(exact).max(axis=(1, 2, 3) if channels else None, keepdims=True)
            self.assertTrue((np.abs(made - exact) <= most / 254 * 1.001).all(), channels)
        self.assertTrue((made[3] == 0).all())

    def test_int8_of_transposed(self):
        model = network(16, 16)
        exact = stored_weights(model)
        made = changed(model, weights.int8, True)
        for a, b in zip(exact, stored_weights(made), strict=True):
            self.assertLessEqual(np.abs(a - b).max(), np.abs(a).max() / 250)
        # Its weights are input channels first; the scales are for the output's, of which there is one.
        name = next(node.input[1] for node in model.graph.node if node.op_type == "ConvTranspose")
        scale = next(i for i in made.graph.initializer if i.name == f"{name}.scale")
        self.assertEqual(list(scale.dims), [1])

    def test_packing(self):
        """Few enough values are kept exactly, for all numbers of weights modulo the packing."""
        rng = np.random.default_rng(3)
        for bits, width in itertools.product((4, 6, 8), (101, 102, 103, 104)):
            with self.subTest(bits=bits, width=width):
                values = (rng.permutation(1000)[: 1 << bits] / 512 - 1).astype(np.float16)
                model = one_conv(rng.choice(values, (5, 1, width, 3)))
                made = changed(model, weights.palettes, bits, False)
                self.assertLess(len(made.SerializeToString()), len(model.SerializeToString()))
                np.testing.assert_array_equal(stored_weights(made)[0], stored_weights(model)[0])

    def test_palettes(self):
        """More bits are closer, and never further off than an even palette would be."""
        rng = np.random.default_rng(4)
        model = one_conv(rng.normal(size=(32, 3, 3, 16)) * rng.uniform(0.01, 2, (32, 1, 1, 1)))
        exact, size = stored_weights(model)[0], len(model.SerializeToString())
        for channels in (False, True):
            errors, lengths = [], []
            for bits in (8, 6, 4):
                made = changed(model, weights.palettes, bits, channels)
                lengths.append(len(made.SerializeToString()))
                errors.append(np.sqrt(((stored_weights(made)[0] - exact) ** 2).mean()))
                self.assertLess(errors[-1], np.ptp(exact) / ((1 << bits) - 1) / np.sqrt(12))
            self.assertEqual(errors, sorted(errors))
            self.assertEqual([size, *lengths], sorted([size, *lengths], reverse=True))

    def test_small_tensors_stay(self):
        """A tensor that a palette would make larger is stored as it was."""
        model = one_conv(np.ones((2, 1, 1, 3)))
        made = changed(model, weights.palettes, 8, True)
        self.assertEqual(made.SerializeToString(), model.SerializeToString())

    def test_half(self):
        model = network(16, 16)
        made = changed(model, weights.half_weights)
        for a, b in zip(stored_weights(model), stored_weights(made), strict=True):
            np.testing.assert_array_equal(a, b)  # they came from float16
        self.assertLess(len(made.SerializeToString()), 0.75 * len(model.SerializeToString()))
        made = changed(model, weights.half)
        kept = [i.name for i in made.graph.initializer if i.data_type == onnx.TensorProto.FLOAT]
        self.assertTrue(all(name.endswith("_scales") for name in kept), kept)
        with self.assertRaisesRegex(files.Problem, "too large for float16"):
            weights.half_weights(one_conv(np.full((2, 5, 5, 3), 1e6)))


class Sizes(unittest.TestCase):
    def test_like_a_model_of_that_size(self):
        model, data = network(16, 32), np.random.default_rng(1).random((1, 24, 20, 3))
        made = changed(model, sizes.resize, 20, 24)
        np.testing.assert_allclose(onnx_numpy.run(made, data), onnx_numpy.run(network(24, 20), data), atol=1e-9)
        self.assertEqual([dim.dim_value for dim in made.graph.output[0].type.tensor_type.shape.dim], [1, 24, 20, 1])

    def test_usual(self):
        self.assertEqual(sizes.usual_sizes(network(16, 32)), [(16, 8), (24, 12), (40, 20)])

    def test_refused(self):
        for width, height in ((18, 16), (16, 17), (16, 18)):
            with self.subTest((width, height)):
                with self.assertRaisesRegex(files.Problem, "take multiples of 4"):
                    sizes.resize(network(16, 16), width, height)


class Variants(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.model = self.folder / "net.onnx"

    def run_tool(self, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            status = cli.main(["variants", str(self.model), str(self.folder / "made"), *arguments])
        return status, said.getvalue()

    def test_all(self):
        model = network(16, 32)
        files.write(self.model, model.SerializeToString())
        status, said = self.run_tool("--size", "40x20", "--size", "17x16")
        self.assertEqual(status, 0, said)
        listing = variants.read(self.folder / "made")
        self.assertEqual([made.name for made in listing.variants], [*KINDS, "size-40x20"])
        self.assertEqual(list(listing.skipped), ["size-17x16"])
        data = np.random.default_rng(1).random((1, 16, 32, 3), np.float32)
        exact = onnx_numpy.run(model, data)
        self.assertGreater(np.ptp(exact), 0.1)  # or the comparison says nothing
        for made in listing.variants:
            with self.subTest(made.name):
                path = self.folder / "made" / made.file
                raw = path.read_bytes()
                self.assertEqual((made.bytes, made.zlib), (len(raw), len(zlib.compress(raw, 9))))
                self.assertEqual(made.xz, len(lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME)))
                if made.name.startswith("size"):
                    self.assertEqual(made.input, [1, 20, 40, 3])
                    continue
                self.assertEqual(made.input, [1, 16, 32, 3])
                difference = np.abs(onnx_numpy.run(onnx.load(str(path)), data) - exact)
                self.assertLess(difference.mean(), CLOSE[made.name.partition("-")[0]])

    def test_runtime(self):
        """ONNX Runtime runs each variant at each level, and computes what NumPy does."""
        try:
            onnx_runtime.library()
        except files.Problem as problem:
            self.skipTest(str(problem))
        files.write(self.model, network(16, 32).SerializeToString())
        listing = variants.make(self.model, self.folder / "made")
        self.assertEqual(len(listing.variants), len(KINDS) + 3)
        for made, level in itertools.product(listing.variants, onnx_runtime.LEVELS):
            with self.subTest(f"{made.name} {level}"):
                path = self.folder / "made" / made.file
                data = np.random.default_rng(1).random(made.input, np.float32)
                result = onnx_runtime.Session(path, level, 1).run(data)
                close = 0.02 if made.name == "fp16" else 2e-5
                self.assertTrue(made.runs)
                self.assertLess(np.abs(result - onnx_numpy.run(onnx.load(str(path)), data)).max(), close)

    def test_modelinfo(self):
        files.write(self.model, network(16, 32).SerializeToString())
        text = b"[modelinfo]\nversion=1.0\n\n[picture]\nranges=-1.0,1.0\n"
        files.write(pathlib.Path(f"{self.model}.modelinfo"), text)
        self.assertEqual(self.run_tool("--size", "40x20")[0], 0)
        text = (self.folder / "made/net-size-40x20.onnx.modelinfo").read_text()
        self.assertEqual(text, "[modelinfo]\nversion=1.0\n\n[picture]\nranges=-1.0,1.0\ndims=1,20,40,3\n\n")

    def test_bad_models(self):
        whole = network(16, 16).SerializeToString()
        plain = onnx.ModelProto.FromString(whole)
        old = one_conv(np.ones((2, 3, 3, 3)))
        old.opset_import[0].version = 12
        free = onnx.ModelProto.FromString(whole)
        free.graph.input[0].type.tensor_type.shape.dim[1].dim_param = "height"
        for made in plain.graph.initializer:
            if made.data_type == onnx.TensorProto.FLOAT:
                made.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(made).astype(np.float64), made.name))
        for data, words in (
            (b"", "is no valid ONNX model"),
            (b"\xff" * 100, "is no ONNX model"),
            (whole[:500], "is no ONNX model"),
            (old.SerializeToString(), "need 13 or newer"),
            (free.SerializeToString(), "no fixed size"),
            (plain.SerializeToString(), "has no float32 weights"),
        ):
            with self.subTest(words):
                self.model.write_bytes(data)
                status, said = self.run_tool()
                self.assertEqual((status, len(said.splitlines())), (1, 1), said)
                self.assertIn(words, said)
                self.assertFalse((self.folder / "made").exists())

    def test_bad_list(self):
        for text in ("", "[]", "{}", json.dumps({"model": "", "runtime": "", "variants": [{}], "skipped": {}})):
            (self.folder / variants.LIST).write_text(text)
            with self.assertRaisesRegex(files.Problem, "is damaged"):
                variants.read(self.folder)

    def test_bad_size(self):
        for size in ("16", "0x4", "ax3", "-4x4"):
            with self.assertRaises(SystemExit) as ended:
                self.run_tool(f"--size={size}")
            self.assertEqual(ended.exception.code, 2)

    def test_bad_runtime(self):
        path = self.folder / "libonnxruntime.so.1"
        path.write_bytes(b"no library")
        with self.assertRaisesRegex(files.Problem, "is no ONNX Runtime"):
            onnx_runtime.library(path)

    def test_real_models(self):
        path = files.default_folder() / "selfie_segmentation.onnx"
        if not path.exists():
            self.skipTest(f"{path} is not there: quad-models fetch selfie")
        listing = variants.make(path, self.folder)
        self.assertEqual([made.name for made in listing.variants[: len(KINDS)]], KINDS)
        self.assertEqual(len(listing.variants), len(KINDS) + 3)
        self.assertEqual(listing.skipped, {})
        size = {made.name: made.bytes for made in listing.variants}
        self.assertLess(size["fp16"], 0.55 * size["float"])
        self.assertLess(size["palette4-tensor"], 0.25 * size["float"])


if __name__ == "__main__":
    cases.main()
