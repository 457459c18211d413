"""Frames, and the tensors that they are made of."""

import ctypes

from ._library import CUDA, NONE, QuadFrameInfo, QuadTensor, call, capsule, lib


class _Handle:
    """One reference of a QuadFrame."""

    def __init__(self, pointer):
        self.pointer = pointer

    def __del__(self, unref=lib.quad_frame_unref):
        unref(self.pointer)


class Tensor:
    """Samples of a frame: to be read only, valid for as long as this object or anything made of it lives.

    shape, strides (in elements), dtype ("uint8" or "uint16"), device ("cpu" or "cuda:0") and channels
    (what lies along the axis of colours, as "RGB"; of two dimensions, what the plane is).
    """

    def __init__(self, handle, index):
        info = QuadTensor()
        if not lib.quad_frame_get_tensor(handle.pointer, index, ctypes.byref(info)):
            raise IndexError("the frame has no such tensor")
        self._handle, self._index = handle, index
        self._address = info.data or 0
        self._bytes = info.bits // 8
        self.shape = tuple(info.shape[: info.ndim])
        self.strides = tuple(info.strides[: info.ndim])
        self.ndim = info.ndim
        self.dtype = f"uint{info.bits}"
        self.channels = info.channels.decode()
        self._device = (info.device, info.device_id)
        self.device = f"cuda:{info.device_id}" if info.device == CUDA else "cpu"

    def __repr__(self):
        return f"Tensor({self.channels}, shape={self.shape}, dtype={self.dtype}, device={self.device})"

    def _interface(self):
        return {
            "version": 3,
            "shape": self.shape,
            "strides": tuple(stride * self._bytes for stride in self.strides),
            "typestr": "|u1" if self._bytes == 1 else "<u2",
        }

    @property
    def __array_interface__(self):
        if self._device[0] == CUDA:
            raise AttributeError("the tensor lies in CUDA memory")
        return {**self._interface(), "data": (self._address, True)}

    def __array__(self, dtype=None, copy=None):
        # NumPy asks for __array_interface__ first; without this it would make an array of one object.
        raise TypeError(
            f"the tensor lies in the memory of {self.device}: use torch.from_dlpack or cupy.asarray, "
            "or make the frames with device='cpu'"
        )

    @property
    def __cuda_array_interface__(self):
        if self._device[0] != CUDA:
            raise AttributeError("the tensor lies in the memory of the host")
        call(lib.quad_frame_share, self._handle.pointer, raises=BufferError)
        # Waited for above, as PyTorch does not look at `stream`; and it refuses what is read-only.
        return {**self._interface(), "data": (self._address, False), "stream": None}

    def __dlpack_device__(self):
        return self._device

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
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
        managed = call(
            lib.quad_frame_to_dlpack, self._handle.pointer, self._index, stream, versioned, raises=BufferError
        )
        return capsule(managed, versioned)


def _time(value):
    return None if value == NONE else value


class Frame:
    """One frame: a sequence of its tensors, as NV12's are Y [H, W] and UV [H/2, W/2, 2].

    time is when the frame is shown, from the stream's beginning on, in nanoseconds, as are requested and
    actual, which frameextract attaches; index counts what was asked for. pts and duration are the buffer's;
    pts may begin at another time than 0. None where there is none. format is GStreamer's name, width and height are in luma samples.
    """

    def __init__(self, pointer):
        """Takes over a reference of a QuadFrame."""
        self._handle = _Handle(pointer)
        info = QuadFrameInfo()
        lib.quad_frame_get_info(pointer, ctypes.byref(info))
        self.pts, self.duration, self.time = _time(info.pts), _time(info.duration), _time(info.time)
        self.index = _time(info.index)
        self.requested, self.actual = _time(info.requested), _time(info.actual)
        self.width, self.height = info.width, info.height
        self.format = info.format.decode()
        self.tensors = tuple(Tensor(self._handle, i) for i in range(info.n_tensors))

    @classmethod
    def of_sample(cls, address):
        """Of a GstSample* (an int, as hash() of one from PyGObject), of which a reference is kept."""
        if not address:
            raise ValueError("there is no sample at address 0")
        return cls(call(lib.quad_frame_new, address))

    def __len__(self):
        return len(self.tensors)

    def __getitem__(self, index):
        return self.tensors[index]

    def __iter__(self):
        return iter(self.tensors)

    def __repr__(self):
        return f"Frame({self.format} {self.width}x{self.height}, time={self.time}, index={self.index})"
