#!/usr/bin/env python3
"""What `quad` does with clips that do not say how long they are.

usage: program_lengths_test.py QUAD SOURCES-OF-QUAD
"""

import re

import cases
import gif
from program import FRAMES, RATE, SOUND, VIDEO, Case, launch, make

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


if __name__ == "__main__":
    cases.main()
