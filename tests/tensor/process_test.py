#!/usr/bin/env python3
"""Frames in a process: arguments of every kind, copies, forks, threads, unloading."""

import copy
import fractions
import pickle
import subprocess
import sys
import unittest

import cases
import media
import quadtensor
from packages import needs_torch, numpy, torch


def frames(*arguments, **settings):
    return quadtensor.frames(*arguments, device="cpu", **settings)


def indices(**settings):
    return [(f.index, f.time) for f in frames(media.clip(), **settings)]


class Copies(unittest.TestCase):
    def test_are_refused(self):
        iterator = frames(media.clip())
        frame = next(iterator)
        for each in (frame, frame[0], frame._handle, iterator):
            ways = [copy.copy, copy.deepcopy]
            ways += [lambda x, p=p: pickle.dumps(x, p) for p in range(pickle.HIGHEST_PROTOCOL + 1)]
            for way in ways:
                for wrapped in (each, [each], {"a": (each,)}):
                    if way is copy.copy and wrapped is not each:
                        continue
                    with self.subTest(type(each).__name__), self.assertRaises(TypeError) as raised:
                        way(wrapped)
                    self.assertIn("torch.from_dlpack", str(raised.exception))
                    self.assertIn("numpy.array", str(raised.exception))

    def test_of_what_is_plain(self):
        missed = quadtensor.Missed(1, 2.0, "beyond-end")
        self.assertEqual(pickle.loads(pickle.dumps(missed)), missed)


class Numbers(unittest.TestCase):
    TIMES = (0.7, 0.3, 4.9)

    def kinds(self):
        yield "list", list(self.TIMES)
        yield "fractions", [fractions.Fraction(str(time)) for time in self.TIMES]
        yield "iterator", iter(self.TIMES)
        if numpy:
            for name in ("float64", "float32"):
                yield name, numpy.array(self.TIMES, name)
                yield f"list of {name}", [getattr(numpy, name)(time) for time in self.TIMES]
        if torch:
            for kind in (torch.float64, torch.float32):
                yield str(kind), torch.tensor(self.TIMES, dtype=kind)

    def test_timestamps(self):
        expected = [(1, 0.3), (0, 0.7), (2, 4.9)]
        for name, times in self.kinds():
            with self.subTest(name):
                self.assertEqual(indices(timestamps=times), expected)

    def test_others(self):
        def with_kinds(value):
            yield value
            if numpy:
                yield from (numpy.float32(value), numpy.float64(value), numpy.array(value, "float32"))
                if value == int(value):
                    yield from (numpy.int32(value), numpy.uint8(value))
            if torch:
                yield from (torch.tensor(value), torch.tensor([value], dtype=torch.float64))

        for name, value, more in (("rate", 2.5, {}), ("rate", 2, {}), ("every_nth", 20, {}), ("start", 4.7, {}),
                                  ("stop", 0.3, {}), ("width", 80, {"every_nth": 25})):  # fmt: skip
            expected = indices(**{name: value}, **more)
            self.assertGreater(len(expected), 0)
            for kind in with_kinds(value):
                with self.subTest(f"{name}={kind!r}"):
                    self.assertEqual(indices(**{name: kind}, **more), expected)

    def test_no_numbers(self):
        for settings in ({"timestamps": 1.5}, {"timestamps": "1"}, {"timestamps": ["1"]}, {"timestamps": [None]},
                         {"timestamps": [[1, 2]]}, {"rate": "fast"}, {"rate": [1, 2]}, {"rate": "1/0"},
                         {"width": "80"}, {"start": "1"}, {"depth": None}, {"start": 2, "stop": 2},
                         {"start": 3, "stop": 2, "rate": 1}):  # fmt: skip
            with self.subTest(settings), self.assertRaises(ValueError) as raised:
                frames(media.clip(), **settings)
            self.assertRegex(str(raised.exception), "|".join(settings))


class Locations(unittest.TestCase):
    def test_that_are_none(self):
        path = str(media.clip())
        for location, kind, words in ((path + "\0", ValueError, "NUL"), ("a\0b", ValueError, "NUL"),
                                      (b"none.mp4", ValueError, "path"), (7, TypeError, "int"),
                                      (None, TypeError, "NoneType")):  # fmt: skip
            with self.subTest(kind=kind, words=words), self.assertRaisesRegex(kind, words):
                frames(location)


