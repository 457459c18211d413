#!/usr/bin/env python3
"""Files with several video streams."""

import itertools
import pickle
import unittest

import cases
import media
import quadtensor

MUXERS = {"mp4": "mp4mux", "mov": "qtmux", "mkv": "matroskamux", "ts": "mpegtsmux", "webm": "webmmux"}
# width, frames, frames a second
STREAMS = ((64, 30, 25), (96, 15, 12), (128, 20, 10))


def path_of(container):
    encoder = "vp8enc deadline=1" if container == "webm" else "x264enc key-int-max=8 ! h264parse"
    sources = " ".join(
        f"videotestsrc num-buffers={count} ! video/x-raw,format=I420,width={width},height=48,framerate={rate}/1"
        f" ! {encoder} ! queue ! m."
        for width, count, rate in STREAMS
    )
    sound = "audiotestsrc num-buffers=50 ! audio/x-raw,channels=2,rate=48000"
    sound += " ! vorbisenc" if container == "webm" else " ! avenc_aac ! aacparse"
    return media.made(f"streams.{container}", f"{sources} {sound} ! queue ! m. {MUXERS[container]} name=m")


RAW = {"mov": "RGB", "mkv": "I420"}
CODECS = {"h264": "x264enc speed-preset=ultrafast ! h264parse", "jpeg": "jpegenc", "raw": "identity"}


def pair_of(container, codecs):
    """Streams of two codecs; decodebin has an order of its own for these."""
    sources = " ".join(
        f"videotestsrc num-buffers={count} ! video/x-raw,width={width},height=48,framerate={rate}/1"
        f" ! videoconvert ! video/x-raw,format={RAW[container] if codec == 'raw' else 'I420'}"
        f" ! {CODECS[codec]} ! queue ! m.video_{number}"
        for number, (codec, (width, count, rate)) in enumerate(zip(codecs, STREAMS, strict=False))
    )
    return media.made(f"{'-'.join(codecs)}.{container}", f"{MUXERS[container]} name=m {sources} m.")


class Streams(unittest.TestCase):
    def test_each(self):
        for container in MUXERS:
            path = path_of(container)
            for stream, (width, count, rate) in enumerate(STREAMS):
                with self.subTest(container, stream=stream):
                    clip = quadtensor.Clip(path, device="cpu", timeout=60, stream=stream)
                    self.assertEqual((clip.info.width, clip.info.height), (width, 48))
                    self.assertEqual(len(clip.info.audio), 1)
                    self.assertEqual(len(clip), count)
                    self.assertAlmostEqual(clip.times[3], 3 / rate, delta=0.001)
                    self.assertEqual((clip[5].width, clip[5].time), (width, clip.times[5]))
                    self.assertEqual(clip.frames_at([7, 2]).width, width)
                    every = quadtensor.frames(path, device="cpu", timeout=60, stream=stream)
                    self.assertEqual([frame.time for frame in every], clip.times)

    def test_each_of_two_codecs(self):
        for container, codecs in itertools.product(RAW, itertools.permutations(CODECS, 2)):
            path = pair_of(container, codecs)
            for stream, (codec, (width, count, _)) in enumerate(zip(codecs, STREAMS, strict=False)):
                with self.subTest(container, codecs=codecs, stream=stream):
                    clip = quadtensor.Clip(path, device="cpu", timeout=60, stream=stream)
                    self.assertEqual((clip.info.codec, clip.info.width), (codec, width))
                    self.assertEqual(len(clip), count)
                    frame = clip[count - 1]
                    self.assertEqual((frame.width, frame.time_ns), (width, clip.times_ns[-1]))

    def test_the_first_one(self):
        path = path_of("mp4")
        self.assertEqual(quadtensor.Clip(path).info.width, 64)
        self.assertEqual(next(quadtensor.frames(path, device="cpu")).width, 64)

    def test_pickled(self):
        clip = pickle.loads(pickle.dumps(quadtensor.Clip(path_of("mkv"), stream=1)))
        self.assertEqual(clip.info.width, 96)

    def test_one_that_is_not_there(self):
        why = "There is no video stream 3: the file has 3, which count from 0"
        for container in MUXERS:
            with self.subTest(container):
                path = path_of(container)
                clip = quadtensor.Clip(path, device="cpu", timeout=60, stream=3)
                for read in (lambda: clip.info, lambda: len(clip), lambda: list(clip.frames_in(rate=1))):
                    self.assertRaisesRegex(quadtensor.NoVideo, why, read)
        for wrong in (-1, 0.5, "one", None):
            with self.subTest(wrong):
                self.assertRaises(ValueError, quadtensor.Clip, path, stream=wrong)
                self.assertRaises(ValueError, quadtensor.frames, path, stream=wrong)


if __name__ == "__main__":
    cases.main()
