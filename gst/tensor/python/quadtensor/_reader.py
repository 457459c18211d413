"""Frames of a file, one after the other."""

import ctypes
import sys
import threading
import weakref
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from ._arguments import (
    Number,
    Numbers,
    Rate,
    device_number,
    format_name,
    nanoseconds,
    orientation_number,
    selection,
    whole,
)
from ._source import Location, Source, source_of
from ._frame import SECOND, Frame, Uncopied, optional, seconds
from ._library import (
    END,
    FAILED,
    FRAME,
    NONE,
    TIMEOUT,
    Error,
    GError,
    QuadReaderOptions,
    QuadMissed,
    QuadPicture,
    call,
    check_process,
    exception_of,
    lib,
)
from ._waits import waits


class Missed(NamedTuple):
    """A request without a frame: its index, the time in seconds, the reason, and the time in nanoseconds."""

    index: int | None  # type: ignore[assignment]  # hides tuple's method
    requested: float | None
    reason: str
    requested_ns: int | None = None


class _Turns:
    """Whose turn it is with a reader. The thread that waits for a frame takes the lock again as soon as it has let it go;
    so who wants to close says so before it waits for the lock.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.closing = False


def _close(turns: _Turns, reader: int) -> None:
    # In a forked process the lock may be held for ever, by a thread that stayed in the parent.
    if not lib.quad_tensor_check_process(None):
        return
    turns.closing = True
    # Not while another thread waits for a frame.
    with turns.lock:
        lib.quad_reader_close(reader)


class Frames(Uncopied):
    """An iterator of Frame. Close it, or let it go, to stop early; with `with`, it closes itself.

    missed lists what had no frame so far; it is complete when the iterator has ended.
    """

    def __init__(
        self,
        location: Location | Source,
        select: str,
        device: int,
        depth: int,
        progress: bool = False,
        picture: QuadPicture | None = None,
        timeout: float | None = None,
        places: Sequence[int] = (),
        times: Sequence[int] = (),
        threads: int = 0,
    ) -> None:
        """`places` says where in a batch each frame belongs. With `times`, only frames at these times in nanoseconds are
        chosen by `select`: what they do not need is not decoded.
        """
        self.device = "cpu" if device < 0 else f"cuda:{device}"
        self._timeout = timeout
        self._progress = progress
        self._line = ""
        self._ended: str | None = None
        self.missed: list[Missed] = []
        self._turns = _Turns()
        self._source = source_of(location)
        settings = (
            self._source.uri,
            select.encode() or None,
            ctypes.byref(picture or QuadPicture()),
            device,
            depth,
        )
        options = QuadReaderOptions(
            (ctypes.c_uint * len(places))(*places),
            len(places),
            len(times),
            (ctypes.c_uint64 * len(times))(*times),
            threads,
        )
        self._reader = call(lib.quad_reader_open_with, *settings, ctypes.byref(options))
        # At the interpreter's end too: a pipeline must not outlive it.
        self._closer = weakref.finalize(self, _close, self._turns, self._reader)

    def __iter__(self) -> "Frames":
        return self

    def __next__(self) -> Frame:
        check_process()
        pointer, error = ctypes.c_void_p(), ctypes.POINTER(GError)()
        frame = None
        for patience in waits(self._timeout):
            # Another thread may close in between.
            self._check_open()
            with self._turns.lock:
                self._check_open()
                status = lib.quad_reader_next(self._reader, patience, ctypes.byref(pointer), ctypes.byref(error))
                if status == FRAME:
                    frame = Frame(pointer.value or 0)
                if status != TIMEOUT:
                    self._take_missed()
                if self._progress and status in (FRAME, END):
                    self._show(ended=status == END)
            if status != TIMEOUT:
                break
        else:
            self.close()
            raise Error(f"No frame came within {self._timeout:g} s (timeout).")
        if frame is not None:
            return frame
        self.close()
        if status == FAILED:
            raise exception_of(error)
        raise StopIteration

    def _check_open(self) -> None:
        if self._ended:
            raise ValueError(self._ended)
        if self._turns.closing:
            raise StopIteration

    def _take_missed(self) -> None:
        missed = QuadMissed()
        while lib.quad_reader_take_missed(self._reader, ctypes.byref(missed)):
            requested = optional(missed.requested)
            self.missed.append(
                Missed(optional(missed.index), seconds(requested), missed.reason.decode(), requested)
            )

    def close(self) -> None:
        """Stops the pipeline. Frames that were taken stay."""
        if not lib.quad_tensor_check_process(None):
            return  # what there is to stop is in the parent
        self._turns.closing = True
        with self._turns.lock:
            if self._line:
                print(file=sys.stderr)
                self._line = ""
            self._closer()

    def _end(self, why: str) -> None:
        """As close(), but who asks for more frames gets a ValueError, unless these have ended already."""
        if self._closer.alive:
            self._ended = why
            self.close()

    def __enter__(self) -> "Frames":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _show(self, ended: bool) -> None:
        position, duration = ctypes.c_uint64(NONE), ctypes.c_uint64(NONE)
        lib.quad_reader_get_progress(self._reader, ctypes.byref(position), ctypes.byref(duration))
        if duration.value in (0, NONE):
            line = "" if position.value == NONE else f"{position.value / SECOND:.1f} s"
        else:
            done = 1.0 if ended else min(1.0, (0 if position.value == NONE else position.value) / duration.value)
            bar = "#" * int(done * 40)
            line = f"[{bar:<40}] {done:4.0%} of {duration.value / SECOND:.1f} s"
        if line != self._line:
            print(f"\r{line}", end="", file=sys.stderr, flush=True)
            self._line = line


def picture_of(
    width: Number | None, height: Number | None, format: str | None, orientation: str, stream: Number
) -> QuadPicture:
    format = format_name(format)
    picture = QuadPicture(
        0 if width is None else whole(width, "width"),
        0 if height is None else whole(height, "height"),
        format and format.encode(),
        orientation_number(orientation),
        whole(stream, "stream", least=0),
    )
    call(lib.quad_picture_check, ctypes.byref(picture), raises=ValueError)
    return picture


def time_limit(timeout: Number | None) -> float | None:
    """In seconds, for Frames."""
    return None if timeout is None else nanoseconds(timeout, "timeout") / SECOND


def frames(
    location: Location,
    rate: Rate | None = None,
    timestamps: Numbers | None = None,
    every_nth: Number | None = None,
    keyframes: bool = False,
    start: Number | None = None,
    stop: Number | None = None,
    width: Number | None = None,
    height: Number | None = None,
    format: str | None = None,
    device: str = "auto",
    depth: Number = 4,
    progress: bool = False,
    orientation: Literal["auto", "none"] = "auto",
    timeout: Number | None = None,
    stream: Number = 0,
) -> Frames:
    """Iterates over the frames of a video stream in `location`.

    location    a path, a URI, the bytes of a video, or a file that is open in binary mode, which is read from its
                beginning; bytes have to stay as they are while they are read

    rate        so many frames a second (a number or a Fraction), or
    timestamps  the frames shown at these times, in seconds, or
    every_nth   each nth frame, or
    keyframes   keyframes alone; with none of the four, all frames
    start, stop in seconds: nothing before and after
    width, height  scale the picture, upright as it is, to this size; one alone keeps the shape
    format      convert to this GStreamer format, as "RGB"; else as the decoder gives it
    device      "cpu", "cuda", "cuda:N", or "auto": a GPU where one can decode here
    depth       at most so many frames wait; decoding stops until one is taken
    progress    draw a bar on stderr
    orientation "auto": upright and with square pixels, as the file says, or "none": as stored
    timeout     raise Error where no frame comes for so many seconds; None: wait
    stream      which of its video streams, from 0, in the order of the file

    Raises Error with what the pipeline said where something goes wrong, at once or from the iterator: NotFound, NoVideo
    or DecodeError where it is one of these.
    """
    select = selection(rate, timestamps, every_nth, keyframes, start, stop)
    picture = picture_of(width, height, format, orientation, stream)
    timeout = time_limit(timeout)
    depth = whole(depth, "depth")
    return Frames(location, select, device_number(device), depth, progress, picture, timeout)
