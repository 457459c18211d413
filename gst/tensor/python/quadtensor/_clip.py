"""A video as a sequence of frames."""

import contextlib
import fractions
import threading
import weakref
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, Literal, get_args, overload

from . import _choice, _source
from ._arguments import (
    Number,
    Numbers,
    Rate,
    check_choice,
    device_name,
    device_number,
    exact_rate,
    nanoseconds,
    number,
    selection,
    time_list,
    whole,
)
from ._batch import Batch, Filling, Times
from ._contents import CLOSED, Contents
from ._frame import Frame, seconds
from ._library import BeyondEnd, DecodeError, Error, lib
from ._reader import Frames, picture_of, time_limit
from ._source import Location
from ._table import Info, Table

Policy = Literal["played-at", "nearest", "next"]
Missing = Literal["repeat", "skip", "error"]

_WHY: dict[str, tuple[type[Error], str]] = {
    "beyond-end": (BeyondEnd, "the film ends before"),
    "decode-error": (DecodeError, "it is damaged, or the file breaks off"),
    "no-frame-in-tolerance": (Error, "no frame begins near enough"),
}


def _drawn_at(wanted: Sequence[int], unique: Sequence[int]) -> list[int]:
    """Where in a block each of `unique` is drawn, in the order of `unique`: as they are wanted; repeats count once."""
    at = {value: place for place, value in enumerate(dict.fromkeys(wanted))}
    return [at[value] for value in unique]


def _places_of(wanted: Sequence[int]) -> dict[int, list[int]]:
    """All places of each value."""
    places: dict[int, list[int]] = {}
    for place, value in enumerate(wanted):
        places.setdefault(value, []).append(place)
    return places


def _limits(before: Number | None, after: Number | None) -> dict[str, Any]:
    """Tolerances as frameextract's properties."""
    limits = {"tolerance_before": before, "tolerance_after": after}
    return {name: nanoseconds(value, name) for name, value in limits.items() if value is not None}


