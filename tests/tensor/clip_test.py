#!/usr/bin/env python3
"""Clip: frames by number, by time and in order are the same, on every kind of file."""

import fractions
import gc
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import cases
import clips
import media
import quadtensor
from held import held
from packages import needs_numpy, needs_torch, numpy, torch

SMALL = {"width": 32, "height": 24, "format": "RGB"}


def clip(name="b.mp4", **settings):
    path = clips.path_of(name) if isinstance(name, str) else name
    return quadtensor.Clip(path, device="cpu", timeout=60, **settings)


def is_open(path):
    folder = "/proc/self/fd"
    return str(path.resolve()) in [os.path.realpath(f"{folder}/{number}") for number in os.listdir(folder)]


@needs_numpy
class SameFrames(unittest.TestCase):
    def expect_all_ways(self, path, **settings):
        every = list(quadtensor.frames(path, device="cpu", timeout=60, **settings))
        arrays = [numpy.asarray(frame[0]) for frame in every]
        got = clip(path, **settings)
        count = len(got)
        self.assertEqual(count, len(every))

        def expect(frames, numbers):
            frames = list(frames)
            self.assertEqual([frame.index for frame in frames], list(numbers))
            for frame in frames:
                self.assertEqual(frame.time_ns, every[frame.index].time_ns)
                self.assertTrue((numpy.asarray(frame[0]) == arrays[frame.index]).all(), frame)

        numbers = [count - 1, 0, count // 2, count // 3, count * 2 // 3, count // 2]
        batch = got.frames_at(numbers)
        self.assertEqual(batch.index, numbers)
        self.assertEqual(batch.time_ns, [every[n].time_ns for n in numbers])
        self.assertTrue((numpy.asarray(batch.tensors[0]) == [arrays[n] for n in numbers]).all())
        played = got.frames_played_at([every[n].time for n in numbers])
        self.assertEqual(played.index, numbers)
        self.assertTrue((numpy.asarray(played.tensors[0]) == numpy.asarray(batch.tensors[0])).all())
        expect([got[count // 2], got[-1]], [count // 2, count - 1])
        for part in (slice(None), slice(count // 3, count * 2 // 3), slice(1, None, 5)):
            expect(got[part], range(count)[part])

    def test_each_clip_scaled(self):
        for name, path, _ in clips.all_clips():
            with self.subTest(name):
                self.expect_all_ways(path, **SMALL)

    def test_each_clip_as_it_is(self):
        some = ("b.mp4", "b.ts", "b.avi", "vp8.webm", "moving.gif", "raw.mkv", "fields.ts", "edited.mp4", "cut.ts")
        for name, path, _ in clips.all_clips():
            if name in some:
                with self.subTest(name):
                    self.expect_all_ways(path)

    def test_clips_of_the_users(self):
        if not media.media():
            self.skipTest("QUAD_MEDIA names no folder with MP4 files")
        for path in media.media():
            with self.subTest(path.name):
                self.expect_all_ways(path, **SMALL)

    def test_frames_that_a_time_does_not_tell_apart(self):
        path = media.made("fast.mkv", "videotestsrc num-buffers=30 pattern=ball"
                          " ! video/x-raw,format=I420,width=64,height=48,framerate=3000/1 ! matroskamux timecodescale=1000")  # fmt: skip
        got = clip(path)
        self.assertLess(got.times_ns[1], 1_000_000)
        self.expect_all_ways_by_number(got, path)

    def expect_all_ways_by_number(self, got, path):
        arrays = [numpy.array(frame[0]) for frame in quadtensor.frames(path, device="cpu")]
        numbers = [29, 3, 4, 15]
        self.assertTrue((numpy.asarray(got.frames_at(numbers).tensors[0]) == [arrays[n] for n in numbers]).all())
        self.assertTrue((numpy.asarray(got[7][0]) == arrays[7]).all())
        self.assertEqual([frame.index for frame in got[2:9]], [*range(2, 9)])


class Choice(unittest.TestCase):
    def setUp(self):
        self.clip = clip(**SMALL)

    def numbers(self, frames):
        return [frame.index for frame in frames]

    def test_length_and_times(self):
        self.assertEqual(len(self.clip), 30)
        self.assertEqual(self.clip.times_ns, [n * 40_000_000 for n in range(30)])
        self.assertEqual(self.clip.times[:2], [0, 0.04])
        self.assertEqual(self.clip.keyframe_times, [0, 0.32, 0.64, 0.96])
        self.assertFalse(self.clip.variable)
        self.assertTrue(clip("variable.mkv").variable)
        self.assertFalse(clip("theora.ogg").variable)

    def test_numbers(self):
        self.assertEqual(self.clip[-1].index, 29)
        self.assertEqual(self.clip[-30].index, 0)
        for index in (30, -31, 10**9):
            with self.subTest(index), self.assertRaisesRegex(quadtensor.BeyondEnd, "the clip has 30"):
                self.clip[index]
        with self.assertRaises(IndexError):
            self.clip.frames_at([0, 30])
        for index in (1.5, "1", None):
            self.assertRaises(ValueError, self.clip.__getitem__, index)

    def test_slices(self):
        for part in (slice(None), slice(5), slice(-3, None), slice(2, 20, 3), slice(0, 0), slice(40, 50), slice(29, 30)):
            with self.subTest(part):
                self.assertEqual(self.numbers(self.clip[part]), [*range(30)][part])
        self.assertRaises(ValueError, self.clip.__getitem__, slice(None, None, -1))
        self.assertEqual(self.numbers(self.clip), [*range(30)])

    def test_frames_at(self):
        got = self.clip.frames_at(n for n in (9, 2, -1, 9))
        self.assertEqual((got.index, got.time), ([9, 2, 29, 9], [0.36, 0.08, 1.16, 0.36]))
        self.assertEqual(len(got), 4)
        self.assertEqual(got.duration, [0.04] * 4)
        self.assertEqual((got.format, got.width, got.height), ("RGB", 32, 24))
        self.assertRaises(ValueError, self.clip.frames_at, [])

    def test_frames_played_at(self):
        def numbers(times, **settings):
            return self.clip.frames_played_at(times, **settings).index

        self.assertEqual(numbers([0.5, 0, 0.099, fractions.Fraction(1, 2)]), [12, 0, 2, 12])
        self.assertEqual(numbers([0.5, 0.53], policy="nearest"), [12, 13])
        self.assertEqual(numbers([0.5], policy="next"), [13])
        with self.assertRaisesRegex(quadtensor.BeyondEnd, "no frame for 7 s: the film ends before"):
            numbers([0.1, 7])
        with self.assertRaisesRegex(quadtensor.Error, "no frame begins near enough"):
            numbers([0.5], tolerance_before=0.01)
        self.assertRaises(ValueError, numbers, [])
        self.assertRaises(ValueError, numbers, [-1])
        self.assertRaises(ValueError, numbers, [0], policy="any")

    def test_frames_in(self):
        def times(**settings):
            return [round(frame.time_ns / 1e6) for frame in self.clip.frames_in(**settings)]

        self.assertEqual(times(start=0.2, stop=0.4), [200, 240, 280, 320, 360])
        self.assertEqual(times(start=0.2, stop=0.9, rate=5), [200, 400, 600, 800])
        self.assertEqual(len(times()), 30)
        variable = clip("variable.mkv")
        for missing, ticks in (("repeat", [*range(12)]), ("skip", [0, 1, 4, 5, 10])):
            # Muxers do not agree on how long the last frame is shown.
            frames = variable.frames_in(stop=1.2, rate=10, missing=missing, tolerance_before=0.09)
            self.assertEqual(self.numbers(frames), ticks)
        with self.assertRaises(quadtensor.Error):
            list(variable.frames_in(rate=10, missing="error", tolerance_before=0.09))
        self.assertRaises(ValueError, times, tolerance_before=1)
        self.assertRaises(ValueError, times, rate=0)
        self.assertRaises(ValueError, times, rate=5, missing="none")

    def test_sound_that_begins_before_the_picture(self):
        path = media.sound_after_picture("behind.mkv", clips.SOURCE, clips.COUNT)
        late = clip(path)
        self.assertEqual(late.times_ns, [n * 40_000_000 for n in range(30)])
        self.assertEqual(late.frames_played_at([0, 0.03, 0.05, 0.5]).index, [0, 0, 1, 12])
        chosen = {
            "timestamps": ({"timestamps": [0, 0.03, 0.05, 0.5]}, [0, 0, 0.04, 0.48], [0, 1, 2, 3]),
            "rate": ({"rate": 5}, [n / 5 for n in range(6)], [*range(6)]),
            "every_nth": ({"every_nth": 10}, [0, 0.4, 0.8], [0, 1, 2]),
            "all": ({}, [n / 25 for n in range(30)], [None] * 30),
        }
        for name, (settings, times, numbers) in chosen.items():
            with self.subTest(name):
                frames = list(quadtensor.frames(path, device="cpu", **settings))
                self.assertEqual([frame.time for frame in frames], times)
                self.assertEqual(self.numbers(frames), numbers)

    def test_keyframes_and_sheet(self):
        self.assertEqual(self.numbers(self.clip.keyframes()), [0, 8, 16, 24])
        # The container of these does not let frameextract ask for them.
        self.assertEqual(self.numbers(clip("b.ts").keyframes()), [0, 8, 16, 24])
        self.assertEqual(self.numbers(self.clip.sheet(4)), [3, 11, 18, 26])
        self.assertEqual(self.numbers(self.clip.sheet(1)), [15])
        self.assertEqual(self.numbers(clip("variable.mkv").sheet(10)), [1, 1, 1, 2, 4, 4, 4, 4, 5, 5])
        self.assertRaises(ValueError, self.clip.sheet, 0)

    def test_info(self):
        got = clip("sound.mp4")
        self.assertEqual((got.info.codec, got.info.audio[0].codec, got.info.duration), ("h264", "aac", 1.2))


class Begins(unittest.TestCase):
    def test_late(self):
        """The wait before the first picture counts, for all ways to ask."""
        path = clips.late()
        got = quadtensor.Clip(path, device="cpu", timeout=60)
        times = [0.08 + n * 0.04 for n in range(30)]
        for ways in (got.times, [f.time for f in got], [f.time for f in quadtensor.frames(path, device="cpu")],
                     [f.time for f in got.frames_in()], got.frames_at(range(30)).time):  # fmt: skip
            self.assertEqual([round(time, 6) for time in ways], [round(time, 6) for time in times])
        self.assertEqual(got.frames_played_at([0.2, 0.081, 1.2]).index, [3, 0, 28])
        # frameextract takes the first one for times right before it.
        self.assertEqual(got.frames_played_at([0.01]).index, [0])
        some = quadtensor.frames(path, timestamps=[0.01, 0.2], device="cpu")
        self.assertEqual([round(f.time, 6) for f in some], [0.08, 0.2])

    def test_seconds_late(self):
        """GStreamer fills so long a wait with gaps."""
        slow = media.made("slow.mp4", "videotestsrc num-buffers=12 ! video/x-raw,width=64,height=48,framerate=1/1"
                          " ! x264enc bframes=3 b-adapt=false speed-preset=ultrafast ! h264parse ! mp4mux")  # fmt: skip
        path = clips.late(slow)
        got = quadtensor.Clip(path, device="cpu", timeout=60)
        self.assertGreaterEqual(got.times[0], 1)
        times = [got.times[0] + n for n in range(12)]
        for ways in (got.times, [f.time for f in got], [f.time for f in quadtensor.frames(path, device="cpu")],
                     got.frames_at(range(12)).time):  # fmt: skip
            self.assertEqual(ways, times)


class Damaged(unittest.TestCase):
    def test_frame_that_is_not_there(self):
        """The file gets shorter after its table was made."""
        path = media.path_of("shrinks.mkv")
        data = clips.path_of("b.mkv").read_bytes()
        path.write_bytes(data)
        got = clip(path)
        self.assertEqual(len(got), 30)
        path.write_bytes(data[: len(data) // 2])
        with self.assertRaisesRegex(quadtensor.Error, "Frame 29 at 1.16 s cannot be decoded"):
            got.frames_at([0, 29])
        with self.assertRaises(quadtensor.Error):
            list(got)

    def test_errors_come_when_it_is_used(self):
        got = clip(media.path_of("none.mp4"))
        self.assertRaises(quadtensor.NotFound, len, got)
        self.assertRaises(FileNotFoundError, lambda: got.info)
        self.assertRaises(quadtensor.NotFound, got.frames_in)
        self.assertRaises(quadtensor.NotFound, got.frames_at, [0])
        for bad in ({"width": 0}, {"format": "RGB ! fakesink"}, {"depth": 0}, {"timeout": -1}, {"orientation": "up"}):
            with self.subTest(bad):
                self.assertRaises(ValueError, quadtensor.Clip, "none.mp4", **bad)
        self.assertRaises(TypeError, quadtensor.Clip, 7)


@unittest.skipUnless(os.path.isdir("/proc/self/fd"), "/proc is not mounted: nobody says whether a file is open")
class Closing(unittest.TestCase):
    path = property(lambda self: clips.path_of("b.mp4"))

    def test_nothing_opens_before_it_is_needed(self):
        got = clip()
        self.assertFalse(is_open(self.path))
        iterator = got[3:]
        self.assertFalse(is_open(self.path))
        next(iterator)
        self.assertTrue(is_open(self.path))
        iterator.close()
        self.assertFalse(is_open(self.path))

    def test_ends(self):
        def leave():
            with clip() as got:
                next(got.frames_in())

        def drop():
            next(clip().frames_in())

        def break_off():
            for _ in clip():
                break

        def close_while_reading():
            got = clip()
            iterator = got.frames_in()
            next(iterator)
            got.close()
            self.assertRaisesRegex(ValueError, "the clip is closed", next, iterator)

        for way in (leave, drop, break_off, close_while_reading, lambda: clip()[3], lambda: clip().frames_at([1])):
            with self.subTest(way):
                way()
                gc.collect()
                self.assertFalse(is_open(self.path))

    def test_200_leave_nothing(self):
        def use(count):
            for _ in range(count):
                with clip(**SMALL) as got:
                    got.frames_played_at([0.9, 0.1, 0.5])
                    next(got.frames_in())

        # The C library makes its arenas first.
        use(60)
        before = held()
        use(140)
        after = held(files=before.files)
        self.assertLessEqual(after.files, before.files)
        # GLib keeps some threads for others to use.
        self.assertLessEqual(after.threads, before.threads + 4)
        self.assertLess(after.memory, before.memory + 10)

    def test_device(self):
        path = clips.path_of("b.mp4")
        for device in ("cpu", *([torch.device("cpu")] if torch else [])):
            self.assertEqual(quadtensor.Clip(path, device=device)[0].tensors[0].device, "cpu")
            self.assertEqual(next(quadtensor.frames(path, device=device)).width, 64)
        for bad in ("gpu", "cuda:", "cuda:x", "cpu:0", 0, None):
            with self.assertRaisesRegex(ValueError, "device has to be"):
                quadtensor.Clip(path, device=bad)

    def test_closed(self):
        got = clip()
        frame = got[0]
        got.close()
        for use in (lambda: len(got), lambda: got[0], lambda: got.info, lambda: next(got.frames_in())):
            self.assertRaisesRegex(ValueError, "closed", use)
        self.assertEqual(frame.width, 64)


class Elsewhere(unittest.TestCase):
    def test_pickled(self):
        got = clip(**SMALL)
        self.assertEqual(len(got), 30)
        other = pickle.loads(pickle.dumps(got))
        self.assertEqual((len(other), other[3].format, other[3].width), (30, "RGB", 32))

    def test_pickled_with_what_it_knows(self):
        with tempfile.TemporaryDirectory() as folder:
            path = shutil.copy(clips.path_of("b.mp4"), folder)
            known = quadtensor.Clip(path, **SMALL)
            self.assertEqual(len(known), 30)
            unknown = quadtensor.Clip(path, **SMALL)
            copies = [pickle.loads(pickle.dumps(each)) for each in (known, unknown)]
        self.assertEqual((copies[0].times_ns, copies[0].keyframe_times_ns), (known.times_ns, known.keyframe_times_ns))
        self.assertEqual((copies[0].info.codec, copies[0].info.rate), ("h264", 25))
        self.assertRaises(quadtensor.NotFound, len, copies[1])

    def test_threads(self):
        got = clip(**SMALL)
        numbers = []
        threads = [threading.Thread(target=lambda n=n: numbers.append(got[n].index)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(sorted(numbers), [*range(8)])

    @needs_numpy
    def test_after_fork(self):
        """What was read stays, and nothing waits for ever."""
        script = (
            "import sys, os, numpy, quadtensor\n"
            "clip = quadtensor.Clip(sys.argv[1], format='RGB', device='cpu')\n"
            "batch = clip.frames_at([3, 1])\n"
            "iterator = clip[:]\n"
            "next(iterator)\n"
            "if os.fork() == 0:\n"
            "    print(len(clip), int(numpy.asarray(batch).shape[0]), flush=True)\n"
            "    for use in (lambda: clip[0], lambda: next(iterator), lambda: len(quadtensor.Clip(sys.argv[1]))):\n"
            "        try:\n"
            "            use()\n"
            "        except quadtensor.Error as error:\n"
            "            print('spawn' in str(error), flush=True)\n"
            "    clip.close()\n"
            "    sys.exit(0)\n"
            "print('child', os.wait()[1], len(list(iterator)))\n"
        )
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, clips.path_of("b.mp4")],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.splitlines(), ["30 2", "True", "True", "True", "child 0 29"])

    @needs_torch
    def test_data_loader(self):
        """Random access in workers, by fork before anything was opened, and by spawn after it."""
        script = """
import sys, torch, quadtensor
class Frames(torch.utils.data.Dataset):
    def __init__(self, path): self.clip = quadtensor.Clip(path, width=32, height=24, format="RGBP", device="cpu")
    def __len__(self): return 30
    def __getitem__(self, index): return torch.from_dlpack(self.clip[index][0]).clone()
if __name__ == "__main__":
    frames = Frames(sys.argv[1])
    for way in ("fork", "spawn"):
        loader = torch.utils.data.DataLoader(frames, batch_size=10, num_workers=2, multiprocessing_context=way)
        print([tuple(batch.shape) for batch in loader], flush=True)
        len(frames.clip)
"""
        path = media.path_of("loader.py")
        path.write_text(script)
        done = subprocess.run(
            [sys.executable, path, clips.path_of("b.mp4")], capture_output=True, text=True, timeout=200, check=False
        )
        self.assertEqual(done.stdout, f"{[(10, 3, 24, 32)] * 3}\n" * 2, done.stderr)


if __name__ == "__main__":
    cases.main()
