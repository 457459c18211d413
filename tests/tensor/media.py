"""Clips, reference pixels and samples for the Python tests."""

import ctypes
import functools
import os
import pathlib
import struct
import tempfile

import quadtensor
from launch import run

_folder = tempfile.TemporaryDirectory(prefix="quad-tensor-")
SIZE, COUNT = (320, 180), 50


def launch(line):
    """Runs gst-launch-1.0 to the end."""
    done = run(["gst-launch-1.0", "-q", *line.split()], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{line}: {done.stdout}{done.stderr}")


def gst_version():
    """GStreamer's major and minor number."""
    numbers = [ctypes.c_uint() for _ in range(4)]
    _gst.gst_version(*map(ctypes.byref, numbers))
    return tuple(number.value for number in numbers[:2])


@functools.cache
def exists(element):
    """Whether there is an element of this name."""
    _gst.gst_init(None, None)
    factory = _gst.gst_element_factory_find(element.encode())
    if factory:
        _gst.gst_object_unref(factory)
    return bool(factory)


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


def made(name, line):
    """The file that `line`, up to the sink, makes; made once for each name."""
    path = path_of(name)
    if not path.exists():
        launch(f"{line} ! filesink location={path}")
    return path


def tiny(name, caps, chain, count=5):
    """A clip of 48x32, 10 frames a second."""
    source = f"videotestsrc num-buffers={count} ! video/x-raw,width=48,height=32,framerate=10/1,{caps}"
    return made(name, f"{source} ! {chain}")


def turned(path, rotation):
    """A copy of a .mov with a tag that turns its pictures, as phones write it."""
    a, b, c, d = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[rotation]
    one = 1 << 16
    matrix = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    data = path.read_bytes()
    at = data.index(b"tkhd") + 44
    copy = path_of(f"{path.stem}-{rotation}.mov")
    copy.write_bytes(data[:at] + matrix + data[at + 36 :])
    return copy


def _element(identifier, *parts):
    """An EBML element of a number, bytes or other elements."""
    content = b"".join(part.to_bytes(8, "big") if isinstance(part, int) else part for part in parts)
    return bytes.fromhex(identifier) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def with_alpha(name, encoder, codec):
    """A WebM whose frames have a second picture, their alpha: GStreamer has nothing that writes it."""
    pictures = []
    for which in ("ball", "gradient"):
        pattern = path_of(f"{name}-{which}-%d")
        source = f"videotestsrc num-buffers=5 pattern={which} ! video/x-raw,format=I420,width=48,height=32,framerate=10/1"
        launch(f"{source} ! {encoder} ! multifilesink location={pattern}")
        pictures.append([pathlib.Path(str(pattern) % n).read_bytes() for n in range(5)])
    track = _element("ae", _element("d7", 1), _element("73c5", 1), _element("83", 1), _element("86", codec),
                     _element("e0", _element("b0", 48), _element("ba", 32), _element("53c0", 1)))  # fmt: skip
    groups = [
        _element("a0", _element("a1", b"\x81" + (100 * n).to_bytes(2, "big") + b"\0", color),
                 _element("75a1", _element("a6", _element("ee", 1), _element("a5", alpha))),
                 *([_element("fb", (-100).to_bytes(8, "big", signed=True))] if n else []))  # fmt: skip
        for n, (color, alpha) in enumerate(zip(*pictures, strict=True))
    ]
    path = path_of(name)
    path.write_bytes(
        _element("1a45dfa3", _element("4282", b"webm"), _element("4287", 4), _element("4285", 2))
        + _element("18538067", _element("1549a966", _element("2ad7b1", 1_000_000)), _element("1654ae6b", track),
                   _element("1f43b675", _element("e7", 0), *groups))  # fmt: skip
    )
    return path


def sound_after_picture(name, source, count, late=23):
    """A Matroska file of JPEG pictures, 25 a second, of which the first one is shown after `late` ms, and of sound that begins
    at 0, but lies behind the first picture. FFmpeg writes such files where pictures have another order."""
    pattern = path_of(f"{name}-%d")
    launch(f"{source} ! jpegenc ! multifilesink location={pattern}")

    def block(track, time, data):
        return _element("a3", bytes([0x80 | track]) + time.to_bytes(2, "big") + b"\x80" + data)

    blocks = [
        block(*each)
        for n in range(count)
        for each in ((1, late + 40 * n, pathlib.Path(str(pattern) % n).read_bytes()), (2, 40 * n, bytes(640)))
    ]
    video = _element("ae", _element("d7", 1), _element("73c5", 1), _element("83", 1), _element("86", b"V_MJPEG"),
                     _element("e0", _element("b0", 64), _element("ba", 48)))  # fmt: skip
    rate = _element("b5", struct.pack(">d", 8000))
    audio = _element("ae", _element("d7", 2), _element("73c5", 2), _element("83", 2), _element("86", b"A_PCM/INT/LIT"),
                     _element("e1", rate, _element("9f", 1), _element("6264", 16)))  # fmt: skip
    path = path_of(name)
    path.write_bytes(
        _element("1a45dfa3", _element("4282", b"matroska"), _element("4287", 4), _element("4285", 2))
        + _element("18538067", _element("1549a966", _element("2ad7b1", 1_000_000)), _element("1654ae6b", video, audio),
                   _element("1f43b675", _element("e7", 0), *blocks))  # fmt: skip
    )
    return path


def path_of(name):
    return pathlib.Path(_folder.name, name)


def plain_bytes(path, chain):
    """The output of a pipeline without this library: the frames' bytes, one after the other."""
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
    ("gst_element_factory_find", "p", "s"),
    ("gst_object_unref", None, "p"),
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
