#!/usr/bin/env python3
"""The annotations of the Python package, checked by mypy."""

import importlib.util
import inspect
import pathlib
import subprocess
import sys
import tempfile
import typing
import unittest

import cases
import quadtensor

PACKAGE = pathlib.Path(quadtensor.__file__).parent

# What users write, and what comes of it.
USE = """
from fractions import Fraction
from pathlib import Path
from typing import assert_type

import numpy
import quadtensor

clip = quadtensor.Clip(Path("clip.mp4"), width=224, height=224, format="RGBP", device="cpu")
assert_type(len(clip), int)
assert_type(clip[3], quadtensor.Frame)
assert_type(clip.times, list[float])
assert_type(clip.durations, list[float | None])
assert_type(clip.average_rate, Fraction | None)
assert_type(clip.frames_played_at([1], missing="skip").requested, list[float | None])
assert_type(clip.info.rate, Fraction | None)
assert_type([sound.codec for sound in clip.info.audio], list[str])
for frame in clip[3:9]:
    assert_type(frame, quadtensor.Frame)
    assert_type(frame[0].shape, tuple[int, ...])
    assert_type(frame.time, float | None)
batch = clip.frames_at([1, 2])
assert_type(batch, quadtensor.Batch)
assert_type(batch.index, list[int])
assert_type(batch.tensor.dtype, str)
assert_type(batch[1].shape, tuple[int, ...])
for part in batch:
    assert_type(part, quadtensor.BatchPart)
assert_type(clip.frames_played_at([1.5, Fraction(7, 2)], policy="nearest", tolerance_before=0.5).time, list[float | None])
for each in clip.frames_in(1, 2.5, rate="30000/1001", missing="skip"):
    assert_type(each, quadtensor.Frame)
for pair in quadtensor.zip_clips([clip, clip], 10):
    assert_type(pair, tuple[quadtensor.Frame, ...])
with quadtensor.frames(b"clip.mp4", rate=2, start=0.5) as frames:
    assert_type(next(frames), quadtensor.Frame)
    assert_type(frames.missed[0].requested, float | None)
with quadtensor.Writer(Path("film.mp4"), rate="30000/1001", device="cpu", progress=True) as film:
    film.write(clip[3])
    film.write(clip[3][0], duration=0.5)
    film.write(numpy.zeros((48, 64, 3), numpy.uint8), pts=Fraction(7, 2))
    assert_type(film.frames, int)
    assert_type(film.duration, float)
quadtensor.Writer(b"film.gif").close()
try:
    clip[7]
except quadtensor.BeyondEnd as error:
    assert_type(error, quadtensor.BeyondEnd)
"""

MISUSE = (
    'quadtensor.Clip("clip.mp4", depth="4")',
    'quadtensor.Clip("clip.mp4", orientation="left")',
    'quadtensor.Clip("clip.mp4", 224)',
    'quadtensor.Clip("clip.mp4").frames_at(3)',
    'quadtensor.Clip("clip.mp4").frames_played_at([0], policy="last")',
    'quadtensor.Clip("clip.mp4").frames_played_at([0], missing="repeat")',
    "quadtensor.frames(7)",
    'quadtensor.frames("clip.mp4", timestamps=3)',
    'quadtensor.Writer("film.mp4", 24, "cpu", True)',
    'quadtensor.Writer("film.mp4").write("picture")',
    'quadtensor.Writer("film.mp4").write(quadtensor.Clip("clip.mp4")[0], duration="1")',
)


@unittest.skipUnless(importlib.util.find_spec("mypy"), "mypy is not installed (mypy)")
class Mypy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="quad-types-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def said(self, *arguments):
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", f"--cache-dir={self.folder}/cache", *arguments],
            cwd=self.folder,
            env={"MYPYPATH": str(PACKAGE.parent), "PATH": "/usr/bin"},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        self.assertEqual(done.stderr, "")
        return done.stdout.splitlines()

    def test_package(self):
        self.assertEqual(self.said("-p", "quadtensor"), [])

    def test_users(self):
        path = self.folder / "use.py"
        path.write_text(USE)
        self.assertEqual(self.said(path), [])
        path.write_text("import quadtensor\n" + "\n".join(MISUSE))
        lines = self.said(path)
        for number, text in enumerate(MISUSE, 2):
            with self.subTest(text):
                self.assertTrue([line for line in lines if line.startswith(f"use.py:{number}: error")], lines)


class Annotations(unittest.TestCase):
    def test_package_says_that_it_has_them(self):
        self.assertTrue((PACKAGE / "py.typed").exists())

    def test_public_functions_have_docstrings_and_resolve(self):
        for name in quadtensor.__all__:
            thing = getattr(quadtensor, name)
            with self.subTest(name):
                self.assertTrue(thing.__doc__)
                if inspect.isfunction(thing):
                    self.assertIn("return", typing.get_type_hints(thing))


if __name__ == "__main__":
    cases.main()
