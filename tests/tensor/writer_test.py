#!/usr/bin/env python3
"""Files that are written, and read back."""

import contextlib
import fractions
import gc
import itertools
import io
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock

import cases
import media
import quadtensor
from quadtensor import _dlpack, _library

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import gif
import mp4

try:
    import numpy
except ImportError:
    numpy = None
try:
    import torch
except ImportError:
    torch = None

needs_numpy = unittest.skipUnless(numpy, "NumPy is not installed")
MS = 1_000_000
VIDEOS = ("mp4", "m4v", "mov", "mkv")
# How far a time may be off, by the container's clock, in nanoseconds.
CLOCKS = {"mp4": 6_000, "mov": 6_000, "m4v": 6_000, "mkv": MS, "gif": 5 * MS}
VARIED = (0.1, 0.5, 0.03, 1.2, 0.4567, 0.02, 0.7)


def picture(number, width=64, height=48):
    """Smooth, without steps at which chroma of half the size is off; each number has another one."""
    y, x = numpy.mgrid[0:height, 0:width]
    red, green, blue = 30 + 180 * x / width, 40 + 160 * y / height, numpy.full(x.shape, 20 + number * 16 % 200)
    return numpy.stack([red, green, blue], -1).astype(numpy.uint8)


def written(path, frames, rate=None, times=None, **settings):
    """Writes frames; `times` are the settings of write() for each."""
    with quadtensor.Writer(path, rate, **settings) as writer:
        for frame, more in zip(frames, times or itertools.repeat({})):
            writer.write(frame, **more)
    return writer


def read(path):
    return quadtensor.Clip(path, format="RGB", device="cpu")


def pixels(frame):
    return numpy.asarray(frame[0]).astype(int)


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="quad-writer-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def path(self, name="film.mkv"):
        return self.folder / name

    def names(self):
        return sorted(path.name for path in self.folder.iterdir())

    def python(self, script, *arguments, **settings):
        return subprocess.run(
            [sys.executable, "-c", script, *map(str, arguments)],
            capture_output=True, text=True, timeout=60, check=False, **settings,
        )  # fmt: skip


# ---- What comes back

TIMINGS = {
    "24": (24, [{}] * 7),
    "29.97": ("30000/1001", [{}] * 7),
    "durations": (None, [{"duration": length} for length in VARIED]),
    "times": (None, [{"pts": 3 + sum(VARIED[:n])} for n in range(7)]),
    "a frame held": (25, [{"duration": 2} if n == 3 else {} for n in range(7)]),
}


def expected_times(timing):
    """When frames are shown, and where the film ends, in nanoseconds."""
    rate, each = TIMINGS[timing]
    if rate is None:
        times = [round(sum(VARIED[:n]) * 1e9) for n in range(8)]
        # Without a duration, the last one lasts as long as the one before.
        return times[:7], times[7] if timing == "durations" else times[6] + round(VARIED[5] * 1e9)
    times = [fractions.Fraction(n) / fractions.Fraction(rate) for n in range(8)]
    if timing == "a frame held":
        times = times[:4] + [times[3] + 2 + fractions.Fraction(n, 25) for n in range(4)]
    return [round(time * 10**9) for time in times[:7]], round(times[7] * 10**9)


