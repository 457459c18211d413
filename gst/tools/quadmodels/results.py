"""Keeps results in a file of a JSON line each, and chooses among them."""

import dataclasses
import json
import pathlib
from collections.abc import Callable, Iterable

from .files import Problem, size_text

# Metrics of which more is better; of all others, of size and of time, less is.
_MORE = ("iou", "band-iou", "reference-iou", "reference-band-iou")


class Store:
    """Results by key. A line is written at once and whole, so a stop loses only what is being measured."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self.rows: dict[str, dict] = {}
        try:
            lines = path.read_text().splitlines()
        except FileNotFoundError:
            lines = []
        except (OSError, UnicodeDecodeError) as why:
            raise Problem(f"{path} cannot be read: {why}. Remove it, or name another folder.") from None
        for line in lines:
            try:
                row = json.loads(line)
                self.rows[row["key"]] = row
            except (ValueError, TypeError, KeyError):
                continue  # the half line of a stop; it is measured again

    def add(self, row: dict) -> None:
        try:
            with open(self.path, "a+b") as file:
                if file.tell() and (file.seek(-1, 2), file.read(1))[1] != b"\n":
                    file.write(b"\n")
                file.write(json.dumps(row).encode() + b"\n")
        except OSError as why:
            raise Problem(f"{self.path} cannot be written: {why.strerror}. Name another folder.") from None
        self.rows[row["key"]] = row


def error_of(row: dict, metric: str) -> float:
    """A metric so that less is better."""
    value = row["quality"][metric]
    return 1 - value if metric in _MORE else value


def pareto(points: Iterable[tuple[float, float]]) -> list[int]:
    """The places of the points that no other one beats in x and y, from left to right; of equal ones the first."""
    points = list(points)
    front: list[int] = []
    for at in sorted(range(len(points)), key=lambda i: (*points[i], i)):
        if not front or points[at][1] < points[front[-1]][1]:
            front.append(at)
    return front


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a pick must hold; None is no limit. Sizes are in bytes."""

    size: float | None = None
    ms: float | None = None
    memory: float | None = None
    error: float | None = None


def _too_much(value: float, limit: float | None, text: Callable[[float], str]) -> str:
    return f"{text(value)} is over {text(limit)}" if limit is not None and value > limit else ""


def why_not(row: dict, limits: Limits, metric: str) -> str:
    """Why a result is outside the limits, or ""."""

    def ms(value: float) -> str:
        return f"{value:.4g} ms"

    reasons = [
        _too_much(row.get("bytes") or 0, limits.size, size_text),
        _too_much(row["ms"], limits.ms, ms),
        _too_much(row["memory"], limits.memory, lambda value: f"{size_text(value)} of memory"),
        _too_much(error_of(row, metric), limits.error, lambda value: f"the error {value:.4g}"),
    ]
    return ", ".join(reason for reason in reasons if reason)


def pick(rows: Iterable[dict], limits: Limits, metric: str) -> tuple[dict | None, dict[str, str]]:
    """The best row within the limits, and for each other one, by its name, why it is not."""
    rows, reasons = list(rows), {}
    inside = []
    for row in rows:
        reason = why_not(row, limits, metric)
        if reason:
            reasons[row["name"]] = reason
        else:
            inside.append(row)
    if not inside:
        return None, reasons
    best = min(inside, key=lambda row: (error_of(row, metric), row["ms"], row.get("bytes") or 0))
    for row in inside:
        if row is best:
            continue
        worse, least = error_of(row, metric), error_of(best, metric)
        reasons[row["name"]] = (
            f"its error {worse:.4g} is larger than {least:.4g}" if worse > least else "as good, and slower or larger"
        )
    return best, reasons
