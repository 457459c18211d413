#!/usr/bin/env python3
"""What a file says of itself, and its table of frames, beside what decoding all of it gives."""

import fractions
import itertools
import os
import subprocess
import sys
import unittest

import cases
import clips
import files_test
import media
import quadtensor
from quadtensor import _source, _table


def frames(path, **settings):
    return list(quadtensor.frames(path, device="cpu", timeout=60, **settings))


def read(path, frames):
    return _table.read(_source.Source(path), 0, frames)


def table(path):
    return read(path, True)


class Frames(unittest.TestCase):
    """A table has the frames that decoding gives."""

    def test_each_clip(self):
        for name, path, _ in clips.all_clips():
            with self.subTest(name):
                decoded = frames(path)
                got = table(path)
                self.assertGreater(len(decoded), 0)
                self.assertEqual(got.times, [frame.time_ns for frame in decoded])
                self.assertEqual(len(got.durations), len(got.times))
                for begin, length, end in zip(got.times, got.durations, got.times[1:], strict=False):
                    self.assertEqual(begin + length, end)

    def test_counts(self):
        for name, count in (("b.mp4", 30), ("b.ts", 30), ("b.h264", 30), ("vp8.webm", 30), ("theora.ogg", 30), ("repeats.ogg", 30),
                            ("moving.gif", 30), ("fields.mp4", 15), ("variable.mkv", 7)):  # fmt: skip
            with self.subTest(name):
                self.assertEqual(len(table(clips.path_of(name)).times), count)
        # 20, and the end of the frame before.
        self.assertEqual(len(table(clips.edited()).times), 21)

    def test_keyframes(self):
        for name in ("b.mp4", "b.mkv", "b.flv", "h265.mp4", "vp8.webm", "vp9.webm", "variable.mkv", "edited.mp4"):
            path = clips.edited() if name == "edited.mp4" else clips.path_of(name)
            with self.subTest(name):
                got = table(path)
                keys = [got.times[index] for index in got.keys]
                self.assertEqual(keys, [frame.time_ns for frame in frames(path, keyframes=True)])
        for name in ("b.mp4", "b.ts", "b.avi"):
            self.assertEqual(table(clips.path_of(name)).keys, [0, 8, 16, 24])

    def test_keyframes_are_right_or_unknown(self):
        chain = "x264enc key-int-max=8 speed-preset=ultrafast option-string=scenecut=0"
        source = "videotestsrc num-buffers=30 ! video/x-raw,format=I420,width=64,height=48,framerate=25/1"
        plain = {
            "plain.m2v": "mpeg2enc format=3 ! mpegvideoparse",
            "plain.h264": f"{chain} ! h264parse ! video/x-h264,stream-format=byte-stream",
            "plain.ivf": "vp8enc keyframe-max-dist=8 deadline=1 ! avmux_ivf",
        }
        for name, elements in plain.items():
            with self.subTest(name):
                path = media.made(name, f"{source} ! {elements}")
                got = table(path)
                self.assertEqual(len(got.times), len(frames(path)))
                self.assertRaisesRegex(quadtensor.Error, "does not say which frames are keyframes", lambda: got.keys)
        for name, path, _ in clips.all_clips():
            with self.subTest(name):
                got = table(path)
                try:
                    keys = [got.times[index] for index in got.keys]
                except quadtensor.Error:
                    continue
                self.assertEqual(len(keys), len({*keys}))
                self.assertGreater(len(keys), 0)

    def test_nothing_is_decoded_where_packets_say_it(self):
        rows = list(clips.all_clips())
        script = "import sys, quadtensor\nfor path in sys.argv[1:]: len(quadtensor.Clip(path))"
        done = subprocess.run(
            [sys.executable, "-c", script, *(path for _, path, _ in rows)],
            env={**os.environ, "GST_DEBUG": "quadtable:4"},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        for name, path, plain in rows:
            if plain is None:
                continue
            with self.subTest(name):
                self.assertEqual(f"{path}: decodes all" in done.stderr, not plain)


class Infos(unittest.TestCase):
    def test_each_clip(self):
        for name, path, _ in clips.all_clips():
            with self.subTest(name):
                info = read(path, False)
                self.assertIsInstance(info, _table.Info)
                (frame,) = frames(path, timestamps=[0])
                self.assertEqual((info.width, info.height), (frame.width, frame.height))
                self.assertEqual((info.rotation, info.mirrored), (frame.rotation, frame.mirrored))
                self.assertEqual(info.pixel_aspect_ratio, frame.pixel_aspect_ratio)
                self.assertTrue(info.codec)

    def expect(self, path, **fields):
        info = read(path, False)
        for name, value in fields.items():
            self.assertEqual(getattr(info, name), value, name)

    def test_with_frames(self):
        silent = set()
        for name, path, _ in clips.all_clips():
            with self.subTest(name):
                clip = quadtensor.Clip(path)
                before = clip.info
                got, after = table(path), (len(clip), clip.info)[1]
                self.assertEqual((after.width, after.height, after.codec), (before.width, before.height, before.codec))
                if before.duration_ns is None and got.durations[-1] is not None:
                    silent.add(name)
                    self.assertEqual(after.duration_ns, got.times[-1] + got.durations[-1])
        self.assertIn("b.h264", silent)

    def test_values(self):
        path = clips.path_of
        audio = _table.Audio("aac", 2, 48000, None)
        self.expect(path("sound.mp4"), codec="h264", container="mp4", rate=25, duration=1.2, audio=(audio,))
        self.expect(path("b.mkv"), codec="h264", container="matroska", colorimetry="bt601", audio=(), interlaced=False)
        self.expect(path("theora.ogg"), codec="theora", container="ogg", width=64, height=48)
        self.expect(path("moving.gif"), codec="gif", container="gif", duration=1.2)
        self.expect(path("jpeg.avi"), codec="jpeg", container="avi")
        self.expect(path("jpeg.mov"), codec="jpeg", container="quicktime", rate=25)
        self.expect(path("b.ts"), codec="h264", container="mpegts")
        self.expect(path("vp8.webm"), codec="vp8", container="webm")
        self.expect(path("raw.mkv"), codec="raw", container="matroska")
        self.expect(path("wide.mp4"), width=86, height=48, stored_width=64, stored_height=48,
                    pixel_aspect_ratio=fractions.Fraction(4, 3))  # fmt: skip
        turned = media.turned(path("jpeg.mov"), 270)
        self.expect(turned, width=48, height=64, stored_width=64, stored_height=48, rotation=270)
        self.expect(media.made("picture.png", "videotestsrc num-buffers=1 ! pngenc"), codec="png", duration=None)


class Damaged(unittest.TestCase):
    def expect_what_is_decoded(self, path):
        # With one thread: several of FFmpeg give other frames of damage each time.
        decoded = [frame.time_ns for frame in quadtensor.Clip(path, device="cpu", timeout=60, threads=1).frames_in()]
        self.assertGreater(len(decoded), 0)
        self.assertEqual(table(path).times, decoded)

    def test_lost_packets(self):
        for name, begin, count in itertools.product(("b.ts", "mpeg1.ts"), (53, 77), (9, 20)):
            with self.subTest(name, begin=begin, count=count):
                # The demuxer says nothing, but the times have a gap.
                self.expect_what_is_decoded(clips.without(name, begin, count))

    def test_two_films_in_one_file(self):
        for name in ("pages.ogg", "theora.ogg", "b.ts", "mpeg1.ts"):
            with self.subTest(name):
                self.expect_what_is_decoded(clips.twice(name))

    def test_a_frame_that_nothing_says_is_spoiled(self):
        for name, number in itertools.product(("jpeg.avi", "jpeg.mov"), (0, 11, 29)):
            with self.subTest(name, number=number):
                path = clips.spoiled(name, number)
                clip = quadtensor.Clip(path, device="cpu", timeout=60)
                self.assertEqual(len(clip), 30)
                with self.assertRaisesRegex(quadtensor.DecodeError, f"Frame {number} at {number / 25:g} s cannot be decoded"):
                    list(clip)
                self.assertRaises(quadtensor.DecodeError, clip.__getitem__, number)
                times = [time for time in clip.times_ns if time != number * 40_000_000]
                self.assertEqual([frame.time_ns for frame in clip.frames_in()], times)


class Refusals(unittest.TestCase):
    def test_broken_files(self):
        for name, path, kind, words in files_test.broken_files():
            for want_frames in (True, False):
                with self.subTest(name, frames=want_frames):
                    if kind is not None:
                        with self.assertRaises(quadtensor.Error) as raised:
                            read(path, want_frames)
                        self.assertEqual(type(raised.exception), kind)
                        self.assertIn(words, str(raised.exception))
                    elif want_frames:
                        self.assertEqual(len(table(path).times), len(frames(path)))
                    else:
                        self.assertTrue(read(path, False).codec)

    def test_locations(self):
        for bad, kind in ((7, TypeError), ("a\0b", ValueError)):
            self.assertRaises(kind, read, bad, True)

    def test_frames_without_times(self):
        path = media.made("five.mjpeg", "videotestsrc num-buffers=5 ! video/x-raw,width=64,height=48 ! jpegenc")
        self.assertEqual(len(frames(path)), 5)
        clip = quadtensor.Clip(path, timeout=60)
        self.assertEqual((clip.info.width, clip.info.codec), (64, "jpeg"))
        for read_all in (lambda: len(clip), lambda: clip[0], lambda: clip.frames_at([1])):
            self.assertRaisesRegex(quadtensor.Error, "have no times", read_all)
        self.assertEqual(len(list(clip.frames_in())), 5)

    def test_files_are_closed(self):
        path = clips.path_of("b.mp4")
        for want_frames in (True, False):
            read(path, want_frames)
            opened = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
            self.assertNotIn(str(path.resolve()), opened)


if __name__ == "__main__":
    cases.main()