class Clip:
    """A video stream of a path, a URI, bytes or an open file, as a sequence of its frames.

    Nothing is opened before it is needed. info reads the head of the file; len, indices, times and keyframe_times
    read all of it once, without decoding where they can, and keep what they found.

    width, height, format, device, orientation, depth, stream   as of frames(); of all frames that are read here
    timeout   as of frames(), and for how many seconds what is read first, all of it, may take; else Error. The next call
              tries it again
    threads   how many threads decode, of those that read the clip at the same time each. One costs the least CPU and
              memory, as beside other workers of a DataLoader; 0 is one for each processor, which is done soonest. Files
              in which several frames have one time are decoded by one thread, as for their table. Leave it at one for
              files that lost packets: several threads give other frames of these each time

    A file object that is no plain file, as one in a ZIP archive, is read into memory when it is first needed.

    A clip can be pickled, and handed to the workers of a DataLoader: each opens the file anew. What it knows of its frames
    goes with it, and bytes do; a clip of an open file cannot be pickled.
    """

    def __init__(
        self,
        location: Location,
        *,
        width: Number | None = None,
        height: Number | None = None,
        format: str | None = None,
        device: str = "auto",
        orientation: Literal["auto", "none"] = "auto",
        depth: Number = 4,
        timeout: Number | None = None,
        stream: Number = 0,
        threads: Number = 1,
    ) -> None:
        _source.check(location)
        self.location = location
        self._settings: dict[str, Any] = {
            "width": width,
            "height": height,
            "format": format,
            "orientation": orientation,
            "stream": whole(stream, "stream", least=0),
        }
        picture_of(**self._settings)
        self._device, self._depth, self._timeout = device_name(device), whole(depth, "depth"), time_limit(timeout)
        self._threads = whole(threads, "threads", least=0)
        self._begin()

    def _begin(self) -> None:
        self._contents = Contents(self.location, self._settings["stream"], self._timeout)
        self._lock = threading.Lock()  # of _open
        self._open: weakref.WeakSet[Frames] = weakref.WeakSet()

    def __getstate__(self) -> dict[str, Any]:
        names = ("_settings", "_device", "_depth", "_timeout", "_threads")
        state = {name: self.__dict__[name] for name in names}
        return {**state, "location": self._contents.pickled(), "known": self._contents.known()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        known = state.pop("known")
        self.__dict__.update(state)
        self._begin()
        self._contents.know(*known)

    # ---- What is in it

    @property
    def info(self) -> Info:
        """An Info: size, rate, codec, duration, sound. Raises Error."""
        return self._contents.info()

    def _frames(self) -> Table:
        return self._contents.table()

    def __len__(self) -> int:
        return len(self._frames().times)

    @property
    def times_ns(self) -> list[int]:
        """When each frame is shown, in nanoseconds from where the film begins."""
        return list(self._frames().times)

    @property
    def times(self) -> list[float]:
        """When each frame is shown, in seconds."""
        return [seconds(time) for time in self._frames().times]

    @property
    def keyframe_times_ns(self) -> list[int]:
        """When each keyframe is shown, in nanoseconds."""
        table = self._frames()
        return [table.times[index] for index in table.keys]

    @property
    def keyframe_times(self) -> list[float]:
        """When each keyframe is shown, in seconds."""
        return [seconds(time) for time in self.keyframe_times_ns]

    @property
    def durations_ns(self) -> list[int | None]:
        """How long each frame is shown, in nanoseconds; None where the file does not say it, of the last one."""
        return list(self._frames().durations)

    @property
    def durations(self) -> list[float | None]:
        """How long each frame is shown, in seconds; None where the file does not say it, of the last one."""
        return [seconds(length) for length in self._frames().durations]

    @property
    def average_rate(self) -> fractions.Fraction | None:
        """Frames a second, from the first to the last one; None for fewer than two."""
        return _choice.average_rate(self._frames().times)

    @property
    def variable(self) -> bool:
        """Whether frames are shown for times of different length. Containers round times: 2 ms are no difference."""
        lengths = [length for length in self._frames().durations[:-1] if length is not None]
        return bool(lengths) and max(lengths) - min(lengths) > 2_000_000

    # ---- Frames

    @overload
    def __getitem__(self, index: slice) -> Generator[Frame, None, None]: ...
    @overload
    def __getitem__(self, index: Number) -> Frame: ...
    def __getitem__(self, index: Number | slice) -> Frame | Generator[Frame, None, None]:
        """clip[7] is a Frame; clip[a:b:step] yields frames. Raises BeyondEnd, an IndexError, where there is none."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step < 0:
                raise ValueError("frames are read forwards: use frames_at(range(...)), or reversed(list(...))")
            return self._read(range(start, stop, step))
        with contextlib.closing(self._read([self._number(index)])) as frames:
            return next(frames)

    def __iter__(self) -> Generator[Frame, None, None]:
        return self[:]

    def frames_at(self, indices: Numbers) -> Batch:
        """A Batch of the frames with these numbers, in any order, also twice; -1 is the last one."""
        numbers = [self._number(index) for index in indices]
        if not numbers:
            raise ValueError("indices is empty")
        places = _places_of(numbers)
        unique, filling = sorted(places), Filling(len(numbers))
        with contextlib.closing(self._read(unique, _drawn_at(numbers, unique))) as frames:
            for frame in frames:
                filling.put(frame, places[frame.index or 0])
        return filling.batch(lambda: numbers)

    def frames_played_at(
        self,
        times: Numbers,
        policy: Policy = "played-at",
        tolerance_before: Number | None = None,
        tolerance_after: Number | None = None,
        missing: Literal["error", "skip"] = "error",
    ) -> Batch:
        """A Batch of the frames at these times, in seconds, in any order.

        policy   "played-at": the frame on screen; "nearest": the one that begins nearest; "next": the first one that
                 begins at the time or later
        tolerance_before, tolerance_after   how far a frame may begin before and after the time, in seconds

        missing  where there is no frame for one of the times: "error", or "skip", which leaves it out; requested of
                 the batch says which times are in it. For none at all it is an error

        Raises BeyondEnd where the film ends before one of the times.
        """
        check_choice(policy, "policy", get_args(Policy))
        check_choice(missing, "missing", ("error", "skip"))
        limits = _limits(tolerance_before, tolerance_after)
        wanted = [nanoseconds(time, "each of times") for time in times]
        if not wanted:
            raise ValueError("times is empty")
        return self._played_at(wanted, policy, limits, missing)

    def _played_at(self, wanted: Sequence[int], policy: Policy, limits: dict[str, Any], missing: str) -> Batch:
        """Of at least one time, in nanoseconds."""
        places = _places_of(wanted)
        unique, filling = sorted(places), Filling(len(wanted))
        line = selection(timestamp_list=f'"{time_list(unique)}"', policy=policy, **limits)
        shown = self._shown_at(unique, policy != "played-at" or bool(limits))
        with self._start(line, _drawn_at(wanted, unique), shown) as frames:
            for frame in frames:
                filling.put(frame, places[unique[frame.index or 0]])
        if len(filling.times) < len(wanted) and not (filling.times and missing == "skip"):
            time = next(time for place, time in enumerate(wanted) if place not in filling.times)
            reasons = {missed.requested_ns: missed.reason for missed in frames.missed}
            reason = reasons.get(time, "none came")
            kind, why = _WHY.get(reason, (Error, reason))
            raise kind(f"There is no frame for {seconds(time):g} s: {why}.")
        if not filling.is_usable:
            # Which have no frame is known now, so there is room for the others alone.
            found = [wanted[place] for place in sorted(filling.times)]
            del filling, frames
            return self._played_at(found, policy, limits, missing)
        return filling.batch(self._numbers_of([filling.times[place] for place in sorted(filling.times)]))

    def frames_in(
        self,
        start: Number | None = None,
        stop: Number | None = None,
        rate: Rate | None = None,
        missing: Missing = "repeat",
        tolerance_before: Number | None = None,
        tolerance_after: Number | None = None,
    ) -> Frames:
        """Yields the frames from `start` until before `stop`, in seconds; at a rate, the frame that is on screen at
        each of that many ticks a second, of which its index is the number.

        tolerance_before, tolerance_after   how far a frame may begin before and after its tick, in seconds
        missing   at a tick without such a frame: "repeat" the one before, "skip" the tick, or end in an "error"
        """
        check_choice(missing, "missing", get_args(Missing))
        limits = _limits(tolerance_before, tolerance_after)
        if rate is None and limits:
            raise ValueError("tolerances are for a rate")
        if rate is None:
            return self._start(selection(start=start, stop=stop))
        line = selection(rate=rate, start=start, stop=stop, missing=missing, **limits)
        table = self._contents.known_table()
        first = None if start is None else nanoseconds(start, "start")
        ticks = _choice.ticks(table.times, exact_rate(rate), first) if table else ()
        return self._start(line, times=self._shown_at(ticks, bool(limits)))

    def keyframes(self) -> Generator[Frame, None, None]:
        """Yields the keyframes."""
        return self._read(self._frames().keys)

    def sheet(self, n: Number) -> Generator[Frame, None, None]:
        """Yields n frames that are evenly spread in time, as for a contact sheet."""
        count = whole(n, "n")
        table = self._frames()
        end = table.times[-1] + (table.durations[-1] or 0) if table.times else 0
        middles = (end * (2 * k + 1) // (2 * count) for k in range(count))
        return self._read([_choice.number_at(table.times, middle) for middle in middles] if table.times else [])

    # ---- How

    def _number(self, index: Any) -> int:
        plain = number(index, "index")
        if int(plain) != plain:
            raise ValueError(f"index has to be a whole number, not {index!r}")
        count, plain = len(self), int(plain)
        if not -count <= plain < count:
            raise BeyondEnd(f"There is no frame {plain}: the clip has {count}.")
        return plain % count

    def _shown_at(self, times: Iterable[int], later: bool) -> list[int]:
        """As _choice.shown_at(); none without a table: to make one takes all of the file."""
        table = self._contents.known_table()
        return _choice.shown_at(table.times, times, later) if table else []

    def _numbers_of(self, frames: Sequence[Times]) -> Callable[[], list[int]]:
        """Tells the numbers of frames that were chosen by a time: at once, or later where that takes all of the file."""
        choices = [(frame.time_ns or 0, frame.requested_ns or 0) for frame in frames]
        contents = self._contents

        def numbers() -> list[int]:
            table = contents.known_table()
            if table is None and contents.closed:
                raise ValueError("the clip was closed before the numbers of these frames were asked for")
            table = table or contents.table()
            return [_choice.number_of(table.times, *choice) for choice in choices]

        if contents.known_table() is None:
            return numbers
        known = numbers()
        return lambda: known

    def _read(self, numbers: Sequence[int], places: Sequence[int] = ()) -> Generator[Frame, None, None]:
        """Yields the frames with these numbers, which do not descend, with their numbers as index."""
        table = self._frames()
        if not numbers:
            return
        times: list[int] = []
        if not table.apart:
            values = ",".join(f"(guint64){index}" for index in numbers)
            line = selection(indices=f'"<{values}>"')
        elif len(numbers) == 1 or any(b - a != 1 for a, b in zip(numbers, numbers[1:], strict=False)):
            times = _choice.needed(table.times, numbers)
            exact = time_list(table.times[index] for index in numbers)
            line = selection(
                timestamp_list=f'"{exact}"', policy="nearest", tolerance_before=0, tolerance_after=0
            )
        else:
            after = table.times[numbers[-1] + 1] if numbers[-1] + 1 < len(table.times) else None
            line = selection(start_time=table.times[numbers[0]] or None, stop_time=after)
        # Where frames are counted, as for the table, with one thread: what a decoder makes of packets without times may
        # depend on its threads.
        threads = self._threads if table.apart else 1
        with self._start(line, places, times, threads) as frames:
            for index in numbers:
                frame = next(frames, None)
                if frame is None or frame.time_ns != table.times[index]:
                    raise DecodeError(f"Frame {index} at {seconds(table.times[index]):g} s cannot be decoded.")
                frame.index = index
                yield frame

    def _start(
        self, line: str, places: Sequence[int] = (), times: Sequence[int] = (), threads: int | None = None
    ) -> Frames:
        frames = Frames(
            self._contents.source(),
            line,
            device_number(self._device),
            self._depth,
            picture=picture_of(**self._settings),
            timeout=self._timeout,
            places=places,
            times=times,
            threads=self._threads if threads is None else threads,
        )
        with self._lock:
            self._open.add(frames)
        # By another thread, which did not see these frames.
        if self._contents.closed:
            frames.close()
        self._contents.check()
        return frames

    # ---- Its end

    def close(self) -> None:
        """Ends what is being read, also by other threads. Frames and batches that were taken stay."""
        self._contents.close()
        if not lib.quad_tensor_check_process(None):
            return  # what there is to end is in the parent
        with self._lock:
            opened = list(self._open)
        for frames in opened:
            frames._end(CLOSED)

    def __enter__(self) -> "Clip":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Clip({_source.shown(self.location)})"
