#!/usr/bin/env python3
"""The Python examples of the guide on training and of the page on tensors run as they are written there."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import cases
import media
from packages import numpy, torch

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"(<!-- not run: [^\n]* -->\n)?```python\n(.*?)```", re.S)
# What the pages leave to the reader, and what a loader has to give.
PROGRAM = """
import numpy, quadtensor, sys, torch
for code in sys.argv[1:]:
    names = {'numpy': numpy, 'quadtensor': quadtensor, 'torch': torch, 'paths': ['clip.mp4', 'clip.mp4']}
    exec(code, names)
    if 'loader' in names:
        shapes = [tuple(batch.shape) for batch in names['loader']]
        assert shapes == [(2, 8, 3, 224, 224)], shapes
"""


def blocks():
    """The examples that need no GPU."""
    for page in ("guides/training.md", "tensors.md"):
        for found in BLOCK.finditer((DOCS / page).read_text()):
            if not found[1]:
                yield found[2]


@unittest.skipUnless(numpy and torch, "NumPy or PyTorch is not installed (python3-numpy, python3-torch)")
class Pages(unittest.TestCase):
    def run_all(self, codes):
        with tempfile.TemporaryDirectory() as folder:
            for link in ("clip.mp4", *(f"cut-{n}.mp4" for n in range(4))):
                os.symlink(media.clip(), pathlib.Path(folder, link))
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", PROGRAM, *codes],
                cwd=folder, capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_examples(self):
        codes = [code for code in blocks() if "DataLoader" not in code]
        self.assertGreater(len(codes), 4)
        self.run_all(codes)

    def test_data_loader(self):
        # Its workers are forked, so nothing may have been read before.
        (code,) = (code for code in blocks() if "DataLoader" in code)
        self.run_all([code])


if __name__ == "__main__":
    cases.main()
