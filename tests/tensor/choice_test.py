#!/usr/bin/env python3
"""Frames by their times: without the table of all frames, with it, and which numbers they have."""

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
                          " ! video/x-raw,format=I420,width=64,height=48,framerate=200/1 ! matroskamux timecodescale=10000000")  # fmt: skip
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


if __name__ == "__main__":
    cases.main()
