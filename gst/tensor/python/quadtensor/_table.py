"""What is in a file, and when its frames are shown."""

import ctypes
import fractions
from collections.abc import Callable
from typing import Literal, NamedTuple, overload

from ._choice import APART
from ._frame import optional, seconds
from ._library import (
    END,
    TIMEOUT,
    Error,
    GError,
    QuadAudioInfo,
    QuadClipInfo,
    call,
    check_process,
    exception_of,
    lib,
)
from ._source import Source
from ._waits import waits


class Audio(NamedTuple):
    """A stream of sound. None where the file does not say it."""

    codec: str  # as "aac"
    channels: int | None
    rate: int | None  # Hz
    language: str | None  # ISO 639


class Info:
    """What a file says of a video stream, without decoding.

    width, height   in pixels as they are shown: upright, with square pixels; stored_width and stored_height are
                    the file's
    rotation, mirrored, pixel_aspect_ratio   as in Frame
    duration        of the file, in seconds; duration_ns in nanoseconds. A Clip that has read all its times knows it
                    where the head of the file does not say it
    rate            frames a second as the file says, a Fraction; where it varies this may be any number
    codec, container, colorimetry   as "h264", "mp4", "bt709"
    interlaced      whether frames hold two fields
    audio           a tuple of Audio

    None where the file does not say it.
    """

    def __init__(self, table: int) -> None:
        info, sound = QuadClipInfo(), QuadAudioInfo()
        lib.quad_table_get_info(table, ctypes.byref(info))
        self.width: int = info.shown_width
        self.height: int = info.shown_height
        self.stored_width: int = info.width
        self.stored_height: int = info.height
        self.rotation: int = info.rotation
        self.mirrored = bool(info.mirrored)
        self.pixel_aspect_ratio = fractions.Fraction(info.par_n, info.par_d)
        self.duration_ns = optional(info.duration)
        self.rate = fractions.Fraction(info.fps_n, info.fps_d) if info.fps_n > 0 else None
        self.interlaced = bool(info.interlaced)
        self.codec: str | None = info.codec.decode() or None
        self.container: str | None = info.container.decode() or None
        self.colorimetry: str | None = info.colorimetry.decode() or None
        audio: list[Audio] = []
        while lib.quad_table_get_audio(table, len(audio), ctypes.byref(sound)):
            language = sound.language.decode() or None
            audio.append(Audio(sound.codec.decode(), sound.channels or None, sound.rate or None, language))
        self.audio = tuple(audio)

    @property
    def duration(self) -> float | None:
        return seconds(self.duration_ns)

    def __repr__(self) -> str:
        return f"Info({self.codec} in {self.container}, {self.width}x{self.height}, duration={self.duration})"


class Table:
    """The frames of a file in the order in which they are shown, in nanoseconds from where the film begins.

    times, durations   lists of int; a duration is None where it is not known
    keys               the indices of keyframes; raises Error where the file does not say them
    apart              whether times alone tell the frames apart
    info               an Info
    """

    def __init__(self, table: int) -> None:
        self.info = Info(table)
        count = ctypes.c_uint64()
        entries = lib.quad_table_get_entries(table, ctypes.byref(count))
        entries = entries[: count.value] if count.value else []
        self.times: list[int] = [entry.time for entry in entries]
        self.durations = [optional(entry.duration) for entry in entries]
        self.apart = all(length is None or length >= APART for length in self.durations[:-1])
        about = QuadClipInfo()
        lib.quad_table_get_info(table, ctypes.byref(about))
        self._keys = [index for index, entry in enumerate(entries) if entry.keyframe] if about.keyframes_known else None

    @property
    def keys(self) -> list[int]:
        if self._keys is None:
            raise Error("The file does not say which frames are keyframes: its packets have no times, or no marks.")
        return self._keys


def late(timeout: float | None) -> Error:
    return Error(f"The file was not read within {timeout or 0:g} s (timeout).")


@overload
def read(
    source: Source, stream: int, frames: Literal[True], timeout: float | None = None, check: Callable[[], None] = ...
) -> Table: ...
@overload
def read(
    source: Source, stream: int, frames: Literal[False], timeout: float | None = None, check: Callable[[], None] = ...
) -> Info: ...
def read(
    source: Source,
    stream: int,
    frames: bool,
    timeout: float | None = None,
    check: Callable[[], None] = lambda: None,
) -> Table | Info:
    """The Table of a video stream of a file, or, without `frames`, its Info. Raises Error, also where it is not read
    within `timeout` seconds. `check` is called now and then, and raises what is to end the reading.
    """
    check_process()
    table = call(lib.quad_table_open, source.uri, stream, frames)
    try:
        error = ctypes.POINTER(GError)()
        for patience in waits(timeout):
            check()
            status = lib.quad_table_wait(table, patience, ctypes.byref(error))
            if status != TIMEOUT:
                break
        else:
            raise late(timeout)
        if status != END:
            raise exception_of(error)
        return Table(table) if frames else Info(table)
    finally:
        lib.quad_table_close(table)
