#!/usr/bin/env python3
"""Comparing models: the front, the pick, results that stay, the table and the charts, and a real run."""

import contextlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.dom.minidom
from unittest import mock

import needed  # noqa: F401, before what may be missing

import cases
import numpy as np
from quadmodels import cli, compare, files, measure, pairs, reference, report, results

TOOL = pathlib.Path(cli.__file__).parent.parent / "quad-models"
MODEL = "selfie_segmentation.onnx"


def row(name, ms, sad, bytes=1000, memory=10**6):
    quality = {"sad": sad, "iou": 1 - sad / 10}
    return {"key": name, "name": name, "ms": ms, "bytes": bytes, "xz": bytes // 2, "memory": memory, "quality": quality}


class Choosing(unittest.TestCase):
    def test_pareto(self):
        points = [(3, 1), (1, 3), (2, 2), (2, 3), (3, 2), (1, 4), (4, 1)]
        self.assertEqual(results.pareto(points), [1, 2, 0])
        self.assertEqual(results.pareto([]), [])
        self.assertEqual(results.pareto([(1, 1), (1, 1)]), [0])

    def test_pick(self):
        rows = [row("best", 20, 1), row("good", 9, 2), row("same", 9.5, 2), row("quick", 2, 5)]
        best, reasons = results.pick(rows, results.Limits(), "sad")
        self.assertEqual(best["name"], "best")
        best, reasons = results.pick(rows, results.Limits(ms=10), "sad")
        self.assertEqual(best["name"], "good")
        self.assertEqual(reasons["best"], "20 ms is over 10 ms")
        self.assertIn("as good", reasons["same"])
        self.assertEqual(reasons["quick"], "its error 5 is larger than 2")

    def test_limits(self):
        """A value at its limit is inside; all limits that are passed are named."""
        one = row("a", 10, 3, bytes=7 * 10**6, memory=70 * 10**6)
        at = results.Limits(7e6, 10, 70e6, 3)
        self.assertEqual(results.why_not(one, at, "sad"), "")
        below = results.Limits(6e6, 9, 60e6, 2)
        words = "7 MB is over 6 MB, 10 ms is over 9 ms, 70 MB of memory is over 60 MB of memory"
        self.assertEqual(results.why_not(one, below, "sad"), f"{words}, the error 3 is over the error 2")
        self.assertIsNone(results.pick([one], below, "sad")[0])

    def test_more_is_better(self):
        rows = [row("a", 1, 3), row("b", 1, 1)]
        self.assertEqual(results.pick(rows, results.Limits(), "iou")[0]["name"], "b")
        self.assertAlmostEqual(results.error_of(rows[0], "iou"), 0.3)


class Report(unittest.TestCase):
    def test_table(self):
        text = report.table([row("worse", 9, 2), row("better", 20, 1)], "sad").splitlines()
        self.assertEqual(len({line.count("|") for line in text}), 1)
        self.assertIn("better", text[2])
        self.assertIn("worse", text[3])

    def test_chart(self):
        """It is XML; each point has its name, and those of the front have a label, with what XML needs replaced."""
        points = [(1.0, 3.0, "a<b"), (2.0, 2.0, "c"), (2.5, 2.5, "d")]
        document = xml.dom.minidom.parseString(report.chart(points, "ms", "sad & more"))
        titles = [node.firstChild.data for node in document.getElementsByTagName("title")]
        self.assertEqual(titles, ["a<b", "c", "d"])
        texts = [node.firstChild.data for node in document.getElementsByTagName("text")]
        self.assertTrue({"a<b", "c", "ms", "sad & more"} <= set(texts))
        self.assertNotIn("d", texts)
        for one in document.getElementsByTagName("circle"):
            self.assertTrue(0 < float(one.getAttribute("cx")) < 960 and 0 < float(one.getAttribute("cy")) < 560)

    def test_chart_of_equal_points(self):
        for points in ([(0.0, 0.0, "a")], [(5.0, 1.0, "a"), (5.0, 1.0, "b")]):
            xml.dom.minidom.parseString(report.chart(points, "x", "y"))

    def test_short_names(self):
        self.assertEqual(report.short_names(["a, all, cpu", "b, all, cpu"]), ["a", "b"])
        self.assertEqual(report.short_names(["a, all"]), ["a, all"])
        self.assertEqual(report.short_names(["a, x", "b"]), ["a, x", "b"])

    def test_ticks(self):
        self.assertEqual(report.ticks(0, 10, 5), [0, 2, 4, 6, 8, 10])


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def run_tool(self, *arguments):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            status = cli.main(["compare", "--output", str(self.folder / "out"), *map(str, arguments)])
        return status, said.getvalue()


class Resume(Folder):
    def setUp(self):
        super().setUp()
        small = pairs.make(1, 64, 64, singles=1, frames=2)
        self.models = [self.folder / "a.onnx", self.folder / "b.onnx"]
        for path in self.models:
            path.write_bytes(path.name.encode())
        self.measured, self.stop_at = [], 0

        def fake(bench, settings):
            if self.stop_at and len(self.measured) == self.stop_at:
                raise KeyboardInterrupt
            self.measured.append(settings)
            return {"ms": float(len(self.measured)), "memory": 1, "quality": {"sad": 1.0}}

        for target, name, value in ((pairs, "make", lambda *_, **__: small), (measure.Bench, "measure", fake)):
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def compare(self, *arguments):
        return self.run_tool(*self.models, "--provider", "cpu", *arguments)

    def test_stop(self):
        """What was measured before a stop is not measured again, and a half line does no harm."""
        self.stop_at = 5
        self.assertEqual(self.compare()[0], 128 + signal.SIGINT)
        self.assertEqual(len(self.measured), 5)
        with open(self.folder / "out/results.jsonl", "ab") as file:
            file.write(b'{"key": "ha')
        self.stop_at = 0
        status, said = self.compare()
        self.assertEqual(status, 0, said)
        self.assertIn("16 combinations, 5 of them measured before", said)
        self.assertEqual(len(self.measured), 16)
        self.assertEqual(len(set(self.measured)), 16)
        self.assertEqual(len(json.loads((self.folder / "out/compare.json").read_text())), 16)
        self.compare()
        self.assertEqual(len(self.measured), 16)

    def test_changed_model(self):
        """Another model under the same name is measured; the same one under another name is not."""
        self.compare("--quick")
        self.models[0].write_bytes(b"changed")
        self.models[1] = self.models[1].rename(self.folder / "c.onnx")
        self.measured.clear()
        said = self.compare("--quick")[1]
        self.assertEqual([pathlib.Path(one.model).name for one in self.measured], ["a.onnx"])
        self.assertIn("c, all, 1 thread, cpu, guided", said)

    def test_nothing_fits(self):
        status, said = self.compare("--quick", "--max-ms", "0.5")
        self.assertEqual(status, 1)
        self.assertIn("not a, all, 1 thread, cpu, guided: 1 ms is over 0.5 ms", said)
        self.assertIn("no combination is within the limits", said)

    def test_bad_metric(self):
        status, said = self.compare("--quick", "--by", "beauty")
        self.assertEqual(status, 1)
        self.assertIn("there is no metric beauty: take one of sad", said)


class BadInput(Folder):
    def test_no_model(self):
        status, said = self.run_tool(self.folder / "none.onnx")
        self.assertEqual((status, len(said.splitlines())), (1, 1), said)
        self.assertIn("cannot be read", said)

    def test_empty_folder(self):
        status, said = self.run_tool(self.folder)
        self.assertEqual((status, len(said.splitlines())), (1, 1), said)

    def test_bad_arguments(self):
        for argument in ("--max-size=7X", "--max-ms=-1", "--size=100", "--size=65x64", "--threads=0", "--smoothing=1"):
            with self.subTest(argument), self.assertRaises(SystemExit) as ended:
                self.run_tool(argument)
            self.assertEqual(ended.exception.code, 2)

    def test_reference_without_clips(self):
        status, said = self.run_tool("--reference", self.folder / "x.onnx", "--size", "64x64")
        self.assertEqual(status, 1)
        self.assertIn("--clips", said.splitlines()[-1])

    def test_ranges(self):
        model = self.folder / "m.onnx"
        self.assertEqual(reference.ranges_of(model, 3), [(0, 1)] * 3)
        info = pathlib.Path(f"{model}.modelinfo")
        info.write_text("[in]\ndir=input\nranges=-1.0,1.0\n")
        self.assertEqual(reference.ranges_of(model, 3), [(-1, 1)] * 3)
        for text in ("", "[in]\ndir=input\n", "[in]\ndir=input\nranges=1\n", "[in]\ndir=input\nranges=0,1;0,1\n", "]"):
            info.write_text(text)
            with self.assertRaisesRegex(files.Problem, "correct it"):
                reference.ranges_of(model, 3)

    def test_dead_process(self):
        """A process that ends without a result is an error with its status and last words."""
        with mock.patch.object(measure.sys, "executable", shutil.which("false")):
            self.assertIn("ended with the status 1", measure.run({})["error"])


class Running(Folder):
    """With GStreamer."""

    def setUp(self):
        super().setUp()
        job = {"kind": "decode", "clip": "/none", "count": 1, "output": os.devnull, "width": 64, "height": 64}
        said = measure.run(job)
        if "has no GStreamer" in said["error"]:
            self.skipTest(said["error"])
        self.environment = mock.patch.dict(os.environ, {"GST_REGISTRY": str(self.folder / "registry.bin")})
        self.environment.start()
        self.addCleanup(self.environment.stop)

    def need_element(self):
        with measure.Bench(pairs.make(1, 64, 64, singles=1, frames=1).clips) as bench:
            said = bench.measure(measure.Settings("", smoothing=0.0))
        if "has no element" in said.get("error", ""):
            self.skipTest(said["error"])
        self.assertNotIn("error", said)

    def test_no_plugin(self):
        os.environ["GST_PLUGIN_PATH"] = os.environ["GST_PLUGIN_SYSTEM_PATH"] = str(self.folder)
        status, said = self.run_tool("--size", "64x64")
        self.assertEqual(status, 1)
        self.assertRegex(said.splitlines()[-1], "has no element quadmatterefine: install gst-quad")

    def test_no_runtime(self):
        self.need_element()
        os.environ["QUAD_ONNXRUNTIME"] = str(self.folder / "none.so")
        model = self.folder / "m.onnx"
        model.write_bytes(b"model")
        status, said = self.run_tool(model, "--quick", "--size", "64x64", "--provider", "cpu")
        self.assertEqual(status, 1)
        self.assertRegex(said.splitlines()[-1], "none.so")

    def test_refinements(self):
        """On coarse masks, the guided filter's gradient error is at least a quarter below that of enlarging alone."""
        self.need_element()
        with mock.patch.multiple(compare, RADII=(4,), EPSILONS=(1e-4,)):
            status, said = self.run_tool()
        self.assertEqual(status, 0, said)
        rows = {one["name"]: one["quality"] for one in json.loads((self.folder / "out/compare.json").read_text())}
        none, guided = rows["none, smoothing 0"], rows["guided, radius 4, epsilon 0.0001, smoothing 0"]
        self.assertLess(guided["gradient"], 0.75 * none["gradient"])
        self.assertLess(guided["sad"], none["sad"])
        self.assertLess(rows["none, smoothing 0.75"]["dtssd-still"], none["dtssd-still"] / 2)
        self.assertLess(rows["none, smoothing 0.75"]["sad-moving"], none["sad-moving"] * 1.05)

    def test_real_model(self):
        """A person model finds the drawn person; the mattes and so the quality are the same on two threads."""
        self.need_element()
        model = files.default_folder() / MODEL
        if not model.exists():
            self.skipTest(f"{model} is not there: quad-models fetch selfie")
        status, said = self.run_tool(model, "--level", "all", "--size", "320x180")
        if status and "ONNX Runtime" in said:
            self.skipTest(said.splitlines()[-1])
        self.assertEqual(status, 0, said)
        rows = json.loads((self.folder / "out/compare.json").read_text())
        self.assertEqual([one["settings"]["threads"] for one in rows if one["provider"] == "cpu"], [1, 2])
        for one in rows:
            self.assertGreater(one["quality"]["iou"], 0.75)
            self.assertTrue(0 < one["ms"] < 1e4 and one["memory"] > 10**6 and one["load_ms"] > 0)
            self.assertEqual(one["bytes"], model.stat().st_size)
        for name in ("md", "json"):
            self.assertTrue((self.folder / f"out/compare.{name}").read_text())
        xml.dom.minidom.parse(str(self.folder / "out/compare-ms.svg"))

    def test_interrupted(self):
        """Ctrl-C on the terminal ends it at once, with one line."""
        tool = subprocess.Popen(
            [sys.executable, str(TOOL), "compare", "--output", str(self.folder / "out")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        tool.stdout.readline()
        time.sleep(0.3)
        os.killpg(tool.pid, signal.SIGINT)
        said = tool.communicate(timeout=60)[1]
        self.assertEqual((tool.returncode, said), (128 + signal.SIGINT, "quad-models: stopped\n"))


class Mattes(unittest.TestCase):
    def test_quality_is_measured_once(self):
        clips = pairs.make(1, 64, 64, singles=1, frames=2).clips
        made = np.concatenate([clip.mattes for clip in clips])
        with measure.Bench(clips) as bench:
            with (
                mock.patch.object(bench, "mattes", lambda settings: ({"ms": 1.0}, made)),
                mock.patch.object(measure, "quality", wraps=measure.quality) as quality,
            ):
                first, second = bench.measure(measure.Settings("")), bench.measure(measure.Settings("", threads=2))
        self.assertEqual(quality.call_count, 1)
        self.assertEqual(first["quality"], second["quality"])
        self.assertEqual(first["quality"]["sad"], 0)
        self.assertEqual(first["quality"]["dtssd-moving"], 0)

    def test_names_differ(self):
        plan = compare.Plan([], pathlib.Path(), (), (), (), ())
        names = [compare.name_of(*what) for what in compare.combinations(plan, [])]
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    cases.main()
