#!/usr/bin/env python3
"""What a Writer refuses, and what is left of it."""

import contextlib
import os
import shutil
import unittest

import cases
import media
import quadtensor
from packages import needs_numpy, numpy, torch
from quadtensor import _dlpack
from writing import InFolder, picture, read


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
        self.expect(quadtensor.Error, "cannot be written: its folder takes no new files", quadtensor.Writer, "/proc/film.mkv")
        self.expect(quadtensor.Error, "cannot be written: File name too long", quadtensor.Writer, self.path("x" * 252 + ".mkv"))
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
            for duration in (-1, 1e12):
                self.expect(ValueError, "duration .* from 0 to 9223372036", writer.write, picture(0), duration=duration)
            self.expect(ValueError, "pts", writer.write, picture(0), pts="soon")
            writer.write(picture(0), pts=1.5)
            self.expect(ValueError, r"go back: 1.5 s is not after 1.5 s", writer.write, picture(1), pts=1.5)
            self.expect(ValueError, r"go back: 1 s is not after 1.5 s", writer.write, picture(1), pts=1)
            writer.write(picture(1), pts=2)
            writer.write(picture(2), duration=0.25)
            self.assertEqual(writer.duration, 0.5 + 0.5 + 0.25)
        self.assertEqual(read(self.path()).times, [0, 0.5, 1])

    def test_films_that_are_too_long(self):
        """Beyond 32 bits of ticks, MP4 and MOV would tell wrong times."""
        for ending, rate, most in (("mp4", None, 47721), ("mov", "1/3600", 47721), ("m4v", 997, 4307)):
            with self.subTest(ending=ending, rate=rate):
                path, half = self.path(f"film.{ending}"), most // 2
                with quadtensor.Writer(path, rate) as writer:
                    words = rf"In \.{ending}, .* at most {most} s and a frame {half} s, and these .* {{}}\. In \.mkv"
                    for length in (half + 1, 90000):
                        self.expect(ValueError, words.format(f"{length} s and {length} s"),
                                    writer.write, picture(0), duration=length)  # fmt: skip
                    writer.write(picture(0), duration=half)
                    self.expect(ValueError, words.format(f"{half + 1 + half // 2} s and {half + 1} s"),
                                writer.write, picture(1), duration=half // 2, pts=half + 1)  # fmt: skip
                    writer.write(picture(1), duration=half - 1)
                    self.expect(ValueError, words.format(f"{2 * half + 2} s and {half - 1} s"),
                                writer.write, picture(1), duration=3)  # fmt: skip
                    writer.write(picture(2), duration=2)
                clip = read(path)
                self.assertEqual((clip.times, clip.info.duration), ([0, half, 2 * half - 1], 2 * half + 1))
        with quadtensor.Writer(self.path()) as writer:
            for n in range(2):
                writer.write(picture(n), duration=90000)
        self.assertEqual(read(self.path()).times, [0, 90000])

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

    def test_folder_that_is_removed(self):
        for name in ("film.mkv", "film.gif"):
            folder = self.folder / "gone"
            folder.mkdir()
            writer = quadtensor.Writer(folder / name, rate=1)
            writer.write(picture(0))
            shutil.rmtree(folder)
            self.expect(quadtensor.NotFound, rf"{name} was not written: .*film\.part-.*, .* removed", writer.close)

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


if __name__ == "__main__":
    cases.main()
