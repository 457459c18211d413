"""Where a video is: a path, a URI, bytes in memory or an open file."""

import ctypes
import io
import os
import stat
import weakref
from typing import Any, Protocol

from ._library import check_process, lib


class File(Protocol):
    """An open file in binary mode."""

    def read(self, size: int = -1, /) -> bytes: ...


# What callers may give. The bytes of a video may be of anything with a buffer, as an array or an mmap.
Location = str | os.PathLike[str] | os.PathLike[bytes] | bytes | bytearray | memoryview | File

_LONGEST_PATH = 4096


class _Buffer(ctypes.Structure):
    """Py_buffer of Python's C interface."""

    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    ]


_get_buffer = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_int)(
    ("PyObject_GetBuffer", ctypes.pythonapi)
)
_release_buffer = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(("PyBuffer_Release", ctypes.pythonapi))
# Called by whoever lets go of bytes last, on any thread: no Python code runs in it.
_mark = ctypes.cast(lib.g_atomic_int_inc, ctypes.c_void_p)
# Buffers that are being read, and whether they are not any more.
_held: dict[int, tuple[_Buffer, ctypes.c_int]] = {}


def _sweep() -> None:
    for key, (buffer, gone) in list(_held.items()):
        if not gone.value:
            continue
        try:
            del _held[key]
        except KeyError:  # another thread sweeps, too
            continue
        _release_buffer(ctypes.byref(buffer))


def _let_go(pointer: int) -> None:
    lib.quad_bytes_free(pointer)
    _sweep()


class _Memory:
    """Bytes that are read where they lie. They are let go when nothing needs them any more, not even a frame."""

    def __init__(self, data: Any) -> None:
        check_process()
        _sweep()
        self.buffer, gone = _Buffer(), ctypes.c_int(0)
        _get_buffer(data, ctypes.addressof(self.buffer), 0)
        pointer = lib.quad_bytes_new(self.buffer.buf, self.buffer.len, _mark, ctypes.addressof(gone))
        _held[ctypes.addressof(gone)] = self.buffer, gone
        self.uri: bytes = lib.quad_bytes_get_uri(pointer)
        weakref.finalize(self, _let_go, pointer)


class Source:
    """What a caller gave as a location, so that it can be opened several times.

    uri       for the library; lives as long as this
    content   the bytes that were read of a file object that is no plain file, which may not give them twice; or None
    """

    def __init__(self, location: Any) -> None:
        self._holds: Any = None
        self.content: memoryview | None = None
        if _is_path(location):
            self.uri = _path(location)
        elif _has_buffer(location):
            self._hold_memory(location)
        elif callable(getattr(location, "read", None)):
            self._hold_file(location)
        else:
            raise TypeError(
                "location has to be a path, a URI, the bytes of a video or an open file, "
                f"not {type(location).__name__}"
            )

    def _hold_memory(self, data: Any) -> None:
        self._holds = _Memory(data)
        self.uri = self._holds.uri

    def _hold_file(self, file: Any) -> None:
        if getattr(file, "closed", False):
            raise ValueError("this file is closed")
        if isinstance(file, io.TextIOBase):
            raise TypeError('this file is open as text: open it in binary mode, as open(path, "rb")')
        number = _descriptor(file)
        if number is None:
            self.content = content_of(file)
            self._hold_memory(self.content)
            return
        copy = os.dup(number)
        self._holds = weakref.finalize(self, os.close, copy)
        self.uri = f"/proc/self/fd/{copy}".encode()


def source_of(location: Any) -> Source:
    return location if isinstance(location, Source) else Source(location)


def check(location: Any) -> None:
    """Raises what Source would, where that can be told without reading."""
    if _is_path(location):
        _path(location)
    elif getattr(location, "closed", False) or isinstance(location, io.TextIOBase) or not hasattr(location, "read"):
        if not _has_buffer(location):
            Source(location)


def is_read_whole(location: Any) -> bool:
    """Whether this is a file object whose bytes have to be read before it is opened."""
    return not _is_path(location) and not _has_buffer(location) and _descriptor(location) is None


def pickled(location: Any) -> Any:
    """What a process that is started by pickle can open as well. `location` is one that is not read whole."""
    if _is_path(location) or isinstance(location, (bytes, bytearray)):
        return location
    if _has_buffer(location):
        return bytes(location)
    raise TypeError("a clip of an open file cannot be pickled: give it the file's path, or its bytes")


def shown(location: Any) -> str:
    """For repr()."""
    if not _is_path(location) and _has_buffer(location):
        return f"<{memoryview(location).nbytes} bytes>"
    return repr(location)


def _is_path(location: Any) -> bool:
    if isinstance(location, bytes):
        # A video has NULs, or is longer than any path.
        return b"\0" not in location and 0 < len(location) < _LONGEST_PATH
    return isinstance(location, (str, os.PathLike))


def _path(location: Any) -> bytes:
    path = os.fsencode(location)
    if b"\0" in path:
        raise ValueError(f"a path holds no NUL: {location!r}")
    if isinstance(location, bytes) and not os.path.exists(path):
        shown = path if len(path) < 80 else path[:80] + b"..."
        raise ValueError(f"so few bytes without a NUL are taken for a path, and there is no file {shown!r}")
    return path


def _has_buffer(location: Any) -> bool:
    try:
        memoryview(location).release()
    except TypeError:
        return False
    return True


def _descriptor(file: Any) -> int | None:
    """The number of an open file that is just that: not one whose bytes are unpacked, say."""
    # tempfile's; to import that takes some MiB.
    if type(file).__name__ == "_TemporaryFileWrapper":
        file = file.file
    raw = getattr(file, "raw", file) if isinstance(file, (io.BufferedReader, io.BufferedRandom)) else file
    if type(raw) is not io.FileIO or not raw.readable():
        return None
    if isinstance(file, io.BufferedRandom):
        file.flush()
    number = raw.fileno()
    return number if stat.S_ISREG(os.fstat(number).st_mode) else None


def content_of(file: Any) -> memoryview:
    """All bytes of a file object, of which the position stays."""
    if isinstance(file, io.BytesIO):
        # Not getbuffer(): while it lives, the file can neither be closed nor written to. These bytes are shared.
        return memoryview(file.getvalue())
    seekable = callable(getattr(file, "seekable", None)) and file.seekable()
    at = file.tell() if seekable else 0
    if seekable:
        file.seek(0)
    data = file.read()
    if seekable:
        file.seek(at)
    if not _has_buffer(data):
        raise TypeError(f"this file gives {type(data).__name__}, and not bytes: open it in binary mode")
    return memoryview(data)
