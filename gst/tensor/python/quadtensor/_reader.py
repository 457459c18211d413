"""Frames of a file, one after the other."""

import collections
import ctypes
import fractions
import math
import os
import sys
import threading
import weakref

from ._frame import Frame
from ._library import END, FAILED, FRAME, NONE, TIMEOUT, Error, GError, QuadMissed, call, lib, message_of

SECOND = 1_000_000_000
_PATIENCE = 100_000_000  # ns between two looks at signals, as Ctrl-C
_MOST = 2**31 - 1  # of a C int


def _nanoseconds(seconds, what):
    # A time has 63 bits.
    if not 0 <= seconds < math.inf or (value := round(fractions.Fraction(seconds) * SECOND)) >= 2**63:
        raise ValueError(f"{what} has to be a time in seconds, from 0 on")
    return value


def _clock(seconds):
    return "{}.{:09}".format(*divmod(_nanoseconds(seconds, "timestamps"), SECOND))


def _whole(value, what, least=1, most=_MOST):
    if not least <= value <= most or int(value) != value:
        raise ValueError(f"{what} has to be a whole number from {least} to {most}")
    return int(value)


def _exact_rate(rate):
    """A Fraction: whole numbers and fractions as they are, of others the simple one that was meant."""
    if isinstance(rate, float) and 0 < rate < math.inf:
        slow = rate < 1
        exact = fractions.Fraction(1 / rate if slow else rate).limit_denominator(1001)
        exact = 1 / exact if slow else exact
    else:
        try:
            exact = fractions.Fraction(rate)
        except (OverflowError, ValueError, TypeError):
            exact = fractions.Fraction(0)
    if not (0 < exact.numerator < 2**31 and exact.denominator < 2**31):
        raise ValueError(f"rate has to be a number of frames a second above 0, not {rate!r}")
    return exact


def _selection(rate, timestamps, every_nth, keyframes, start, stop):
    """The launch line of frameextract, "" where every frame is wanted."""
    chosen = {"rate": rate, "timestamps": timestamps, "every_nth": every_nth, "keyframes": keyframes or None}
    names = [name for name, value in chosen.items() if value is not None]
    if len(names) > 1:
        raise ValueError(f"choose frames in one way, not by {' and '.join(names)}")
    if timestamps is not None and (start is not None or stop is not None):
        raise ValueError("start and stop are not for timestamps: leave out those that are not wanted")
    settings = []
    if rate is not None:
        exact = _exact_rate(rate)
        settings.append(f"rate={exact.numerator}/{exact.denominator}")
    if timestamps is not None:
        listed = ", ".join(map(_clock, timestamps))
        if not listed:
            raise ValueError("timestamps is empty")
        settings.append(f'timestamp-list="{listed}"')
    if every_nth is not None:
        settings.append(f"every-nth={_whole(every_nth, 'every_nth')}")
    if keyframes:
        settings.append("keyframes=true")
    for name, value in (("start", start), ("stop", stop)):
        if value is not None:
            settings.append(f"{name}-time={_nanoseconds(value, name)}")
    return " ".join(["frameextract", *settings]) if settings else ""


def _filters(selection, width, height, format, cuda):
    memory = "video/x-raw(memory:CUDAMemory)" if cuda else "video/x-raw"
    chain = [selection] if selection else []
    if cuda:
        # For what the card does not decode; frames in CUDA memory pass.
        chain += ["cudaupload", memory]
    if width is not None or height is not None:
        # Both sides stretch the picture, so that it is told what its pixels' shape may be.
        caps = memory
        for side, value in (("width", width), ("height", height)):
            if value is not None:
                caps += f",{side}={_whole(value, side)}"
        # The host has formats that are not scaled as they are; others pass.
        chain += ([] if cuda else ["videoconvert"]) + ["quaddownscale upscale=true", caps]
    if format is not None:
        if not format.replace("_", "").isalnum():
            raise ValueError(f"{format!r} is no name of a format")
        chain += ["cudaconvert" if cuda else "videoconvert", f"{memory},format={format}"]
    return " ! ".join(chain)


