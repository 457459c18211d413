"""What the tests of Writer have in common."""

import itertools
import pathlib
import subprocess
import sys
import tempfile
import unittest

import quadtensor
from packages import numpy

MS = 1_000_000  # in nanoseconds


def picture(number, width=64, height=48):
    """Smooth, without steps at which chroma of half the size is off; each number has another one."""
    y, x = numpy.mgrid[0:height, 0:width]
    red, green, blue = 30 + 180 * x / width, 40 + 160 * y / height, numpy.full(x.shape, 20 + number * 16 % 200)
    return numpy.stack([red, green, blue], -1).astype(numpy.uint8)


def written(path, frames, rate=None, times=None, **settings):
    """Writes frames; `times` are the settings of write() for each."""
    with quadtensor.Writer(path, rate, **settings) as writer:
        for frame, more in zip(frames, times or itertools.repeat({})):
            writer.write(frame, **more)
    return writer


def read(path):
    return quadtensor.Clip(path, format="RGB", device="cpu")


def pixels(frame):
    return numpy.asarray(frame[0]).astype(int)


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="quad-writer-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def path(self, name="film.mkv"):
        return self.folder / name

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def python(self, script, *arguments, **settings):
        return subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments)],
            capture_output=True, text=True, timeout=60, check=False, **settings,
        )  # fmt: skip
