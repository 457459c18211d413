"""Which frames frameextract chooses, by the times of all of them: times, in nanoseconds, which do not descend."""

import bisect
import fractions
import itertools
from collections.abc import Iterable, Iterator, Sequence

from ._arguments import exact_rate
from ._frame import SECOND

# Frames that lie closer together are not told apart by a time: frameextract counts a frame as shown half a
# millisecond before its time.
APART = 1_000_000


def number_at(times: Sequence[int], time: int) -> int:
    """The number of the frame that is on screen at a time."""
    return max(bisect.bisect_right(times, time) - 1, 0)


def number_of(times: Sequence[int], time: int, requested: int) -> int:
    """The number of a frame with this time that was chosen for `requested`. Of several with the same time it is the last
    one that began before, or the first one that begins after it.
    """
    number = number_at(times, time)
    return bisect.bisect_left(times, times[number]) if time - requested > APART // 2 else number


def ticks(times: Sequence[int], rate: fractions.Fraction, start: int | None) -> Iterator[int]:
    """The times of all ticks that may have a frame: from `start`, or else from the first frame."""
    times = times or [0]
    tick = first = times[0] if start is None else start
    for n in itertools.count(1):
        yield tick
        # Ticks after the last frame show that one.
        if tick > times[-1]:
            return
        tick = first + n * SECOND * rate.denominator // rate.numerator


def shown_at(times: Sequence[int], wanted: Iterable[int], later: bool) -> list[int]:
    """The times of all frames that may be chosen for these: those on screen, and the next ones if `later`."""
    near: set[int] = set()
    for time in wanted:
        first = bisect.bisect_right(times, time - APART) - 1
        last = bisect.bisect_right(times, time + APART) - 1
        near.update(range(first, last + 2 if later else last + 1))
    return needed(times, near)


def needed(times: Sequence[int], numbers: Iterable[int]) -> list[int]:
    """The times of these frames, and of the last two, which tell how long the last one is shown."""
    every = {*numbers, len(times) - 2, len(times) - 1}
    return [times[number] for number in sorted(every) if 0 <= number < len(times)]


def average_rate(times: Sequence[int]) -> fractions.Fraction | None:
    """Frames a second from the first to the last frame, the simple number that was meant: times are rounded. None for fewer
    than two times: how long a last frame is shown, files often do not say.
    """
    span = times[-1] - times[0] if times else 0
    return exact_rate((len(times) - 1) * SECOND / span) if span > 0 else None
