#!/usr/bin/env python3
"""The iterator over a file's frames: its frames, its errors, and what it frees."""

import contextlib
import fractions
import gc
import io
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import unittest

import cases
import media
import quadtensor

MS = 1_000_000


def frames(*arguments, **settings):
    return quadtensor.frames(*arguments, device="cpu", **settings)


def users_of(path):
    """How many descriptors of this process are the file's."""
    folder = pathlib.Path("/proc/self/fd")
    return sum(os.path.realpath(folder / number) == str(path.resolve()) for number in os.listdir(folder))


class Selection(unittest.TestCase):
    def times(self, **settings):
        return [frame.time_ns // MS for frame in frames(media.clip(), **settings)]

    def test_times_are_the_same_however_frames_are_chosen(self):
        for name, chain in (("begin.mp4", "mp4mux"), ("begin.mkv", "matroskamux"), ("begin.ts", "mpegtsmux")):
            path = media.tiny(name, "format=I420", f"x264enc ! h264parse ! {chain}")
            with self.subTest(name):
                times = [frame.time for frame in frames(path)]
                self.assertEqual(times[0], 0)
                for settings in ({"every_nth": 1}, {"start": 0}, {"timestamps": times}):
                    self.assertEqual([frame.time for frame in frames(path, **settings)], times)

    def test_rate(self):
        self.assertEqual(self.times(rate=2), [*range(0, 5000, 500)])
        self.assertEqual(self.times(rate=0.5), [0, 2000, 4000])
        self.assertEqual(self.times(rate=fractions.Fraction(10, 3)), [*range(0, 5000, 300)])
        got = list(frames(media.clip(), rate=2))
        self.assertEqual([f.index for f in got], [*range(10)])
        self.assertEqual([f.requested for f in got], [f.time for f in got])

    def test_timestamps(self):
        got = frames(media.clip(), timestamps=[0.25, 3, 4.999])
        self.assertEqual([(f.index, f.requested, f.actual) for f in got],
                         [(0, 0.25, 0.2), (1, 3.0, 3.0), (2, 4.999, 4.9)])  # fmt: skip

    def test_one_time_again_and_again(self):
        got = list(frames(media.clip(), timestamps=[1] * 260))
        self.assertEqual([f.index for f in got], [*range(260)])
        self.assertEqual({f.time for f in got}, {1.0})

    def test_times_that_no_film_reaches(self):
        last = 2**63 - 1
        got = frames(media.clip(), timestamps=[fractions.Fraction(last, 1000 * MS), 3_000_000, 1])
        self.assertEqual(len(list(got)), 1)
        self.assertEqual([(m.index, m.requested_ns) for m in got.missed], [(1, 3_000_000_000 * MS), (0, last)])

    def test_missed(self):
        got = frames(media.clip(), timestamps=[1, 60])
        self.assertEqual(len(list(got)), 1)
        self.assertEqual(got.missed, [(1, 60.0, "beyond-end", 60_000 * MS)])
        self.assertEqual(got.missed[0].requested, 60.0)

    def test_every_nth(self):
        self.assertEqual(self.times(every_nth=20), [0, 2000, 4000])

    def test_keyframes(self):
        self.assertEqual(self.times(keyframes=True), [0, 1000, 2000, 3000, 4000])

    def test_start_and_stop(self):
        self.assertEqual(self.times(rate=2, start=1.5, stop=3), [1500, 2000, 2500])

    def test_start_between_two_frames(self):
        """Begins with the frame that is on screen; up to half a millisecond before a frame, that is this frame."""
        clip = quadtensor.Clip(media.clip(), device="cpu")
        for start, first in ((0.95, 0.9), (0.9994, 0.9), (0.9996, 1.0), (1, 1.0)):
            for found in (frames(media.clip(), start=start), clip.frames_in(start=start)):
                self.assertEqual(next(found).time, first)
            self.assertEqual(clip.frames_played_at([start]).time, [first])

    def test_locations(self):
        path = media.clip()
        for location in (path, str(path), os.fsencode(path), path.as_uri()):
            self.assertEqual(len(list(frames(location))), media.COUNT)

    def test_size_and_format(self):
        (frame,) = frames(media.clip(), timestamps=[0], width=80)
        self.assertEqual((frame.width, frame.height, frame.format), (80, 44, "I420"))
        self.assertEqual([t.channels for t in frame], ["Y", "U", "V"])
        (frame,) = frames(media.clip(), timestamps=[0], width=640, height=480, format="NV12")
        self.assertEqual([t.shape for t in frame], [(480, 640), (240, 320, 2)])
        self.assertEqual([t.channels for t in frame], ["Y", "UV"])


class Refusals(unittest.TestCase):
    def test_arguments(self):
        for settings in (
            {"rate": 2, "every_nth": 3},
            {"rate": 0},
            {"rate": -1},
            {"rate": float("inf")},
            {"rate": float("nan")},
            {"rate": 2**40},
            {"timestamps": [0.1], "start": 0.3},
            {"timestamps": []},
            {"timestamps": [-1]},
            {"timestamps": [float("inf")]},
            {"timestamps": [fractions.Fraction(2**63, 10**9)]},
            {"every_nth": 0},
            {"every_nth": 2**32 + 5},
            {"start": -1},
            {"width": 0},
            {"width": 1.5},
            {"height": 2**31},
            {"format": "RGB ! fakesink"},
            {"depth": 0},
            {"depth": 2**32 + 4},
        ):
            with self.subTest(settings), self.assertRaises((ValueError, OverflowError) if "rate" not in settings else ValueError):
                frames(media.clip(), **settings)
        for device in ("gpu", "cuda:x", "cuda:", f"cuda:{2**32}", None, 0):
            with self.subTest(device), self.assertRaises(ValueError):
                quadtensor.frames(media.clip(), device=device)

    def test_rates_are_what_was_meant(self):
        from quadtensor._arguments import exact_rate

        for rate, meant in ((fractions.Fraction(1, 1500), (1, 1500)), (1 / 3600, (1, 3600)), (23.976, (2997, 125)),
                            (30000 / 1001, (30000, 1001)), (0.5, (1, 2)), (25, (25, 1)), (1001 / 30000, (1001, 30000))):
            with self.subTest(rate):
                self.assertEqual(exact_rate(rate), fractions.Fraction(*meant))

    def test_no_sample(self):
        self.assertRaises(ValueError, quadtensor.Frame.of_sample, 0)

    def failure(self, *arguments, **settings):
        with self.assertRaises(quadtensor.Error) as raised:
            list(frames(*arguments, **settings))
        return str(raised.exception)

    def test_no_file(self):
        self.assertIn("No such file", self.failure(media.path_of("none.mp4")))

    @unittest.skipUnless(media.exists("souphttpsrc"), "souphttpsrc is not installed (gstreamer1.0-plugins-good)")
    def test_connection_that_is_refused(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # it does not listen
            uri = f"http://127.0.0.1:{unused.getsockname()[1]}/clip.mp4"
            self.assertIn("Nothing answers at this URI", self.failure(uri))

    def test_colon_in_a_name(self):
        there = os.getcwd()
        os.chdir(media.path_of("."))
        try:
            os.symlink(media.clip(), "at-12:30.mp4")
            self.assertEqual(len(list(frames("at-12:30.mp4", every_nth=media.COUNT))), 1)
        finally:
            os.chdir(there)

    def test_no_video(self):
        text = media.path_of("text")
        text.write_text("no video\n" * 300)
        self.assertIn("text file", self.failure(text))
        sound = media.path_of("sound.wav")
        media.launch(f"audiotestsrc num-buffers=5 ! wavenc ! filesink location={sound}")
        self.assertIn("no video", self.failure(sound))

    def test_no_such_format(self):
        for name, words in (("NOSUCH", "no format NOSUCH.$"), ("rgb", "no format rgb. Its name is written RGB.$"),
                            ("rgbX", "written RGBx"), ("nv12", "written NV12"),
                            ("YUY2", "samples of YUY2 .* Ask for a format such as RGB")):  # fmt: skip
            for use in (frames, quadtensor.Clip):
                with self.subTest(name), self.assertRaisesRegex(ValueError, words):
                    use(media.clip(), format=name)

    def test_size_beyond_the_largest(self):
        for settings in ({"width": 100000, "height": 100000}, {"width": 16385}, {"height": 16385}):
            for use in (frames, quadtensor.Clip):
                with self.subTest(settings), self.assertRaisesRegex(ValueError, "have to be 16384 or less"):
                    use(media.clip(), **settings)

    def test_no_gpu(self):
        with self.assertRaises(quadtensor.Error) as raised:
            quadtensor.frames(media.clip(), device="cuda:31")
        self.assertTrue(str(raised.exception))


@unittest.skipUnless(os.path.isdir("/proc/self/fd"), "/proc is not mounted: nobody says whether a file is open")
class Stopping(unittest.TestCase):
    def expect_stopped(self):
        gc.collect()
        self.assertEqual(users_of(media.clip()), 0)

    def test_close(self):
        got = frames(media.clip())
        frame = next(got)
        self.assertEqual(users_of(media.clip()), 1)
        got.close()
        self.assertRaises(StopIteration, next, got)
        got.close()
        self.expect_stopped()
        self.assertEqual(frame.width, 320)

    def test_with(self):
        with frames(media.clip()) as got:
            next(got)
        self.expect_stopped()

    def test_break_and_forget(self):
        for _ in frames(media.clip()):
            break
        self.expect_stopped()

    def test_before_the_first_frame(self):
        frames(media.clip())
        self.expect_stopped()

    def test_at_the_end(self):
        got = frames(media.clip())
        self.assertEqual(len(list(got)), media.COUNT)
        self.expect_stopped()
        self.assertRaises(StopIteration, next, got)

    def test_after_an_error(self):
        self.assertRaises(quadtensor.Error, list, quadtensor.Frames(media.clip(), "identity error-after=6", -1, 4))
        self.expect_stopped()


class Process(unittest.TestCase):
    def test_closed_by_another_thread(self):
        slow = quadtensor.Frames(media.clip(), "identity sleep-time=300000", -1, 4, False)
        first = next(slow)
        closer = threading.Timer(0.1, slow.close)
        closer.start()
        self.assertLess(len(list(slow)), media.COUNT - 1)
        closer.join()
        self.assertEqual(first.width, 320)

    def test_many_at_once(self):
        got = [frames(media.clip(), depth=1) for _ in range(8)]
        for each in zip(*got, strict=True):
            self.assertEqual(len({frame.pts for frame in each}), 1)

    def run_script(self, script):
        return subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", script, media.clip()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_interpreter_ends_with_all_still_there(self):
        done = self.run_script(
            "import sys, quadtensor\n"
            "kept = quadtensor.frames(sys.argv[1], device='cpu')\n"
            "frame = next(kept)\n"
            "capsules = [t.__dlpack__() for t in frame]\n"
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_interpreter_ends_while_a_thread_waits(self):
        for _ in range(5):
            done = self.run_script(
                "import sys, threading, time\n"
                "from quadtensor._reader import Frames\n"
                "waits = Frames(sys.argv[1], 'valve drop=true', -1, 4, False)\n"
                "threading.Thread(target=list, args=(waits,), daemon=True).start()\n"
                "time.sleep(0.05)\n"
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_ctrl_c(self):
        done = self.run_script(
            "import sys, os, signal, threading, quadtensor\n"
            "from quadtensor._reader import Frames\n"
            "slow = Frames(sys.argv[1], 'identity sleep-time=1500000', -1, 4, False)\n"
            "threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
            "next(slow)\n"
        )
        self.assertEqual(done.returncode, -signal.SIGINT)
        self.assertIn("KeyboardInterrupt", done.stderr)


class Progress(unittest.TestCase):
    def shown(self, **settings):
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            for _ in frames(media.clip(), **settings):
                pass
        return err.getvalue()

    def test_bar(self):
        lines = self.shown(progress=True).split("\r")
        self.assertEqual(lines[0], "")
        self.assertEqual(lines[1], f"[{' ' * 40}]   0% of 5.0 s")
        self.assertEqual(lines[-1], f"[{'#' * 40}] 100% of 5.0 s\n")
        self.assertEqual(len(lines), media.COUNT + 2)

    def test_none_unless_asked(self):
        self.assertEqual(self.shown(), "")


class Package(unittest.TestCase):
    @unittest.skipUnless(os.environ.get("QUADTENSOR_PLAIN_C"), "there is no C compiler")
    def test_c(self):
        program = [os.environ["QUADTENSOR_PLAIN_C"]]
        done = subprocess.run([*program, media.clip()], capture_output=True, text=True, timeout=60, check=True)
        self.assertRegex(done.stdout, r"^(320x180 mean \d+\.\d\n){10}$")
        done = subprocess.run([*program, "none.mp4"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)

    def test_library_that_is_not_there(self):
        done = subprocess.run(
            [sys.executable, "-c", "import quadtensor"],
            env={**os.environ, "QUADTENSOR_LIBRARY": "/nowhere/lib.so"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertIn("ImportError: /nowhere/lib.so cannot be loaded", done.stderr)
        self.assertIn("set QUADTENSOR_LIBRARY", done.stderr)

    def test_needs_nothing_but_python(self):
        source = pathlib.Path(quadtensor.__file__).parent
        for path in source.glob("*.py"):
            self.assertNotRegex(path.read_text(), r"(?m)^\s*(import|from) (numpy|torch|gi)\b")


if __name__ == "__main__":
    cases.main()
