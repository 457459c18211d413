#!/usr/bin/env python3
"""What the commands of `quad` make.

usage: program_results_test.py QUAD SOURCES-OF-QUAD
"""

import array
import os
import re
import subprocess
import tarfile

import cases
import gif
import mp4
from program import FRAMES, RATE, VIDEO, Case, clean_environment, frames, jpeg_size, launch, make, pixel


class Results(Case):
    def test_odd_sizes(self):
        clip = self.clip("silent.mp4")
        self.run_quad("shrink", clip, "-o", "o.mp4", "--size", "49x33")
        self.assertEqual(mp4.video(mp4.tracks(self.folder / "o.mp4")).size, (48, 32))

    def test_pictures_that_begin_late(self):
        sound = "audiotestsrc num-buffers=172 ! audio/x-raw,rate=44100,channels=1 ! audioconvert ! vorbisenc"
        launch(self.folder, f"{VIDEO} ! vp8enc deadline=1 ! identity ts-offset=1500000000 ! queue ! matroskamux name=mux ! "
                            f"filesink location=late.mkv {sound} ! queue ! mux.")
        self.assertEqual(self.report("thumbs", "late.mkv", "-o", "o", "--count", "6")["frames"], 6)

    def test_jpegs_beside_clips(self):
        """Their full range is not the result's."""
        clip = self.clip("silent.mp4")
        launch(self.folder, "videotestsrc num-buffers=1 pattern=white ! video/x-raw,width=64,height=64 ! jpegenc ! "
                            "filesink location=white.jpg")
        self.run_quad("grid", "white.jpg", clip, "-o", "o.mp4", "--layout", "horizontal", "--size", "128x64", "--gap", "0")
        self.assertNotIn(b"1:4:", subprocess.run(["gst-discoverer-1.0", "-v", "o.mp4"], cwd=self.folder, env=clean_environment(),
                                                capture_output=True, check=True).stdout)
        self.near(pixel(self.folder / "o.mp4", 32, 32), (255, 255, 255))
        said = self.report("grid", clip, "-o", "o.mp4", "--frame", "white.jpg")["warnings"]
        self.assertEqual(said, ["white.jpg has no transparency, so it hides all clips"])

    def test_sheets_of_other_things(self):
        """A sheet in the folder of the photos; clips as photos; a photo that is damaged."""
        clip = self.clip("silent.mp4")
        (self.folder / "p").mkdir()
        launch(self.folder, "videotestsrc num-buffers=1 pattern=snow ! jpegenc ! filesink location=p/0.jpg")
        for _ in range(2):
            self.assertEqual(self.report("sheet", "p", "-o", "p/sheet.jpg")["frames"], 1)
        self.assertEqual(self.report("sheet", clip, clip, "-o", "o.jpg")["warnings"], [])
        data = (self.folder / "p/0.jpg").read_bytes()
        (self.folder / "p/0.jpg").write_bytes(data[: len(data) // 2])
        warnings = self.report("sheet", "p", "-o", "o.jpg")["warnings"]
        self.assertRegex(warnings[0], "^p/0.jpg: .*damaged")

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

    def test_sound_that_begins_late(self):
        """It is silent until then, and nothing waits for it."""
        film = VIDEO.replace(f"num-buffers={FRAMES}", "num-buffers=50")
        tone = "audiotestsrc num-buffers=86 timestamp-offset=3000000000 ! audio/x-raw,rate=44100,channels=1 ! avenc_aac ! aacparse"
        for name, muxer in (("late.mp4", "mp4mux"), ("late.mkv", "matroskamux")):
            launch(self.folder, f"{film} ! x264enc speed-preset=ultrafast ! h264parse ! queue ! {muxer} name=mux ! "
                                f"filesink location={name} {tone} ! queue ! mux.")
            with self.subTest(name):
                self.run_quad("grid", name, "-o", "o.mp4", "--size", "64x64")
                launch(self.folder, "filesrc location=o.mp4 ! qtdemux ! aacparse ! avdec_aac ! audioconvert ! "
                                    "audio/x-raw,format=S16LE,channels=1,rate=48000 ! filesink location=o.raw")
                samples = array.array("h", (self.folder / "o.raw").read_bytes())
                self.assertLess(max(map(abs, samples[: 48000 * 29 // 10])), 100)
                self.assertGreater(max(samples[48000 * 31 // 10 : 48000 * 34 // 10]), 5000)
                self.assertGreater(len(samples), 48000 * 46 // 10)

    def test_rates_that_vary(self):
        """The last pictures are shown, too: the film is as long as its pictures."""
        times = [i / RATE for i in range(FRAMES)] + [3, 4, 5]
        launch(self.folder, VIDEO.replace(f"num-buffers={FRAMES}", "num-buffers=60") + " ! frameextract timestamp-list="
               + ",".join(map(str, times)) + " ! x264enc speed-preset=ultrafast ! matroskamux ! filesink location=varies.mkv")
        for ending in ("mp4", "mov"):
            self.run_quad("shrink", "varies.mkv", "-o", f"o.{ending}")
            track = mp4.video(mp4.tracks(self.folder / f"o.{ending}"))
            self.assertEqual(track.samples, len(times))
            self.assertGreaterEqual(track.seconds, 5)

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

    def test_fewer_thumbs_than_before(self):
        clip = self.clip("silent.mp4")
        for count in (5, 2):
            self.run_quad("thumbs", clip, "-o", "o", "--count", str(count))
            self.assertEqual(sorted(os.listdir(self.folder / "o")), [f"frame-{i:03}.jpg" for i in range(1, count + 1)])

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


class Shapes(Case):
    """Pixels that are not square, and sides that are odd: each result shows them in their shape."""

    CLIPS = {  # size, shape of pixels, size with square pixels
        "wide.mkv": ((48, 64), "2/1", (96, 64)),
        "tall.mkv": ((96, 33), "1/2", (48, 33)),
        "odd.mkv": ((97, 65), "1/1", (97, 65)),
        "thin.mkv": ((17, 81), "1/1", (17, 81)),
    }

    def test_shapes(self):
        for name, ((width, height), par, (wide, high)) in self.CLIPS.items():
            caps = f"video/x-raw,format=I420,width={width},height={height},framerate=10/1,pixel-aspect-ratio={par}"
            launch(self.folder, f"videotestsrc pattern=white num-buffers=5 ! {caps} ! vp8enc deadline=1 ! matroskamux ! filesink location={name}")
            with self.subTest(name):
                self.run_quad("gif", name, "-o", "o.gif", "--rate", "10")
                self.alike(gif.read(self.folder / "o.gif").size, wide, high)
                self.run_quad("thumbs", name, "-o", "o", "--count", "1")
                self.alike(jpeg_size((self.folder / "o/frame-001.jpg").read_bytes()), wide, high)
                self.run_quad("sheet", name, "-o", "o.png", "--count", "1", "--gap", "0")
                self.alike(frames(self.folder / "o.png")[:2], wide, high)
                self.run_quad("shrink", name, "-o", "o.mp4")
                size = mp4.video(mp4.tracks(self.folder / "o.mp4")).size
                self.assertEqual([side % 2 for side in size], [0, 0])
                self.run_quad("thumbs", "o.mp4", "-o", "o", "--count", "1")
                self.alike(jpeg_size((self.folder / "o/frame-001.jpg").read_bytes()), wide, high)
                self.run_quad("grid", name, "-o", "o.mp4", "--size", "128x128", "--gap", "0", "--rate", "10")
                # White where the picture is, black beside it.
                side, along = 128 * wide / max(wide, high), 128 * high / max(wide, high)
                for x, y in ((64, 64), (64 - side / 2 + 1, 64), (64, 64 - along / 2 + 1)):
                    self.near(pixel(self.folder / "o.mp4", int(x) + 1, int(y) + 1), (255, 255, 255), 60)
                for x, y in ((64 - side / 2 - 4, 64), (64, 64 - along / 2 - 4)):
                    if min(x, y) > 0:
                        self.near(pixel(self.folder / "o.mp4", int(x), int(y)), (0, 0, 0), 60)

    def alike(self, size, wide, high):
        """The same shape, but for the pixel that a side is rounded by."""
        scale = max(size[0] / wide, size[1] / high)
        self.assertTrue(abs(size[0] - wide * scale) <= 2 and abs(size[1] - high * scale) <= 2, f"{size}, not {wide}x{high}")


if __name__ == "__main__":
    cases.main()
