"""Hands arrays of any library to the C library, as DLManagedTensors."""

import ctypes
import itertools
from ctypes import POINTER, c_int32, c_int64, c_uint8, c_uint16, c_uint64, c_void_p
from typing import Any, Protocol

from ._frame import Frame, Samples
from ._library import CPU, CUDA


class _Dlpack(Protocol):
    def __dlpack__(self, *arguments: Any, **settings: Any) -> Any: ...


class _ArrayInterface(Protocol):
    @property
    def __array_interface__(self) -> dict[str, Any]: ...


class _CudaArrayInterface(Protocol):
    @property
    def __cuda_array_interface__(self) -> dict[str, Any]: ...


# An array or a tensor of any library.
Array = _Dlpack | _ArrayInterface | _CudaArrayInterface

_NAME, _USED = b"dltensor", b"used_dltensor"  # live as long as capsules do
_VERSIONED_HEAD = 32  # bytes of a DLManagedTensorVersioned before its DLTensor: version, context, deleter, flags
_UNSIGNED = 1  # a code of DLDataType


class _Managed(ctypes.Structure):
    """A DLManagedTensor."""


_Deleter = ctypes.CFUNCTYPE(None, POINTER(_Managed))
_Managed._fields_ = [
    ("data", c_void_p),
    ("device_type", c_int32),
    ("device_id", c_int32),
    ("ndim", c_int32),
    ("code", c_uint8),
    ("bits", c_uint8),
    ("lanes", c_uint16),
    ("shape", POINTER(c_int64)),
    ("strides", POINTER(c_int64)),
    ("byte_offset", c_uint64),
    ("context", c_void_p),
    ("deleter", _Deleter),
]

_python = ctypes.pythonapi
_pointer_of = ctypes.PYFUNCTYPE(c_void_p, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_GetPointer", _python))
_rename = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(("PyCapsule_SetName", _python))

# What is lent without DLPack, until the library lets go. It does that in a call from Python, never on another thread.
_lent: dict[int, Any] = {}
_numbers = itertools.count(1)


def _forget(managed: Any) -> None:
    _lent.pop(managed.contents.context, None)


_let_go = _Deleter(_forget)


def skip_first_axis(address: int, versioned: bool, begin: int) -> None:
    """Makes a managed tensor one of what lies `begin` bytes behind its beginning, with one axis less."""
    managed = _Managed.from_address(address + (_VERSIONED_HEAD if versioned else 0))
    managed.ndim -= 1
    managed.data += begin  # PyTorch does not look at byte_offset
    # Pointers into what its deleter frees as a whole.
    for name in ("shape", "strides"):
        lengths = ctypes.cast(getattr(managed, name), c_void_p).value or 0
        setattr(managed, name, ctypes.cast(lengths + ctypes.sizeof(c_int64), POINTER(c_int64)))


class Handed:
    """One picture on its way to the library.

    address    of its DLManagedTensor
    channels   what lies along the axis of colours; None where the picture does not say it
    """

    _number = 0  # in _lent
    _given = False

    def __init__(self, frame: Any) -> None:
        """Raises ValueError or TypeError for what is no array of uint8."""
        if isinstance(frame, Frame):
            if len(frame) != 1:
                raise ValueError(f"a frame in {frame.format} has {len(frame)} tensors: read it with format='RGB'")
            frame = frame[0]
        self.channels = frame.channels.encode() if isinstance(frame, Samples) else None
        self._capsule: Any = None
        try:
            self._take_capsule(frame)
        except (AttributeError, BufferError, TypeError, RuntimeError) as why:
            # NumPy does not hand on arrays that are to be read only.
            self._take_interface(frame, why)

    def _take_capsule(self, frame: Any) -> None:
        device = int(frame.__dlpack_device__()[0])
        # -1: the library waits for the device by itself.
        self._capsule = frame.__dlpack__(stream=-1) if device == CUDA else frame.__dlpack__()
        self.address: int = _pointer_of(self._capsule, _NAME)

    def _take_interface(self, frame: Any, why: Exception) -> None:
        cuda = getattr(frame, "__cuda_array_interface__", None)
        interface = cuda or getattr(frame, "__array_interface__", None)
        if interface is None:
            if hasattr(frame, "__dlpack__"):
                raise ValueError(f"the frame cannot be handed on: {why}") from why
            raise TypeError(
                "a frame is an array or a tensor of uint8 (NumPy, PyTorch, CuPy, anything with __dlpack__ or "
                f"__array_interface__), not {type(frame).__name__}"
            ) from None
        data, shape = interface["data"], interface["shape"]
        kind, size = interface["typestr"][1], int(interface["typestr"][2:])
        address = data[0] if isinstance(data, tuple) else ctypes.cast(ctypes.c_char_p(data), c_void_p).value
        strides = interface.get("strides")
        lengths = c_int64 * len(shape)
        self._number = next(_numbers)
        managed = _Managed(
            data=address,
            device_type=CUDA if cuda else CPU,
            ndim=len(shape),
            code={"i": 0, "u": _UNSIGNED, "f": 2, "c": 5, "b": 6}.get(kind, 3),
            bits=8 * size,
            lanes=1,
            shape=lengths(*shape),
            strides=None if strides is None else lengths(*(stride // size for stride in strides)),
            context=self._number,
            deleter=_let_go,
        )
        _lent[self._number] = (managed, frame, interface)
        self.address = ctypes.addressof(managed)

    def give(self) -> int:
        """The address, for the library, which calls the deleter from then on. Ctrl-C may come at any moment: it is
        given before the call, so that nobody frees it twice.
        """
        self._given = True
        if self._capsule is not None:
            _rename(self._capsule, _USED)
        return self.address

    def take_back(self) -> None:
        """The library did not want it."""
        self._given = False
        if self._capsule is not None:
            _rename(self._capsule, _NAME)

    def __del__(self) -> None:
        if self._number and not self._given:
            _lent.pop(self._number, None)
