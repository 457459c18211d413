"""The C library: its functions and structs, as quadtensor.h declares them."""

import contextlib
import ctypes
import os
from collections.abc import Callable
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_uint, c_uint64, c_void_p
from typing import Any

VERSION = (0, 2)  # this package's; the library's micro number may be any
NONE = 2**64 - 1  # GST_CLOCK_TIME_NONE, and no index
FRAME, END, TIMEOUT, FAILED = range(4)  # QuadReaderStatus
WRITER_READY, WRITER_TIMEOUT, WRITER_FAILED = range(3)  # QuadWriterStatus
WRITER_AS_FRAMES = -2  # QUAD_WRITER_AS_FRAMES
CPU, CUDA = 1, 2  # QuadDevice
ORIENTATIONS = {"auto": 0, "none": 1}  # QuadOrientation


class Error(RuntimeError):
    """An error of the library or of an element of the pipeline; the text is for the user."""


class NotFound(Error, FileNotFoundError):
    """There is no such file."""


class NoVideo(Error):
    """The file is no media, or has no video."""


class DecodeError(Error):
    """The file is damaged, or a decoder failed."""


class BeyondEnd(Error, IndexError):
    """A frame's number, or a time, lies after the last frame."""


_ERRORS = {5: NotFound, 6: NoVideo, 7: DecodeError, 8: BeyondEnd}  # QuadTensorError


class GError(ctypes.Structure):
    _fields_ = [("domain", ctypes.c_uint32), ("code", c_int), ("message", c_char_p)]


class QuadTensor(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("device", c_int),
        ("device_id", c_int),
        ("bits", c_uint),
        ("ndim", c_uint),
        ("shape", c_int64 * 3),
        ("strides", c_int64 * 3),
        ("channels", c_char_p),
        ("reserved", c_void_p * 4),
    ]


class QuadFrameInfo(ctypes.Structure):
    _fields_ = [
        ("pts", c_uint64),
        ("duration", c_uint64),
        ("time", c_uint64),
        ("index", c_uint64),
        ("requested", c_uint64),
        ("actual", c_uint64),
        ("width", c_int),
        ("height", c_int),
        ("n_tensors", c_uint),
        ("format", c_char_p),
        ("par_n", c_int),
        ("par_d", c_int),
        ("rotation", c_int),
        ("mirrored", c_int),
        ("reserved", c_void_p * 2),
    ]


class QuadMissed(ctypes.Structure):
    _fields_ = [
        ("index", c_uint64),
        ("requested", c_uint64),
        ("reason", c_char_p),
        ("reserved", c_void_p * 4),
    ]


class QuadPicture(ctypes.Structure):
    _fields_ = [
        ("width", c_int),
        ("height", c_int),
        ("format", c_char_p),
        ("orientation", c_int),
        ("stream", c_uint),
        ("reserved", c_void_p * 4),
    ]


class QuadClipInfo(ctypes.Structure):
    _fields_ = [
        ("duration", c_uint64),
        ("width", c_int),
        ("height", c_int),
        ("shown_width", c_int),
        ("shown_height", c_int),
        ("par_n", c_int),
        ("par_d", c_int),
        ("rotation", c_int),
        ("mirrored", c_int),
        ("interlaced", c_int),
        ("fps_n", c_int),
        ("fps_d", c_int),
        ("codec", c_char_p),
        ("container", c_char_p),
        ("colorimetry", c_char_p),
        ("n_audio", c_uint),
        ("keyframes_known", c_int),
        ("reserved", c_void_p * 4),
    ]


class QuadAudioInfo(ctypes.Structure):
    _fields_ = [
        ("channels", c_int),
        ("rate", c_int),
        ("codec", c_char_p),
        ("language", c_char_p),
        ("reserved", c_void_p * 2),
    ]


class QuadTableEntry(ctypes.Structure):
    _fields_ = [
        ("time", c_uint64),
        ("duration", c_uint64),
        ("keyframe", c_int),
        ("reserved", c_int),
    ]


class QuadReaderOptions(ctypes.Structure):
    _fields_ = [
        ("places", POINTER(c_uint)),
        ("n_places", c_uint),
        ("n_times", c_uint),
        ("times", POINTER(c_uint64)),
        ("threads", c_uint),
        ("reserved_number", c_uint),
        ("reserved", c_void_p * 4),
    ]


