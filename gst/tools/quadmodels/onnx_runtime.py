"""Runs ONNX models by the C library of ONNX Runtime, which Debian's Python has no package for.

    session = Session(model, threads=2)
    mask = session.run(picture)

Models have one input here; of several outputs only the first one is computed.
"""

import contextlib
import ctypes
import os
import pathlib
from collections.abc import Iterator
from ctypes import POINTER, byref, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_void_p

import numpy as np

from .files import Problem, default_folder

# The oldest version of the interface that has all of this: ONNX Runtime 1.11 and later offer it.
_API = 11
_ERROR = 3  # OrtLoggingLevel
LEVELS = {"none": 0, "basic": 1, "extended": 2, "all": 99}  # GraphOptimizationLevel

# Places of functions in OrtApi (onnxruntime_c_api.h), which never change. The functions of the first table return an
# OrtStatus, and the other ones free something.
_CALLS = {
    "CreateEnv": (3, c_int, c_char_p, c_void_p),
    "CreateSession": (7, c_void_p, c_char_p, c_void_p, c_void_p),
    "CreateSessionFromArray": (8, c_void_p, c_char_p, c_size_t, c_void_p, c_void_p),
    "Run": (9, c_void_p, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p),
    "CreateSessionOptions": (10, c_void_p),
    "SetSessionLogSeverityLevel": (22, c_void_p, c_int),
    "SetSessionGraphOptimizationLevel": (23, c_void_p, c_int),
    "SetIntraOpNumThreads": (24, c_void_p, c_int),
    "SessionGetInputCount": (30, c_void_p, c_void_p),
    "SessionGetOutputCount": (31, c_void_p, c_void_p),
    "SessionGetInputTypeInfo": (33, c_void_p, c_size_t, c_void_p),
    "SessionGetInputName": (36, c_void_p, c_size_t, c_void_p, c_void_p),
    "SessionGetOutputName": (37, c_void_p, c_size_t, c_void_p, c_void_p),
    "CreateTensorWithDataAsOrtValue": (49, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_int, c_void_p),
    "GetTensorMutableData": (51, c_void_p, c_void_p),
    "CastTypeInfoToTensorInfo": (55, c_void_p, c_void_p),
    "GetTensorElementType": (60, c_void_p, c_void_p),
    "GetDimensionsCount": (61, c_void_p, c_void_p),
    "GetDimensions": (62, c_void_p, c_void_p, c_size_t),
    "GetTensorTypeAndShape": (65, c_void_p, c_void_p),
    "CreateCpuMemoryInfo": (69, c_int, c_int, c_void_p),
    "AllocatorFree": (76, c_void_p, c_void_p),
    "GetAllocatorWithDefaultOptions": (78, c_void_p),
}
_RELEASES = {
    "Status": 93,
    "MemoryInfo": 94,
    "Session": 95,
    "Value": 96,
    "TypeInfo": 98,
    "TensorTypeAndShapeInfo": 99,
    "SessionOptions": 100,
}
_FLOAT = 1  # ONNXTensorElementDataType


class _ApiBase(ctypes.Structure):
    _fields_ = [("GetApi", ctypes.CFUNCTYPE(c_void_p, c_uint32)), ("GetVersionString", ctypes.CFUNCTYPE(c_char_p))]


class Library:
    """The loaded library."""

    def __init__(self, path: pathlib.Path | str):
        try:
            base = ctypes.CDLL(str(path)).OrtGetApiBase
        except (OSError, AttributeError) as why:
            raise Problem(f"{path} is no ONNX Runtime: {why}.") from None
        base.restype = POINTER(_ApiBase)
        self.version = base().contents.GetVersionString().decode()
        api = base().contents.GetApi(_API)
        if not api:
            raise Problem(f"{path} is ONNX Runtime {self.version}, and 1.11 is needed at least.")
        self._table = ctypes.cast(api, POINTER(c_void_p))
        self._message = ctypes.CFUNCTYPE(c_char_p, c_void_p)(self._table[2])
        self._calls = {
            name: ctypes.CFUNCTYPE(c_void_p, *types)(self._table[at]) for name, (at, *types) in _CALLS.items()
        }
        self._releases = {name: ctypes.CFUNCTYPE(None, c_void_p)(self._table[at]) for name, at in _RELEASES.items()}
        self.environment = self.make("CreateEnv", _ERROR, b"quad-models")
        self.memory = self.make("CreateCpuMemoryInfo", 1, 0)  # OrtArenaAllocator, OrtMemTypeDefault
        self.allocator = self.make("GetAllocatorWithDefaultOptions")

    def call(self, name: str, *arguments) -> None:
        status = self._calls[name](*arguments)
        if status:
            text = self._message(status).decode("utf-8", "replace")
            self._releases["Status"](status)
            raise Problem(f"ONNX Runtime {self.version}: {text}")

    def make(self, name: str, *arguments, kind: type = c_void_p):
        """Calls a function whose last parameter is a pointer to its result."""
        result = kind()
        self.call(name, *arguments, byref(result))
        return result if kind is c_void_p else result.value

    def release(self, kind: str, thing: c_void_p) -> None:
        self._releases[kind](thing)

    @contextlib.contextmanager
    def holding(self, kind: str, thing: c_void_p) -> Iterator[c_void_p]:
        try:
            yield thing
        finally:
            self.release(kind, thing)


