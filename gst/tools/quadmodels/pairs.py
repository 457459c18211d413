"""Pictures whose matte is known: a drawn person before a background, I = a F + (1 - a) B in the 8-bit values.

A set has single pictures, a sequence in which an arm moves, and a still sequence with the noise of a sensor.
"""

import dataclasses
import functools
import hashlib
import math

import numpy as np

from .figure import Figure, smooth_noise

VERSION = 1  # of what is drawn; results of another one are not comparable
MASKS = 2  # the version of degraded masks
FLICKER = 0.1  # the standard deviation of degraded masks in the middle of their soft edge
NOISE = 3.0  # the standard deviation of a sensor's noise, in levels


@dataclasses.dataclass(frozen=True)
class Clip:
    """Pictures that follow each other, or single ones (then `sequence` is false). Mattes are of 8 bits."""

    name: str
    sequence: bool
    pictures: np.ndarray  # count x height x width x 3
    mattes: np.ndarray  # count x height x width


@dataclasses.dataclass(frozen=True)
class Pairs:
    clips: list[Clip]

    @functools.cached_property
    def digest(self) -> str:
        """What tells sets apart."""
        sum = hashlib.sha256(f"{VERSION}".encode())
        for clip in self.clips:
            sum.update(f"{clip.name} {clip.pictures.shape}".encode())
            sum.update(np.ascontiguousarray(clip.pictures))
            sum.update(np.ascontiguousarray(clip.mattes))
        return sum.hexdigest()[:16]


def composite(alpha: np.ndarray, front: np.ndarray, back: np.ndarray) -> np.ndarray:
    """I = a F + (1 - a) B of 8-bit arrays, rounded to nearest."""
    a = alpha.astype(np.int32)[..., None]
    return ((a * front + (255 - a) * back + 127) // 255).astype(np.uint8)


def background(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A room out of focus: a gradient, soft patches, edges of furniture, and finer texture."""
    x, y = np.meshgrid(np.arange(width) / width, np.arange(height) / height)
    angle = rng.uniform(0, 2 * math.pi)
    slope = (x * math.cos(angle) + y * math.sin(angle))[..., None]
    made = rng.uniform(60, 200, 3) + rng.uniform(-70, 70, 3) * slope
    for cell, strength in ((height / 3, 18), (height / 10, 10), (height / 40, 5), (4, 2.5)):
        made += strength * smooth_noise(rng, height, width, cell)[..., None] * rng.uniform(0.6, 1, 3)
    for _ in range(5):
        left, top, wide, high = rng.uniform(-0.1, 0.9), rng.uniform(-0.1, 0.9), *rng.uniform(0.1, 0.5, 2)
        soft = height * rng.uniform(0.1, 0.6)  # the edge's slope
        inside = np.minimum(np.minimum(x - left, left + wide - x), np.minimum(y - top, top + high - y))
        made += np.clip(inside * soft + 0.5, 0, 1)[..., None] * rng.uniform(-45, 45, 3)
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)


def make(
    seed: int = 1, width: int = 640, height: int = 360, singles: int = 8, frames: int = 12, backs: list[np.ndarray] = ()
) -> Pairs:
    """The set of a seed. `backs` are backgrounds of the right size to take in turn instead of drawn ones."""

    def back(rng: np.random.Generator, number: int) -> np.ndarray:
        return backs[number % len(backs)] if len(backs) else background(rng, width, height)

    pictures, mattes = [], []
    for number in range(singles):
        rng = np.random.default_rng([seed, number])
        alpha, front = Figure(rng, width, height).draw(rng.uniform(-0.5, 0.6))
        pictures.append(composite(alpha, front, back(rng, number)))
        mattes.append(alpha)
    rng = np.random.default_rng([seed, singles])
    figure, behind = Figure(rng, width, height), back(rng, singles)
    drawn = [figure.draw(0.05 + 0.5 * math.sin(2 * math.pi * at / 24)) for at in range(frames)]
    moving = np.stack([composite(alpha, front, behind) for alpha, front in drawn])
    alpha, front = drawn[0]
    still = composite(alpha, front, behind) + rng.normal(0, NOISE, (frames, height, width, 3))
    still = np.clip(np.rint(still), 0, 255).astype(np.uint8)
    return Pairs(
        [
            Clip("single", False, np.stack(pictures), np.stack(mattes)),
            Clip("moving", True, moving, np.stack([alpha for alpha, _ in drawn])),
            Clip("still", True, still, np.stack([alpha] * frames)),
        ]
    )


def degraded(
    alpha: np.ndarray, size: int = 256, blur: float = 1.0, levels: int = 32, flicker: np.random.Generator | None = None
) -> np.ndarray:
    """What a network of size x size would give at best: the matte made small, blurred, and in few values.

    With `flicker`, the soft edge is a bit elsewhere each time, as a network's is that sees a sensor's noise.
    """
    made = areas(size, alpha.shape[0]) @ (alpha / 255) @ areas(size, alpha.shape[1]).T
    at = np.arange(-4, 5)
    weights = np.exp(-(at**2) / (2 * blur**2))
    weights /= weights.sum()
    for axis in (0, 1):
        padded = np.pad(made, [(4, 4) if each == axis else (0, 0) for each in (0, 1)], mode="edge")
        made = sum(np.take(padded, range(i, i + size), axis) * weight for i, weight in enumerate(weights))
    if flicker:
        made = np.clip(made + FLICKER * 4 * made * (1 - made) * smooth_noise(flicker, size, size, 4), 0, 1)
    return np.rint(np.rint(made * (levels - 1)) * (255 / (levels - 1))).astype(np.uint8)


def areas(count: int, length: int) -> np.ndarray:
    """Rows of weights that average `length` values to `count` by area."""
    edges = np.arange(count + 1) * length / count
    at = np.arange(length)
    part = np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at)
    return np.clip(part, 0, None) * count / length
