#!/usr/bin/env python3
"""What `quad` does with clips that do not say how long they are, or of which something is missing.

usage: program_lengths_test.py QUAD SOURCES-OF-QUAD
"""

import re

import cases
import gif
from program import CLIPS, FRAMES, RATE, SOUND, VIDEO, Case, launch, make

LENGTH = FRAMES / RATE


def seconds(time):
    hours, minutes, rest = time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60 + float(rest)


class NoLength(Case):
    def cues(self, clip, count):
        self.run_quad("thumbs", clip, "-o", "o.vtt", "--count", str(count))
        return [(seconds(a), seconds(b)) for a, b in re.findall(r"(\S+) --> (\S+)\n", (self.folder / "o.vtt").read_text())]

    def test_streams(self):
        """As browsers and pipes write them: without a length, and without what is needed to seek."""
        # A lively beginning, of which a guess makes a short film.
        lively = VIDEO.replace("smpte100", "snow")
        for name, line in (("live.webm", f"{lively} ! vp8enc deadline=1 ! queue ! webmmux name=mux streamable=true"),
                           ("live.mkv", f"{lively} ! x264enc speed-preset=ultrafast ! queue ! matroskamux name=mux streamable=true"),
                           ("raw.h264", f"{lively} ! x264enc speed-preset=ultrafast key-int-max=5 ! video/x-h264,stream-format=byte-stream ! identity name=mux")):
            with self.subTest(name):
                heard = "" if "raw" in name else f" {SOUND} ! vorbisenc ! queue ! mux."
                launch(self.folder, f"{line} ! filesink location={name}{heard}")
                cues = self.cues(name, 4)
                self.assertEqual([c[1] for c in cues[:-1]], [c[0] for c in cues[1:]])
                self.assertAlmostEqual(cues[-1][1], LENGTH, delta=0.15)
                self.assertAlmostEqual(cues[-1][0], (LENGTH - 1 / RATE) * 3 / 4, delta=0.03)
                self.run_quad("gif", name, "-o", "o.gif", "--start", "1.5", "--rate", "10")
                self.assertAlmostEqual(gif.read(self.folder / "o.gif").seconds, LENGTH - 1.5, delta=0.11)

    def test_a_transport_stream_of_a_picture(self):
        make(self.folder, "mpeg2.ts", VIDEO.replace(f"num-buffers={FRAMES}", "num-buffers=1"))
        self.assertAlmostEqual(self.cues("mpeg2.ts", 2)[-1][1], 0.04, delta=0.01)


class Damaged(Case):
    SNOW = VIDEO.replace("smpte100", "snow").replace(f"num-buffers={FRAMES}", "num-buffers=60")
    X264 = "x264enc speed-preset=ultrafast key-int-max=10 ! h264parse ! queue"

    def make(self, name, muxer, change):
        launch(self.folder, f"{self.SNOW} ! {self.X264} ! {muxer} ! filesink location={name}")
        data = bytearray((self.folder / name).read_bytes())
        (self.folder / name).write_bytes(change(data))

    def test_cut_off(self):
        for name, muxer in (("o.mp4", "mp4mux faststart=true"), ("o.mkv", "matroskamux"), ("o.avi", "avimux"), ("o.ts", "mpegtsmux")):
            # In the middle of one of MPEG-TS's packets.
            self.make(name, muxer, lambda data: data[: len(data) * 6 // 10 // 188 * 188 + 100])
            for command in (["shrink", name, "-o", "s.mp4"], ["thumbs", name, "-o", "p", "--count", "3"], ["gif", name, "-o", "s.gif"],
                            ["grid", name, name, "-o", "g.mp4", "--size", "64x32", "--ends", "longest"]):
                with self.subTest(f"{command[0]} {name}"):
                    report = self.report(*command)
                    self.assertIn(f"{name} is cut off", report["warnings"][0])
                    if name in ("o.mp4", "o.mkv"):
                        self.assertRegex(report["warnings"][-1], rf"{name}.* (after|at) 3\.\d+ s of 6\.0")

    def test_damaged(self):
        def spoil(data):
            # The head of one of 60 frames, too: what is spoiled within a frame may be concealed, and nothing says so.
            at, length = len(data) // 2, len(data) // 45
            data[at : at + length] = bytes(length)
            return data

        for name, muxer, wanted in (("o.mp4", "mp4mux faststart=true", r"^\d frames? of o.mp4 could not be decoded"),
                                    ("o.mkv", "matroskamux", "^a part of o.mkv cannot be read"),
                                    ("o.ts", "mpegtsmux", "o.ts: packets are missing")):
            self.make(name, muxer, spoil)
            for command in (["shrink", name, "-o", "s.mp4"], ["grid", name, "-o", "g.mp4", "--size", "64x64"]):
                with self.subTest(f"{command[0]} {name}"):
                    self.assertRegex("\n".join(self.report(*command)["warnings"]), wanted)

    def test_whole_clips_get_no_warning(self):
        for name in CLIPS:
            with self.subTest(name):
                clip = self.clip(name)
                self.assertEqual(self.report("thumbs", clip, "-o", "p", "--count", "3")["warnings"], [])
                self.assertEqual(self.report("shrink", clip, "-o", "s.mp4")["warnings"], [])

    def test_sound_that_ends_early(self):
        launch(self.folder, f"{VIDEO} ! {self.X264} ! mp4mux name=mux ! filesink location=o.mp4 "
                            f"{SOUND.replace('=86', '=43')} ! avenc_aac ! queue ! mux.")
        for command in (["shrink", "o.mp4", "-o", "s.mp4"], ["grid", "o.mp4", "-o", "s.mp4", "--size", "64x64"]):
            self.assertEqual(self.report(*command)["warnings"], ["the sound of o.mp4 ends after 1.0 s, and the result has 2.0 s"])

    def test_pictures_are_no_clips(self):
        launch(self.folder, "videotestsrc num-buffers=1 ! jpegenc ! filesink location=still.jpg")
        said = self.run_quad("shrink", "still.jpg", "-o", "o.mp4", status=1)
        self.assertIn("still.jpg is a picture, not a clip: quad sheet still.jpg", said)


if __name__ == "__main__":
    cases.main()
