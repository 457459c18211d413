"""How far a matte is from the right one. Mattes are arrays of rows of alpha from 0 to 1.

SAD, MSE, gradient and connectivity error are those of Rhemann, Rother, Wang, Gelautz, Kohli, Rott, "A Perceptually
Motivated Online Benchmark for Image Matting", CVPR 2009, over all pixels or over those of `region`. Large numbers are
in thousands, as in that benchmark. dtSSD is of Erofeev, Gitman, Vatolin, Fedorov, Wang, "Perceptually Motivated
Benchmark for Video Matting", BMVC 2015.
"""

import math

import numpy as np

BAND = 10  # pixels that the edge band goes beyond the soft edge
_SIGMA = 1.4  # of the gradient's filter
_STEPS = np.arange(1, 11) / 10  # the connectivity's thresholds
_FREE = 0.15  # a distance of connectivity that nobody sees


def _sum(values: np.ndarray, region: np.ndarray | None) -> float:
    return float(values.sum() if region is None else values[region].sum())


def sad(matte: np.ndarray, right: np.ndarray, region: np.ndarray | None = None) -> float:
    """The sum of absolute differences, in thousands."""
    return _sum(np.abs(matte - right), region) / 1000


def mse(matte: np.ndarray, right: np.ndarray, region: np.ndarray | None = None) -> float:
    """The mean squared difference."""
    count = right.size if region is None else int(region.sum())
    return _sum((matte - right) ** 2, region) / count if count else 0.0


def iou(matte: np.ndarray, right: np.ndarray, region: np.ndarray | None = None) -> float:
    """The part that the areas of at least one half have in common, of both together; 1 if there are none."""
    a, b = matte >= 0.5, right >= 0.5
    either = _sum(a | b, region)
    return _sum(a & b, region) / either if either else 1.0


def _derivative_filters() -> tuple[np.ndarray, np.ndarray]:
    """A Gauss function and its derivative, so that their product has the norm 1."""
    half = math.ceil(_SIGMA * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * _SIGMA * 0.01)))
    at = np.arange(-half, half + 1)
    smooth = np.exp(-(at**2) / (2 * _SIGMA**2)) / (_SIGMA * math.sqrt(2 * math.pi))
    slope = -at * smooth / _SIGMA**2
    return smooth / np.linalg.norm(smooth), slope / np.linalg.norm(slope)


def _filtered(values: np.ndarray, weights: np.ndarray, axis: int) -> np.ndarray:
    half = len(weights) // 2
    padding = [(half, half) if at == axis else (0, 0) for at in range(2)]
    padded = np.pad(values, padding, mode="edge")
    length = values.shape[axis]
    parts = (np.take(padded, range(i, i + length), axis) * weight for i, weight in enumerate(weights))
    return sum(parts)


def gradient_size(matte: np.ndarray) -> np.ndarray:
    """The length of the gradient, by derivatives of a Gauss function of the sigma 1.4."""
    smooth, slope = _derivative_filters()
    x = _filtered(_filtered(matte, smooth, 0), slope, 1)
    y = _filtered(_filtered(matte, slope, 0), smooth, 1)
    return np.sqrt(x * x + y * y)


def gradient(matte: np.ndarray, right: np.ndarray, region: np.ndarray | None = None) -> float:
    """The sum of squared differences of the gradients' lengths, in thousands."""
    return _sum((gradient_size(matte) - gradient_size(right)) ** 2, region) / 1000


def largest_area(inside: np.ndarray) -> np.ndarray:
    """The largest set of pixels of `inside` that touch by their sides; of equally large ones, the first."""
    height, width = inside.shape
    edges = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    # Runs of a row, in the rows' order: [first, end) as places in the flat picture.
    rows, first = np.nonzero(edges == 1)
    end = np.nonzero(edges == -1)[1]
    result = np.zeros_like(inside)
    if not len(rows):
        return result
    parent = list(range(len(rows)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    starts, ends = (rows * (width + 1) + first).tolist(), (rows * (width + 1) + end).tolist()
    above, step = 0, width + 1
    for run, (start, stop) in enumerate(zip(starts, ends)):
        while ends[above] + step <= start:
            above += 1
        touching = above
        while touching < run and starts[touching] + step < stop:
            if ends[touching] + step > start:
                a, b = root(run), root(touching)
                parent[max(a, b)] = min(a, b)
            touching += 1
    roots = np.array([root(run) for run in range(len(rows))])
    best = np.bincount(roots, weights=end - first).argmax()
    for run in np.nonzero(roots == best)[0]:
        result[rows[run], first[run] : end[run]] = True
    return result


def connectivity(matte: np.ndarray, right: np.ndarray, region: np.ndarray | None = None) -> float:
    """The sum of the differences of how far pixels are from the largest area that both have, in thousands."""
    level = np.full(right.shape, -1.0)
    for step in _STEPS:
        shared = largest_area((matte >= step) & (right >= step))
        level[(level < 0) & ~shared] = step - 0.1
    level[level < 0] = 1
    matte_off, right_off = matte - level, right - level
    off = matte_off * (matte_off >= _FREE) - right_off * (right_off >= _FREE)
    return _sum(np.abs(off), region) / 1000


def edge_band(right: np.ndarray, pixels: int = BAND) -> np.ndarray:
    """The pixels of the right matte's soft edge, and those at most `pixels` from them across and down."""
    band = (right > 0) & (right < 1)
    for axis in (0, 1):
        length = band.shape[axis]
        padding = [(pixels, pixels) if at == axis else (0, 0) for at in range(2)]
        sums = np.cumsum(np.pad(band, padding).astype(np.int32), axis)
        sums = np.concatenate([np.zeros_like(np.take(sums, [0], axis)), sums], axis)
        far, near = range(2 * pixels + 1, 2 * pixels + 1 + length), range(length)
        band = np.take(sums, far, axis) > np.take(sums, near, axis)
    return band


def dtssd(mattes: np.ndarray, right: np.ndarray) -> float:
    """How much more or less mattes change from frame to frame than the right ones: the mean over the steps of 100
    times the root of the mean squared difference of the changes."""
    if len(mattes) < 2:
        return 0.0
    off = np.diff(mattes, axis=0) - np.diff(right, axis=0)
    return float(100 * np.sqrt((off**2).mean(axis=(1, 2))).mean())


FRAME = {"sad": sad, "mse": mse, "gradient": gradient, "connectivity": connectivity, "iou": iou}


def of_frame(matte: np.ndarray, right: np.ndarray) -> dict[str, float]:
    """All metrics of one matte: NAME over all pixels, and band-NAME in the edge band."""
    values = {name: metric(matte, right) for name, metric in FRAME.items()}
    band = edge_band(right)
    return values | {f"band-{name}": metric(matte, right, band) for name, metric in FRAME.items()}


def mean(rows: list[dict[str, float]]) -> dict[str, float]:
    """The mean of each metric over frames."""
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]} if rows else {}
