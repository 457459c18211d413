#!/usr/bin/env python3
"""Frames by their times: without the table of all frames, with it, and which numbers they have."""

import fractions
import unittest
from unittest import mock

import cases
import clips
import media
import quadtensor
from quadtensor import _table
from packages import needs_numpy, numpy

SMALL = {"width": 32, "height": 24, "format": "RGB"}


def clip(name="b.mp4", **settings):
    path = clips.path_of(name) if isinstance(name, str) else name
    return quadtensor.Clip(path, device="cpu", timeout=60, **settings)


def without_table():
    """Fails where the file is read for its table, or its info."""
    return mock.patch.object(_table, "read", side_effect=AssertionError("the file is read first"))


class Reading(unittest.TestCase):
    """What is chosen by times does not take a pass of the file of its own."""

    def test_none_before(self):
        with without_table():
            got = clip()
            self.assertEqual(got.frames_played_at([0.5, 0.1]).time, [0.48, 0.08])
            self.assertEqual(got.frames_played_at([0.51], "nearest", tolerance_after=0.1).time, [0.52])
            self.assertEqual([frame.time for frame in got.frames_in(0.2, 0.3)], [0.2, 0.24, 0.28])
            self.assertEqual([frame.actual for frame in got.frames_in(rate=2)], [0, 0.48, 1])
            limited = got.frames_in(rate=2, missing="skip", tolerance_before=0.01)
            self.assertEqual([frame.actual for frame in limited], [0, 1])
            self.assertEqual(len(list(quadtensor.zip_clips([clip(), clip("b.mkv")], 5))), 6)

    def expect_times(self, got, use, times):
        """Whether frames that are not among these times are not decoded."""
        with mock.patch.object(quadtensor._clip, "Frames", wraps=quadtensor.Frames) as opened:
            use(got)
        self.assertEqual([round(time / 1e6) for time in opened.call_args.kwargs["times"]], times)

    def test_what_is_known_saves_decoding(self):
        for use, times in (
            (lambda clip: clip.frames_played_at([0.5]), [480, 1120, 1160]),
            (lambda clip: clip.frames_played_at([0.5], "next"), [480, 520, 1120, 1160]),
            (lambda clip: list(clip.frames_in(rate=2)), [0, 480, 960, 1000, 1120, 1160]),
        ):
            with self.subTest(times):
                self.expect_times(clip(), use, [])
                known = clip()
                len(known)
                self.expect_times(known, use, times)


class Numbers(unittest.TestCase):
    def test_are_known_at_once_with_a_table(self):
        with clip() as got:
            len(got)
            batch = got.frames_played_at([0.5, 0.1])
        self.assertEqual(batch.index, [12, 2])

    def test_are_known_where_the_table_came_later(self):
        with clip() as got:
            batch = got.frames_played_at([0.5, 0.1])
            len(got)
        self.assertEqual(batch.index, [12, 2])

    def test_are_read_when_they_are_asked_for(self):
        with clip() as got:
            batch = got.frames_played_at([0.5, 0.1])
            self.assertEqual(batch.index, [12, 2])
        self.assertEqual(batch.index, [12, 2])

    def test_are_not_known_after_the_end(self):
        with clip() as got:
            batch = got.frames_played_at([0.5, 0.1])
        with self.assertRaisesRegex(ValueError, "the clip was closed before the numbers of these frames were asked for"):
            batch.index
        self.assertEqual(batch.time, [0.48, 0.08])

    @needs_numpy
    def test_frames_with_the_same_time(self):
        """Two frames begin in each 10 ms, which is the unit of the file."""
        path = media.made("twice.mkv", "videotestsrc num-buffers=12 pattern=snow"
                          " ! video/x-raw,format=I420,width=64,height=48,framerate=200/1"
                          " ! matroskamux timecodescale=10000000")  # fmt: skip
        got = clip(path, **SMALL)
        arrays = [numpy.array(frame) for frame in got.frames_in()]
        times = got.times_ns
        self.assertLess(len({*times}), len(times) - 2)
        seen = set()
        for policy in ("played-at", "nearest", "next"):
            for milliseconds in range(6, 40, 4):
                with self.subTest(policy, milliseconds=milliseconds):
                    batch = got.frames_played_at([milliseconds / 1000], policy=policy)
                    (number,) = batch.index
                    self.assertTrue((numpy.asarray(batch)[0] == arrays[number]).all())
                    self.assertEqual(batch.time_ns, [times[number]])
                    if times.count(times[number]) == 2:
                        seen.add(number - times.index(times[number]))
        self.assertEqual(seen, {0, 1})


