"""Converts the arguments of callers to those of the library."""

import fractions
import math
import numbers
import struct
from collections.abc import Iterable, Sequence
from typing import Any, SupportsFloat

from ._frame import SECOND
from ._library import ORIENTATIONS, lib

# What callers may give. Numbers are of Python, NumPy or PyTorch, also arrays of one element.
Number = SupportsFloat
Numbers = Iterable[SupportsFloat]
Rate = SupportsFloat | str

_MOST = 2**31 - 1  # of a C int
_SHORT = {"float32": "f", "float16": "e"}  # for struct


def number(value: Any, what: str) -> fractions.Fraction | float:
    """An int, a float or a Fraction of any number: of Python, NumPy or PyTorch, also of an array of one element."""
    if isinstance(value, numbers.Rational) and not hasattr(value, "dtype"):
        return fractions.Fraction(value)
    if isinstance(value, (str, bytes)):
        raise ValueError(f"{what} has to be a number, not {value!r}")
    try:
        plain = float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise ValueError(f"{what} has to be a number, not {value!r}") from None
    form = _SHORT.get(str(getattr(value, "dtype", "")).rpartition(".")[2])
    if form is None or not math.isfinite(plain):
        return plain
    # 0.7 in 32 bits is less than 0.7. The number that was meant is the shortest decimal that gives these bits.
    for digits in range(1, 10):
        short = float(f"{plain:.{digits}g}")
        try:
            if struct.pack(form, short) == struct.pack(form, plain):
                return short
        except OverflowError:  # rounded beyond the largest
            continue
    return plain


def nanoseconds(value: Any, what: str) -> int:
    plain = number(value, what)
    # A time has 63 bits.
    if not 0 <= plain < math.inf or (time := round(fractions.Fraction(plain) * SECOND)) >= 2**63:
        raise ValueError(f"{what} has to be a time in seconds, from 0 to {2**63 // SECOND} (292 years)")
    return time


def whole(value: Any, what: str, least: int = 1, most: int = _MOST) -> int:
    plain = number(value, what)
    if not least <= plain <= most or int(plain) != plain:
        raise ValueError(f"{what} has to be a whole number from {least} to {most}")
    return int(plain)


def exact_rate(rate: Any) -> fractions.Fraction:
    """A Fraction: whole numbers and fractions as they are, of others the simple one that was meant."""
    exact: fractions.Fraction | float
    try:
        exact = fractions.Fraction(rate) if isinstance(rate, str) else number(rate, "rate")
    except (ValueError, ZeroDivisionError):
        exact = 0
    if isinstance(exact, float) and 0 < exact < math.inf:
        slow = exact < 1
        exact = fractions.Fraction(1 / exact if slow else exact).limit_denominator(1001)
        exact = 1 / exact if slow else exact
    if not isinstance(exact, fractions.Fraction) or not (0 < exact.numerator < 2**31 and exact.denominator < 2**31):
        raise ValueError(f"rate has to be a number of frames a second above 0, not {rate!r}")
    return exact


def selection(
    rate: Any = None,
    timestamps: Any = None,
    every_nth: Any = None,
    keyframes: bool = False,
    start: Any = None,
    stop: Any = None,
    **more: str | int | None,
) -> str:
    """The launch line of frameextract; "" if every frame is wanted.

    `more` are properties of frameextract and their values; None leaves one out.
    """
    chosen = {"rate": rate, "timestamps": timestamps, "every_nth": every_nth, "keyframes": keyframes or None}
    names = [name for name, value in chosen.items() if value is not None]
    if len(names) > 1:
        raise ValueError(f"choose frames in one way, not by {' and '.join(names)}")
    if timestamps is not None and (start is not None or stop is not None):
        raise ValueError("start and stop are not for timestamps: leave out those that are not wanted")
    settings = []
    if rate is not None:
        exact = exact_rate(rate)
        settings.append(f"rate={exact.numerator}/{exact.denominator}")
    if timestamps is not None:
        settings.append(f'timestamp-list="{_time_list(timestamps)}"')
    if every_nth is not None:
        settings.append(f"every-nth={whole(every_nth, 'every_nth')}")
    if keyframes:
        settings.append("keyframes=true")
    limits = {name: nanoseconds(value, name) for name, value in (("start", start), ("stop", stop)) if value is not None}
    if len(limits) == 2 and limits["start"] >= limits["stop"]:
        raise ValueError(f"start has to be before stop, and {start} s is not before {stop} s")
    settings += [f"{name}-time={value}" for name, value in limits.items()]
    settings += [f"{name.replace('_', '-')}={value}" for name, value in more.items() if value is not None]
    return " ".join(["frameextract", *settings]) if settings else ""


def _time_list(timestamps: Any) -> str:
    try:
        if isinstance(timestamps, (str, bytes)):
            raise TypeError
        times = list(timestamps)
    except TypeError:
        raise ValueError(f"timestamps has to be a list of times in seconds, not {timestamps!r}") from None
    if not times:
        raise ValueError("timestamps is empty")
    return time_list(nanoseconds(time, "each of timestamps") for time in times)


def time_list(times: Iterable[int]) -> str:
    """Nanoseconds as frameextract's timestamp-list."""
    return ", ".join("{}.{:09}".format(*divmod(time, SECOND)) for time in times)


def check_choice(value: Any, what: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{what} has to be one of {', '.join(map(repr, choices))}, not {value!r}")


def device_name(device: Any) -> str:
    """The device as it is written, also of a torch.device."""
    name = str(device)
    kind, _, digits = name.partition(":")
    if name not in ("auto", "cpu", "cuda") and not (kind == "cuda" and digits.isdecimal()):
        raise ValueError(f"device has to be 'auto', 'cpu', 'cuda' or 'cuda:N', not {device!r}")
    return name


def device_number(device: Any) -> int:
    """The number of a CUDA device, or -1 for the host."""
    name = device_name(device)
    if name == "auto":
        return 0 if lib.quad_cuda_can_decode(0) else -1
    return -1 if name == "cpu" else whole(int(name[5:] or 0), "device", least=0)


def orientation_number(orientation: Any) -> int:
    if isinstance(orientation, str) and orientation in ORIENTATIONS:
        return ORIENTATIONS[orientation]
    raise ValueError(f"orientation has to be 'auto' or 'none', not {orientation!r}")


def format_name(format: Any) -> str | None:
    if format is not None and not (isinstance(format, str) and format.replace("_", "").isalnum()):
        raise ValueError(f"{format!r} is no name of a format")
    return format
