#!/usr/bin/env python3
"""The program `quad`, run as people run it: what goes in, what comes out, and what it says.

usage: program_test.py QUAD SOURCES-OF-QUAD
"""

import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest

import cases
import gif
import mp4

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
NAMES = ["line\nbreak", "it's \"q\" \\", "100%d %s", "-rf", "$(touch pwned) `x`;&|", "Grüße ☃", "ends\\", "\x1b[31m\x7f"]


def clean_environment():
    env = dict(os.environ, G_DEBUG="fatal-criticals")
    # FFmpeg's AAC encoder reads memory that it did not write: filled with 47, say, it never ends.
    env.pop("MALLOC_PERTURB_", None)
    if "detect_leaks" not in env.get("ASAN_OPTIONS", ""):
        env["ASAN_OPTIONS"] = ":".join(filter(None, [env.get("ASAN_OPTIONS"), "detect_leaks=0"]))
    return env


def launch(folder, line):
    subprocess.run(["gst-launch-1.0", "-q", *line.split()], cwd=folder, env=clean_environment(), check=True, timeout=TIMEOUT)


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


def frames(path):
    """A file's frames: (width, height, bytes)."""
    holder = tempfile.TemporaryDirectory()
    raw = pathlib.Path(holder.name) / "frame.raw"
    path = shutil.copy(path, pathlib.Path(holder.name) / "frame.in")
    said = subprocess.run(["gst-launch-1.0", "-v", "filesrc", f"location={path}", *"! decodebin ! videoconvert".split(), "!",
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


class Formats(Case):
    def test_shrink_keeps_frames_and_sound(self):
        for name, (_, _, sound) in CLIPS.items():
            with self.subTest(name):
                clip = self.clip(name)
                said = self.run_quad("shrink", clip, "-o", "small.mp4", "--size", "48x48")
                self.assertIn(f"the sound of {name} is kept, as AAC" if sound else f"{name} has no sound", said)
                tracks = mp4.tracks(self.folder / "small.mp4")
                shown = mp4.video(tracks)
                self.assertEqual((shown.size, shown.samples), ((48, 32), FRAMES))
                self.assertEqual(len([t for t in tracks if t.kind == "soun"]), 1 if sound else 0)
                self.near(pixel(self.folder / "small.mp4", 3, 12), (255, 255, 255))
                self.near(pixel(self.folder / "small.mp4", 45, 12), (0, 0, 255), 70)

    def test_grid_of_all(self):
        for name in CLIPS:
            self.clip(name)
        report = self.report("grid", *CLIPS, "-o", "grid.mp4", "--size", "288x128", "--gap", "0", "--rate", "10", "--sound", "3",
                             "--ends", "longest")
        self.assertEqual(mp4.video(mp4.tracks(self.folder / "grid.mp4")).samples, report["frames"])
        self.assertIn(report["frames"], range(FRAMES, FRAMES + 2))
        for i in range(6):
            x, y = i % 3 * 96, i // 3 * 64
            self.near(pixel(self.folder / "grid.mp4", x + 5, y + 20), (255, 255, 255))
            self.near(pixel(self.folder / "grid.mp4", x + 90, y + 20), (0, 0, 255), 70)

    def test_results_by_ending(self):
        clip = self.clip("h264.mp4")
        for ending, head, at in (("mp4", b"ftyp", 4), ("mov", b"ftyp", 4), ("mkv", b"matroska", 0), ("webm", b"webm", 0)):
            self.run_quad("shrink", clip, "-o", f"small.{ending}")
            self.assertIn(head, (self.folder / f"small.{ending}").read_bytes()[at : at + 64])
        said = self.run_quad("shrink", clip, "-o", "small.avi", status=1)
        self.assertIn("name it small.avi.mp4", said)

    def test_turned_clips_stand_upright(self):
        clip = self.clip("silent.mp4")
        turn(self.folder / clip)
        self.run_quad("shrink", clip, "-o", "small.mp4")
        self.assertEqual(mp4.video(mp4.tracks(self.folder / "small.mp4")).size, (64, 96))
        self.run_quad("gif", clip, "-o", "small.gif", "--rate", "5")
        self.assertEqual(gif.read(self.folder / "small.gif").size, (64, 96))
        self.run_quad("thumbs", clip, "-o", "pictures", "--count", "2")
        self.assertEqual(jpeg_size((self.folder / "pictures/frame-002.jpg").read_bytes()), (64, 96))
        self.run_quad("grid", clip, "-o", "grid.mp4", "--size", "64x96")
        # Turned clockwise, the white bar of the left is at the top.
        self.near(pixel(self.folder / "grid.mp4", 32, 4), (255, 255, 255))


class Names(Case):
    def test_odd_names(self):
        for name in NAMES:
            with self.subTest(name):
                clip = self.clip("silent.mp4", name)
                self.run_quad("shrink", f"--output={name}.mp4", "--", clip)
                self.assertEqual(mp4.video(mp4.tracks(self.folder / f"{name}.mp4")).samples, FRAMES)
                self.run_quad("thumbs", f"--output={name}.d", "--count=1", "--", clip)
                self.assertEqual([p.name for p in (self.folder / f"{name}.d").iterdir()], ["frame-001.jpg"])
                self.run_quad("thumbs", f"--output={name}.vtt", "--count=2", "--", clip)
                cue = (self.folder / f"{name}.vtt").read_text().splitlines()[3]
                self.assertRegex(cue, r"^[A-Za-z0-9%._~-]+\.jpg#xywh=0,0,\d+,\d+$")
                wanted = sorted([name, f"{name}.mp4", f"{name}.d", f"{name}.vtt", f"{name}.jpg"])
                self.assertEqual(self.files(), wanted)
                for path in self.folder.iterdir():
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def test_not_utf8(self):
        name = os.fsdecode(b"\xff.mp4")
        shutil.copy(self.folder / self.clip("silent.mp4"), self.folder / name)
        self.assertIn("is not UTF-8", self.run_quad("shrink", name, "-o", "small.mp4", status=1))
        self.assertIn("is not UTF-8", self.run_quad("shrink", "silent.mp4", "-o", name + ".mp4", status=1))

    def test_printed_lines_do_the_same(self):
        """Pasted into bash: the same frames, and for GIFs the same bytes."""
        clip = self.clip("h264.mp4", NAMES[0] + NAMES[1])
        for arguments, out in (
            (["shrink", "--size=48x48"], "it's \n.mp4"),
            (["grid", "--size=64x64"], "it's \n.mkv"),
            (["gif", "--rate=5", "--lossy=20"], "it's \n.gif"),
        ):
            with self.subTest(arguments[0]):
                command = [arguments[0], f"--output={out}", *arguments[1:]]
                line = self.run_quad(*command, "--print", "--", clip)
                self.assertTrue(line.startswith("gst-launch-1.0 -q "), line)
                self.assertFalse((self.folder / out).exists())
                subprocess.run(["bash", "-c", line], cwd=self.folder, env=clean_environment(), check=True, timeout=TIMEOUT)
                # GStreamer's reader of GIFs does not end. Other files may hold the time at which they were made.
                content = pathlib.Path.read_bytes if out.endswith(".gif") else frames
                printed = content(self.folder / out)
                self.run_quad(*command, "--", clip)
                self.assertEqual(content(self.folder / out), printed)


class Refusals(Case):
    def refuse(self, message, *arguments, status=1):
        before = {p: p.read_bytes() for p in self.folder.iterdir() if p.is_file()}
        said = self.run_quad(*arguments, status=status)
        self.assertIn(message, said)
        after = {p: p.read_bytes() for p in self.folder.iterdir() if p.is_file()}
        self.assertEqual(before, after)
        return said

    def test_what_is_no_clip(self):
        (self.folder / "empty.mp4").touch()
        (self.folder / "text.mp4").write_text("no clip " * 100)
        (self.folder / "folder").mkdir()
        data = (self.folder / self.clip("h264.mp4")).read_bytes()
        (self.folder / "half.mp4").write_bytes(data[: len(data) // 2])
        launch(self.folder, f"{SOUND} ! vorbisenc ! oggmux ! filesink location=sound.ogg")
        for name, message in (("none.mp4", "there is no file none.mp4"), ("folder", "folder is not a file that can be read"),
                              ("empty.mp4", "empty.mp4"), ("text.mp4", "text.mp4 has no video"), ("half.mp4", "half.mp4"),
                              ("sound.ogg", "sound.ogg has no video")):
            for command in (["shrink", "-o", "o.mp4"], ["grid", "-o", "o.mp4"], ["gif", "-o", "o.gif"], ["thumbs", "-o", "o"]):
                with self.subTest(f"{command[0]} {name}"):
                    self.refuse(message, *command, name)

    def test_a_gif(self):
        launch(self.folder, "videotestsrc num-buffers=3 ! video/x-raw,format=RGB,width=32,height=32 ! gifstreamenc ! "
                            "filesink location=in.gif")
        self.refuse("make a video of it first", "shrink", "in.gif", "-o", "o.mp4")

    def test_a_video_without_frames(self):
        launch(self.folder, f"{VIDEO} ! x264enc ! h264parse ! matroskamux ! filesink location=whole.mkv")
        data = (self.folder / "whole.mkv").read_bytes()
        # The first cluster (Matroska, 0x1F43B675) and all behind it goes.
        (self.folder / "none.mkv").write_bytes(data[: data.index(b"\x1f\x43\xb6\x75")])
        self.refuse("none.mkv", "shrink", "none.mkv", "-o", "o.mp4")

    def test_outputs(self):
        clip = self.clip("silent.mp4")
        (self.folder / "link.mp4").symlink_to(clip)
        (self.folder / "folder.mp4").mkdir()
        self.refuse("is the clip itself", "shrink", clip, "-o", clip)
        self.refuse("is the clip itself", "shrink", clip, "-o", "link.mp4")
        self.refuse("is there already and not a file", "shrink", clip, "-o", "folder.mp4")
        self.refuse("not a folder that can be written to", "shrink", clip, "-o", "none/o.mp4")
        self.refuse("is there already and not a file", "gif", clip, "-o", "/dev/null")
        if os.geteuid() != 0:  # root may write anywhere
            (self.folder / "locked").mkdir(mode=0o500)
            self.refuse("not a folder that can be written to", "shrink", clip, "-o", "locked/o.mp4")

    def test_misuse(self):
        clip = self.clip("silent.mp4")
        for arguments in ([], ["none"], ["shrink"], ["shrink", clip], ["shrink", clip, "-o", "o.mp4", "--size", "big"],
                          ["grid", clip, "-o", "o.mp4", "--rate", "0"], ["gif", clip, "-o", "o.gif", "--max-bytes", "-1"],
                          ["thumbs", clip, "-o", "o", "--fit", "round"]):
            with self.subTest(arguments):
                self.run_quad(*arguments, status=2)
        self.refuse("give a smaller --width", "gif", clip, "-o", "o.gif", "--max-bytes", "100")
        self.refuse("ends at 2.000 s", "gif", clip, "-o", "o.gif", "--start", "60")
        self.refuse("no room for 3 clips", "grid", clip, clip, clip, "-o", "o.mp4", "--rows", "1", "--columns", "2")

    def test_help(self):
        for command in ("grid", "sheet", "thumbs", "gif", "shrink", "background"):
            said = self.run_quad(command, "--help")
            self.assertIn(f"Examples:\n  quad {command} ", said)
            self.assertNotIn("--report", said)

    def test_reports_of_failures(self):
        report = self.report("shrink", "none.mp4", "-o", "o.mp4", status=1)
        self.assertEqual(report["error"], "there is no file none.mp4")
        self.assertEqual((report["inputs"], report["output"], report["frames"]), (["none.mp4"], [], 0))


class Results(Case):
    def test_report(self):
        clip = self.clip("silent.mp4")
        report = self.report("shrink", clip, "-o", "o.mp4")
        self.assertEqual(report["frames"], FRAMES)
        self.assertAlmostEqual(report["duration"], FRAMES / RATE, places=2)
        self.assertGreater(report["elapsed"], 0)
        self.assertNotIn("error", report)
        self.assertEqual((report["inputs"], report["output"], report["warnings"]), ([clip], ["o.mp4"], []))

    def test_strip_with_music_and_frame(self):
        clip = self.clip("h264.mp4")
        launch(self.folder, "audiotestsrc num-buffers=15 ! audio/x-raw,rate=44100,channels=1 ! audioconvert ! vorbisenc ! "
                            "oggmux ! filesink location=song.ogg")
        # Green, and clear in the middle.
        launch(self.folder, "videotestsrc pattern=red num-buffers=1 ! video/x-raw,format=RGBA,width=40,height=80 ! videobox "
                            "left=-10 right=-10 top=-10 bottom=-10 border-alpha=1 fill=green alpha=0 ! pngenc ! "
                            "filesink location=frame.png")
        said = self.run_quad("grid", clip, clip, "-o", "strip.mp4", "--layout", "vertical", "--fit", "cover", "--frame",
                             "frame.png", "--music", "song.ogg", "--rate", "10")
        self.assertIn("song.ogg replaces the clips' sound, again and again", said)
        tracks = mp4.tracks(self.folder / "strip.mp4")
        self.assertEqual((mp4.video(tracks).size, mp4.video(tracks).samples), ((60, 100), FRAMES))
        heard = [t for t in tracks if t.kind == "soun"]
        self.assertEqual(len(heard), 1)
        self.assertAlmostEqual(heard[0].seconds, FRAMES / RATE, delta=0.15)
        green = pixel(self.folder / "strip.mp4", 3, 50)
        self.assertTrue(green[1] > 90 and green[0] < 60, f"the frame is {green}")
        self.near(pixel(self.folder / "strip.mp4", 47, 20), (255, 0, 0), 70)

    def test_ends(self):
        clip = self.clip("silent.mp4")
        make(self.folder, "silent.mp4", VIDEO.replace(f"num-buffers={FRAMES}", "num-buffers=10"))
        (self.folder / "silent.mp4").rename(self.folder / "short.mp4")
        self.clip("silent.mp4")
        for ends, wanted in (("shortest", 10), ("longest", FRAMES)):
            self.run_quad("grid", clip, "short.mp4", "-o", "o.mp4", "--rate", "10", "--size", "64x64", "--ends", ends)
            self.assertEqual(mp4.video(mp4.tracks(self.folder / "o.mp4")).samples, wanted)

    def test_pictures_last_as_long_as_films(self):
        clip = self.clip("silent.mp4")
        launch(self.folder, "videotestsrc num-buffers=1 pattern=red ! video/x-raw,width=64,height=64 ! jpegenc ! "
                            "filesink location=red.jpg")
        self.run_quad("grid", "red.jpg", clip, "-o", "o.mp4", "--layout", "horizontal", "--rate", "10", "--size", "128x64",
                      "--gap", "0")
        self.assertEqual(mp4.video(mp4.tracks(self.folder / "o.mp4")).samples, FRAMES)
        width, height, raw = frames(self.folder / "o.mp4")
        last = len(raw) - width * height * 3
        self.near(tuple(raw[last + (32 * width + 32) * 3 :][:3]), (255, 0, 0))

    def test_gif_fits(self):
        source = VIDEO.replace("smpte100", "zone-plate kx2=20 ky2=20 kt=3").replace("=96", "=192").replace("=64", "=128")
        make(self.folder, "silent.mp4", source)
        self.run_quad("gif", "silent.mp4", "-o", "all.gif", "--rate", "10")
        full = (self.folder / "all.gif").stat().st_size
        for part in (0.8, 0.5, 0.35):
            with self.subTest(part):
                self.run_quad("gif", "silent.mp4", "-o", "some.gif", "--rate", "10", "--max-bytes", str(int(full * part)))
                size = (self.folder / "some.gif").stat().st_size
                self.assertLessEqual(size, full * part)
                self.assertGreater(size, full * part * 0.7)
                self.assertEqual(gif.read(self.folder / "some.gif").seconds, FRAMES / RATE)

    def test_thumbs(self):
        clip = self.clip("h264.mp4")
        self.run_quad("thumbs", clip, "-o", "folder", "--count", "3", "--type", "png")
        self.assertEqual(sorted(os.listdir(self.folder / "folder")), ["frame-001.png", "frame-002.png", "frame-003.png"])
        self.assertEqual(self.report("thumbs", clip, "-o", "o.tar", "--rate", "4", "--size", "33x21")["frames"], 8)
        with tarfile.open(self.folder / "o.tar") as tar:
            names = tar.getnames()
            self.assertEqual(names, [f"frame-{i:06}.jpg" for i in range(1, 9)])
            self.assertEqual(jpeg_size(tar.extractfile(names[0]).read()), (33, 21))
        first = (self.folder / "o.tar").read_bytes()
        self.run_quad("thumbs", clip, "-o", "o.tar", "--rate", "4", "--size", "33x21")
        self.assertEqual((self.folder / "o.tar").read_bytes(), first)

    def test_thumbs_of_several(self):
        one, other = self.clip("silent.mp4"), self.clip("mjpeg.mov")
        report = self.report("thumbs", one, other, "-o", "o", "--count", "2")
        self.assertEqual((report["frames"], report["inputs"]), (4, [one, other]))
        made = sorted(str(p.relative_to(self.folder / "o")) for p in (self.folder / "o").rglob("*.jpg"))
        self.assertEqual(made, [f"{name}/frame-00{i}.jpg" for name in ("mjpeg", "silent") for i in (1, 2)])
        self.assertIn("would both go to", self.run_quad("thumbs", one, one, "-o", "o", status=1))
        self.assertIn("one clip at a time", self.run_quad("thumbs", one, other, "-o", "o.tar", status=1))

    def test_numpy(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("there is no NumPy")
        clip = self.clip("silent.mp4")
        for fit, edge in (("fill", (255, 255, 255)), ("cover", None), ("contain", (0, 0, 0))):
            self.run_quad("thumbs", clip, "-o", "o.npy", "--rate", "2", "--size", "31x60", "--fit", fit)
            pictures = numpy.load(self.folder / "o.npy")
            self.assertEqual((pictures.shape, str(pictures.dtype)), ((4, 60, 31, 3), "uint8"))
            if edge:
                for picture in pictures:
                    self.near(picture[1, 1].tolist(), edge)
            # Green is in the middle, whatever the fit.
            red, green, blue = pictures[0, 25, 15].tolist()
            self.assertTrue(green > 180 and red < 90 and blue < 90, f"{fit}: {pictures[0, 25, 15]}")

    def test_sprite(self):
        clip = self.clip("h264.mp4")
        (self.folder / "sub").mkdir()
        self.run_quad("thumbs", clip, "--sprite", "a b.jpg", "--vtt", "sub/o.vtt", "--count", "12", "--width", "48")
        text = (self.folder / "sub/o.vtt").read_text()
        self.assertTrue(text.startswith("WEBVTT\n\n00:00:00.000 --> "), text)
        cues = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)\n", text)
        self.assertEqual(len(cues), 12)
        self.assertEqual({c[2] for c in cues}, {"../a%20b.jpg"})
        self.assertEqual([c[1] for c in cues[:-1]], [c[0] for c in cues[1:]])
        self.assertEqual([tuple(map(int, c[3:])) for c in cues[9:12]], [(432, 0, 48, 32), (0, 32, 48, 32), (48, 32, 48, 32)])
        self.assertEqual(jpeg_size((self.folder / "a b.jpg").read_bytes()), (480, 64))

    def test_sheets(self):
        clip = self.clip("mjpeg.mov")
        said = self.run_quad("sheet", clip, "-o", "o.png", "--count", "6", "--columns", "3", "--width", "48")
        self.assertIn("6 of 6", said)
        self.assertEqual(frames(self.folder / "o.png")[:2], (3 * 56 + 8, 2 * 40 + 8))
        (self.folder / "photos").mkdir()
        for i, size in enumerate(("320,height=200", "90,height=160", "64,height=64")):
            launch(self.folder, f"videotestsrc num-buffers=1 pattern=white ! video/x-raw,width={size} ! jpegenc ! "
                                f"filesink location=photos/{i}.jpg")
        (self.folder / "photos/bad.jpg").write_bytes(b"no photo")
        report = self.report("sheet", "photos", "-o", "o.jpg", "--width", "50")
        self.assertEqual(report["frames"], 3)
        self.assertIn("photos/bad.jpg is left out", report["warnings"][0])
        self.assertEqual(jpeg_size((self.folder / "o.jpg").read_bytes()), (2 * 58 + 8, 2 * 58 + 8))
        self.near(pixel(self.folder / "o.jpg", 33, 33), (255, 255, 255))
        self.near(pixel(self.folder / "o.jpg", 33, 10), (32, 32, 32))


class Pages(Case):
    def test_the_manual_has_all_options(self):
        manual = (SOURCES / "quad.1").read_text()
        parts = dict(re.findall(r"^\.Ss (\w+)$(.*?)(?=^\.S[sh] )", manual, re.M | re.S))
        for command in ("grid", "sheet", "thumbs", "gif", "shrink", "background"):
            said = self.run_quad(command, "--help")
            there = set(re.findall(r"(?:^  |,)--([a-z-]+)", said, re.M)) - {"help", "print"}
            described = set(re.findall(r"Fl -([a-z-]+)", parts[command])) - {"frame"} | ({"frame"} & there)
            self.assertEqual(described, there, command)

    def complete(self, *words):
        script = f'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() {{ :; }}; _quad; printf "%s\\n" "${{COMPREPLY[@]}}"'
        said = subprocess.run(["bash", "-c", script, "_", SOURCES / "completion.bash", QUAD, *words], cwd=self.folder,
                              env=clean_environment(), capture_output=True, text=True, check=True, timeout=TIMEOUT)
        return said.stdout.split()

    def test_completion(self):
        self.assertEqual(self.complete("s"), ["sheet", "shrink"])
        self.assertIn("--version", self.complete(""))
        self.assertEqual(self.complete("gif", "--l"), ["--length", "--lossy"])
        self.assertEqual(self.complete("grid", "--fit", "co"), ["contain", "cover"])
        self.clip("silent.mp4")
        self.assertEqual(self.complete("gif", "si"), ["silent.mp4"])


class Ends(Case):
    def start(self):
        """A job that takes long, and its folder with an older result."""
        caps = "video/x-raw,format=I420,width=320,height=180,framerate=30/1"
        launch(self.folder, f"videotestsrc pattern=ball num-buffers=3000 ! {caps} ! x264enc speed-preset=ultrafast ! h264parse ! "
                            "mp4mux ! filesink location=long.mp4")
        (self.folder / "o.mp4").write_text("old")

    def test_signals_leave_nothing(self):
        self.start()
        command = [QUAD, "grid", *["long.mp4"] * 4, "-o", "o.mp4", "--size", "1920x1080"]
        for sent in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen(command, cwd=self.folder, env=clean_environment(), text=True, stderr=subprocess.PIPE,
                                       preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
            said = ""
            for line in process.stderr:
                said += line
                if " frames" in line:
                    break
            process.send_signal(sent)
            said += process.communicate(timeout=TIMEOUT)[1]
            self.assertEqual(process.returncode, 130, said)
            self.assertIn("interrupted", said)
            self.assertEqual(self.files(), ["long.mp4", "o.mp4"])
            self.assertEqual((self.folder / "o.mp4").read_text(), "old")

    def test_a_signal_leaves_no_pictures(self):
        self.start()
        (self.folder / "work").mkdir()
        for command, env in ((["thumbs", "long.mp4", "-o", "p"], {}), (["thumbs", "long.mp4", "-o", "p.tar"], {"TMPDIR": "work"})):
            process = subprocess.Popen([QUAD, *command, "--rate", "30", "--width", "320"], cwd=self.folder, text=True,
                                       env={**clean_environment(), **env}, stderr=subprocess.PIPE)
            first = process.stderr.readline()
            self.assertIn(" frames", first)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=TIMEOUT)
            self.assertEqual(process.returncode, 130)
            self.assertEqual((self.files(), os.listdir(self.folder / "work")), (["long.mp4", "o.mp4", "work"], []))

    def test_progress_on_a_terminal_is_one_line(self):
        clip = self.clip("silent.mp4")
        ours, theirs = pty.openpty()
        process = subprocess.Popen([QUAD, "grid", *[clip] * 4, "-o", "o.mp4", "--size", "1920x1080", "--rate", "60"], cwd=self.folder,
                                   env=clean_environment(), stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            said += part
        os.close(ours)
        self.assertEqual(process.wait(TIMEOUT), 0)
        shown = re.findall(rb"\rquad grid: \d+ %, \d+ of 120 frames", said)
        self.assertGreater(len(shown), 1, said)
        self.assertTrue(said.endswith(b"\r\x1b[K"), said[-80:])


if __name__ == "__main__":
    cases.main()
