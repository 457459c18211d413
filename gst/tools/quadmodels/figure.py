"""Draws a person with hair whose alpha is known: a matte and colours, the same ones for the same seed.

Lengths are in heights of the picture; x is 0 in the middle, y is 0 at the top.
"""

import dataclasses
import math

import numpy as np

SAMPLES = 4  # across and down in each pixel


def smooth_noise(rng: np.random.Generator, height: int, width: int, cell: float) -> np.ndarray:
    """Noise of the standard deviation 1 without detail finer than about `cell` pixels."""
    rows, columns = (math.ceil(length / cell) + 3 for length in (height, width))
    coarse = rng.normal(size=(rows, columns))

    def weights(length: int, count: int) -> np.ndarray:
        """Of cubic B-splines: a row of weights of the coarse values for each pixel."""
        at = np.arange(length) / cell + 1 + 0.5 / cell
        off = np.abs(at[:, None] - np.arange(count))
        near, far = 2 / 3 - off**2 + off**3 / 2, np.clip(2 - off, 0, None) ** 3 / 6
        return np.where(off < 1, near, far)

    made = weights(height, rows) @ coarse @ weights(width, columns).T
    return made / max(made.std(), 1e-9)


@dataclasses.dataclass(frozen=True)
class Area:
    """Samples of the pixels from (left, top) on."""

    left: int
    top: int
    mask: np.ndarray


@dataclasses.dataclass
class Layer:
    """What has been drawn so far: which samples are covered, and the colours, each times its own coverage."""

    covered: np.ndarray  # of samples
    alpha: np.ndarray  # of pixels
    color: np.ndarray