@needs_numpy
class RoundTrip(InFolder):
    def check(self, ending, timing, size):
        rate, each = TIMINGS[timing]
        path = self.path(f"film.{ending}")
        frames = [picture(n, *size) for n in range(7)]
        writer = written(path, frames, rate, each)
        times, end = expected_times(timing)
        self.assertEqual((writer.frames, writer.duration_ns), (7, end))
        clip, clock = read(path), CLOCKS[ending]
        self.assertEqual(len(clip), 7)
        for got, wanted in zip(clip.times_ns, times, strict=True):
            self.assertLessEqual(abs(got - wanted), clock)
        self.assertLessEqual(abs(clip.info.duration_ns - end), 2 * clock)
        width, height = size
        shown = size if ending == "gif" else (width + width % 2, height + height % 2)
        self.assertEqual((clip.info.width, clip.info.height), shown)
        for frame, wanted in zip(clip, frames, strict=True):
            got = pixels(frame)
            self.assertLessEqual(abs(got[:height, :width] - wanted).max(), 14)
            # Sides that were odd are one longer, by the same pixels.
            self.assertLessEqual(abs(got[height - 1, :width] - got[-1, :width]).max(), 14)
            self.assertLessEqual(abs(got[:height, width - 1] - got[:height, -1]).max(), 14)

    def test_endings_times_and_sizes(self):
        for ending, timing, size in itertools.product(("mp4", "mov", "mkv", "gif"), TIMINGS, ((64, 48), (63, 47))):
            with self.subTest(ending=ending, timing=timing, size=size):
                self.check(ending, timing, size)

    def test_capital_ending(self):
        written(self.path("film.MP4"), [picture(1)], 1)
        self.assertEqual(len(read(self.path("film.MP4"))), 1)

    def test_lengths_in_the_files(self):
        """Players that trust the tables show each frame for its time, the last one, too."""
        each = [{"duration": length} for length in VARIED]
        for ending in ("mp4", "mov"):
            written(self.path(f"film.{ending}"), map(picture, range(7)), None, each)
            track = mp4.video(mp4.tracks(self.path(f"film.{ending}")))
            self.assertTrue(numpy.allclose(track.durations, VARIED, rtol=0, atol=1e-5), track.durations)
        written(self.path("film.gif"), map(picture, range(7)), None, each)
        delays = gif.read(self.path("film.gif")).delays
        self.assertEqual(delays, [10, 50, 3, 120, 46, 2, 70])

    @unittest.skipUnless(shutil.which("ffprobe"), "ffprobe is not installed (ffmpeg)")
    def test_as_ffprobe_reads_it(self):
        def probed(path, entries):
            line = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", entries, "-of", "csv=p=0", str(path)]
            done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return [line.rstrip(",").split(",") for line in done.stdout.split()]

        for ending, size in (("mp4", (64, 48)), ("mov", (64, 720)), ("mkv", (64, 48))):
            with self.subTest(ending=ending, size=size):
                path = self.path(f"film.{ending}")
                written(path, [picture(n, *size) for n in range(7)], None, [{"duration": length} for length in VARIED])
                matrix = "bt709" if size[1] > 576 else "smpte170m"
                self.assertEqual(probed(path, "stream=pix_fmt,color_range,color_space"), [["yuv420p", "tv", matrix]])
                packets = probed(path, "packet=pts_time,duration_time")
                clock = 2 * CLOCKS[ending] / 1e9
                for (start, length), n in zip(packets, range(7), strict=True):
                    self.assertAlmostEqual(float(start), sum(VARIED[:n]), delta=clock)
                    self.assertAlmostEqual(float(length), VARIED[n], delta=clock)

    def test_rounding_does_not_add_up(self):
        frames = [numpy.full((16, 16, 3), 40 + n % 2 * 100, numpy.uint8) for n in range(400)]
        for ending in ("mp4", "mkv", "gif"):
            with self.subTest(ending):
                path = self.path(f"film.{ending}")
                written(path, frames, fractions.Fraction(24000, 1001))
                for n, got in enumerate(read(path).times_ns):
                    self.assertLessEqual(abs(got - n * 1001 * 10**9 / 24000), CLOCKS[ending], n)


