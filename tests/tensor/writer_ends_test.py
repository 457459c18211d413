#!/usr/bin/env python3
"""How files that are written end: early, killed, in threads and forks; and examples/animation.py."""

import contextlib
import gc
import io
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import threading
import unittest
import unittest.mock

import cases
import quadtensor
from held import held
from packages import needs_numpy, numpy
from quadtensor import _library
from writing import MS, InFolder, picture, pixels, read, written

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import gif
import mp4

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

    def test_a_link_to_a_file_that_is_not_there_yet(self):
        (self.path("folder")).mkdir()
        self.path("folder/far.mkv").symlink_to("real.mkv")
        link = self.path("link.mkv")
        link.symlink_to("folder/far.mkv")
        written(link, [picture(0)], 1)
        self.assertTrue(link.is_symlink() and self.path("folder/far.mkv").is_symlink())
        self.expect_film(self.path("folder/real.mkv"), 1)

    def test_a_link_into_a_folder_that_is_not_there(self):
        self.path("link.mkv").symlink_to("folder/real.mkv")
        with self.assertRaisesRegex(quadtensor.NotFound, "Make its folder first"):
            written(self.path("link.mkv"), [picture(0)], 1)

    def test_links_in_a_circle(self):
        self.path("a.mkv").symlink_to("b.mkv")
        self.path("b.mkv").symlink_to("a.mkv")
        with self.assertRaisesRegex(quadtensor.Error, "cannot be written"):
            written(self.path("a.mkv"), [picture(0)], 1)

    def test_new_file_has_the_usual_rights(self):
        before = os.umask(0o027)
        self.addCleanup(os.umask, before)
        written(self.path(), [picture(0)], 1)
        self.assertEqual(self.path().stat().st_mode & 0o777, 0o640)

    def test_names(self):
        for name in ("it's a film & \"more\".mkv", "ümläut.mkv", b"\xff\xfe.mkv", "50%.d.mkv", "x" * 251 + ".mkv", "ü" * 125 + ".mkv"):
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
        waits = []

        class Behind:
            """The library, whose encoder is behind for ever."""

            def __getattr__(self, name):
                return getattr(_library.lib, name)

            def quad_writer_wait(self, *_):
                waits.append(None)
                # Not the wait for the frame before, and not the first look.
                if len(waits) == 3:
                    signal.raise_signal(signal.SIGINT)
                return _library.WRITER_READY if len(waits) == 1 else _library.WRITER_TIMEOUT

        writer = quadtensor.Writer(self.path(), rate=10)
        for use in (lambda: writer.write(picture(0)), writer.close):
            waits.clear()
            with unittest.mock.patch.object(sys.modules["quadtensor._writer"], "lib", Behind()):
                if use == writer.close:
                    waits.append(None)
                self.assertRaises(KeyboardInterrupt, use)
            self.assertEqual(len(waits), 3)
        self.assertFalse(writer.closed)
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
        def use(count):
            for n in range(count):
                written(self.path(("film.mp4", "film.gif")[n % 2]), [picture(n)], 1)

        use(30)
        before = held()
        use(60)
        after = held(files=before.files)
        self.assertLessEqual(after.files, before.files)
        # GLib keeps some threads for others to use.
        self.assertLessEqual(after.threads, before.threads + 4)
        self.assertLess(after.memory, before.memory + 4)

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
