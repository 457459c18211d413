"""Frames, and the tensors that they are made of."""

import ctypes
import fractions
from collections.abc import Callable, Iterator
from typing import Any, Generic, NoReturn, TypeVar, overload

from ._library import CUDA, NONE, QuadFrameInfo, QuadTensor, call, capsule, lib

SECOND = 1_000_000_000


class Uncopied:
    """Holds pointers of this process, so it cannot be copied or sent to another process."""

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(
            f"a {type(self).__name__} of quadtensor holds memory of GStreamer, and is neither pickled nor copied: "
            "make an array or a tensor of it, with numpy.array(t) or torch.from_dlpack(t).clone(), and hand that on"
        )

    def __reduce__(self) -> NoReturn:
        self.__reduce_ex__(2)

    def __copy__(self) -> NoReturn:
        self.__reduce_ex__(2)

    def __deepcopy__(self, memo: Any) -> NoReturn:
        self.__reduce_ex__(2)


class Handle(Uncopied):
    """One reference, which `unref` gives back."""

    def __init__(self, pointer: int, unref: Callable[[int], None]) -> None:
        self.pointer, self._unref = pointer, unref

    def __del__(self) -> None:
        self._unref(self.pointer)


class Samples(Uncopied):
    """What NumPy, PyTorch and CuPy ask for. Made of a QuadTensor or a QuadBatchTensor."""

    def __init__(self, info: Any, writable: bool) -> None:
        self._address: int = info.data or 0
        self._bytes: int = info.bits // 8
        self._writable = writable
        self.shape: tuple[int, ...] = tuple(info.shape[: info.ndim])
        self.strides: tuple[int, ...] = tuple(info.strides[: info.ndim])
        self.ndim: int = info.ndim
        self.dtype = f"uint{info.bits}"
        self.channels: str = info.channels.decode()
        self._device: tuple[int, int] = (info.device, info.device_id)
        self.device = f"cuda:{info.device_id}" if info.device == CUDA else "cpu"

    def _share(self) -> None:
        """Before a pointer in CUDA memory is given to somebody unknown."""
        raise NotImplementedError

    def _export(self, stream: int, versioned: bool) -> int:
        """The address of a DLManagedTensor or DLManagedTensorVersioned."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.channels}, shape={self.shape}, dtype={self.dtype}, device={self.device})"

    def _interface(self) -> dict[str, Any]:
        return {
            "version": 3,
            "shape": self.shape,
            "strides": tuple(stride * self._bytes for stride in self.strides),
            "typestr": "|u1" if self._bytes == 1 else "<u2",
        }

    @property
    def __array_interface__(self) -> dict[str, Any]:
        if self._device[0] == CUDA:
            raise AttributeError("the tensor lies in CUDA memory")
        return {**self._interface(), "data": (self._address, not self._writable)}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        # NumPy asks for __array_interface__ first; without this it would make an array of one object.
        raise TypeError(
            f"the tensor lies in the memory of {self.device}: use torch.from_dlpack or cupy.asarray, "
            "or make the frames with device='cpu'"
        )

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        if self._device[0] != CUDA:
            raise AttributeError("the tensor lies in the memory of the host")
        self._share()
        # Waited for above, because PyTorch ignores `stream`. Not marked read-only, because PyTorch refuses that.
        return {**self._interface(), "data": (self._address, False), "stream": None}

    def __dlpack_device__(self) -> tuple[int, int]:
        return self._device

    def __dlpack__(
        self,
        *,
        stream: int | None = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        if copy:
            raise BufferError("this export never copies: copy the result")
        if dl_device is not None and tuple(map(int, dl_device)) != self._device:
            raise BufferError(f"the tensor lies on {self.device} and is not copied to another device")
        if self._device[0] == CUDA:
            stream = 1 if stream is None else int(stream)
            if stream < -1 or stream == 0:
                raise ValueError("stream has to be None, -1, 1, 2 or the address of a CUDA stream")
        elif stream is not None and stream != -1:
            raise ValueError("stream has to be None for a tensor in the memory of the host")
        else:
            stream = -1
        versioned = max_version is not None and max_version[0] >= 1
        return capsule(self._export(stream, versioned), versioned)


class Tensor(Samples):
    """Samples of a frame: to be read only, valid for as long as this object or anything made of it lives.

    shape, strides (in elements), dtype ("uint8" or "uint16"), device ("cpu" or "cuda:0") and channels
    (what lies along the axis of colours, as "RGB"; of two dimensions, what the plane is).
    """

    def __init__(self, handle: Handle, index: int) -> None:
        info = QuadTensor()
        if not lib.quad_frame_get_tensor(handle.pointer, index, ctypes.byref(info)):
            raise IndexError("the frame has no such tensor")
        super().__init__(info, writable=False)
        self._handle, self._index = handle, index

    def _share(self) -> None:
        call(lib.quad_frame_share, self._handle.pointer, raises=BufferError)

    def _export(self, stream: int, versioned: bool) -> int:
        return call(
            lib.quad_frame_to_dlpack, self._handle.pointer, self._index, stream, versioned, raises=BufferError
        )


def optional(value: int) -> int | None:
    return None if value == NONE else value


@overload
def seconds(nanoseconds: int) -> float: ...
@overload
def seconds(nanoseconds: int | None) -> float | None: ...
def seconds(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / SECOND


_T = TypeVar("_T", bound=Samples)


class OneTensor(Uncopied, Generic[_T]):
    """What has `tensors`, and is an array itself where there is one of them."""

    tensors: tuple[_T, ...]
    format: str

    @property
    def tensor(self) -> _T:
        return self._one(ValueError)

    def _one(self, raises: type[Exception]) -> _T:
        if len(self.tensors) > 1:
            raise raises(
                f"{self.format} has {len(self.tensors)} tensors: use tensors, or a format with one, as "
                '"RGB" or "RGBP"'
            )
        return self.tensors[0]

    # Without such an attribute, NumPy asks __array__, which gives the advice.
    @property
    def __array_interface__(self) -> dict[str, Any]:
        return self._one(AttributeError).__array_interface__

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return self._one(AttributeError).__cuda_array_interface__

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NoReturn:
        self.tensor.__array__(dtype, copy)

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.tensor.__dlpack_device__()

    def __dlpack__(self, **settings: Any) -> Any:
        return self.tensor.__dlpack__(**settings)


class Frame(OneTensor[Tensor]):
    """One frame: a sequence of its tensors, as NV12's are Y [H, W] and UV [H/2, W/2, 2].

    tensor      the tensor of a format with one, as "RGB" [H, W, 3], "RGBP" [3, H, W], "GRAY8" [H, W].
                numpy.asarray, numpy.from_dlpack and torch.from_dlpack work on the frame itself, too
    time        when the frame is shown, from the stream's beginning on
    requested, actual  what was asked for, and from when on the frame was shown, as frameextract attaches them;
                index counts what was asked for
    pts, duration  the buffer's; pts may begin at another time than 0
                All times in seconds (float), and in nanoseconds (int) as time_ns, requested_ns, actual_ns, pts_ns
                and duration_ns. None where there is none.
    format      GStreamer's name; width and height are in luma samples
    rotation, mirrored, pixel_aspect_ratio  what was in the file: to be mirrored from left to right, then turned
                clockwise by so many degrees; a pixel's width by its height (a Fraction). With
                orientation="auto" it has been done.
    """

    def __init__(self, pointer: int) -> None:
        """Takes over a reference of a QuadFrame."""
        self._handle = Handle(pointer, lib.quad_frame_unref)
        info = QuadFrameInfo()
        lib.quad_frame_get_info(pointer, ctypes.byref(info))
        self.index = optional(info.index)
        self.time_ns, self.pts_ns, self.duration_ns = map(optional, (info.time, info.pts, info.duration))
        self.requested_ns, self.actual_ns = optional(info.requested), optional(info.actual)
        self.width: int = info.width
        self.height: int = info.height
        self.format: str = info.format.decode()
        self.rotation: int = info.rotation
        self.mirrored = bool(info.mirrored)
        self.pixel_aspect_ratio = fractions.Fraction(info.par_n, info.par_d)
        self.tensors = tuple(Tensor(self._handle, i) for i in range(info.n_tensors))

    @property
    def time(self) -> float | None:
        return seconds(self.time_ns)

    @property
    def pts(self) -> float | None:
        return seconds(self.pts_ns)

    @property
    def duration(self) -> float | None:
        return seconds(self.duration_ns)

    @property
    def requested(self) -> float | None:
        return seconds(self.requested_ns)

    @property
    def actual(self) -> float | None:
        return seconds(self.actual_ns)

    @classmethod
    def of_sample(cls, address: int) -> "Frame":
        """Of a GstSample* (an int, as hash() of one from PyGObject), of which a reference is kept."""
        if not address:
            raise ValueError("there is no sample at address 0")
        return cls(call(lib.quad_frame_new, address))

    def __len__(self) -> int:
        return len(self.tensors)

    def __getitem__(self, index: int) -> Tensor:
        return self.tensors[index]

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.tensors)

    def __repr__(self) -> str:
        return f"Frame({self.format} {self.width}x{self.height}, time={self.time}, index={self.index})"
