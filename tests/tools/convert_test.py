#!/usr/bin/env python3
"""Converted models compute what the TFLite file says: each operator in many shapes, and the real models.

A TFLite file is computed by tflite_numpy, the converted one by onnx_numpy and, where it is found, by ONNX Runtime.
"""

import configparser
import contextlib
import io
import itertools
import pathlib
import random
import struct
import tempfile
import unittest

import needed  # noqa: F401, before what may be missing

import cases
import numpy as np
import onnx
import onnx_numpy
import tflite_numpy
from quadmodels import cli, convert, files, onnx_runtime, tflite_file
from tflite_builder import FIELDS, Graph

SAME, VALID = 0, 1
# Float32 against float64, at values of about 1.
CLOSE = 2e-5
# Of a whole network: ONNX Runtime's fused convolutions and its own exp() round otherwise.
CLOSE_MODEL = 5e-5


def results(model, data):
    """What the converted model computes, by each means that is there: (means, result)."""
    yield "numpy", onnx_numpy.run(model, data)
    with contextlib.suppress(files.Problem):
        onnx_runtime.library()
        for level in ("none", "all"):
            yield f"runtime {level}", onnx_runtime.Session(model.SerializeToString(), level, 1).run(data)


def size_of(size, filter, stride, dilation, padding):
    span = (filter - 1) * dilation + 1
    return -(-size // stride) if padding == SAME else (size - span) // stride + 1


class Operators(unittest.TestCase):
    """Each operator alone: shapes at random, but the product of what matters."""

    def setUp(self):
        self.random = np.random.default_rng(7)

    def noise(self, *shape):
        return self.random.normal(size=shape).astype(np.float32)

    def check(self, graph, *what):
        with self.subTest(" ".join(map(str, what))):
            graph.outputs = graph.outputs or [len(graph.tensors) - 1]
            model = tflite_file.parse(graph.bytes(), "made")
            converted = convert.to_onnx(model, "made")
            data = self.noise(*model.tensors[model.inputs[0]].shape)
            expected = tflite_numpy.run(model, data)[0]
            for means, result in results(converted, data):
                self.assertEqual(result.shape, expected.shape, means)
                self.assertLess(np.abs(result - expected).max(), CLOSE * max(1, np.abs(expected).max()), means)
            # The ends have a transpose each, and nothing else has one.
            kinds = [node.op_type for node in converted.graph.node]
            self.assertEqual(kinds.count("Transpose"), 2)
            self.assertEqual((kinds[0], kinds[-1]), ("Transpose", "Transpose"))
            return converted

    def windows(self, dilations=((1, 1),)):
        """The product of sizes, filters, strides, paddings and dilations that has a result."""
        for (h, w), (fh, fw), (sh, sw), padding, dilation in itertools.product(
            ((8, 8), (7, 9), (5, 12)),
            ((1, 1), (3, 3), (2, 4), (5, 2)),
            ((1, 1), (2, 2), (3, 2)),
            (SAME, VALID),
            dilations,
        ):
            new = size_of(h, fh, sh, dilation[0], padding), size_of(w, fw, sw, dilation[1], padding)
            if min(new) > 0:
                yield (h, w), (fh, fw), new, {"stride_h": sh, "stride_w": sw, "padding": padding}, dilation

    def test_conv(self):
        for number, (size, filter, new, options, dilation) in enumerate(self.windows(((1, 1), (2, 2), (1, 3)))):
            graph = Graph()
            groups, outputs = (2, 4) if number % 3 == 0 else (1, 3)
            channels = 2 * groups
            source = graph.input((1, *size, channels))
            inputs = [source, graph.half(self.noise(outputs, *filter, channels // groups))]
            if number % 4:
                inputs.append(graph.half(self.noise(outputs)))
            options |= {"dilation_h": dilation[0], "dilation_w": dilation[1], "activation": (0, 1, 3)[number % 3]}
            graph.add("CONV_2D", inputs, (1, *new, outputs), options)
            self.check(graph, size, filter, options)

    def test_depthwise(self):
        for number, (size, filter, new, options, dilation) in enumerate(self.windows(((1, 1), (2, 2), (1, 3)))):
            graph = Graph()
            multiplier = 1 + number % 2
            source = graph.input((1, *size, 3))
            weights = graph.tensor((), self.noise(1, *filter, 3 * multiplier))
            bias = graph.tensor((), self.noise(3 * multiplier))
            options |= {"dilation_h": dilation[0], "dilation_w": dilation[1], "depth_multiplier": multiplier}
            graph.add("DEPTHWISE_CONV_2D", [source, weights, bias], (1, *new, 3 * multiplier), options)
            self.check(graph, size, filter, multiplier, options)

    def test_average_pool(self):
        for size, filter, new, options, _ in self.windows():
            graph = Graph()
            options |= {"filter_h": filter[0], "filter_w": filter[1], "activation": 1}
            graph.add("AVERAGE_POOL_2D", [graph.input((1, *size, 3))], (1, *new, 3), options)
            self.check(graph, size, options)

    def test_whole_pools(self):
        graph = Graph()
        options = {"filter_h": 6, "filter_w": 7, "stride_h": 6, "stride_w": 7, "padding": VALID}
        graph.add("AVERAGE_POOL_2D", [graph.input((1, 6, 7, 3))], (1, 1, 1, 3), options)
        self.check(graph, "pool")
        graph = Graph()
        axes = graph.tensor((), np.array([1, 2], np.int32))
        graph.add("MEAN", [graph.input((1, 6, 7, 3)), axes], (1, 1, 1, 3), {"keep_dims": True})
        self.check(graph, "mean")

    def test_resize(self):
        for size, new, (corners, half) in itertools.product(
            ((4, 6), (5, 7), (1, 1)), ((8, 12), (10, 14), (3, 9), (4, 6), (1, 1)), ((0, 0), (1, 0), (0, 1))
        ):
            graph = Graph()
            target = graph.tensor((), np.array(new, np.int32))
            graph.add(
                "RESIZE_BILINEAR",
                [graph.input((1, *size, 2)), target],
                (1, *new, 2),
                {"align_corners": bool(corners), "half_pixel_centers": bool(half)},
            )
            self.check(graph, size, new, corners, half)

    def test_transpose_conv_bias(self):
        for (h, w), (fh, fw), (sh, sw), padding in itertools.product(
            ((4, 4), (5, 3), (1, 2)), ((2, 2), (3, 3), (4, 2), (1, 5)), ((1, 1), (2, 2), (3, 2)), (1, 2)
        ):
            cut = [max(0, f - (size - 1) % s - 1) if padding == 1 else 0 for f, size, s in ((fh, h, sh), (fw, w, sw))]
            new = sh * (h - 1) + fh - cut[0], sw * (w - 1) + fw - cut[1]
            if min(new) < 1:
                continue
            graph = Graph()
            inputs = [graph.input((1, h, w, 2)), graph.half(self.noise(3, fh, fw, 2)), graph.half(self.noise(3))]
            custom = struct.pack("<iii", padding, sw, sh)
            graph.add("Convolution2DTransposeBias", inputs, (1, *new, 3), {}, custom)
            self.check(graph, (h, w), (fh, fw), (sh, sw), padding)

    def test_elementwise(self):
        for name in ("HARD_SWISH", "LOGISTIC", "RELU", "RELU6"):
            graph = Graph()
            graph.add(name, [graph.input((1, 5, 6, 3))], (1, 5, 6, 3))
            self.check(graph, name)
        constants = {"vector": (3,), "scalar": (1,), "pixel": (1, 1, 1, 3), "picture": (1, 5, 6, 3)}
        for name, (what, shape), activation in itertools.product(("ADD", "MUL"), constants.items(), (0, 1, 3)):
            graph = Graph()
            other = graph.tensor((), self.noise(*shape))
            graph.add(name, [graph.input((1, 5, 6, 3)), other], (1, 5, 6, 3), {"activation": activation})
            self.check(graph, name, what, activation)
        # A gate: a picture times its own mean of each channel.
        graph = Graph()
        source = graph.input((1, 5, 6, 3))
        axes = graph.tensor((), np.array([-2, 1], np.int32))
        mean = graph.add("MEAN", [source, axes], (1, 1, 1, 3), {"keep_dims": True})
        graph.add("MUL", [source, mean], (1, 5, 6, 3))
        self.check(graph, "gate")

    def test_same_names(self):
        graph = Graph()
        source = graph.input((1, 4, 4, 1), name="same")
        graph.add("RELU", [source], (1, 4, 4, 1))
        graph.tensors[-1] = ("same", *graph.tensors[-1][1:])
        made = self.check(graph, "names")
        self.assertEqual([made.graph.input[0].name, made.graph.output[0].name], ["same", "same_2"])


class Reader(unittest.TestCase):
    """Both sides of the comparisons above read files in one way, so what is read has a test of its own."""

    def test_options(self):
        for name, known in tflite_file.OPTIONS.items():
            for set_field in known:
                with self.subTest(f"{name} {set_field}"):
                    graph = Graph()
                    options = {field: int(field == set_field) for field in FIELDS[name].split()}
                    graph.outputs = [graph.add(name, [graph.input((1, 4, 4, 1))], (1, 4, 4, 1), options)]
                    read = tflite_file.parse(graph.bytes(), "made").operators[0]
                    self.assertEqual(read.options, {field: options[field] for field in known})

    def test_defaults(self):
        graph = Graph()
        graph.outputs = [graph.add("CONV_2D", [graph.input((1, 4, 4, 1))], (1, 4, 4, 1))]
        options = tflite_file.parse(graph.bytes(), "made").operators[0].options
        self.assertEqual({name: value for name, value in options.items() if value}, {"dilation_w": 1, "dilation_h": 1})


class Files(unittest.TestCase):
    """The command line: what it writes, and one clear sentence for each file that is not right."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def small(self):
        graph = Graph()
        graph.outputs = [graph.add("RELU", [graph.input((1, 4, 6, 3), name="in")], (1, 4, 6, 3))]
        return graph

    def run_tool(self, data, *arguments):
        (self.folder / "in.tflite").write_bytes(data)
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            status = cli.main(["convert", str(self.folder / "in.tflite"), str(self.folder / "out.onnx"), *arguments])
        return status, said.getvalue()

    def refused(self, data, words):
        status, said = self.run_tool(data)
        self.assertEqual(status, 1, said)
        self.assertIn(words, said)
        self.assertEqual(len(said.splitlines()), 1, said)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["in.tflite"])

    def test_files(self):
        status, said = self.run_tool(self.small().bytes())
        self.assertEqual(status, 0, said)
        model = onnx.load(str(self.folder / "out.onnx"))
        self.assertEqual((model.opset_import[0].version, model.ir_version), (13, 7))
        info = configparser.ConfigParser()
        info.read(self.folder / "out.onnx.modelinfo")
        self.assertEqual(dict(info["modelinfo"]), {"version": "1.0", "group-id": "out"})
        self.assertEqual(info["in"]["dims"], "1,4,6,3")
        self.assertEqual(info["in"]["dir"], "input")
        self.assertEqual(info["in"]["type"], "float32")
        self.assertEqual(info["in"]["ranges"], "0.0,1.0;0.0,1.0;0.0,1.0")
        self.assertEqual(info[model.graph.output[0].name]["dir"], "output")

    def test_not_a_model(self):
        for data in (b"", b"TFL3", b"\0" * 100, bytes(range(256)) * 4):
            self.refused(data, "is no TFLite file")

    def test_cut(self):
        whole = self.small().bytes()
        for length in range(8, len(whole)):
            with self.subTest(length):
                model = None
                with contextlib.suppress(files.Problem):
                    model = convert.to_onnx(tflite_file.parse(whole[:length], "cut"), "cut")
                # The strings lie at the end: without the zero behind the last one, all is still there.
                if model:
                    self.assertGreater(length, len(whole) - 8)
        self.refused(whole[: len(whole) // 2], "is damaged or cut off")

    def test_damaged(self):
        """Bytes at random: a model or a sentence, never another exception."""
        rng = random.Random(3)
        graph = self.small()
        weights, bias = graph.half(np.ones((2, 3, 3, 3))), graph.half(np.ones(2))
        options = {"stride_h": 2, "stride_w": 2, "dilation_h": 1, "dilation_w": 1, "activation": 1}
        made = graph.add("CONV_2D", [graph.outputs[0], weights, bias], (1, 2, 3, 2), options)
        size = graph.tensor((), np.array([4, 6], np.int32))
        made = graph.add("RESIZE_BILINEAR", [made, size], (1, 4, 6, 2), {"half_pixel_centers": True})
        other = graph.tensor((), np.ones(2, np.float32))
        made = graph.add("ADD", [made, other], (1, 4, 6, 2))
        custom = struct.pack("<iii", 1, 2, 2)
        weights = graph.half(np.ones((2, 2, 2, 2)))
        graph.outputs = [graph.add("Convolution2DTransposeBias", [made, weights, bias], (1, 8, 12, 2), {}, custom)]
        whole = graph.bytes()
        convert.to_onnx(tflite_file.parse(whole, "whole"), "whole")
        for _ in range(3000):
            data = bytearray(whole)
            for _ in range(rng.randint(1, 8)):
                data[rng.randrange(8, len(data))] = rng.choice((0, 1, 0x7F, 0xFF, rng.randrange(256)))
            with contextlib.suppress(files.Problem):
                convert.to_onnx(tflite_file.parse(bytes(data), "damaged"), "damaged")

    def test_unknown_operators(self):
        graph = Graph()
        source = graph.input((1, 4, 4, 1))
        for name in (2, "MyOwn", 200):
            source = graph.add(name, [source], (1, 4, 4, 1))
        graph.outputs = [source]
        self.refused(graph.bytes(), "MyOwn, operator 2, operator 200 are not known")

    def test_quantized(self):
        graph = Graph()
        weights = graph.tensor((), np.ones((1, 1, 1, 1), np.int8))
        options = {"stride_h": 1, "stride_w": 1}
        graph.outputs = [graph.add("CONV_2D", [graph.input((1, 4, 4, 1)), weights], (1, 4, 4, 1), options)]
        self.refused(graph.bytes(), "quantized models cannot be converted")

    def test_no_file(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            status = cli.main(["convert", str(self.folder / "none.tflite"), str(self.folder / "out.onnx")])
        self.assertEqual(status, 1)
        self.assertIn("none.tflite cannot be read: No such file", said.getvalue())

    def test_itself(self):
        path = self.folder / "in.tflite"
        path.write_bytes(self.small().bytes())
        with self.assertRaisesRegex(files.Problem, "is the model itself"):
            convert.convert(path, self.folder / "." / "in.tflite")
        self.assertEqual(path.read_bytes(), self.small().bytes())

    def test_no_folder(self):
        (self.folder / "in.tflite").write_bytes(self.small().bytes())
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            status = cli.main(["convert", str(self.folder / "in.tflite"), str(self.folder / "no/out.onnx")])
        self.assertEqual((status, "Name another folder" in said.getvalue()), (1, True), said.getvalue())


class Models(unittest.TestCase):
    """MediaPipe's models, whole, where they were fetched."""

    def check(self, name):
        path = files.default_folder() / name
        if not path.exists():
            self.skipTest(f"{path} is not there: quad-models fetch selfie selfie-landscape")
        model = tflite_file.read(path)
        converted = convert.to_onnx(model, name)
        height, width = model.tensors[model.inputs[0]].shape[1:3]
        rng = np.random.default_rng(1)
        # Noise alone has no person in it: a bright blob of about a head and shoulders on a slope.
        y, x = np.mgrid[0:height, 0:width] / height
        blob = (np.hypot(x - width / height / 2, y - 0.35) < 0.2) | ((y > 0.6) & (abs(x - width / height / 2) < 0.4))
        picture = np.where(blob[..., None], (0.8, 0.6, 0.5), np.stack((x / 3, y / 4, y / 2), 2))[None]
        for data in (picture, rng.random((1, height, width, 3))):
            data = data.astype(np.float32)
            expected = tflite_numpy.run(model, data)[0]
            for means, result in results(converted, data):
                self.assertEqual(result.shape, expected.shape)
                self.assertLess(np.abs(result - expected).max(), CLOSE_MODEL, means)

    def test_selfie(self):
        self.check("selfie_segmentation.tflite")

    def test_selfie_landscape(self):
        self.check("selfie_segmentation_landscape.tflite")


if __name__ == "__main__":
    cases.main()
