#!/usr/bin/env python3
"""zip_clips: frames of several clips for the same times."""

import fractions
import gc
import os
import unittest

import cases
import clips
import media
import quadtensor


def clip(name, **settings):
    return quadtensor.Clip(clips.path_of(name), device="cpu", timeout=60, **settings)


class Zip(unittest.TestCase):
    def ticks(self, names, rate):
        return [
            tuple(round(frame.actual * 1000) for frame in frames)
            for frames in quadtensor.zip_clips(map(clip, names), rate)
        ]

    def test_one_rate_for_all(self):
        got = self.ticks(["b.mp4", "fields.mp4", "jpeg.mov"], 5)
        self.assertEqual(got, [(200 * n, 200 * n // 80 * 80, 200 * n) for n in range(6)])

    def test_four_cuts(self):
        """As the guide makes one picture of four."""
        try:
            import numpy
        except ImportError:
            self.skipTest("NumPy is not installed (python3-numpy)")
        small = {"width": 16, "height": 12, "format": "RGB"}
        cuts = [clip(name, **small) for name in ("b.mp4", "b.mkv", "jpeg.mov", "variable.mkv")]
        pictures = []
        for frames in quadtensor.zip_clips(cuts, 10):
            rows = [numpy.hstack([frames[0][0], frames[1][0]]), numpy.hstack([frames[2][0], frames[3][0]])]
            pictures.append(numpy.vstack(rows))
        self.assertEqual(numpy.array(pictures).shape, (12, 24, 32, 3))
        self.assertTrue((pictures[5][:12, :16] == numpy.asarray(cuts[0].frames_played_at([0.5]))[0]).all())

    def test_repeats_what_is_missing(self):
        got = self.ticks(["b.mkv", "variable.mkv"], 25)
        shown = [0, 40, 400, 440, 480, 960, 1160]
        self.assertEqual(got, [(40 * n, max(time for time in shown if time <= 40 * n)) for n in range(30)])

    def test_ends_with_the_shortest(self):
        # media.clip() has 5 s.
        pair = [quadtensor.Clip(media.clip(), device="cpu"), clip("b.mp4")]
        self.assertEqual(len(list(quadtensor.zip_clips(pair, 10))), 12)
        self.assertEqual(len(list(quadtensor.zip_clips(pair[::-1], 10))), 12)
        self.assertEqual(len(list(quadtensor.zip_clips(pair[:1], 10))), 50)

    def test_rates(self):
        self.assertEqual(len(self.ticks(["b.mp4"], fractions.Fraction(5, 2))), 3)
        for bad in (0, -1, "fast", None):
            self.assertRaises(ValueError, quadtensor.zip_clips, [clip("b.mp4")], bad)
        self.assertRaises(ValueError, quadtensor.zip_clips, [], 5)

    def test_begins_where_all_have_a_frame(self):
        class Given:
            def __init__(self, indices):
                self.indices = indices

            def frames_in(self, start, rate):
                class Frames(list):
                    __enter__ = iter
                    __exit__ = lambda *_: None

                return Frames(type("Frame", (), {"index": index}) for index in self.indices)

        got = quadtensor.zip_clips([Given([0, 1, 2, 3, 5, 6]), Given([2, 3, 4, 5])], 1)
        self.assertEqual([tuple(frame.index for frame in frames) for frames in got], [(2, 2), (3, 3), (3, 4), (5, 5)])
        self.assertEqual(list(quadtensor.zip_clips([Given([1]), Given([])], 1)), [])

    def test_errors(self):
        pair = quadtensor.zip_clips([clip("b.mp4"), quadtensor.Clip("none.mp4", device="cpu")], 5)
        self.assertRaises(quadtensor.NotFound, next, pair)

    @unittest.skipUnless(os.path.isdir("/proc/self/fd"), "/proc is not mounted")
    def test_closes(self):
        def opened():
            gc.collect()
            return [os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")]

        path = str(clips.path_of("b.mp4").resolve())
        pair = quadtensor.zip_clips([clip("b.mp4"), clip("b.mp4")], 5)
        self.assertNotIn(path, opened())
        next(pair)
        self.assertIn(path, opened())
        pair.close()
        self.assertNotIn(path, opened())
        for _ in quadtensor.zip_clips([clip("b.mp4")], 5):
            break
        self.assertNotIn(path, opened())


if __name__ == "__main__":
    cases.main()
