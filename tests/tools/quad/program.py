"""Runs the program `quad` for its tests. Takes two arguments from the command line: the program, and its sources."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from launch import run

QUAD, SOURCES = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
TIMEOUT = 60 * int(os.environ.get("QUAD_PATIENCE") or 1)
SIZE, FRAMES, RATE = (96, 64), 20, 10
VIDEO = f"videotestsrc pattern=smpte100 num-buffers={FRAMES} ! video/x-raw,format=I420,width=96,height=64,framerate=10/1"
SOUND = "audiotestsrc num-buffers=86 ! audio/x-raw,rate=44100,channels=1 ! audioconvert"
# The encoders and muxers that people's clips come from: (video, muxer, sound or none)
CLIPS = {
    "h264.mp4": ("x264enc speed-preset=ultrafast ! h264parse", "mp4mux", "avenc_aac ! aacparse"),
    "silent.mp4": ("x264enc speed-preset=ultrafast ! h264parse", "mp4mux", None),
    "vp8.mkv": ("vp8enc deadline=1", "matroskamux", "vorbisenc"),
    "mjpeg.mov": ("jpegenc", "qtmux", None),
    "theora.ogg": ("theoraenc", "oggmux", "vorbisenc"),
    "mpeg2.ts": ("mpeg2enc ! mpegvideoparse", "mpegtsmux", None),
}


def clean_environment():
    env = dict(os.environ, G_DEBUG="fatal-criticals")
    # FFmpeg's AAC encoder reads memory that it did not write: filled with 47, say, it never ends.
    env.pop("MALLOC_PERTURB_", None)
    if "detect_leaks" not in env.get("ASAN_OPTIONS", ""):
        env["ASAN_OPTIONS"] = ":".join(filter(None, [env.get("ASAN_OPTIONS"), "detect_leaks=0"]))
    return env


def launch(folder, line):
    run(["gst-launch-1.0", "-q", *line.split()], cwd=folder, env=clean_environment(), check=True, timeout=TIMEOUT)


def make(folder, name, source=VIDEO):
    video, muxer, sound = CLIPS[name]
    if "mpeg2" in video:  # which knows few rates
        source = source.replace("framerate=10/1", "framerate=25/1")
    line = f"{source} ! {video} ! queue ! {muxer} name=mux ! filesink location={name}"
    launch(folder, line + (f" {SOUND} ! {sound} ! queue ! mux." if sound else ""))


def turn(path):
    """Writes "turn by 90 degrees clockwise" into the matrix of the only track's header (ISO/IEC 14496-12, 8.3.2)."""
    data = bytearray(path.read_bytes())
    at = data.rindex(b"tkhd") + 44
    numbers = [0, 0x10000, 0, -0x10000, 0, 0, 64 << 16, 0, 0x40000000]
    data[at : at + 36] = b"".join(n.to_bytes(4, "big", signed=True) for n in numbers)
    path.write_bytes(data)


def turned_photo(path):
    """A JPEG of the first frame, whose EXIF says that it is to be turned by 90 degrees clockwise to stand upright."""
    launch(path.parent, f"{VIDEO} ! jpegenc snapshot=true ! filesink location={path.name}")
    data = path.read_bytes()
    # One entry: orientation (0x112), a short, 6. (JEITA CP-3451, 4.6.4)
    exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:])


def frames(path):
    """A file's frames: (width, height, bytes)."""
    holder = tempfile.TemporaryDirectory()
    raw = pathlib.Path(holder.name) / "frame.raw"
    path = shutil.copy(path, pathlib.Path(holder.name) / "frame.in")
    said = run(["gst-launch-1.0", "-v", "filesrc", f"location={path}", *"! decodebin ! videoconvert !".split(),
                "video/x-raw,format=RGB", *"! filesink name=end".split(), f"location={raw}"],
               env=clean_environment(), capture_output=True, text=True, timeout=TIMEOUT)
    size = re.search(r"end.GstPad:sink: caps = .*width=\(int\)(\d+), height=\(int\)(\d+)", said.stdout)
    with holder:
        return int(size[1]), int(size[2]), raw.read_bytes()


def pixel(path, x, y):
    """Of the first frame."""
    width, _, raw = frames(path)
    at = y * ((width * 3 + 3) // 4 * 4) + x * 3
    return tuple(raw[at : at + 3])


def jpeg_size(data):
    at = 2
    while data[at + 1] != 0xC0:  # the frame's header; jpegenc writes baseline
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")


class Case(unittest.TestCase):
    """Each in a folder of its own, with the clips that are made once."""

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.clips = pathlib.Path(holder.name)

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name).resolve()

    def clip(self, name, as_name=None):
        if not (self.clips / name).exists():
            make(self.clips, name)
        target = self.folder / (as_name or name)
        shutil.copy(self.clips / name, target)
        return target.name

    def run_quad(self, *arguments, status=0, **env):
        process = subprocess.run([QUAD, *arguments], cwd=self.folder, env={**clean_environment(), **env}, timeout=TIMEOUT,
                                 capture_output=True, text=True, errors="replace")
        said = process.stdout + process.stderr
        self.assertEqual(process.returncode, status, f"{arguments}\n{said}")
        left = [p for p in self.folder.rglob(".quad-*")]
        self.assertEqual(left, [], "a part of a file is left over")
        return said

    def report(self, *arguments, **how):
        self.run_quad(*arguments, "--report", "report.json", **how)
        report = json.loads((self.folder / "report.json").read_text())
        (self.folder / "report.json").unlink()
        return report

    def near(self, shown, wanted, most=40):
        self.assertTrue(all(abs(a - b) < most for a, b in zip(shown, wanted)), f"{shown}, not {wanted}")

    def files(self):
        return sorted(p.name for p in self.folder.iterdir())
