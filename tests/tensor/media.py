"""Clips, reference pixels and samples for the Python tests."""

import ctypes
import os
import pathlib
import subprocess
import tempfile

import quadtensor

_folder = tempfile.TemporaryDirectory(prefix="quad-tensor-")
SIZE, COUNT = (320, 180), 50


def launch(line):
    """Runs gst-launch-1.0 to the end."""
    done = subprocess.run(
        ["gst-launch-1.0", "-q", *line.split()], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{line}: {done.stdout}{done.stderr}")


def clip():
    """50 frames of 320x180, 10 a second, in H.264."""
    path = pathlib.Path(_folder.name, "clip.mp4")
    if not path.exists():
        launch(
            "videotestsrc pattern=smpte horizontal-speed=3 num-buffers=50"
            " ! video/x-raw,format=I420,width=320,height=180,framerate=10/1"
            f" ! x264enc key-int-max=10 option-string=scenecut=0 ! h264parse ! mp4mux ! filesink location={path}"
        )
    return path


def path_of(name):
    return pathlib.Path(_folder.name, name)


def plain_bytes(path, chain):
    """What a pipeline without this library gives: the frames' bytes, one after the other."""
    raw = path_of("raw")
    launch(f"filesrc location={path} ! decodebin ! {chain} ! filesink location={raw}")
    return raw.read_bytes()


def media():
    """Clips of the user's own to test with."""
    folder = os.environ.get("QUAD_MEDIA")
    return sorted(pathlib.Path(folder).resolve().glob("*.mp4")) if folder else []


_gst = ctypes.CDLL("libgstreamer-1.0.so.0")
_NOTIFY = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
for _name, _result, *_arguments in (
    ("gst_memory_new_wrapped", "p", "i", "p", "z", "z", "z", "p", _NOTIFY),
    ("gst_buffer_new", "p"),
    ("gst_buffer_append_memory", None, "p", "p"),
    ("gst_caps_from_string", "p", "s"),
    ("gst_sample_new", "p", "p", "p", "p", "p"),
    ("gst_mini_object_unref", None, "p"),
):
    _types = {"p": ctypes.c_void_p, "i": ctypes.c_int, "z": ctypes.c_size_t, "s": ctypes.c_char_p, None: None}
    getattr(_gst, _name).restype = _types[_result]
    getattr(_gst, _name).argtypes = [_types.get(a, a) for a in _arguments]


class Watched:
    """A frame of GRAY8, 16x8, and whether its memory was let go."""

    def __init__(self):
        _gst.gst_init(None, None)
        self.gone = False
        self._bytes = ctypes.create_string_buffer(bytes(range(128)), 128)
        self._notify = _NOTIFY(self._let_go)
        read_only = 1 << 1
        memory = _gst.gst_memory_new_wrapped(
            read_only, ctypes.addressof(self._bytes), 128, 0, 128, None, self._notify
        )
        buffer = _gst.gst_buffer_new()
        _gst.gst_buffer_append_memory(buffer, memory)
        caps = _gst.gst_caps_from_string(b"video/x-raw,format=GRAY8,width=16,height=8,framerate=10/1")
        sample = _gst.gst_sample_new(buffer, caps, None, None)
        self.frame = quadtensor.Frame.of_sample(sample)
        for each in (sample, caps, buffer):
            _gst.gst_mini_object_unref(each)

    def _let_go(self, _):
        self.gone = True

    def take(self):
        """The frame, of which no reference stays here."""
        frame, self.frame = self.frame, None
        return frame
