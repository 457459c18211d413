"""Several frames as one tensor."""

import ctypes
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, SupportsIndex

from ._dlpack import skip_first_axis
from ._frame import Frame, Handle, OneTensor, Samples, seconds
from ._library import GError, QuadBatchTensor, call, exception_of, lib


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
        if isinstance(index, slice):
            raise TypeError("a batch has no slices: make an array first, as numpy.asarray(batch)[2:4]")
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


class Form(NamedTuple):
    """What the frames of a batch have in common."""

    format: str
    width: int
    height: int
    n_tensors: int


class Times(NamedTuple):
    """As in Frame."""

    time_ns: int | None
    requested_ns: int | None
    pts_ns: int | None
    duration_ns: int | None


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

    def __init__(self, handle: Handle, form: Form, times: Sequence[Times], index: Callable[[], list[int]]) -> None:
        """Takes over a reference of a QuadBatch. `index` makes the list of numbers."""
        self._handle, self._index = handle, index
        self.copied: int = lib.quad_batch_get_n_copied(handle.pointer)
        self.format, self.width, self.height, count = form
        self.tensors = tuple(BatchTensor(handle, i) for i in range(count))
        self.time_ns = [each.time_ns for each in times]
        self.requested_ns = [each.requested_ns for each in times]
        self.pts_ns = [each.pts_ns for each in times]
        self.duration_ns = [each.duration_ns for each in times]

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


class Filling:
    """A batch whose frames come one after the other. Those that were drawn into one block are kept. Others are copied at
    once and let go: their decoder may have few, and wait for them.
    """

    def __init__(self, count: int) -> None:
        self.times: dict[int, Times] = {}  # by place
        self._count = count
        self._form: Form | None = None
        self._copies: Handle | None = None
        self._drawn: dict[int, Frame] = {}  # by place

    def put(self, frame: Frame, places: Iterable[int]) -> None:
        if not self._form:
            self._form = Form(frame.format, frame.width, frame.height, len(frame.tensors))
            self._copies = self._room(frame)
        for place in places:
            self.times[place] = Times(frame.time_ns, frame.requested_ns, frame.pts_ns, frame.duration_ns)
            if self._copies:
                call(lib.quad_batch_put, self._copies.pointer, place, frame._handle.pointer)
            else:
                self._drawn[place] = frame

    def _room(self, frame: Frame) -> Handle | None:
        error = ctypes.POINTER(GError)()
        pointer = lib.quad_batch_new_like(frame._handle.pointer, self._count, ctypes.byref(error))
        if error:
            raise exception_of(error)
        return Handle(pointer, lib.quad_batch_unref) if pointer else None

    @property
    def is_usable(self) -> bool:
        """Whether batch() can be called: places without a frame are left out only where frames were drawn."""
        return len(self.times) == (len(self._drawn) or self._count)

    def batch(self, index: Callable[[], list[int]]) -> Batch:
        assert self._form
        places = sorted(self.times)
        handle = self._copies
        if not handle:
            pointers = (ctypes.c_void_p * len(places))(*(self._drawn[place]._handle.pointer for place in places))
            handle = Handle(call(lib.quad_batch_new, pointers, len(places)), lib.quad_batch_unref)
        return Batch(handle, self._form, [self.times[place] for place in places], index)
