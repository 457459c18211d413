#!/usr/bin/env python3
"""The seam between the C library and those that call it: versions, the sizes of structs, what is exported."""

import ctypes
import os
import pathlib
import re
import subprocess
import sys
import unittest

import cases
from quadtensor import _library

TOP = pathlib.Path(__file__).resolve().parents[2]
HEADER = (TOP / "gst/tensor/quadtensor.h").read_text()
NODE = "QUADTENSOR_1.0"


def functions():
    """The names of the functions that the header declares."""
    return re.findall(r"QUAD_TENSOR_API [^;(]*?\b(quad_\w+) \(", HEADER)


def run(script, **settings):
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Exports(unittest.TestCase):
    def test_each_function_has_a_version(self):
        find = ctypes.CDLL(None).dlvsym
        find.restype, find.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p]
        self.assertGreater(len(functions()), 20)
        for name in functions():
            with self.subTest(name):
                self.assertTrue(find(_library.lib._handle, name.encode(), NODE.encode()))

    def test_debian_lists_each(self):
        listed = re.findall(rf"^ (quad_\w+)@{NODE} \d", (TOP / "debian/libquadtensor-1.0-0.symbols").read_text(), re.M)
        self.assertEqual(sorted(listed), sorted(functions()))


class Version(unittest.TestCase):
    def test_is_the_project_s(self):
        major, minor, micro = map(int, re.search(r"version: '(\d+)\.(\d+)\.(\d+)'", (TOP / "meson.build").read_text()).groups())
        self.assertEqual(_library.lib.quad_tensor_version(), major * 10000 + minor * 100 + micro)
        self.assertEqual(_library.VERSION, (major, minor))
        self.assertIn(f'version = "{major}.{minor}.{micro}"', (TOP / "gst/tensor/python/pyproject.toml").read_text())

    def test_macros(self):
        template = (TOP / "gst/tensor/quadtensor-version.h.in").read_text()
        for part in ("major", "minor", "micro"):
            self.assertIn(f"#define QUAD_TENSOR_VERSION_{part.upper()} @{part}@\n", template)


class Errors(unittest.TestCase):
    def test_numbers(self):
        names = re.findall(r"^  QUAD_TENSOR_ERROR_(\w+)", HEADER, re.M)
        kinds = {"NOT_FOUND": "NotFound", "NO_VIDEO": "NoVideo", "DECODE": "DecodeError", "BEYOND_END": "BeyondEnd"}
        expected = {names.index(name): kind for name, kind in kinds.items()}
        self.assertEqual({code: kind.__name__ for code, kind in _library._ERRORS.items()}, expected)


class Structs(unittest.TestCase):
    def test_each_is_known(self):
        declared = re.findall(r"^\} (Quad\w+);", re.sub(r"typedef enum.*?\} \w+;", "", HEADER, flags=re.S), re.M)
        self.assertGreater(len(declared), 3)
        self.assertEqual(sorted(struct.__name__ for struct in _library._STRUCTS), sorted(declared))
        for name in declared:
            self.assertGreater(_library.lib.quad_tensor_struct_size(name.encode()), 0)
        self.assertEqual(_library.lib.quad_tensor_struct_size(b"QuadNone"), 0)


WRONG = """
import ctypes
VERSION, SIZE = {}
real = ctypes.CDLL
class Wrong:
    def __init__(self, *arguments, **settings): self.loaded = real(*arguments, **settings)
    def __getattr__(self, name):
        function = getattr(self.loaded, name)
        if name == "quad_tensor_version": return lambda: VERSION or function()
        if name != "quad_tensor_struct_size": return function
        return lambda struct: 7 if SIZE and struct == b"QuadMissed" else function(struct)
ctypes.CDLL = Wrong
import quadtensor
"""


class Loading(unittest.TestCase):
    def expect_refused(self, done, words):
        self.assertEqual(done.returncode, 1)
        said = done.stderr.splitlines()[-1]
        self.assertRegex(said, f"^ImportError: .* is of another version than this package.*{words}")

    def test_library_without_the_functions(self):
        done = run("import quadtensor", QUADTENSOR_LIBRARY="libgcc_s.so.1")
        self.expect_refused(done, r"It has no \w+\(\)")

    def test_structs_of_another_size(self):
        self.expect_refused(run(WRONG.format("None, 7")), r"Its QuadMissed has 7 bytes, not \d+")

    def test_another_version(self):
        """Of the same minor number it is right, whatever its micro number is."""
        major, minor = _library.VERSION
        for other in ((major, minor + 1), (major + 1, minor)):
            done = run(WRONG.format(f"{other[0] * 10000 + other[1] * 100 + 3}, None"))
            self.expect_refused(done, rf"It is {other[0]}\.{other[1]}\.3, not {major}\.{minor}")
        done = run(WRONG.format(f"{major * 10000 + minor * 100 + 99}, None"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    cases.main()
