#!/usr/bin/env python3
"""Files as people have them: broken ones, unusual formats, pictures on their side or with pixels that are no squares."""

import fractions
import itertools
import os
import threading
import time
import unittest

import cases
import media
import quadtensor
from packages import needs_numpy, numpy

# An idle machine needs less than 2 s for each; a test may run beside others.
LIMIT = 15


def frames(*arguments, **settings):
    return list(quadtensor.frames(*arguments, device="cpu", **settings))


def broken_files():
    """(name, path, kind of the error, its words), without kind where there are frames to be had."""
    path = media.path_of
    mp4 = media.clip().read_bytes()
    moov = mp4.index(b"moov") - 4
    mkv = media.tiny("whole.mkv", "format=I420", "vp8enc ! matroskamux", 20).read_bytes()

    def file(name, data):
        path(name).write_bytes(data)
        return path(name)

    os.makedirs(path("folder"), exist_ok=True)
    os.mkfifo(path("pipe"))
    yield "no moov", file("nomoov.mp4", mp4[:moov]), quadtensor.DecodeError, "qtdemux"
    yield "cut moov", file("cutmoov.mp4", mp4[: moov + 200]), quadtensor.DecodeError, "qtdemux"
    # Later versions say that no buffer came.
    alone = (None, "") if media.gst_version() == (1, 22) else (quadtensor.DecodeError, "without buffers")
    yield "moov alone", file("moov.mp4", mp4[:32] + mp4[moov:]), *alone
    yield "8 bytes", file("8.mp4", mp4[:8]), quadtensor.NoVideo, "typefind"
    for length in (20, 30, 40):
        yield f"{length} bytes", file(f"{length}.mp4", mp4[:length]), quadtensor.DecodeError, "."
    yield "empty", file("empty.mp4", b""), quadtensor.NoVideo, "no data"
    yield "text", file("text.mp4", b"no video\n" * 300), quadtensor.NoVideo, "text file"
    yield "zeroes", file("zeroes.mp4", b"\0" * 5000), quadtensor.NoVideo, "."
    yield "cut header", file("head.mkv", mkv[:100]), quadtensor.DecodeError, "matroskademux"
    yield "cut", file("cut.mkv", mkv[: len(mkv) // 2]), None, ""
    yield "folder", path("folder"), quadtensor.Error, "is a directory"
    yield "pipe", path("pipe"), quadtensor.Error, "is a pipe"
    yield "terminal", "/dev/null", quadtensor.Error, "is a pipe or a device"
    yield "nothing", path("none.mp4"), quadtensor.NotFound, "No such file"
    yield "sound", media.made("sound.wav", "audiotestsrc num-buffers=5 ! wavenc"), quadtensor.NoVideo, "no video"
    yield "picture", media.made("one.png", "videotestsrc num-buffers=1 ! pngenc"), None, ""


class Broken(unittest.TestCase):
    """Each file gives frames, the end or an error that says what is wrong."""

    def opened(self, path):
        """The kind of the error, or None, and what is said."""
        try:
            return None, f"{len(frames(path))} frames"
        except quadtensor.Error as error:
            return type(error), str(error)

    def test_each_ends(self):
        for name, path, kind, words in broken_files():
            with self.subTest(name):
                began = time.monotonic()
                got, said = self.opened(path)
                self.assertEqual(got, kind, said)
                self.assertIn(words, said)
                self.assertLess(time.monotonic() - began, LIMIT)

    def test_python_s_own_kinds(self):
        with self.assertRaises(FileNotFoundError) as raised:
            frames(media.path_of("none.mp4"))
        self.assertIn("No such file", str(raised.exception))
        with self.assertRaises(IndexError):
            raise quadtensor.BeyondEnd("late")

    def test_again_and_again(self):
        # The demuxer fails while decodebin is still plugging it, which is a race.
        mp4 = media.clip().read_bytes()
        moov = mp4.index(b"moov") - 4
        paths = []
        for name, length in (("r1", moov), ("r2", moov + 200), ("r3", 20)):
            media.path_of(name).write_bytes(mp4[:length])
            paths += [media.path_of(name)] * 30
        said = []
        threads = [
            threading.Thread(target=lambda: said.extend(self.opened(path)[1] for path in iter(paths.pop, paths[0])))
            for _ in range(4)
        ]
        paths[:0] = [None] * 4
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            self.assertFalse(thread.is_alive())
        self.assertEqual(len(said), 90)
        self.assertEqual([text for text in said if "qtdemux" not in text], [])

    def test_timeout(self):
        slow = quadtensor.Frames(media.clip(), "valve drop=true", -1, 4, timeout=0.2)
        with self.assertRaisesRegex(quadtensor.Error, "No frame came within 0.2 s"):
            next(slow)
        self.assertEqual(len(frames(media.clip(), every_nth=10, timeout=60)), 5)
        for bad in (-1, "1", float("nan")):
            self.assertRaises(ValueError, frames, media.clip(), timeout=bad)


class Formats(unittest.TestCase):
    """Everything that decodebin plays comes as tensors, unscaled and scaled."""

    CLIPS = (
        ("422.mp4", "format=I422_10LE", "x264enc ! h264parse ! mp4mux"),
        ("prores.mov", "format=I422_10LE", "avenc_prores ! qtmux"),
        ("yuy2.avi", "format=YUY2", "avimux"),
        ("v210.mov", "format=v210", "qtmux"),
        ("gray.mkv", "format=GRAY8", "matroskamux"),
        ("rgba.mov", "format=RGBA", "pngenc ! qtmux"),
        ("interlaced.mp4", "format=I420", "interlace field-pattern=1:1 ! x264enc ! h264parse ! mp4mux"),
        ("interlaced.ts", "format=I420", "interlace field-pattern=1:1 ! x264enc ! mpegtsmux"),
        ("moving.gif", "format=RGB", "gifstreamenc"),
    )

    def expect_all(self, path, count, may_lose_last=False):
        counts = {count, count - may_lose_last}
        plain = frames(path)
        self.assertIn(len(plain), counts)
        for settings in ({"width": 24}, {"height": 16}, {"width": 20, "height": 16, "format": "RGB"}):
            with self.subTest(settings):
                scaled = frames(path, **settings)
                self.assertIn(len(scaled), counts)
                common = count - may_lose_last
                self.assertEqual([f.time for f in scaled[:common]], [f.time for f in plain[:common]])
                size = (settings.get("width", 24), settings.get("height", 16))
                self.assertEqual({(f.width, f.height) for f in scaled}, {size})
        return plain

    def test_each(self):
        for name, caps, chain in self.CLIPS:
            with self.subTest(name):
                # Two fields make a frame.
                fields = "interlace" in chain
                path = media.tiny(name, caps, chain, 20 if fields else 5)
                self.expect_all(path, len(frames(path)) if name.endswith(".ts") else 10 if fields else 5)

    def test_alpha(self):
        for name, encoder, codec in (("a8.webm", "vp8enc", b"V_VP8"), ("a9.webm", "vp9enc", b"V_VP9")):
            with self.subTest(name):
                path = media.with_alpha(name, encoder, codec)
                # From GStreamer 1.26 on, alphacombine drops the last frame if the alpha's end comes before it is
                # combined, which is a race.
                for frame in self.expect_all(path, 5, may_lose_last=media.gst_version() >= (1, 26)):
                    self.assertEqual([t.channels for t in frame], ["Y", "U", "V", "A"])

    def test_decoded_into_wider_frames(self):
        """avdec_h264 of GStreamer 1.26 may end the process where a converter comes right after it."""
        path = media.made("wide.mp4", "videotestsrc num-buffers=30 ! video/x-raw,format=I420,width=854,height=480"
                          " ! x264enc speed-preset=ultrafast ! mp4mux")  # fmt: skip
        for settings in ({}, {"format": "RGB"}, {"width": 320}, {"rate": 10, "format": "RGB"}):
            for _ in range(4):
                with self.subTest(settings):
                    self.assertGreater(len(frames(path, **settings)), 9)

    def test_interlaced_by_selection(self):
        caps, chain = "format=I420", "interlace field-pattern=1:1 ! x264enc ! h264parse ! mp4mux"
        path = media.tiny("interlaced.mp4", caps, chain, 20)
        for settings in ({"timestamps": [0.5, 0.5, 0]}, {"every_nth": 3}, {"rate": 2}, {"keyframes": True}):
            with self.subTest(settings):
                plain, scaled = frames(path, **settings), frames(path, width=24, **settings)
                self.assertEqual([(f.index, f.time) for f in scaled], [(f.index, f.time) for f in plain])
                self.assertGreater(len(scaled), 0)

    def test_gif_has_its_times(self):
        path = media.tiny("slow.gif", "format=RGB", "gifstreamenc", 12)
        every = frames(path)
        self.assertEqual([f.time for f in every], [n / 10 for n in range(12)])
        self.assertEqual([f.time for f in frames(path, timestamps=[1.05, 0.35])], [0.3, 1.0])
        self.assertEqual([f.time for f in frames(path, start=0.5, stop=0.8)], [0.5, 0.6, 0.7])


@needs_numpy
class Upright(unittest.TestCase):
    PARS = {"1/1": (48, 32), "4/3": (64, 32), "1/2": (24, 32)}

    def array(self, path, **settings):
        frame = frames(path, timestamps=[0], format="RGB", **settings)[0]
        return frame, numpy.array(frame[0])

    def clip(self, par):
        caps = f"format=I420,pixel-aspect-ratio={par}"
        return media.tiny(f"par-{par.replace('/', '-')}.mov", caps, "x264enc ! h264parse ! qtmux")

    def test_every_way(self):
        for (par, square), rotation in itertools.product(self.PARS.items(), (0, 90, 180, 270)):
            path = media.turned(self.clip(par), rotation)
            swap = rotation % 180 != 0
            upright = square[::-1] if swap else square
            for width, height in itertools.product((None, 40), (None, 20)):
                with self.subTest(par=par, rotation=rotation, width=width, height=height):
                    frame, got = self.array(path, width=width, height=height)
                    self.assertEqual((frame.rotation, frame.mirrored), (rotation, False))
                    self.assertEqual(frame.pixel_aspect_ratio, fractions.Fraction(par))
                    rows, columns = got.shape[:2]
                    self.assertEqual((frame.width, frame.height), (columns, rows))
                    if width is None and height is None:
                        self.assertEqual((columns, rows), upright)
                    elif height is None:
                        self.assertLessEqual(abs(rows - width * upright[1] / upright[0]), 1)
                    elif width is None:
                        self.assertLessEqual(abs(columns - height * upright[0] / upright[1]), 1)
                    else:
                        self.assertEqual((columns, rows), (width, height))
                    # The stored picture, scaled to the same size.
                    stored = (rows, columns) if swap else (columns, rows)
                    _, plain = self.array(path, width=stored[0], height=stored[1], orientation="none")
                    difference = numpy.abs(numpy.rot90(plain, -rotation // 90).astype(int) - got)
                    self.assertLessEqual(difference.max(), 40)
                    self.assertLess(difference.mean(), 1.5)

    def test_as_stored(self):
        path = media.turned(self.clip("4/3"), 90)
        (frame, _) = self.array(path, orientation="none")
        self.assertEqual((frame.width, frame.height, frame.rotation), (48, 32, 90))
        self.assertEqual(frame.pixel_aspect_ratio, fractions.Fraction(4, 3))
        self.assertRaises(ValueError, frames, path, orientation="left")

    def test_samples_are_the_same(self):
        path = media.tiny("raw.mov", "format=RGB", "qtmux")
        _, plain = self.array(path)
        for rotation in (90, 180, 270):
            _, got = self.array(media.turned(path, rotation))
            self.assertTrue((got == numpy.rot90(plain, -rotation // 90)).all())


if __name__ == "__main__":
    cases.main()
