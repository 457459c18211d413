"""Writes what was measured: a Markdown table, and charts as SVG."""

import math
import statistics
from xml.sax.saxutils import escape

from . import results
from .files import size_text

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 960, 560, 80, 60, 40, 30
_COLUMNS = ("sad", "gradient", "connectivity", "iou", "band-sad", "band-iou", "dtssd-moving", "dtssd-still")


def _columns(rows: list[dict], metric: str) -> list[str]:
    """The metrics to show: those that all rows have, the chosen one first."""
    common = set.intersection(*(set(row["quality"]) for row in rows))
    named = [name for name in _COLUMNS if name in common]
    of_reference = sorted(name for name in common if name in ("reference-sad", "reference-iou"))
    return [metric, *(name for name in [*named, *of_reference] if name != metric)]


def table(rows: list[dict], metric: str) -> str:
    """Rows in the order of their error."""
    columns = _columns(rows, metric)
    head = ["setting", "file", "xz", "load ms", "first ms", "ms", "memory", *columns]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in sorted(rows, key=lambda row: (results.error_of(row, metric), row["ms"])):
        cells = [row["name"]]
        cells += [size_text(row[key]) if row.get(key) else "" for key in ("bytes", "xz")]
        cells += [f"{row[key]:.1f}" if key in row else "" for key in ("load_ms", "first_ms")]
        cells += [f"{row['ms']:.2f}", size_text(row["memory"])]
        cells += [f"{row['quality'][name]:.4g}" for name in columns]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def ticks(low: float, high: float, count: int = 6) -> list[float]:
    """Round numbers from `low` to `high`."""
    rough = (high - low) / count
    unit = 10 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first = math.ceil(low / step)
    return [step * at for at in range(first, math.floor(high / step) + 1)]


def _span(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = (high - low) * 0.07 or abs(high) * 0.1 or 1
    return max(low - room, 0) if low >= 0 else low - room, high + room


def short_names(names: list[str]) -> list[str]:
    """Names without the parts that all of them have."""
    parts = [name.split(", ") for name in names]
    if len(names) < 2 or len({len(one) for one in parts}) > 1:
        return names
    differ = [len(set(column)) > 1 for column in zip(*parts)]
    return [", ".join(part for part, shown in zip(one, differ) if shown) or one[0] for one in parts]


def chart(points: list[tuple[float, float, str]], x_label: str, y_label: str) -> str:
    """Points of x, y and a name as SVG; a line joins those that no other one beats, and only they have labels.

    Points far above the others are at the upper edge.
    """
    names = short_names([name for _, _, name in points])
    most = 3 * statistics.median(y for _, y, _ in points) or math.inf
    points = [(x, min(y, most), name) for (x, y, _), name in zip(points, names)]
    x_low, x_high = _span([x for x, _, _ in points])
    y_low, y_high = _span([y for _, y, _ in points])

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + (x - x_low) / (x_high - x_low) * (_WIDTH - _LEFT - _RIGHT)
        return across, _HEIGHT - _BOTTOM - (y - y_low) / (y_high - y_low) * (_HEIGHT - _BOTTOM - _TOP)

    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
    ]
    for at in ticks(x_low, x_high):
        x = place(at, y_low)[0]
        parts.append(f'<path d="M{x:.1f} {_TOP}V{bottom}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{at:.6g}</text>')
    for at in ticks(y_low, y_high):
        y = place(x_low, at)[1]
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{at:.6g}</text>')
    middle = (_TOP + bottom) / 2
    parts.append(f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 15}" text-anchor="middle">{escape(x_label)}</text>')
    parts.append(
        f'<text x="20" y="{middle}" text-anchor="middle" transform="rotate(-90 20 {middle})">{escape(y_label)}</text>'
    )
    parts += _marks([(*place(x, y), name) for x, y, name in points], results.pareto((x, y) for x, y, _ in points))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _marks(points: list[tuple[float, float, str]], front: list[int]) -> list[str]:
    """Points in places of the picture, each with its name as its title, and the line of the front with labels."""
    line = " ".join(f"{points[at][0]:.1f},{points[at][1]:.1f}" for at in front)
    parts = [f'<polyline points="{line}" fill="none" stroke="#c33" stroke-width="1.5"/>']
    for at, (x, y, name) in enumerate(points):
        color = "#c33" if at in front else "#68a"
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{color}"><title>{escape(name)}</title></circle>')
    last = -math.inf
    for at in reversed(front):  # from below upwards in the error, downwards in the picture
        x, y, name = points[at]
        label = y - 8 if abs(y - last) > 16 else last - 16
        last = label + 8
        anchor, shift = ("end", -8) if x > _WIDTH * 0.6 else ("start", 8)
        parts.append(f'<text x="{x + shift:.1f}" y="{label:.1f}" text-anchor="{anchor}">{escape(name)}</text>')
    return parts
