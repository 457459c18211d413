#!/usr/bin/env python3
"""Metrics of mattes: small examples by hand, and what must hold for all mattes."""

import unittest

import needed  # noqa: F401, before what may be missing

import cases
import numpy as np
from quadmodels import metrics


def mattes(seed, shape=(24, 32)):
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(0.5, 0.6, shape), 0, 1), np.clip(rng.normal(0.5, 0.6, shape), 0, 1)


class ByHand(unittest.TestCase):
    def test_differences(self):
        matte, right = np.array([[0.0, 0.5], [1.0, 1.0]]), np.array([[0.0, 1.0], [1.0, 0.75]])
        self.assertAlmostEqual(metrics.sad(matte, right), 0.75 / 1000)
        self.assertAlmostEqual(metrics.mse(matte, right), (0.25 + 0.0625) / 4)
        top = np.array([[True, True], [False, False]])
        self.assertAlmostEqual(metrics.sad(matte, right, top), 0.5 / 1000)
        self.assertAlmostEqual(metrics.mse(matte, right, top), 0.125)

    def test_iou(self):
        matte, right = np.array([[0.5, 0.6, 0.4, 0.0]]), np.array([[1.0, 0.0, 0.5, 0.1]])
        self.assertAlmostEqual(metrics.iou(matte, right), 1 / 3)
        self.assertEqual(metrics.iou(np.zeros((2, 2)), np.zeros((2, 2))), 1)

    def test_gradient_of_a_step(self):
        """Across a step, the answer is the sums of the filter's derivative; along it, that of the smooth part."""
        matte = np.zeros((40, 40))
        matte[:, 20:] = 1
        smooth, slope = metrics._derivative_filters()
        half = len(slope) // 2
        profile = np.array([abs(slope[half - k :].sum()) if k > -half - 1 else 0 for k in range(-half, half)])
        expected = 40 * (profile**2).sum() * smooth.sum() ** 2 / 1000
        self.assertAlmostEqual(metrics.gradient(matte, np.zeros((40, 40))), expected, places=3)
        self.assertAlmostEqual(metrics.gradient(matte.T, np.zeros((40, 40))), expected, places=3)

    def test_largest_area(self):
        text = ["##..#", ".#.##", "...##", "#...#", "##..."]
        inside = np.array([[letter == "#" for letter in row] for row in text])
        found = metrics.largest_area(inside)
        np.testing.assert_array_equal(found, inside & (np.arange(5) >= 3))
        self.assertFalse(metrics.largest_area(np.zeros((3, 3), bool)).any())
        self.assertTrue(metrics.largest_area(np.ones((3, 3), bool)).all())

    def test_largest_area_joins_late(self):
        """A U and a comb are one area each, which only their last row shows."""
        inside = np.zeros((9, 40), bool)
        inside[:, ::2] = True
        inside[8] = True
        self.assertEqual(metrics.largest_area(inside).sum(), inside.sum())
        np.testing.assert_array_equal(metrics.largest_area(inside[::-1]), inside[::-1])

    def test_largest_area_like_flooding(self):
        """The same as filling from each pixel in turn."""
        for seed in range(20):
            inside = np.random.default_rng(seed).random((15, 17)) < 0.58
            seen, best = np.zeros_like(inside), set()
            for start in zip(*np.nonzero(inside)):
                if seen[start]:
                    continue
                area, wait = set(), [start]
                while wait:
                    y, x = wait.pop()
                    if 0 <= y < 15 and 0 <= x < 17 and inside[y, x] and not seen[y, x]:
                        seen[y, x] = True
                        area.add((y, x))
                        wait += [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
                best = area if len(area) > len(best) else best
            self.assertEqual(metrics.largest_area(inside).sum(), len(best), seed)

    def test_connectivity(self):
        """An island of full alpha is unconnected at all levels; a soft one up to its alpha less the free distance."""
        right = np.zeros((5, 9))
        right[:, :3] = 1
        matte = right.copy()
        matte[2, 6] = 1
        self.assertAlmostEqual(metrics.connectivity(matte, right), 1 / 1000)
        matte[2, 6] = 0.1
        self.assertAlmostEqual(metrics.connectivity(matte, right), 0)
        matte[2, 6] = 0.4
        self.assertAlmostEqual(metrics.connectivity(matte, right), 0.4 / 1000)

    def test_edge_band(self):
        right = np.zeros((9, 9))
        right[4, 4] = 0.5
        right[0, 0] = 1
        self.assertEqual(metrics.edge_band(right, 2).sum(), 25)
        self.assertTrue(metrics.edge_band(right, 2)[2:7, 2:7].all())
        self.assertFalse(metrics.edge_band(np.ones((4, 4)), 2).any())

    def test_dtssd(self):
        right = np.zeros((3, 2, 2))
        right[1:] = 0.5
        self.assertEqual(metrics.dtssd(right, right), 0)
        self.assertAlmostEqual(metrics.dtssd(np.zeros_like(right), right), 25)  # 50 at the first step, 0 at the other
        self.assertAlmostEqual(metrics.dtssd(right + 0.2, right), 0)  # it does not change, so it does not flicker
        self.assertEqual(metrics.dtssd(right[:1], right[:1]), 0)


class Properties(unittest.TestCase):
    def test_equal(self):
        matte, _ = mattes(1)
        values = metrics.of_frame(matte, matte)
        for name, value in values.items():
            self.assertEqual(value, 1 if name.endswith("iou") else 0, name)

    def test_symmetric(self):
        a, b = mattes(2)
        for name, metric in metrics.FRAME.items():
            self.assertAlmostEqual(metric(a, b), metric(b, a), msg=name)

    def test_monotone(self):
        """The nearer to the right matte, the less error."""
        x = np.arange(48)
        right = np.clip((np.hypot(x[:, None] - 24, x - 24) - 10) / 4, 0, 1)
        wrong = np.roll(right, 9, 1)
        for name, metric in metrics.FRAME.items():
            values = [metric(right + part * (wrong - right), right) for part in (1, 0.7, 0.4, 0)]
            self.assertEqual(values, sorted(values, reverse=name != "iou"), name)

    def test_mean(self):
        self.assertEqual(metrics.mean([{"sad": 1.0}, {"sad": 3.0}]), {"sad": 2.0})
        self.assertEqual(metrics.mean([]), {})


if __name__ == "__main__":
    cases.main()