CHILD = """
import os, sys, threading, time, quadtensor
def say(what):
    try:
        got = what()
        print('no error', got, flush=True)
    except quadtensor.Error as error:
        print('Error', 'spawn' in str(error), flush=True)
    except StopIteration:
        print('end', flush=True)
"""


class Forks(unittest.TestCase):
    def run_script(self, script):
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-W", "ignore", "-c", CHILD + script, media.clip()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.splitlines()

    def test_after_use(self):
        # The child ends normally, with its finalizers, while everything still exists.
        said = self.run_script(
            "kept = quadtensor.frames(sys.argv[1], device='cpu')\n"
            "frame = next(kept)\n"
            "capsule = frame[0].__dlpack__()\n"
            "if os.fork() == 0:\n"
            "    say(lambda: quadtensor.frames(sys.argv[1]))\n"
            "    say(lambda: next(kept))\n"
            "    say(lambda: len(bytes(memoryview((__import__('ctypes').c_char * 8).from_address(frame[0]._address)))))\n"
            "    kept.close()\n"
            "    sys.exit(0)\n"
            "print('child', os.wait()[1])\n"
            "print(len(list(kept)))\n"
        )
        self.assertEqual(said, ["Error True", "Error True", "no error 8", "child 0", "49"])

    def test_while_threads_hold_every_lock(self):
        said = self.run_script(
            "slow = quadtensor.Frames(sys.argv[1], 'valve drop=true', -1, 4)\n"
            "threading.Thread(target=list, args=(slow,), daemon=True).start()\n"
            "time.sleep(0.2)\n"
            "for _ in range(10):\n"
            "    if os.fork() == 0:\n"
            "        say(lambda: next(slow))\n"
            "        slow.close()\n"
            "        sys.exit(0)\n"
            "    print('child', os.wait()[1], flush=True)\n"
        )
        self.assertEqual(said, ["Error True", "child 0"] * 10)

    def test_before_use(self):
        said = self.run_script(
            "if os.fork() == 0:\n"
            "    print(len(list(quadtensor.frames(sys.argv[1], device='cpu'))), flush=True)\n"
            "    sys.exit(0)\n"
            "print('child', os.wait()[1])\n"
        )
        self.assertEqual(said, ["50", "child 0"])

    @needs_torch
    def test_data_loader(self):
        said = self.run_script(
            "import torch\n"
            "class Frames(torch.utils.data.IterableDataset):\n"
            "    def __iter__(self):\n"
            "        return (torch.from_dlpack(f[0]).clone() for f in quadtensor.frames(sys.argv[1], device='cpu'))\n"
            "load = lambda: len(list(torch.utils.data.DataLoader(Frames(), num_workers=1, batch_size=None)))\n"
            "print(load(), flush=True)\n"
            "next(quadtensor.frames(sys.argv[1], device='cpu'))\n"
            "try:\n"
            "    load()\n"
            "except RuntimeError as error:\n"
            "    print('spawn' in str(error))\n"
        )
        self.assertEqual(said, ["50", "True"])


class Library(unittest.TestCase):
    def test_first_opens_at_once(self):
        script = (
            "import sys, threading, quadtensor\n"
            "counts = []\n"
            "read = lambda: counts.append(len(list(quadtensor.frames(sys.argv[1], device='cpu'))))\n"
            "threads = [threading.Thread(target=read) for _ in range(4)]\n"
            "for each in threads: each.start()\n"
            "for each in threads: each.join()\n"
            "print(counts)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, media.clip()], capture_output=True, text=True, timeout=60, check=False
        )
        self.assertEqual((done.stdout, done.stderr), ("[50, 50, 50, 50]\n", ""))

    def test_stays_when_it_is_unloaded(self):
        # A deleter may be called at any time.
        script = (
            "import _ctypes, ctypes, os\n"
            "path = os.environ['QUADTENSOR_LIBRARY']\n"
            "_ctypes.dlclose(ctypes.CDLL(path)._handle)\n"
            "assert os.path.realpath(path) in open('/proc/self/maps').read()\n"
        )
        subprocess.run([sys.executable, "-c", script], timeout=60, check=True)


if __name__ == "__main__":
    cases.main()
