"""Several clips side by side."""

import contextlib

from ._arguments import exact_rate


class _Cursor:
    """The frames of one clip at a rate, by the numbers of their ticks."""

    def __init__(self, frames):
        self._frames = frames
        self._now, self._next = None, next(frames, None)

    def first(self):
        """The number of the first tick with a frame; None if there is none."""
        return None if self._next is None else self._next.index

    def at(self, tick):
        """The frame for this tick, or the last one before it; None after the last one."""
        while self._next is not None and self._next.index <= tick:
            self._now, self._next = self._next, next(self._frames, None)
        ended = self._next is None and self._now.index < tick
        return None if ended else self._now


def zip_clips(clips, rate):
    """Yields a tuple with one frame of each Clip for each tick of `rate`, so many a second: the frames on screen then.

    Ticks count from 0, where each film begins. The first tuple is of the first tick at which each clip has a frame, the
    last one of the last tick of the shortest clip. A tick that has no frame, as in a hole of a clip, repeats the one
    before. A repeated frame may be the same object.
    """
    clips = list(clips)
    if not clips:
        raise ValueError("clips is empty")
    return _zip(clips, exact_rate(rate))


def _zip(clips, rate):
    with contextlib.ExitStack() as stack:
        cursors = [_Cursor(stack.enter_context(clip.frames_in(start=0, rate=rate))) for clip in clips]
        firsts = [cursor.first() for cursor in cursors]
        if None in firsts:
            return
        tick = max(firsts)
        while True:
            frames = tuple(cursor.at(tick) for cursor in cursors)
            if None in frames:
                return
            yield frames
            tick += 1