class Figure:
    """A person for pictures of width x height. `arm` of draw() is the forearm's angle."""

    def __init__(self, rng: np.random.Generator, width: int, height: int):
        self.width, self.height = width, height
        scale = height * SAMPLES
        self._x = ((np.arange(width * SAMPLES, dtype=np.float32) + 0.5) / scale - width / height / 2)[None, :]
        self._y = ((np.arange(height * SAMPLES, dtype=np.float32) + 0.5) / scale)[:, None]
        self._skin = np.array([[233, 190, 165], [205, 150, 118], [150, 102, 76], [104, 70, 52]])[rng.integers(4)]
        self._hair = np.array([[28, 22, 20], [66, 42, 28], [112, 74, 44], [168, 132, 84]])[rng.integers(4)]
        self._cloth = rng.integers(30, 215, 3)
        self.center = float(rng.uniform(-0.12, 0.12))
        self.top = float(rng.uniform(0.33, 0.4))  # of the face's middle
        self.size = float(rng.uniform(0.12, 0.15))  # half the face's width
        self._texture = smooth_noise(rng, height, width, 3)[..., None]
        self._folds = smooth_noise(rng, height, width, height / 14)[..., None]
        self._strands = self._grow(rng, int(rng.integers(350, 500)))
        self._body = self._draw_body()

    def draw(self, arm: float) -> tuple[np.ndarray, np.ndarray]:
        """Alpha of 8 bits, and the colours: height x width and height x width x 3."""
        layer = Layer(self._body.covered.copy(), self._body.alpha.copy(), self._body.color.copy())
        self._draw_arm(layer, arm)
        self._paint(layer, self._strands, self._hair_colors())
        blocks = layer.covered.reshape(self.height, SAMPLES, self.width, SAMPLES)
        alpha = np.rint(blocks.mean(axis=(1, 3)) * 255).astype(np.uint8)
        weight = layer.alpha[..., None]
        color = np.where(weight > 0, layer.color / np.maximum(weight, 1e-6), self._hair)
        return alpha, np.clip(np.rint(color), 0, 255).astype(np.uint8)

    def _paint(self, layer: Layer, area: Area, color: np.ndarray) -> None:
        """Draws an area over all that is there. `color` is of the whole picture, or one color."""
        rows, columns = (length // SAMPLES for length in area.mask.shape)
        if not rows or not columns:
            return
        at = np.s_[area.top : area.top + rows, area.left : area.left + columns]
        fine = np.s_[
            area.top * SAMPLES : (area.top + rows) * SAMPLES, area.left * SAMPLES : (area.left + columns) * SAMPLES
        ]
        layer.covered[fine] |= area.mask
        part = area.mask.reshape(rows, SAMPLES, columns, SAMPLES).mean(axis=(1, 3))
        color = np.broadcast_to(color, layer.color.shape)[at]
        layer.color[at] = layer.color[at] * (1 - part[..., None]) + color * part[..., None]
        layer.alpha[at] = layer.alpha[at] * (1 - part) + part

    def _window(self, x: tuple[float, float], y: tuple[float, float]) -> tuple[int, int, np.ndarray, np.ndarray]:
        """The pixels of a box: the first column and row, and the samples' x and y."""
        middle = self.width / self.height / 2
        left, right = (min(max((at + middle) * self.height, 0), self.width) for at in x)
        top, bottom = (min(max(at * self.height, 0), self.height) for at in y)
        left, right, top, bottom = int(left), math.ceil(right), int(top), math.ceil(bottom)
        columns = self._x[:, left * SAMPLES : right * SAMPLES]
        return left, top, columns, self._y[top * SAMPLES : bottom * SAMPLES]

    def _oval(self, x: float, y: float, a: float, b: float, power: float = 2, hole: float = 0) -> Area:
        """An ellipse, or a rounder or squarer one; the part `hole` of it stays open."""
        left, top, xs, ys = self._window((x - a, x + a), (y - b, y + b))
        far = np.abs((xs - x) / a) ** power + np.abs((ys - y) / b) ** power
        return Area(left, top, (far <= 1) & (far >= hole**power))

    def _bar(self, start: tuple[float, float], end: tuple[float, float], a: float, b: float) -> Area:
        """A bar with round ends, half as thick as `a` at the start and `b` at the end."""
        dx, dy, most = end[0] - start[0], end[1] - start[1], max(a, b)
        boxes = [(min(s, e) - most, max(s, e) + most) for s, e in zip(start, end)]
        left, top, xs, ys = self._window(*boxes)
        along = np.clip(((xs - start[0]) * dx + (ys - start[1]) * dy) / (dx * dx + dy * dy), 0, 1)
        off = (xs - start[0] - along * dx) ** 2 + (ys - start[1] - along * dy) ** 2
        return Area(left, top, off <= (a + along * (b - a)) ** 2)

    def _light(self, x: float, width: float) -> np.ndarray:
        """Light that comes from the left, for each pixel of a row."""
        at = (np.arange(self.width) + 0.5) / self.height - self.width / self.height / 2
        return (1 - 0.28 * np.clip((at - x) / width, -0.6, 1))[None, :, None]

    def _hair_colors(self) -> np.ndarray:
        return self._hair * (1 + 0.22 * self._texture + 0.1 * self._folds)

    def _skin_colors(self, x: float, width: float) -> np.ndarray:
        return self._skin * self._light(x, width) * (1 + 0.02 * self._folds + 0.012 * self._texture)

    def _draw_body(self) -> Layer:
        x, y, r = self.center, self.top, self.size
        shape = self.height, self.width
        covered = np.zeros((len(self._y), self._x.shape[1]), bool)
        layer = Layer(covered, np.zeros(shape), np.zeros((*shape, 3)))
        self._paint(layer, self._oval(x, y + 0.1 * r, 1.32 * r, 1.75 * r), self._hair_colors() * 0.8)
        skin = self._skin_colors(x, r)
        self._paint(layer, self._bar((x, y + r), (x, y + 2.1 * r), 0.5 * r, 0.62 * r), skin * 0.8)
        cloth = self._cloth * self._light(x, 3 * r) * (1 + 0.14 * self._folds + 0.05 * self._texture)
        self._paint(layer, self._oval(x, y + 4.3 * r, 2.5 * r, 2.5 * r, 2.6), cloth)
        self._paint(layer, self._oval(x, y + 1.85 * r, 0.6 * r, 0.5 * r), skin * 0.85)
        self._paint(layer, self._oval(x, y, r, 1.34 * r, 2.2), skin)
        self._draw_face(layer, skin)
        left, top, xs, ys = self._window((x - 1.2 * r, x + 1.2 * r), (y - 1.6 * r, y + 0.1 * r))
        cap = ((xs - x) / (1.2 * r)) ** 2 + ((ys - y + 0.75 * r) / (0.85 * r)) ** 2 <= 1
        face = ((xs - x - 0.2 * r) / r) ** 2 + ((ys - y - 0.25 * r) / (1.05 * r)) ** 2 <= 1
        self._paint(layer, Area(left, top, cap & ~face), self._hair_colors())
        return layer

    def _draw_face(self, layer: Layer, skin: np.ndarray) -> None:
        x, y, r = self.center, self.top, self.size
        for side in (-1, 1):
            eye = x + side * 0.4 * r
            self._paint(layer, self._oval(eye, y - 0.12 * r, 0.24 * r, 0.14 * r), skin * 0.86)
            self._paint(layer, self._oval(eye, y - 0.1 * r, 0.17 * r, 0.075 * r), np.array([236, 232, 228]))
            self._paint(layer, self._oval(eye, y - 0.1 * r, 0.075 * r, 0.08 * r), np.array([52, 38, 30]))
            brow = (eye - 0.2 * r, y - 0.32 * r), (eye + 0.2 * r, y - 0.34 * r)
            self._paint(layer, self._bar(*brow, 0.035 * r, 0.035 * r), self._hair_colors() * 0.9)
            cheek = self._oval(x + side * 0.55 * r, y + 0.35 * r, 0.22 * r, 0.18 * r)
            self._paint(layer, cheek, skin * [1.02, 0.94, 0.93])
        self._paint(layer, self._bar((x + 0.05 * r, y), (x + 0.1 * r, y + 0.3 * r), 0.04 * r, 0.1 * r), skin * 0.9)
        nose = (x - 0.1 * r, y + 0.38 * r), (x + 0.1 * r, y + 0.38 * r)
        self._paint(layer, self._bar(*nose, 0.035 * r, 0.035 * r), skin * 0.72)
        self._paint(layer, self._oval(x, y + 0.72 * r, 0.33 * r, 0.09 * r), skin * [0.86, 0.6, 0.6])
        lips = (x - 0.28 * r, y + 0.71 * r), (x + 0.28 * r, y + 0.71 * r)
        self._paint(layer, self._bar(*lips, 0.012 * r, 0.012 * r), skin * 0.45)

    def _draw_arm(self, layer: Layer, angle: float) -> None:
        """An arm that holds glasses: the background shows through them, and between the arm and the body."""
        x, y, r = self.center, self.top, self.size
        shoulder, elbow = (x + 2.05 * r, y + 2.6 * r), (x + 3.2 * r, y + 4.0 * r)
        hand = elbow[0] + 2.3 * r * math.sin(angle), elbow[1] - 2.3 * r * math.cos(angle)
        cloth = self._cloth * self._light(elbow[0], 2 * r) * (1 + 0.14 * self._folds + 0.05 * self._texture)
        skin = self._skin_colors(hand[0], 1.5 * r)
        middle = (elbow[0] + hand[0]) / 2, (elbow[1] + hand[1]) / 2
        self._paint(layer, self._bar(elbow, hand, 0.4 * r, 0.24 * r), skin)
        self._paint(layer, self._bar(shoulder, elbow, 0.55 * r, 0.46 * r), cloth)
        self._paint(layer, self._bar(elbow, middle, 0.47 * r, 0.4 * r), cloth)
        glasses = np.array([32, 30, 36])
        for side in (-1, 1):
            place = hand[0] + side * 0.48 * r, hand[1] - 0.62 * r
            self._paint(layer, self._oval(*place, 0.42 * r, 0.34 * r, 2.5, 0.84), glasses)
        self._paint(layer, self._oval(*hand, 0.36 * r, 0.4 * r), skin)
        for finger in (-0.25, -0.08, 0.1, 0.27):
            tip = hand[0] + finger * 1.2 * r, hand[1] - 0.62 * r
            self._paint(layer, self._bar((hand[0] + finger * r, hand[1]), tip, 0.09 * r, 0.075 * r), skin * 0.96)

    def _grow(self, rng: np.random.Generator, count: int) -> Area:
        """The samples that thin strands cover: most narrower than a pixel, all bent in their own way."""
        covered = np.zeros((len(self._y), self._x.shape[1]), bool)
        scale, r = self.height * SAMPLES, self.size
        for _ in range(count):
            at = rng.uniform(-1.05, 1.05) * math.pi * 0.72  # the angle from the head's top
            start = np.array([1.2 * math.sin(at), -1.5 * math.cos(at)]) * r + [self.center, self.top + 0.1 * r]
            length, steps = r * rng.uniform(0.35, 1.3), math.ceil(1.3 * r * self.height * SAMPLES)
            bends = rng.normal(0, 1.6, 3)
            t = np.linspace(0, 1, steps)
            way = at + rng.normal(0, 0.5) + bends[0] * t + bends[1] * t**2 + 0.25 * np.sin(7 * bends[2] * t)
            step = np.stack([np.sin(way), -np.cos(way)], 1) * (length / steps)
            line = (start + np.cumsum(step, 0) + [self.width / self.height / 2, 0]) * scale
            across = np.stack([np.cos(way), np.sin(way)], 1)
            half = rng.uniform(0.15, 0.75) * SAMPLES / 2 * (1 - 0.6 * t)  # in samples
            for off in np.linspace(-1, 1, 5):
                column, row = np.floor(line + across * (half * off)[:, None]).astype(int).T
                inside = (column >= 0) & (row >= 0) & (column < covered.shape[1]) & (row < covered.shape[0])
                covered[row[inside], column[inside]] = True
        return Area(0, 0, covered)