class QuadBatchTensor(ctypes.Structure):
    _fields_ = [
        ("data", c_void_p),
        ("device", c_int),
        ("device_id", c_int),
        ("bits", c_uint),
        ("ndim", c_uint),
        ("shape", c_int64 * 4),
        ("strides", c_int64 * 4),
        ("channels", c_char_p),
        ("reserved", c_void_p * 4),
    ]


_STRUCTS = (
    QuadAudioInfo,
    QuadBatchTensor,
    QuadClipInfo,
    QuadFrameInfo,
    QuadMissed,
    QuadPicture,
    QuadReaderOptions,
    QuadTableEntry,
    QuadTensor,
)
_errors = POINTER(POINTER(GError))
# The result and the arguments.
_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "g_error_free": (None, c_void_p),
    "quad_tensor_version": (c_uint,),
    "quad_tensor_struct_size": (c_size_t, c_char_p),
    "quad_tensor_check_process": (c_int, _errors),
    "quad_frame_new": (c_void_p, c_void_p, _errors),
    "quad_frame_unref": (None, c_void_p),
    "quad_frame_get_sample": (c_void_p, c_void_p),
    "quad_frame_get_info": (None, c_void_p, POINTER(QuadFrameInfo)),
    "quad_frame_get_tensor": (c_int, c_void_p, c_uint, POINTER(QuadTensor)),
    "quad_frame_share": (c_int, c_void_p, _errors),
    "quad_frame_to_dlpack": (c_void_p, c_void_p, c_uint, c_int64, c_int, _errors),
    "quad_batch_new": (c_void_p, POINTER(c_void_p), c_uint, _errors),
    "quad_batch_new_like": (c_void_p, c_void_p, c_uint, _errors),
    "quad_batch_put": (c_int, c_void_p, c_uint, c_void_p, _errors),
    "quad_batch_unref": (None, c_void_p),
    "quad_batch_get_tensor": (c_int, c_void_p, c_uint, POINTER(QuadBatchTensor)),
    "quad_batch_get_n_copied": (c_uint, c_void_p),
    "quad_batch_to_dlpack": (c_void_p, c_void_p, c_uint, c_int, _errors),
    "quad_bytes_new": (c_void_p, c_void_p, c_size_t, c_void_p, c_void_p),
    "quad_bytes_get_uri": (c_char_p, c_void_p),
    "quad_bytes_free": (None, c_void_p),
    "g_atomic_int_inc": (None, c_void_p),
    "quad_cuda_can_decode": (c_int, c_int),
    "quad_dlpack_capsule_name": (c_void_p, c_int),
    "quad_dlpack_use_python": (None, c_void_p, c_void_p),
    "quad_picture_check": (c_int, POINTER(QuadPicture), _errors),
    "quad_reader_open_pictures": (
        c_void_p,
        c_char_p,
        c_char_p,
        POINTER(QuadPicture),
        c_int,
        c_uint,
        _errors,
    ),
    "quad_reader_open_with": (
        c_void_p,
        c_char_p,
        c_char_p,
        POINTER(QuadPicture),
        c_int,
        c_uint,
        POINTER(QuadReaderOptions),
        _errors,
    ),
    "quad_reader_next": (c_int, c_void_p, c_uint64, POINTER(c_void_p), _errors),
    "quad_reader_get_progress": (None, c_void_p, POINTER(c_uint64), POINTER(c_uint64)),
    "quad_reader_take_missed": (c_int, c_void_p, POINTER(QuadMissed)),
    "quad_reader_close": (None, c_void_p),
    "quad_table_open": (c_void_p, c_char_p, c_uint, c_int, _errors),
    "quad_table_wait": (c_int, c_void_p, c_uint64, _errors),
    "quad_table_get_info": (None, c_void_p, POINTER(QuadClipInfo)),
    "quad_table_get_audio": (c_int, c_void_p, c_uint, POINTER(QuadAudioInfo)),
    "quad_table_get_entries": (POINTER(QuadTableEntry), c_void_p, POINTER(c_uint64)),
    "quad_table_close": (None, c_void_p),
    "quad_writer_open": (c_void_p, c_char_p, c_int, c_int, c_int, _errors),
    "quad_writer_write": (c_int, c_void_p, c_void_p, c_char_p, c_uint64, c_uint64, _errors),
    "quad_writer_wait": (c_int, c_void_p, c_uint64, _errors),
    "quad_writer_finish": (c_int, c_void_p, _errors),
    "quad_writer_get_progress": (None, c_void_p, POINTER(c_uint64), POINTER(c_uint64), POINTER(c_uint64)),
    "quad_writer_close": (None, c_void_p),
}


