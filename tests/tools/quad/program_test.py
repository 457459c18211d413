#!/usr/bin/env python3
"""The program `quad`, run as people run it: what it takes, what it refuses, and how it ends.

usage: program_test.py QUAD SOURCES-OF-QUAD
"""

import os
import pathlib
import re
import shutil
import subprocess

import cases
import gif
import mp4
from launch import run
from program import CLIPS, FRAMES, QUAD, SOUND, SOURCES, TIMEOUT, VIDEO, Case, clean_environment
from program import frames, jpeg_size, launch, make, pixel, turn, turned_photo

NAMES = ["line\nbreak", "it's \"q\" \\", "100%d %s", "-rf", "$(touch pwned) `x`;&|", "Grüße ☃", "ends\\", "\x1b[31m\x7f"]


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
        said = self.run_quad("shrink", clip, "-o", "small.avi", status=2)
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

    def test_a_turned_clip_beside_others_is_the_same_each_time(self):
        """The tag comes after the caps, and pictures may have been shrunk for a cell of the other shape by then."""
        moving = VIDEO.replace("smpte100", "ball").replace("10/1", "30/1")
        launch(self.folder, f"{moving} ! x264enc speed-preset=ultrafast ! h264parse ! matroskamux ! filesink location=moving.mkv")
        launch(self.folder, f"{moving} ! x264enc speed-preset=ultrafast ! h264parse ! mp4mux ! filesink location=turned.mp4")
        turn(self.folder / "turned.mp4")
        self.assertIn("sink_1::orientation=90r", self.run_quad("grid", "moving.mkv", "turned.mp4", "-o", "o.mp4", "--print"))
        results = set()
        for _ in range(6):
            self.run_quad("grid", "moving.mkv", "turned.mp4", "-o", "o.mp4", "--size", "160x120")
            results.add(frames(self.folder / "o.mp4")[2])
        self.assertEqual(len(results), 1)

    def test_turned_photos_stand_upright(self):
        clip = self.clip("silent.mp4")
        turned_photo(self.folder / "photo.jpg")
        self.run_quad("grid", "photo.jpg", clip, "-o", "grid.mp4", "--layout", "vertical", "--size", "64x192", "--gap", "0")
        self.near(pixel(self.folder / "grid.mp4", 32, 4), (255, 255, 255))
        self.run_quad("grid", clip, "-o", "framed.mp4", "--frame", "photo.jpg")
        self.assertEqual(mp4.video(mp4.tracks(self.folder / "framed.mp4")).size, (64, 96))
        self.near(pixel(self.folder / "framed.mp4", 32, 4), (255, 255, 255))


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
                run(["bash", "-c", line], cwd=self.folder, env=clean_environment(), check=True, timeout=TIMEOUT)
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
                          ["thumbs", clip, "-o", "o", "--fit", "round"], ["batch", "work", "o", "--shard", "1/1"]):
            with self.subTest(arguments):
                self.run_quad(*arguments, status=2)
        self.refuse("give a smaller --width", "gif", clip, "-o", "o.gif", "--max-bytes", "100")
        self.refuse("ends at 2.000 s", "gif", clip, "-o", "o.gif", "--start", "60")
        self.refuse("no room for 3 clips", "grid", clip, clip, clip, "-o", "o.mp4", "--rows", "1", "--columns", "2", status=2)
        for message, *arguments in (("from 1 to 2, not 3", "grid", clip, clip, "-o", "o.mp4", "--sound", "3"),
                                    ("have to be even", "grid", clip, "-o", "o.mp4", "--size", "31x32"),
                                    ("at least 16x16", "grid", clip, "-o", "o.mp4", "--size", "2x2"),
                                    ("at least 16x16", "shrink", clip, "-o", "o.mp4", "--size", "1x1"),
                                    ("leave no room", "grid", clip, clip, "-o", "o.mp4", "--layout", "vertical", "--gap", "1000"),
                                    ("say where the pictures go", "thumbs", clip),
                                    ("not as bmp", "sheet", clip, "-o", "o.bmp")):
            self.refuse(message, *arguments, status=2)

    def test_results_that_would_be_one(self):
        clip, other = self.clip("silent.mp4"), self.clip("silent.mp4", "other.mp4")
        (self.folder / "model.onnx").touch()
        (self.folder / "old.jpg").write_text("old")
        thumbs = ["thumbs", clip]
        for arguments in ([*thumbs, "--sprite", "s.jpg", "--vtt", "s.jpg"], [*thumbs, "--sprite", "old.jpg", "--vtt", "./old.jpg"],
                          [*thumbs, "--sprite", "s.jpg", "-o", "s.jpg"],
                          ["background", clip, "-o", "x.mov", "--alpha", "x.mov", "--model", "model.onnx"]):
            with self.subTest(arguments):
                self.refuse("would both be", *arguments)
        for command in (["shrink", clip, "-o", "o.mp4"], ["grid", clip, other, "-o", "o.mp4"], ["gif", clip, "-o", "o.gif"],
                        ["thumbs", clip, "-o", "o.tar"], ["thumbs", clip, other, "-o", "o"], ["sheet", clip, "-o", "o.jpg"],
                        ["background", clip, "-o", "o.mp4", "--model", "model.onnx"]):
            for taken in (clip, command[command.index("-o") + 1]):
                with self.subTest(f"{command[0]} {taken}"):
                    self.refuse("cannot be the report, too", *command, "--report", taken)
        for name in ("g.mp4", "g", "gif"):
            self.refuse("name it " + name + ".gif", "gif", clip, "-o", name, status=2)

    def test_all_or_nothing(self):
        """What fails at its end has written nothing before."""
        clip = self.clip("silent.mp4")
        (self.folder / "bad.mp4").write_text("no clip")
        for status, *arguments in ((2, "thumbs", clip, "--sprite", "s.jpg", "-o", "p.npy"), (1, "thumbs", clip, "bad.mp4", "-o", "p"),
                                   (1, "thumbs", "bad.mp4", clip, "-o", "p")):
            with self.subTest(arguments):
                self.refuse("", *arguments, status=status)
                self.assertEqual(self.files(), ["bad.mp4", clip])

    def test_no_folder_for_temporary_files(self):
        clip = self.clip("silent.mp4")
        for arguments in (["thumbs", clip, "-o", "o.tar"], ["thumbs", clip, "--sprite", "o.jpg"], ["sheet", clip, "-o", "o.jpg"]):
            report = self.report(*arguments, status=1, TMPDIR="/nonexistent")
            self.assertIn("TMPDIR is /nonexistent", report["error"])

    def test_help(self):
        for command in ("grid", "sheet", "thumbs", "gif", "shrink", "background"):
            said = self.run_quad(command, "--help")
            self.assertIn(f"Examples:\n  quad {command} ", said)
            self.assertNotIn("--report", said)

    def test_reports_of_failures(self):
        report = self.report("shrink", "none.mp4", "-o", "o.mp4", status=1)
        self.assertEqual(report["error"], "there is no file none.mp4")
        self.assertEqual((report["inputs"], report["output"], report["frames"]), (["none.mp4"], [], 0))


class Pages(Case):
    def test_the_manual_has_all_options(self):
        manual = (SOURCES / "quad.1").read_text()
        parts = dict(re.findall(r"^\.Ss (\w+)$(.*?)(?=^\.S[sh] )", manual, re.M | re.S))
        for command in ("grid", "sheet", "thumbs", "gif", "shrink", "background"):
            said = self.run_quad(command, "--help")
            there = set(re.findall(r"^ {2,10}(?:-[a-z], *)?--([a-z-]+)", said, re.M)) - {"help", "print"}
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
        self.assertEqual(self.complete("batch", "m"), ["merge"])
        self.assertEqual(self.complete("batch", "work", "--sh"), ["--shard"])
        self.assertEqual(self.complete("batch", "prepare", "--recipe", "s"), ["sheet", "shrink"])
        self.assertEqual(self.complete("batch", "work", "si"), ["silent.mp4"])


if __name__ == "__main__":
    cases.main()
