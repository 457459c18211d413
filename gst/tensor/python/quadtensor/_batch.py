"""Several frames as one tensor."""

import ctypes

from ._frame import Samples, Uncopied, seconds
from ._library import QuadBatchTensor, call, lib


class _Handle(Uncopied):
    """One reference of a QuadBatch."""

    def __init__(self, pointer):
        self.pointer = pointer

    def __del__(self, unref=lib.quad_batch_unref):
        unref(self.pointer)


class BatchTensor(Samples):
    """As Tensor, of several frames: the first axis counts them. It may be written to."""

    def __init__(self, handle, index):
        info = QuadBatchTensor()
        if not lib.quad_batch_get_tensor(handle.pointer, index, ctypes.byref(info)):
            raise IndexError("the batch has no such tensor")
        super().__init__(info, writable=True)
        self._handle, self._index = handle, index

    def _share(self):
        pass  # nothing is queued that fills it

    def _export(self, stream, versioned):
        return call(lib.quad_batch_to_dlpack, self._handle.pointer, self._index, versioned, raises=BufferError)


class Batch(Uncopied):
    """Frames as one tensor, in the order in which they were asked for.

    tensor      the frames of a format with one tensor: "RGB" [N, H, W, 3], "RGBP" [N, 3, H, W], "GRAY8" [N, H, W].
                numpy.asarray, numpy.from_dlpack and torch.from_dlpack work on the batch itself, too
    tensors     the tensors of any format, as NV12's Y [N, H, W] and UV [N, H/2, W/2, 2]
    index       the numbers of the frames in the clip
    time, pts, duration   as in Frame, lists of seconds; time_ns, pts_ns and duration_ns in nanoseconds
    format, width, height   as in Frame
    copied      how many frames were copied to make one tensor of them; 0 where they were drawn into it

    It may be written to: it belongs to the caller.
    """

    def __init__(self, frames, index):
        """Of at least one Frame. `index` makes the list of numbers."""
        pointers = (ctypes.c_void_p * len(frames))(*(frame._handle.pointer for frame in frames))
        self._handle = _Handle(call(lib.quad_batch_new, pointers, len(frames)))
        self._index = index
        self.copied = lib.quad_batch_get_n_copied(self._handle.pointer)
        self.tensors = tuple(BatchTensor(self._handle, i) for i in range(len(frames[0].tensors)))
        self.time_ns, self.pts_ns, self.duration_ns = (
            [getattr(frame, name) for frame in frames] for name in ("time_ns", "pts_ns", "duration_ns")
        )
        self.format, self.width, self.height = frames[0].format, frames[0].width, frames[0].height

    time = property(lambda self: list(map(seconds, self.time_ns)))
    pts = property(lambda self: list(map(seconds, self.pts_ns)))
    duration = property(lambda self: list(map(seconds, self.duration_ns)))
    index = property(lambda self: self._index())

    @property
    def tensor(self):
        if len(self.tensors) > 1:
            raise ValueError(
                f"frames of {self.format} have {len(self.tensors)} tensors: use tensors, or a format with one, "
                'as "RGB" or "RGBP"'
            )
        return self.tensors[0]

    def __len__(self):
        return len(self.time_ns)

    @property
    def __array_interface__(self):
        return self.tensor.__array_interface__

    @property
    def __cuda_array_interface__(self):
        return self.tensor.__cuda_array_interface__

    def __array__(self, dtype=None, copy=None):
        return self.tensor.__array__(dtype, copy)

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()

    def __dlpack__(self, **settings):
        return self.tensor.__dlpack__(**settings)

    def __repr__(self):
        return f"Batch({len(self)} of {self.format} {self.width}x{self.height})"
