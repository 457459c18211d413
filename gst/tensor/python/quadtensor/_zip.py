"""Several clips side by side."""

import contextlib
import fractions
from collections.abc import Iterable, Iterator

from ._arguments import Rate, exact_rate
from ._clip import Clip
from ._frame import Frame
from ._reader import Frames


def _tick(frame: Frame) -> int:
    """The number of a frame that was chosen by a rate."""
    return frame.index or 0


class _Cursor:
    """The frames of one clip at a rate, by the numbers of their ticks."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._now: Frame | None = None
        self._next = next(frames, None)

    def first(self) -> int | None:
        """The number of the first tick with a frame; None if there is none."""
        return None if self._next is None else _tick(self._next)

    def at(self, tick: int) -> Frame | None:
        """The frame for this tick, or the last one before it; None after the last one."""
        while self._next is not None and _tick(self._next) <= tick:
            self._now, self._next = self._next, next(self._frames, None)
        if self._next is None and self._now is not None and _tick(self._now) < tick:
            return None
        return self._now


def zip_clips(clips: Iterable[Clip], rate: Rate) -> Iterator[tuple[Frame, ...]]:
    """Yields a tuple with one frame of each Clip for each tick of `rate`, so many a second: the frames on screen then.

    Ticks count from 0, where each film begins. The first tuple is of the first tick at which each clip has a frame, the
    last one of the last tick of the shortest clip. A tick that has no frame, as in a hole of a clip, repeats the one
    before. A repeated frame may be the same object.
    """
    clips = list(clips)
    if not clips:
        raise ValueError("clips is empty")
    return _zip(clips, exact_rate(rate))


def _zip(clips: list[Clip], rate: fractions.Fraction) -> Iterator[tuple[Frame, ...]]:
    with contextlib.ExitStack() as stack:
        cursors = [_Cursor(stack.enter_context(clip.frames_in(start=0, rate=rate))) for clip in clips]
        firsts = [first for cursor in cursors if (first := cursor.first()) is not None]
        if len(firsts) < len(cursors):
            return
        tick = max(firsts)
        while len(frames := [frame for cursor in cursors if (frame := cursor.at(tick)) is not None]) == len(cursors):
            yield tuple(frames)
            tick += 1