def _device(device):
    """The number of a CUDA device, or -1 for the host."""
    if device == "auto":
        return 0 if lib.quad_cuda_can_decode(0) else -1
    if device == "cpu":
        return -1
    kind, _, number = str(device).partition(":")
    if device == "cuda" or kind == "cuda" and number.isdigit():
        return _whole(int(number or 0), "device", least=0)
    raise ValueError(f"device has to be 'auto', 'cpu', 'cuda' or 'cuda:N', not {device!r}")


# What was asked for and has no frame: requested in nanoseconds or None, and why.
Missed = collections.namedtuple("Missed", "index requested reason")


def _close(lock, reader):
    # Not while another thread waits for a frame.
    with lock:
        lib.quad_reader_close(reader)


class Frames:
    """An iterator of Frame. Close it, or let it go, to stop early; with `with`, it closes itself.

    missed lists what had no frame so far; it is complete when the iterator has ended.
    """

    def __init__(self, location, filters, device, depth, progress):
        self.filters = filters
        self.device = "cpu" if device < 0 else f"cuda:{device}"
        self._progress = progress
        self._line = ""
        self.missed = []
        self._lock = threading.RLock()
        self._reader = call(
            lib.quad_reader_open, os.fsencode(location), filters.encode() or None, device, depth
        )
        # At the interpreter's end too: a pipeline must not outlive it.
        self._closer = weakref.finalize(self, _close, self._lock, self._reader)

    def __iter__(self):
        return self

    def __next__(self):
        pointer, error = ctypes.c_void_p(), ctypes.POINTER(GError)()
        status = TIMEOUT
        frame = None
        while status == TIMEOUT:
            # Another thread may close in between.
            with self._lock:
                if not self._closer.alive:
                    raise StopIteration
                status = lib.quad_reader_next(
                    self._reader, _PATIENCE, ctypes.byref(pointer), ctypes.byref(error)
                )
                if status == FRAME:
                    frame = Frame(pointer.value)
                if status != TIMEOUT:
                    self._take_missed()
                if self._progress and status in (FRAME, END):
                    self._show(ended=status == END)
        if frame is not None:
            return frame
        self.close()
        if status == FAILED:
            raise Error(message_of(error))
        raise StopIteration

    def _take_missed(self):
        missed = QuadMissed()
        while lib.quad_reader_take_missed(self._reader, ctypes.byref(missed)):
            requested = None if missed.requested == NONE else missed.requested
            index = None if missed.index == NONE else missed.index
            self.missed.append(Missed(index, requested, missed.reason.decode()))

    def close(self):
        """Stops the pipeline. Frames that were taken stay."""
        with self._lock:
            if self._line:
                print(file=sys.stderr)
                self._line = ""
            self._closer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _show(self, ended):
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


def frames(
    location,
    rate=None,
    timestamps=None,
    every_nth=None,
    keyframes=False,
    start=None,
    stop=None,
    width=None,
    height=None,
    format=None,
    device="auto",
    depth=4,
    progress=False,
):
    """Iterates over the frames of the first video stream in `location`, a path or a URI.

    rate        so many frames a second (a number or a Fraction), or
    timestamps  the frames shown at these times, in seconds, or
    every_nth   each nth frame, or
    keyframes   keyframes alone; with none of the four, all frames
    start, stop in seconds: nothing before and after
    width, height  scale to this size; one alone keeps the shape
    format      convert to this GStreamer format, as "RGB"; else as the decoder gives it
    device      "cpu", "cuda", "cuda:N", or "auto": a GPU where one can decode here
    depth       at most so many frames wait; decoding stops until one is taken
    progress    draw a bar on stderr

    Raises Error with what the pipeline said where something goes wrong, at once or from the iterator.
    """
    number = _device(device)
    selection = _selection(rate, timestamps, every_nth, keyframes, start, stop)
    filters = _filters(selection, width, height, format, number >= 0)
    return Frames(location, filters, number, _whole(depth, "depth"), progress)
