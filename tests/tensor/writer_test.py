#!/usr/bin/env python3
"""Frames that are written, and read back."""

import fractions
import gc
import itertools
import pathlib
import shutil
import subprocess
import sys
import unittest

import cases
import media
import quadtensor
from packages import needs_numpy, numpy, torch
from quadtensor import _dlpack
from writing import MS, InFolder, picture, pixels, read, written

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import gif
import mp4


# How far a time may be off, by the container's clock, in nanoseconds.
CLOCKS = {"mp4": 6_000, "mov": 6_000, "mkv": MS, "gif": 5 * MS}
VARIED = (0.1, 0.5, 0.03, 1.2, 0.4567, 0.02, 0.7)
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

    def test_gif_rounds_what_was_given(self):
        for lengths, given, delays in (([0.004] * 40, 0.16, 18), ([0.5, 0.014], 0.514, 52), ([0.033] * 10, 0.33, 33)):
            with self.subTest(given):
                each = [{"duration": length} for length in lengths]
                writer = written(self.path("film.gif"), map(picture, range(len(each))), None, each)
                self.assertEqual((writer.frames, writer.duration), (len(lengths), given))
                made = gif.read(self.path("film.gif")).delays
                self.assertEqual(sum(made), delays)
                self.assertGreaterEqual(min(made), 2)

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

    def test_times_beside_a_rate(self):
        """They are kept to the clock's tick, whatever the rate."""
        lengths = [0.0333, 0.0501, 0.0167, 0.25, 0.0334]
        for rate in (24, 25, 7, 29.97, 59.94, "24000/1001", "60000/1001", "1000003/1000"):
            with self.subTest(rate):
                path = self.path("film.mp4")
                written(path, [picture(n) for n in range(6)], rate, [{"duration": length} for length in [*lengths, 1]])
                for got, wanted in zip(read(path).times, itertools.accumulate(lengths, initial=0), strict=True):
                    self.assertAlmostEqual(got, wanted, delta=1.01 / 90000)


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

    def test_alpha_is_left_out(self):
        """In H.264: it is not blended onto anything."""
        plain = numpy.full((48, 64, 3), (200, 120, 40), numpy.uint8)
        for alpha in (0, 128, 255):
            frame = numpy.dstack([plain, numpy.full((48, 64), alpha, numpy.uint8)])
            for kind in (frame, frame.transpose(2, 0, 1).copy(), frame[:47, :63]):
                written(self.path(), [kind], 10)
                self.assertLessEqual(abs(pixels(read(self.path())[0]) - (200, 120, 40)).max(), 6, alpha)

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


if __name__ == "__main__":
    cases.main()