_loaded: dict[str, Library] = {}


def library(path: pathlib.Path | None = None) -> Library:
    """Loads the library once: that of `path`, or else as the elements do that of $QUAD_ONNXRUNTIME, the one that
    `quad-models fetch onnxruntime` fetched, or the system's."""
    path = path or os.environ.get("QUAD_ONNXRUNTIME")
    places = [path] if path else [default_folder() / "libonnxruntime.so.1", "libonnxruntime.so.1", "libonnxruntime.so"]
    for place in map(str, places):
        if place in _loaded:
            return _loaded[place]
        with contextlib.suppress(Problem):
            _loaded[place] = Library(place)
            return _loaded[place]
    if path:
        return Library(path)  # for its error
    raise Problem("there is no ONNX Runtime: run `quad-models fetch onnxruntime`.")


class Session:
    """A model that is ready to run on the CPU.

    `level` is a name of LEVELS. With 0 threads the library takes as many as there are cores.
    """

    def __init__(
        self,
        model: pathlib.Path | bytes,
        level: str = "all",
        threads: int = 0,
        runtime: pathlib.Path | None = None,
    ):
        self._library = of = library(runtime)
        self._session = None
        with of.holding("SessionOptions", of.make("CreateSessionOptions")) as options:
            of.call("SetSessionLogSeverityLevel", options, _ERROR)
            of.call("SetSessionGraphOptimizationLevel", options, LEVELS[level])
            of.call("SetIntraOpNumThreads", options, threads)
            if isinstance(model, bytes):
                self._session = of.make("CreateSessionFromArray", of.environment, model, len(model), options)
            else:
                self._session = of.make("CreateSession", of.environment, str(model).encode(), options)
        inputs = of.make("SessionGetInputCount", self._session, kind=c_size_t)
        outputs = of.make("SessionGetOutputCount", self._session, kind=c_size_t)
        if inputs != 1 or outputs < 1:
            raise Problem(f"the model has {inputs} inputs and {outputs} outputs; one input and an output are needed.")
        self._names = [self._name(end) for end in ("Input", "Output")]
        with of.holding("TypeInfo", of.make("SessionGetInputTypeInfo", self._session, 0)) as info:
            self.input_shape = self._shape(of.make("CastTypeInfoToTensorInfo", info))

    def __del__(self):
        if getattr(self, "_session", None):
            self._library.release("Session", self._session)

    def run(self, data: np.ndarray) -> np.ndarray:
        """Runs the model on an array, which is made float32; returns the result as a new float32 array."""
        of = self._library
        data = np.ascontiguousarray(data, np.float32)
        shape = (c_int64 * data.ndim)(*data.shape)
        tensor = of.make(
            "CreateTensorWithDataAsOrtValue", of.memory, data.ctypes.data, data.nbytes, shape, data.ndim, _FLOAT
        )
        names = [(c_char_p * 1)(name) for name in self._names]
        with of.holding("Value", tensor):
            result = c_void_p()
            inputs = (c_void_p * 1)(tensor)
            of.call("Run", self._session, None, names[0], inputs, 1, names[1], 1, byref(result))
        with of.holding("Value", result):
            return self._array(result)

    def _array(self, value: c_void_p) -> np.ndarray:
        of = self._library
        with of.holding("TensorTypeAndShapeInfo", of.make("GetTensorTypeAndShape", value)) as info:
            if of.make("GetTensorElementType", info, kind=c_int) != _FLOAT:
                raise Problem("the model's output is not float32.")
            shape = self._shape(info)
        start = of.make("GetTensorMutableData", value)
        count = int(np.prod(shape))
        return np.ctypeslib.as_array(ctypes.cast(start, POINTER(ctypes.c_float)), (count,)).reshape(shape).copy()

    def _shape(self, info: c_void_p) -> tuple[int, ...]:
        count = self._library.make("GetDimensionsCount", info, kind=c_size_t)
        shape = (c_int64 * count)()
        self._library.call("GetDimensions", info, shape, count)
        return tuple(shape)

    def _name(self, end: str) -> bytes:
        of = self._library
        text = of.make(f"SessionGet{end}Name", self._session, 0, of.allocator)
        name = ctypes.cast(text, c_char_p).value
        of.call("AllocatorFree", of.allocator, text)
        return name
