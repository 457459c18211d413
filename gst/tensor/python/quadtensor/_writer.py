"""Writes frames to a file."""

import contextlib
import ctypes
import os
import sys
import threading
import time
import weakref
from types import TracebackType
from typing import Any, NoReturn

from ._arguments import Number, Rate, device_number, exact_rate, nanoseconds
from ._dlpack import Array, Handed
from ._frame import SECOND, Frame, Uncopied, seconds
from ._library import (
    NONE,
    WRITER_AS_FRAMES,
    WRITER_FAILED,
    WRITER_TIMEOUT,
    Error,
    GError,
    check_process,
    exception_of,
    lib,
)
from ._waits import waits

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]

_BETWEEN_LINES = 0.1  # s between two lines of progress
_MISUSE = (0, 1)  # the QuadTensorErrors that mean that the caller is wrong


def _path_bytes(path: Path) -> bytes:
    try:
        name = os.fsencode(path)
    except TypeError:
        raise TypeError(f"path has to be the name of a file, not {type(path).__name__}") from None
    if b"\0" in name:
        raise ValueError(f"a path holds no NUL: {path!r}")
    return name


def _raise(error: Any) -> NoReturn:
    """Raises what a GError* says: ValueError where it is the caller's mistake, else Error."""
    misuse = error and error.contents.code in _MISUSE
    raise exception_of(error, ValueError if misuse else Error)


def _wait(writer: int) -> None:
    """Until the frame has been taken, or the file is there."""
    error = ctypes.POINTER(GError)()
    for patience in waits():
        status = lib.quad_writer_wait(writer, patience, ctypes.byref(error))
        if status != WRITER_TIMEOUT:
            break
    if status == WRITER_FAILED:
        _raise(error)


def _finish(writer: int) -> None:
    error = ctypes.POINTER(GError)()
    if not lib.quad_writer_finish(writer, ctypes.byref(error)):
        _raise(error)
    _wait(writer)


def _let_go(writer: int, path: str) -> None:
    """For a writer that nobody has closed: by garbage collection, or at the interpreter's end."""
    if not lib.quad_tensor_check_process(None):
        return  # its threads, and its file, are the parent's
    frames = ctypes.c_uint64()
    lib.quad_writer_get_progress(writer, ctypes.byref(frames), None, None)
    try:
        if frames.value:
            _finish(writer)
    except Error as why:
        print(f"quadtensor: {path} was not written: {why}", file=sys.stderr)
    finally:
        lib.quad_writer_close(writer)


