#!/usr/bin/env python3
"""Pictures whose matte is known: the same ones for a seed, exact, and of the kind that they should be."""

import unittest

import needed  # noqa: F401, before what may be missing

import cases
import numpy as np
from quadmodels import figure, metrics, pairs


def small(seed=1, **named):
    return pairs.make(seed, 160, 96, singles=2, frames=3, **named)


class Pairs(unittest.TestCase):
    def test_by_seed(self):
        first = small()
        self.assertEqual(first.digest, small().digest)
        self.assertNotEqual(first.digest, small(2).digest)
        self.assertEqual([clip.pictures.shape for clip in first.clips], [(count, 96, 160, 3) for count in (2, 3, 3)])

    def test_composite(self):
        """I = a F + (1 - a) B, to the nearest level, for all alphas."""
        rng = np.random.default_rng(1)
        alpha = np.arange(256, dtype=np.uint8).reshape(16, 16)
        front, back = rng.integers(0, 256, (2, 16, 16, 3), np.uint8)
        a = (alpha / 255)[..., None]
        exact = a * front + (1 - a) * back
        self.assertLessEqual(np.abs(pairs.composite(alpha, front, back) - exact).max(), 0.5 + 1e-9)

    def test_known_background(self):
        """Where nothing is, a picture is its background; the figure's own colours are where alpha is full."""
        back = np.random.default_rng(1).integers(0, 256, (96, 160, 3), np.uint8)
        clip = small(backs=[back]).clips[0]
        alpha, front = figure.Figure(np.random.default_rng([1, 0]), 160, 96).draw(0.1)
        self.assertEqual(alpha.shape, (96, 160))
        for picture, matte in zip(clip.pictures, clip.mattes):
            np.testing.assert_array_equal(picture[matte == 0], back[matte == 0])
        made = pairs.composite(alpha, front, back)
        np.testing.assert_array_equal(made[alpha == 255], front[alpha == 255])

    def test_hair(self):
        """A matte has a body, a background, and thin hair: soft pixels next to soft ones, far from the body."""
        alpha, _ = figure.Figure(np.random.default_rng(3), 320, 180).draw(0.1)
        self.assertGreater((alpha == 255).mean(), 0.1)
        self.assertGreater((alpha == 0).mean(), 0.4)
        soft = (alpha > 0) & (alpha < 255)
        self.assertGreater(soft.mean(), 0.02)
        self.assertGreater(len(np.unique(alpha)), 16)

    def test_holes(self):
        """The background shows through the glasses: an area of nothing that the border does not reach."""
        alpha, _ = figure.Figure(np.random.default_rng(3), 320, 180).draw(0.1)
        empty = np.pad(alpha == 0, 1, constant_values=True)
        holes = empty & ~metrics.largest_area(empty)
        self.assertGreater(metrics.largest_area(holes).sum(), 20)

    def test_sequences(self):
        single, moving, still = small().clips
        self.assertEqual([clip.sequence for clip in (single, moving, still)], [False, True, True])
        self.assertTrue((moving.mattes[1:] != moving.mattes[:-1]).any(axis=(1, 2)).all())
        self.assertTrue((still.mattes == still.mattes[0]).all())
        noise = still.pictures.astype(float).std(axis=0).mean()
        self.assertTrue(1.5 < noise < 4, noise)

    def test_degraded(self):
        alpha = small().clips[0].mattes[0]
        mask = pairs.degraded(alpha, 48)
        self.assertEqual(mask.shape, (48, 48))
        self.assertLessEqual(len(np.unique(mask)), 32)
        self.assertAlmostEqual(mask.mean(), alpha.mean(), delta=2)
        np.testing.assert_array_equal(mask, pairs.degraded(alpha, 48))
        rng = np.random.default_rng(1)
        self.assertTrue((pairs.degraded(alpha, 48, flicker=rng) != pairs.degraded(alpha, 48, flicker=rng)).any())
        self.assertTrue((pairs.degraded(np.full((90, 160), 255, np.uint8), 48) == 255).all())

    def test_smooth_noise(self):
        """The coarser, the less it differs from pixel to pixel."""
        rng = np.random.default_rng(1)
        steps = [np.abs(np.diff(figure.smooth_noise(rng, 90, 120, cell))).mean() for cell in (2, 8, 30)]
        self.assertEqual(steps, sorted(steps, reverse=True))


if __name__ == "__main__":
    cases.main()
