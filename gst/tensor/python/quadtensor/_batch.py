"""Several frames as one tensor."""

import ctypes
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, SupportsIndex

from ._dlpack import skip_first_axis
from ._frame import Frame, Handle, OneTensor, Samples, seconds
from ._library import QuadBatchTensor, call, lib


class BatchTensor(Samples):
    """As Tensor, of several frames: the first axis counts them. It may be written to. tensor[2] is one frame's part."""

    def __init__(self, handle: Handle, index: int) -> None:
        info = QuadBatchTensor()
        if not lib.quad_batch_get_tensor(handle.pointer, index, ctypes.byref(info)):
            raise IndexError("the batch has no such tensor")
        super().__init__(info, writable=True)
        self._info = info
        self._handle, self._index = handle, index

    def _share(self) -> None:
        pass  # nothing is queued that fills it

    def _export(self, stream: int, versioned: bool) -> int:
        return call(lib.quad_batch_to_dlpack, self._handle.pointer, self._index, versioned, raises=BufferError)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, index: SupportsIndex) -> "BatchPart":
        """One frame's. To have several, make an array first: numpy.asarray(batch)[2:4]."""
        number = operator.index(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"there is no frame {number}: the batch has {len(self)}")
        return BatchPart(self, number % len(self))

    def __iter__(self) -> Iterator["BatchPart"]:
        return (self[number] for number in range(len(self)))


class BatchPart(Samples):
    """As Tensor, one frame of a BatchTensor, without its first axis. It may be written to."""

    def __init__(self, whole: BatchTensor, number: int) -> None:
        super().__init__(whole._info, writable=True)
        self._whole = whole
        self._begin = number * whole.strides[0] * self._bytes
        self._address += self._begin
        self.shape, self.strides, self.ndim = whole.shape[1:], whole.strides[1:], whole.ndim - 1

    def _share(self) -> None:
        self._whole._share()

    def _export(self, stream: int, versioned: bool) -> int:
        address = self._whole._export(stream, versioned)
        skip_first_axis(address, versioned, self._begin)
        return address


class Batch(OneTensor[BatchTensor]):
    """Frames as one tensor, in the order in which they were asked for.

    tensor      the frames of a format with one tensor: "RGB" [N, H, W, 3], "RGBP" [N, 3, H, W], "GRAY8" [N, H, W].
                numpy.asarray, numpy.from_dlpack and torch.from_dlpack work on the batch itself, and on batch[2], which is
                one frame of it, too
    tensors     the tensors of any format, as NV12's Y [N, H, W] and UV [N, H/2, W/2, 2]
    index       the numbers of the frames in the clip. Of frames that were chosen by times it needs the clip's table,
                which is read now if it was not yet; ValueError where the clip was closed before
    time, requested, pts, duration   as in Frame, lists of seconds; time_ns, requested_ns, pts_ns and duration_ns in
                nanoseconds
    format, width, height   as in Frame
    copied      how many frames were copied to make one tensor of them; 0 where they were drawn into it

    It may be written to: it belongs to the caller.
    """

    def __init__(self, frames: Sequence[Frame], index: Callable[[], list[int]]) -> None:
        """Of at least one Frame. `index` makes the list of numbers."""
        pointers = (ctypes.c_void_p * len(frames))(*(frame._handle.pointer for frame in frames))
        self._handle = Handle(call(lib.quad_batch_new, pointers, len(frames)), lib.quad_batch_unref)
        self._index = index
        self.copied: int = lib.quad_batch_get_n_copied(self._handle.pointer)
        self.tensors = tuple(BatchTensor(self._handle, i) for i in range(len(frames[0].tensors)))
        self.time_ns = [frame.time_ns for frame in frames]
        self.requested_ns = [frame.requested_ns for frame in frames]
        self.pts_ns = [frame.pts_ns for frame in frames]
        self.duration_ns = [frame.duration_ns for frame in frames]
        self.format, self.width, self.height = frames[0].format, frames[0].width, frames[0].height

    @property
    def time(self) -> list[float | None]:
        return [seconds(time) for time in self.time_ns]

    @property
    def requested(self) -> list[float | None]:
        return [seconds(time) for time in self.requested_ns]

    @property
    def pts(self) -> list[float | None]:
        return [seconds(time) for time in self.pts_ns]

    @property
    def duration(self) -> list[float | None]:
        return [seconds(time) for time in self.duration_ns]

    @property
    def index(self) -> list[int]:
        return self._index()

    def __len__(self) -> int:
        return len(self.time_ns)

    def __getitem__(self, index: SupportsIndex) -> BatchPart:
        return self.tensor[index]

    def __iter__(self) -> Iterator[BatchPart]:
        return iter(self.tensor)

    def __repr__(self) -> str:
        return f"Batch({len(self)} of {self.format} {self.width}x{self.height})"