class Writer(Uncopied):
    """Writes frames, which are arrays or tensors, to a video file without sound.

        with quadtensor.Writer("film.mp4", rate=24) as film:
            film.write(picture)  # uint8 [H, W, 3]

    path     its ending says how: ".mp4", ".m4v", ".mov" and ".mkv" as H.264, ".gif" as GIF
    rate     so many frames a second, a number or a Fraction; None: each frame says how long, or when, it is shown
    device   whose encoder it is: "cpu"; "cuda" or "cuda:N", also for frames of the host; "auto": where the frames lie
    progress print the frames, seconds and bytes so far on stderr

    Frames go to a file beside it, as film.part-x1y2z3.mp4, which gets the name when the writer is closed: by close(),
    by `with`, also by an exception, by garbage collection or at the interpreter's end. It has the frames until then. A
    file that was there before is replaced only then. Raises ValueError for another ending, NotFound where there is no
    such folder, and Error where nothing can be written there, or where an encoder is not installed.

    It may be used by several threads, one at a time. Frames have even sides in H.264: where they have not, the last
    column or row is repeated once.
    """

    def __init__(
        self, path: Path, rate: Rate | None = None, device: str = "auto", *, progress: bool = False
    ) -> None:
        exact = None if rate is None else exact_rate(rate)
        number = WRITER_AS_FRAMES if device == "auto" else device_number(device)
        self.path = path
        self._progress, self._line, self._shown_at = progress, "", 0.0
        self._lock = threading.RLock()
        self._totals = (0, 0, 0)
        self._failed = False
        error = ctypes.POINTER(GError)()
        self._writer = lib.quad_writer_open(
            _path_bytes(path),
            exact.numerator if exact else 0,
            exact.denominator if exact else 1,
            number,
            ctypes.byref(error),
        )
        if not self._writer:
            _raise(error)
        # At the interpreter's end too: a pipeline must not outlive it.
        self._closer = weakref.finalize(self, _let_go, self._writer, os.fsdecode(path))

    def write(self, frame: Frame | Array, duration: Number | None = None, pts: Number | None = None) -> None:
        """Writes one frame.

        frame      of uint8: RGB [H, W, 3] or [3, H, W], RGBA [H, W, 4] or [4, H, W], gray [H, W], [H, W, 1] or
                   [1, H, W], with any strides; all of one writer are alike. In H.264, alpha is left out. A Frame or a
                   Tensor of this package may have its channels in another order.
        duration   how long it is shown, in seconds; without it, by the rate, or until the next frame
        pts        when it is shown, in seconds; later than the frame before. The film begins with the first one. None:
                   when the one before ends

        Waits while the encoder is behind: returns when the frame has been taken, so that the array may be changed
        again. No more than this one frame waits. Samples are not copied where the pixels of a row lie side by side.

        Raises ValueError where shape, dtype, device or times are wrong, and nothing was written; Error where the
        encoder or the disk fails. Ctrl-C while it waits raises KeyboardInterrupt; the frame will be written.
        """
        length = NONE if duration is None else nanoseconds(duration, "duration")
        shown_at = NONE if pts is None else nanoseconds(pts, "pts")
        check_process()
        with self._lock:
            if not self._closer.alive:
                raise ValueError("the writer is closed")
            handed = Handed(frame)
            error = ctypes.POINTER(GError)()
            try:
                _wait(self._writer)  # a frame before, whose wait was interrupted
                if not lib.quad_writer_write(
                    self._writer, handed.give(), handed.channels, shown_at, length, ctypes.byref(error)
                ):
                    handed.take_back()
                    _raise(error)
                _wait(self._writer)
            except Error:
                self._failed = True
                raise
            self._failed = False  # where there was no encoder for the first frame, there is one for this
            if self._progress and time.monotonic() - self._shown_at > _BETWEEN_LINES:
                self._show()

    def _numbers(self) -> tuple[int, int, int]:
        with self._lock:
            if self._closer.alive:
                frames, duration, bytes = ctypes.c_uint64(), ctypes.c_uint64(), ctypes.c_uint64()
                lib.quad_writer_get_progress(
                    self._writer, ctypes.byref(frames), ctypes.byref(duration), ctypes.byref(bytes)
                )
                self._totals = (frames.value, duration.value, bytes.value)
            return self._totals

    @property
    def frames(self) -> int:
        """How many frames were given to write(). A GIF has fewer where some are the same, or shorter than 0.02 s."""
        return self._numbers()[0]

    @property
    def duration(self) -> float:
        """How long they are shown, in seconds, as they were given. A GIF's own is rounded to 1/100 s, with 0.02 s at
        least for its last frame.
        """
        return seconds(self.duration_ns)

    @property
    def duration_ns(self) -> int:
        return self._numbers()[1]

    @property
    def bytes(self) -> int:
        """How many bytes the file has by now. An encoder holds the last second or two."""
        return self._numbers()[2]

    @property
    def closed(self) -> bool:
        return not self._closer.alive

    def _show(self) -> None:
        self._shown_at = time.monotonic()
        frames, duration, size = self._numbers()
        line = f"{frames} frames, {duration / SECOND:.1f} s, {size / 1e6:.1f} MB"
        print(f"\r{line:<{len(self._line)}}", end="", file=sys.stderr, flush=True)
        self._line = line

    def close(self) -> None:
        """Completes the file, and waits until it is there. Harmless if the writer is closed, or has failed.

        Raises Error where that fails, and where no frame was written: then there is no file.
        """
        if not lib.quad_tensor_check_process(None):
            return  # what there is to complete is in the parent
        with self._lock:
            if not self._closer.alive:
                return
            if not self._failed:
                try:
                    _finish(self._writer)
                except KeyboardInterrupt:
                    raise  # close() may be called again
                except BaseException:
                    self._end()
                    raise
            self._end()

    def _end(self) -> None:
        """Frees it."""
        if self._progress and self._numbers()[0]:
            self._show()
            print(file=sys.stderr)
        self._numbers()
        self._closer.detach()
        lib.quad_writer_close(self._writer)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
            return
        # The exception that is on its way says more.
        with contextlib.suppress(Error, ValueError):
            self.close()

    def __repr__(self) -> str:
        return f"Writer({self.path!r}, {self.frames} frames)"