def _check(library: ctypes.CDLL, path: str) -> None:
    """Raises ImportError where the library is not the one that this package was written for."""
    advice = f"{path} is of another version than this package: install both from the same gst-quad."
    for name in _FUNCTIONS:
        if not hasattr(library, name):
            raise ImportError(f"{advice} It has no {name}().")
    major, rest = divmod(library.quad_tensor_version(), 10000)
    minor, micro = divmod(rest, 100)
    if (major, minor) != VERSION:
        raise ImportError(f"{advice} It is {major}.{minor}.{micro}, not {VERSION[0]}.{VERSION[1]}.")
    for struct in _STRUCTS:
        size = library.quad_tensor_struct_size(struct.__name__.encode())
        if size != ctypes.sizeof(struct):
            raise ImportError(f"{advice} Its {struct.__name__} has {size} bytes, not {ctypes.sizeof(struct)}.")


def _load() -> ctypes.CDLL:
    path = os.environ.get("QUADTENSOR_LIBRARY", "libquadtensor-1.0.so.0")
    # GStreamer's libraries may bring libunwind, which has functions of the same names as the C++ runtime's unwinder.
    # If a program then imports PyTorch, it would mix the two and crash at the first exception: the right one first.
    with contextlib.suppress(OSError):
        ctypes.CDLL("libgcc_s.so.1", mode=ctypes.RTLD_GLOBAL)
    try:
        library = ctypes.CDLL(path)
    except OSError as why:
        raise ImportError(
            f"{path} cannot be loaded: {why}. Install gst-quad, or set QUADTENSOR_LIBRARY to the library's file."
        ) from why
    # Functions that are absent are named by the check.
    for name, (result, *arguments) in _FUNCTIONS.items():
        if function := getattr(library, name, None):
            function.restype, function.argtypes = result, arguments
    _check(library, path)
    return library


lib = _load()

# Capsules are freed by the library's own function: no Python code runs in it, so that it may be called
# whenever and by whomever a capsule is let go.
_python = ctypes.pythonapi
lib.quad_dlpack_use_python(
    ctypes.cast(_python.PyCapsule_IsValid, c_void_p), ctypes.cast(_python.PyCapsule_GetPointer, c_void_p)
)
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, c_void_p, c_void_p, c_void_p)(("PyCapsule_New", _python))
_destructor = ctypes.cast(lib.quad_dlpack_capsule_destructor, c_void_p)
_names = {versioned: lib.quad_dlpack_capsule_name(versioned) for versioned in (False, True)}


def capsule(managed: int, versioned: bool) -> Any:
    return _new_capsule(managed, _names[versioned], _destructor)


def exception_of(error: Any, kind: type[Exception] = Error) -> Exception:
    """The exception for a GError*, which it frees: of `kind`, or of the subclass of Error that its code says."""
    if not error:
        return kind("")
    text, code = error.contents.message.decode("utf-8", "replace"), error.contents.code
    lib.g_error_free(error)
    return _ERRORS.get(code, Error)(text) if kind is Error else kind(text)


def call(function: Callable[..., Any], *arguments: Any, raises: type[Exception] = Error) -> int:
    """Calls a function that returns 0 or NULL on an error, and has a GError** as its last parameter."""
    error = POINTER(GError)()
    result: int = function(*arguments, ctypes.byref(error))
    if not result:
        raise exception_of(error, raises)
    return result


def check_process() -> None:
    """Raises Error in a process that was forked after GStreamer had started: calls would wait for ever."""
    call(lib.quad_tensor_check_process)
