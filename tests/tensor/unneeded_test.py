#!/usr/bin/env python3
"""Frames that nobody wants are not decoded where no other frame is made of them, and the wanted ones are the same."""

import itertools
import unittest

import cases
import clips
import quadtensor
from packages import needs_numpy, numpy

SMALL = {"width": 32, "height": 24, "format": "RGB", "device": "cpu"}


def all_of(path, times=()):
    """The frames that are decoded if those at `times` are wanted, by their times."""
    picture = quadtensor._reader.picture_of(None, None, None, "auto", 0)
    frames = quadtensor.Frames(path, "", -1, 4, picture=picture, timeout=60, times=times)
    return {frame.time_ns: [numpy.array(tensor) for tensor in frame] for frame in frames}


@needs_numpy
class Decoded(unittest.TestCase):
    def expect_the_same(self, path, wanted):
        every, some = all_of(path), all_of(path, wanted)
        self.assertLessEqual({*wanted}, {*some})
        self.assertLessEqual({*some}, {*every})
        for time, tensors in some.items():
            self.assertTrue(all((a == b).all() for a, b in zip(tensors, every[time], strict=True)), time)
        return len(some)

    def test_each_clip(self):
        # Of 30 frames with three B-frames in a row, the middle one of which others refer to.
        fewer = {"b.mp4", "fragments.mp4", "b.mkv", "b.ts"}
        others = {"edited.mp4", "cut.ts", "variable.mkv", "b.avi", "b.h264", "h265.mp4", "mpeg1.ts", "vp8.webm", "vp9.webm",
                  "fields.mp4", "jpeg.mov", "raw.mkv", "moving.gif"}  # fmt: skip
        for name, path, _ in clips.all_clips():
            if name not in fewer | others:
                continue
            with self.subTest(name):
                times = quadtensor.Clip(path, device="cpu").times_ns
                wanted = sorted({times[len(times) // 3], times[len(times) // 2]})
                count = self.expect_the_same(path, wanted)
                if name in fewer:
                    self.assertLess(count, 22)
                elif name not in ("edited.mp4", "cut.ts", "variable.mkv"):
                    self.assertEqual(count, len(times))

    def test_each_frame(self):
        path = clips.path_of("b.mp4")
        counts = [self.expect_the_same(path, [time]) for time in quadtensor.Clip(path, device="cpu").times_ns]
        self.assertLess(min(counts), max(counts))

    def test_without_times_all_come(self):
        self.assertEqual(len(all_of(clips.path_of("b.mp4"))), clips.COUNT)


@needs_numpy
class AtARate(unittest.TestCase):
    """A Clip knows what is wanted; frames() does not, and decodes all."""

    def rows(self, frames):
        return [(f.index, f.time_ns, f.requested_ns, f.actual_ns, f.duration_ns, numpy.array(f[0]).tobytes()) for f in frames]

    def test_same_frames(self):
        for name, rate, start in itertools.product(
            ("b.mp4", "b.ts", "variable.mkv", "edited.mp4", "b.avi"),
            (1.5, 7.3),
            (None, 0.13, 0.7),
        ):
            with self.subTest(name, rate=rate, start=start):
                path = {"edited.mp4": clips.edited, "cut.ts": clips.cut}.get(name, lambda: clips.path_of(name))()
                clip = quadtensor.Clip(path, timeout=60, **SMALL)
                expected = self.rows(quadtensor.frames(path, rate=rate, start=start, **SMALL))
                self.assertGreater(len(expected), 0)
                self.assertGreater(len(clip), 0)  # makes the table
                # No assertEqual: to describe a difference of so many bytes takes minutes.
                self.assertTrue(self.rows(clip.frames_in(start, rate=rate)) == expected)

    def test_same_with_tolerances(self):
        clip = quadtensor.Clip(clips.path_of("variable.mkv"), timeout=60, **SMALL)
        self.assertGreater(len(clip), 0)
        for before, after, missing in itertools.product((None, 0.03), (None, 0.03), ("repeat", "skip")):
            with self.subTest(before=before, after=after, missing=missing):
                settings = {"tolerance_before": before, "tolerance_after": after, "missing": missing}
                got = [(f.index, f.actual_ns) for f in clip.frames_in(rate=10, **settings)]
                line = quadtensor._arguments.selection(
                    rate=10, missing=missing, **quadtensor._clip._limits(before, after)
                )
                plain = quadtensor.Frames(clip.location, line, -1, 4, timeout=60)
                self.assertEqual(got, [(f.index, f.actual_ns) for f in plain])


if __name__ == "__main__":
    cases.main()