class Indices(unittest.TestCase):
    """What the guide's table says of each way."""

    def test_each_way(self):
        path, got = clips.path_of("b.mp4"), clip()
        for frames, indices in (
            (got[7:9], [7, 8]),
            (got.keyframes(), [0, 8]),
            (got.sheet(3), [5, 15]),
            (got.frames_in(rate=5, start=0.5), [0, 1]),
            ((pair[0] for pair in quadtensor.zip_clips([got], 5)), [0, 1]),
            (quadtensor.frames(path, rate=5, start=0.5), [0, 1]),
            (quadtensor.frames(path, timestamps=[0.5, 0.1]), [1, 0]),
            (got.frames_in(start=1), [0, 1]),
            (quadtensor.frames(path, start=1), [0, 1]),
            (quadtensor.frames(path, every_nth=5), [0, 1]),
            (quadtensor.frames(path, keyframes=True), [0, 1]),
            (got.frames_in(), [None, None]),
            (quadtensor.frames(path), [None, None]),
        ):
            self.assertEqual([frame.index for frame in frames][:2], indices)


class Missing(unittest.TestCase):
    def test_skips(self):
        batch = clip(**SMALL).frames_played_at([7, 0.5, 0.1, 9, 0.5], missing="skip")
        self.assertEqual(batch.time, [0.48, 0.08, 0.48])
        self.assertEqual(batch.requested, [0.5, 0.1, 0.5])
        self.assertEqual(batch.requested_ns, [500_000_000, 100_000_000, 500_000_000])
        self.assertEqual(batch.index, [12, 2, 12])

    @needs_numpy
    def test_the_pictures(self):
        """Also where one in the middle of the block is not there, drawn or as the decoder gives them."""
        for how, settings in (("drawn", SMALL), ("as decoded", {})):
            got = clip("variable.mkv", **settings)
            self.assertEqual(got.times[:5], [0, 0.04, 0.4, 0.44, 0.48])
            for times, numbers in (([0.01, 0.3, 0.41], [0, 2]), ([0.45, 0.3, 0.01, 0.41, 99], [3, 0, 2]), ([0.2, 0.49], [4]),
                                   ([0.41, 0.3, 0.41, 0.01], [2, 2, 0])):  # fmt: skip
                with self.subTest(times, how=how):
                    batch = got.frames_played_at(times, tolerance_before=0.02, missing="skip")
                    self.assertEqual((batch.index, len(batch.time)), (numbers, len(numbers)))
                    for tensor, other in zip(batch.tensors, got.frames_at(numbers).tensors, strict=True):
                        self.assertTrue((numpy.asarray(tensor) == numpy.asarray(other)).all())

    def test_is_an_error(self):
        got = clip()
        for settings in ({}, {"missing": "error"}):
            with self.assertRaisesRegex(quadtensor.BeyondEnd, "no frame for 7 s"):
                got.frames_played_at([0.1, 7], **settings)
        with self.assertRaisesRegex(quadtensor.BeyondEnd, "no frame for 7 s"):
            got.frames_played_at([7, 9], missing="skip")
        for bad in ("repeat", None):
            self.assertRaises(ValueError, got.frames_played_at, [0.1], missing=bad)


class Lengths(unittest.TestCase):
    def test_durations(self):
        got = clip()
        self.assertEqual(got.durations_ns, [40_000_000] * 30)
        self.assertEqual(got.durations, [0.04] * 30)
        self.assertEqual(clip("variable.mkv").durations[:6], [0.04, 0.36, 0.04, 0.04, 0.48, 0.2])
        got.durations.clear()
        self.assertEqual(len(got.durations), 30)

    def test_average_rate(self):
        self.assertEqual(clip().average_rate, 25)
        self.assertIsInstance(clip().average_rate, fractions.Fraction)
        # The seventh frame begins at 1.16 s.
        self.assertAlmostEqual(float(clip("variable.mkv").average_rate), 6 / 1.16, delta=0.001)
        ntsc = media.made("ntsc.mkv", "videotestsrc num-buffers=60 ! video/x-raw,format=I420,width=64,height=48"
                          ",framerate=30000/1001 ! matroskamux")  # fmt: skip
        self.assertAlmostEqual(float(clip(ntsc).average_rate), 30000 / 1001, delta=0.03)
        alone = clip(media.made("alone.png", "videotestsrc num-buffers=1 ! pngenc"))
        self.assertIsNone(alone.average_rate)


if __name__ == "__main__":
    cases.main()