@needs_numpy
class Colours(InFolder):
    COLOURS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0), (128, 128, 128), (200, 120, 40))

    def check(self, size, ending):
        path = self.path(f"film.{ending}")
        frames = [numpy.full((size[1], size[0], 3), colour, numpy.uint8) for colour in self.COLOURS]
        written(path, frames, 10)
        # Not by this library's reader.
        data = media.plain_bytes(path, "videoconvert ! video/x-raw,format=RGB")
        for n, colour in enumerate(self.COLOURS):
            got = numpy.frombuffer(data, numpy.uint8)[n * len(data) // len(self.COLOURS) :][:3].astype(int)
            self.assertLessEqual(abs(got - colour).max(), 6, f"{colour} is {got}")

    def test_plain_ones(self):
        # By the height, it is another matrix.
        for size, ending in itertools.product(((64, 48), (64, 720)), ("mp4", "mkv")):
            with self.subTest(size=size, ending=ending):
                self.check(size, ending)


@needs_numpy
class Kinds(InFolder):
    """Shapes, strides and owners of frames."""

    def kinds(self):
        plain = picture(3)
        height, width, _ = plain.shape
        alpha = numpy.dstack([plain, numpy.full((height, width), 255, numpy.uint8)])
        room = numpy.zeros((height + 4, width + 6, 3), numpy.uint8)
        room[2:-2, 3:-3] = plain
        gray = plain[..., 1].copy()
        fixed = plain.copy()
        fixed.flags.writeable = False
        yield "rows with room", room[2:-2, 3:-3], plain
        yield "planes", plain.transpose(2, 0, 1).copy(), plain
        yield "planes by strides", plain.transpose(2, 0, 1), plain
        yield "pixels by strides", plain.transpose(2, 0, 1).copy().transpose(1, 2, 0), plain
        yield "alpha", alpha, plain
        yield "planes with alpha", alpha.transpose(2, 0, 1).copy(), plain
        yield "gray", gray, numpy.dstack([gray] * 3)
        yield "gray with an axis", gray[..., None], numpy.dstack([gray] * 3)
        yield "gray with an axis first", gray[None], numpy.dstack([gray] * 3)
        yield "upside down", plain[::-1], plain[::-1]
        yield "mirrored", plain[:, ::-1], plain[:, ::-1]
        yield "BGR", plain[..., ::-1], plain[..., ::-1]
        yield "turned", plain.transpose(1, 0, 2), plain.transpose(1, 0, 2)
        yield "each second", picture(3, 128, 96)[::2, ::2], picture(3, 128, 96)[::2, ::2]
        yield "one colour for all", numpy.broadcast_to(numpy.array([9, 99, 199], numpy.uint8), (48, 64, 3)), None
        yield "to be read only", fixed, plain
        yield "odd", plain[:47, :63], plain[:47, :63]
        yield "odd planes", plain[:47, :63].transpose(2, 0, 1).copy(), plain[:47, :63]
        if torch:
            yield "torch", torch.from_numpy(plain), plain
            yield "torch, planes by strides", torch.from_numpy(plain).permute(2, 0, 1), plain
            yield "torch, a part", torch.from_numpy(room)[2:-2, 3:-3], plain

    def test_each(self):
        for (name, frame, expected), ending in itertools.product(list(self.kinds()), ("mkv", "gif")):
            with self.subTest(name, ending=ending):
                path = self.path(f"film.{ending}")
                written(path, [frame], 10)
                expected = numpy.asarray(frame) if expected is None else expected
                height, width, _ = expected.shape
                self.assertLessEqual(abs(pixels(read(path)[0])[:height, :width] - expected).max(), 14)
                self.assertEqual(_dlpack._lent, {})

    def test_transparent(self):
        frame = numpy.zeros((48, 64, 4), numpy.uint8)
        frame[:, :32] = (200, 100, 50, 255)
        for kind in (frame, frame.transpose(2, 0, 1).copy()):
            written(self.path("film.gif"), [kind], 10)
            got = numpy.asarray(quadtensor.Clip(self.path("film.gif"), format="RGBA", device="cpu")[0][0])
            self.assertTrue((got[..., 3] == frame[..., 3]).all())
            self.assertTrue((got[:, :32] == frame[:, :32]).all())

    def test_frames_of_this_package(self):
        clip = media.clip()
        for format in ("RGB", "BGR", "RGBA", "BGRx", "ARGB", "RGBP", "GBR", "GRAY8"):
            with self.subTest(format):
                frames = list(quadtensor.frames(clip, rate=2, width=64, height=48, format=format, device="cpu"))
                for what in (frames, [frame[0] for frame in frames]):
                    written(self.path(), what, None, [{"duration": 0.5}] * len(frames))
                    got, plain = read(self.path()), quadtensor.frames(clip, rate=2, width=64, height=48,
                                      format="GRAY8" if format == "GRAY8" else "RGB", device="cpu")  # fmt: skip
                    self.assertEqual(len(got), 10)
                    for a, b in zip(got, plain, strict=True):
                        b = pixels(b) if format != "GRAY8" else numpy.dstack([pixels(b)] * 3)
                        self.assertLessEqual(abs(pixels(a) - b).mean(), 9)  # snow, in half the colours

    def test_frame_is_let_go(self):
        watched = media.Watched()
        with quadtensor.Writer(self.path("film.gif"), rate=1) as writer:
            writer.write(watched.take())
            gc.collect()
            self.assertTrue(watched.gone)

    def test_array_may_be_drawn_anew(self):
        """One array for all frames, as animations do."""
        for ending in ("mkv", "gif"):
            canvas = numpy.zeros((48, 64, 3), numpy.uint8)
            with quadtensor.Writer(self.path(f"film.{ending}"), rate=10) as writer:
                for n in range(30):
                    canvas[:] = n * 8
                    writer.write(canvas)
                canvas[:] = 255
            for n, frame in enumerate(read(self.path(f"film.{ending}"))):
                self.assertLessEqual(abs(pixels(frame) - n * 8).max(), 3)

    def test_interface_alone(self):
        class Interface:
            def __init__(self, array, data=None):
                self.__array_interface__ = {**array.__array_interface__, **({"data": data} if data else {})}

        plain = picture(5)
        for frame in (Interface(plain), Interface(plain, plain.tobytes())):  # as Pillow's
            written(self.path(), [frame], 1)
            self.assertLessEqual(abs(pixels(read(self.path())[0]) - plain).max(), 14)


# ---- What is wrong


@needs_numpy
class Misuse(InFolder):
    def expect(self, kind, words, function, *arguments, **settings):
        with self.assertRaisesRegex(kind, words) as raised:
            function(*arguments, **settings)
        return raised.exception

    def test_opening(self):
        for name in ("film.avi", "film", ".mp4", "film.mp4.txt"):
            self.expect(ValueError, r"\.mp4, \.m4v, \.mov, \.mkv, \.gif", quadtensor.Writer, self.path(name), 24)
        for rate in (0, -1, "x", float("nan")):
            self.expect(ValueError, "rate", quadtensor.Writer, self.path(), rate)
        self.expect(ValueError, "device", quadtensor.Writer, self.path(), 1, device="gpu")
        self.expect(ValueError, "NUL", quadtensor.Writer, f"{self.path()}\0.mkv")
        self.expect(TypeError, "int", quadtensor.Writer, 7)
        self.expect(quadtensor.NotFound, "none/film.mkv cannot be written: .* Make its folder first",
                    quadtensor.Writer, self.folder / "none" / "film.mkv", 1)  # fmt: skip
        self.path("folder.mkv").mkdir()
        self.expect(ValueError, "is there already, and it is no file", quadtensor.Writer, self.path("folder.mkv"))
        os.mkfifo(self.path("pipe.mkv"))
        self.expect(ValueError, "is there already, and it is no file", quadtensor.Writer, self.path("pipe.mkv"))
        self.expect(ValueError, "on the host", quadtensor.Writer, self.path("film.gif"), device="cuda")
        self.assertEqual(self.names(), ["folder.mkv", "pipe.mkv"])

    @unittest.skipUnless(os.geteuid(), "root may write everywhere")
    def test_no_permission(self):
        self.folder.chmod(0o500)
        self.addCleanup(self.folder.chmod, 0o700)
        error = self.expect(quadtensor.Error, "film.mkv cannot be written: Permission", quadtensor.Writer, self.path(), 1)
        self.assertNotIsInstance(error, quadtensor.NotFound)

    def test_frames(self):
        rows = (
            (TypeError, "not str", "x"),
            (TypeError, "not list", [[1]]),
            (ValueError, r"uint8.*float32.*\* 255", picture(0).astype("f4")),
            (ValueError, "uint8.*uint16", picture(0).astype("u2")),
            (ValueError, "uint8.*bool", picture(0) > 40),
            (ValueError, "uint8.*int8", picture(0).astype("i1")),
            (ValueError, r"shape .*\[48, 64, 2\]", picture(0)[..., :2].copy()),
            (ValueError, r"shape .*\[1, 48, 64, 3\]", picture(0)[None]),
            (ValueError, r"shape .*\[64\]", picture(0)[0, :, 0].copy()),
            (ValueError, r"16384.*\[0, 64, 3\]", picture(0)[:0]),
            (ValueError, "16x16 and more.*15x16", numpy.zeros((16, 15, 3), numpy.uint8)),
        )
        with quadtensor.Writer(self.path(), rate=10) as writer:
            for kind, words, frame in rows:
                with self.subTest(words):
                    self.expect(kind, words, writer.write, frame)
            self.assertEqual((writer.frames, writer.duration), (0, 0))
            writer.write(picture(0))
            self.expect(ValueError, "64x48 in RGB.*", writer.write, picture(0, 64, 50))
            self.expect(ValueError, "one size and format", writer.write, picture(0)[..., 0].copy())
            if torch:
                self.expect(ValueError, "gradient", writer.write, torch.zeros(48, 64, 3, requires_grad=True))
            frame = next(quadtensor.frames(media.clip(), device="cpu"))
            self.expect(ValueError, "I420 has 3 tensors: read it with format='RGB'", writer.write, frame)
            writer.write(picture(1))
        # Nothing of that hurts the film.
        self.assertEqual(len(read(self.path())), 2)
        self.assertEqual(_dlpack._lent, {})

    def test_times(self):
        with quadtensor.Writer(self.path()) as writer:
            self.expect(ValueError, "needs a duration or a time", writer.write, picture(0))
            self.expect(ValueError, "above 0", writer.write, picture(0), duration=0)
            self.expect(ValueError, "duration", writer.write, picture(0), duration=-1)
            self.expect(ValueError, "pts", writer.write, picture(0), pts="soon")
            writer.write(picture(0), pts=1.5)
            self.expect(ValueError, r"go back: 1.5 s is not after 1.5 s", writer.write, picture(1), pts=1.5)
            self.expect(ValueError, r"go back: 1 s is not after 1.5 s", writer.write, picture(1), pts=1)
            writer.write(picture(1), pts=2)
            writer.write(picture(2), duration=0.25)
            self.assertEqual(writer.duration, 0.5 + 0.5 + 0.25)
        self.assertEqual(read(self.path()).times, [0, 0.5, 1])

    def test_after_its_end(self):
        writer = quadtensor.Writer(self.path(), rate=1)
        writer.write(picture(0))
        self.assertFalse(writer.closed)
        writer.close()
        writer.close()
        self.assertTrue(writer.closed)
        self.assertEqual((writer.frames, writer.duration), (1, 1))
        self.assertEqual(writer.bytes, self.path().stat().st_size)
        self.expect(ValueError, "closed", writer.write, picture(0))

    def test_no_frame(self):
        self.path().write_text("kept")
        writer = quadtensor.Writer(self.path(), rate=1)
        self.expect(quadtensor.Error, "No frame was written, so there is no .*film.mkv", writer.close)
        writer.close()
        with contextlib.suppress(KeyError), quadtensor.Writer(self.path(), rate=1):
            raise KeyError
        del writer
        self.assertEqual((self.names(), self.path().read_text()), (["film.mkv"], "kept"))

    def test_a_full_disk(self):
        script = """if True:
            import resource, sys, numpy, quadtensor
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
            noise = numpy.random.default_rng(1)
            writer = quadtensor.Writer(sys.argv[1], rate=25)
            try:
                for n in range(1000): writer.write(noise.integers(0, 255, (180, 320, 3), numpy.uint8))
            except quadtensor.Error as error: print(error)
            try: writer.write(numpy.zeros((180, 320, 3), numpy.uint8))
            except quadtensor.Error as error: print(error)
            writer.close()
            """
        for ending in ("mp4", "gif"):
            with self.subTest(ending):
                path = self.path(f"film.{ending}")
                path.write_text("kept")
                done = self.python(script, path)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                lines = done.stdout.splitlines()
                self.assertEqual(len(lines), 2)
                for line in lines:
                    self.assertRegex(line, rf"film.{ending} was not written: .*File too large")
                self.assertEqual(path.read_text(), "kept")
                self.assertFalse([name for name in self.names() if ".part-" in name])

    def test_copies_are_refused(self):
        with contextlib.suppress(KeyError), quadtensor.Writer(self.path(), rate=1) as writer:
            self.expect(TypeError, "neither pickled nor copied", writer.__reduce__)
            raise KeyError


# ---- How it ends

WRITE = """if True:
    import sys, numpy, quadtensor
    def frame(n): return numpy.full((48, 64, 3), n * 7 % 256, numpy.uint8)
    writer = quadtensor.Writer(sys.argv[1], rate=25)
    for n in range(200): writer.write(frame(n))
    """


@needs_numpy
class Ends(InFolder):
    def expect_film(self, path, frames):
        self.assertEqual(len(read(path)), frames)
        self.assertEqual(sum(1 for _ in read(path)), frames)

    def test_early(self):
        """By an exception, by garbage collection, at the interpreter's end."""

        def leave_by_exception(path):
            with contextlib.suppress(KeyError), quadtensor.Writer(path, rate=10) as writer:
                for n in range(5):
                    writer.write(picture(n))
                raise KeyError

        def forget(path):
            writer = quadtensor.Writer(path, rate=10)
            for n in range(5):
                writer.write(picture(n))

        def end_the_program(path):
            script = WRITE.replace("200", "5") + ("raise KeyError" if path.suffix == ".mkv" else "")
            self.assertEqual(self.python(script, path).returncode, 1 if path.suffix == ".mkv" else 0)

        for way, ending in itertools.product((leave_by_exception, forget, end_the_program), ("mp4", "mkv", "gif")):
            with self.subTest(way=way.__name__, ending=ending):
                path = self.path(f"film.{ending}")
                path.write_text("old")
                way(path)
                gc.collect()
                self.expect_film(path, 5)
                self.assertEqual([name for name in self.names() if ".part-" in name], [])

    def test_killed(self):
        """What is there is played, and what had the name is still there."""
        # x264enc looks ahead: 53 frames on this many cores. An MP4 also lacks its last second.
        for ending, least in (("mp4", 50), ("mov", 50), ("mkv", 50), ("gif", 198)):
            with self.subTest(ending):
                path = self.path(f"{ending}.{ending}")
                path.write_text("old")
                child = subprocess.Popen(
                    [sys.executable, "-c", WRITE + "\n    print(flush=True); sys.stdin.read()", path],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                )  # fmt: skip
                with child:
                    child.stdout.readline()
                    child.kill()
                (part,) = self.folder.glob(f"{ending}.part-??????.{ending}")
                self.assertEqual(path.read_text(), "old")
                clip = read(part)
                self.assertGreaterEqual(len(clip), least)
                self.expect_film(part, len(clip))
                self.assertEqual(clip.times_ns, [n * 40 * MS for n in range(len(clip))])
                part.unlink()

    def test_a_file_that_is_replaced(self):
        """Its rights and links stay, and it is whole until then."""
        real = self.path("real.mkv")
        real.write_text("old")
        real.chmod(0o640)
        link = self.path("link.mkv")
        link.symlink_to("real.mkv")
        with quadtensor.Writer(link, rate=1) as writer:
            writer.write(picture(0))
            self.assertEqual(real.read_text(), "old")
            self.assertGreater(writer.bytes, -1)
        self.assertTrue(link.is_symlink())
        self.assertEqual(real.stat().st_mode & 0o777, 0o640)
        self.expect_film(real, 1)
        self.assertEqual(self.names(), ["link.mkv", "real.mkv"])

    def test_new_file_has_the_usual_rights(self):
        before = os.umask(0o027)
        self.addCleanup(os.umask, before)
        written(self.path(), [picture(0)], 1)
        self.assertEqual(self.path().stat().st_mode & 0o777, 0o640)

    def test_names(self):
        for name in ("it's a film & \"more\".mkv", "ümläut.mkv", b"\xff\xfe.mkv", "50%.d.mkv"):
            path = os.path.join(os.fsencode(self.folder), os.fsencode(name))
            written(path, [picture(0)], 1)
            self.assertTrue(os.path.exists(path))

    def test_relative_name_after_a_change_of_folder(self):
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)
        writer = quadtensor.Writer("film.mkv", rate=1)
        os.chdir("/")
        writer.write(picture(0))
        writer.close()
        self.expect_film(self.path(), 1)

    def test_ctrl_c(self):
        """A wait for the encoder ends; the frame is written all the same."""
        real, waits = _library.lib.quad_writer_wait, []

        def stuck(*arguments):
            waits.append(arguments[1])
            if len(waits) == 2:
                signal.raise_signal(signal.SIGINT)
            return _library.WRITER_TIMEOUT

        writer = quadtensor.Writer(self.path(), rate=10)
        writer.write(picture(0))
        writer._wait_in_library = stuck
        module = sys.modules["quadtensor._writer"]
        with unittest.mock.patch.object(module, "_wait", lambda writer: [stuck(writer, 0) for _ in range(9)]):
            self.assertRaises(KeyboardInterrupt, writer.write, picture(1))
            self.assertRaises(KeyboardInterrupt, lambda: (waits.clear(), writer.close()))
        self.assertFalse(writer.closed)
        self.assertIs(_library.lib.quad_writer_wait, real)
        writer.close()
        self.expect_film(self.path(), 1)

    def test_threads(self):
        """One at a time, each frame whole."""
        with quadtensor.Writer(self.path(), rate=10) as writer:
            threads = [
                threading.Thread(target=lambda: [writer.write(picture(n)) for n in range(10)]) for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(writer.frames, 40)
        self.expect_film(self.path(), 40)

    def test_after_a_fork(self):
        writer = quadtensor.Writer(self.path(), rate=10)
        writer.write(picture(0))
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                try:
                    writer.write(picture(1))
                except quadtensor.Error as error:
                    status = 0 if "forked" in str(error) else 2
                writer.close()
                del writer
                gc.collect()
            os._exit(status)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        writer.write(picture(1))
        writer.close()
        self.expect_film(self.path(), 2)

    @unittest.skipUnless(os.path.isdir("/proc/self/fd"), "/proc is not mounted")
    def test_many_leave_nothing(self):
        def held():
            gc.collect()
            pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
            return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task")), pages * 4096

        def use(count):
            for n in range(count):
                written(self.path(("film.mp4", "film.gif")[n % 2]), [picture(n)], 1)

        use(30)
        files, threads, size = held()
        use(60)
        after = held()
        self.assertLessEqual(after[0], files)
        # GLib keeps some threads for others to use.
        self.assertLessEqual(after[1], threads + 4)
        self.assertLess(after[2] - size, 4 << 20)

    def test_two_at_the_same_name(self):
        """The last one that is closed stays."""
        first, second = (quadtensor.Writer(self.path(), rate=1) for _ in range(2))
        first.write(picture(0))
        for n in range(3):
            second.write(picture(n))
        second.close()
        first.close()
        self.expect_film(self.path(), 1)
        self.assertEqual(self.names(), ["film.mkv"])

    def test_progress(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            writer = written(self.path(), map(picture, range(3)), 2, progress=True)
        self.assertRegex(said.getvalue(), r"^\r1 frames, 0.5 s, 0.0 MB\r(2 frames.*\r)?3 frames, 1.5 s, 0.0 MB *\n$")
        self.assertEqual((writer.frames, writer.duration), (3, 1.5))


EXAMPLE = """if True:
    import runpy, sys, quadtensor
    write, sizes = quadtensor.Writer.write, []
    def measured(film, *arguments, **settings):
        write(film, *arguments, **settings)
        if film.frames % 100 == 0: sizes.append(int(open("/proc/self/statm").read().split()[1]) * 4096)
    quadtensor.Writer.write = measured
    sys.argv[0] = "animation.py"
    runpy.run_path(sys.argv.pop(), run_name="__main__")
    print(*sizes)
    """


@needs_numpy
class Example(InFolder):
    """examples/animation.py"""

    SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "examples/animation.py"
    DELAYS = [0.5 if n % 30 == 0 else 0.02 + n % 3 / 100 for n in range(1200)]

    def test_ten_lines(self):
        lines = [line for line in self.SCRIPT.read_text().split("import sys")[1].splitlines() if line.strip()]
        self.assertLessEqual(len([line for line in lines if "usage" not in line and "len(" not in line]), 12)

    def test_memory_times_and_pictures(self):
        for ending in ("gif", "mp4"):
            with self.subTest(ending):
                path = self.path(f"film.{ending}")
                done = self.python(EXAMPLE, path, self.SCRIPT)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertRegex(done.stderr, r"1200 frames, 55.\d s, 0.\d MB\n$")
                sizes = [int(size) for size in done.stdout.split()]
                self.assertEqual(len(sizes), 12)
                self.assertLess(max(sizes[2:]) - sizes[1], 4 << 20, sizes)
                if ending == "gif":
                    delays = [delay / 100 for delay in gif.read(path).delays]
                else:
                    delays = mp4.video(mp4.tracks(path)).durations
                self.assertTrue(numpy.allclose(delays, self.DELAYS, rtol=0, atol=1e-4))
                for n in (0, 600, 1199):
                    angle = n * numpy.pi / 60
                    x, y = round(80 + 50 * numpy.cos(angle)), round(60 + 40 * numpy.sin(angle))
                    got = pixels(read(path)[n])
                    self.assertLessEqual(abs(got[y, x] - (250, 200, 40)).max(), 6)
                    self.assertLessEqual(abs(got[120 - y, 160 - x] - (20, 30, 60)).max(), 6)

    def test_misuse(self):
        for arguments, words in (([], "usage"), (["film.avi"], "These can: .mp4")):
            done = subprocess.run([sys.executable, self.SCRIPT, *arguments], capture_output=True, text=True, check=False, timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    cases.main()
