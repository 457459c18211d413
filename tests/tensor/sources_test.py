#!/usr/bin/env python3
"""Videos by path, in memory and as open files: the same frames, and bytes live as long as they are needed."""

import gc
import gzip
import http.server
import io
import mmap
import os
import pickle
import subprocess
import sys
import tarfile
import tempfile
import threading
import unittest
import zipfile

import cases
import clips
import media
import quadtensor
from held import held
from packages import needs_numpy, numpy, torch

SMALL = {"width": 32, "height": 24, "format": "RGB", "device": "cpu", "timeout": 60}
CLIPS = ("b.mp4", "b.mkv", "b.ts", "mpeg4.avi", "vp8.webm", "jpeg.mov", "jpeg.avi", "moving.gif", "theora.ogg", "raw.mov")


def packed(kind, path):
    """The clip as a member of an archive, open for reading."""
    buffer = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, "clip")
        return zipfile.ZipFile(buffer).open("clip")
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(path, "clip")
    buffer.seek(0)
    return tarfile.open(fileobj=buffer).extractfile("clip")


def renamed(path):
    file = tempfile.NamedTemporaryFile()  # noqa: SIM115  # the caller closes it
    file.write(path.read_bytes())
    return file


def mapped(path):
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class Unseekable(io.RawIOBase):
    """As a pipe or a response of a server."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._data.readinto(buffer)


WAYS = {
    "str": str,
    "bytes of a path": os.fsencode,
    "file:// URI": lambda path: path.resolve().as_uri(),
    "bytes": lambda path: path.read_bytes(),
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "memoryview": lambda path: memoryview(b"--" + path.read_bytes())[2:],
    "mmap": mapped,
    "BytesIO": lambda path: io.BytesIO(path.read_bytes()),
    "open": lambda path: open(path, "rb"),
    "open, no buffer": lambda path: open(path, "rb", 0),
    "open for both": lambda path: open(path, "r+b"),
    "temporary": renamed,
    "zip": lambda path: packed("zip", path),
    "tar": lambda path: packed("tar", path),
    "gzip": lambda path: gzip.open(io.BytesIO(gzip.compress(path.read_bytes(), 1))),
    "unseekable": lambda path: Unseekable(path.read_bytes()),
}


def seen(location):
    """All there is to know of a clip."""
    with quadtensor.Clip(location, **SMALL) as clip:
        numbers = [len(clip) - 1, 0, len(clip) // 2]
        batch = clip.frames_at(numbers)
        info = clip.info
        arrays = numpy.array(batch).tobytes() if numpy else b""
        return clip.times_ns, clip.keyframe_times_ns, info.codec, info.container, info.duration_ns, batch.time_ns, arrays


class Ways(unittest.TestCase):
    def test_each_container(self):
        for name in CLIPS:
            path = clips.path_of(name)
            expected = seen(path)
            for way, of in WAYS.items():
                with self.subTest(name, way=way):
                    location = of(path)
                    self.assertTrue(seen(location) == expected)
                    if hasattr(location, "close"):
                        location.close()

    def test_frames(self):
        path = clips.path_of("b.mp4")
        expected = [frame.time_ns for frame in quadtensor.frames(path, rate=5, device="cpu")]
        for way, of in WAYS.items():
            with self.subTest(way):
                self.assertEqual([f.time_ns for f in quadtensor.frames(of(path), rate=5, device="cpu")], expected)

    def test_by_http(self):
        path = clips.path_of("b.ts")

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments):
                super().__init__(*arguments, directory=path.parent)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            uri = f"http://127.0.0.1:{server.server_address[1]}/{path.name}"
            self.assertEqual([f.time_ns for f in quadtensor.frames(uri, device="cpu", timeout=60)],
                             [f.time_ns for f in quadtensor.frames(path, device="cpu", timeout=60)])  # fmt: skip
        finally:
            server.shutdown()
            server.server_close()

    def test_a_position_stays(self):
        path = clips.path_of("b.mp4")
        for way in ("open", "BytesIO", "zip", "tar", "gzip", "temporary"):
            with self.subTest(way), WAYS[way](path) as file:
                file.seek(100)
                self.assertEqual(len(quadtensor.Clip(file, **SMALL)), clips.COUNT)
                self.assertEqual(file.tell(), 100)

    def test_a_file_may_be_closed_or_gone_once_a_clip_has_opened_it(self):
        for way in ("temporary", "open", "BytesIO", "zip", "tar", "gzip", "unseekable"):
            with self.subTest(way):
                file = WAYS[way](clips.path_of("b.mp4"))
                clip = quadtensor.Clip(file, **SMALL)
                count = len(clip)
                file.close()
                self.assertEqual(len(list(clip)), count)

    def test_a_buffer_may_be_written_to_once_a_clip_has_opened_it(self):
        file = io.BytesIO(clips.path_of("b.mp4").read_bytes())
        clip = quadtensor.Clip(file, **SMALL)
        count = len(clip)
        file.truncate(0)
        file.write(b"0" * 100_000)
        self.assertEqual(len(list(clip)), count)

    def test_bytes_that_are_no_video(self):
        whole = clips.path_of("b.mp4").read_bytes()
        for data, kind in ((b"", quadtensor.NoVideo), (bytes(5000), quadtensor.NoVideo), (b"no video\n" * 900, quadtensor.NoVideo),
                           (whole[:40], quadtensor.DecodeError), (whole[: len(whole) // 2], quadtensor.DecodeError)):  # fmt: skip
            with self.subTest(data[:10]), self.assertRaises(kind):
                len(quadtensor.Clip(data, **SMALL))


class Refusals(unittest.TestCase):
    def test_what_is_no_location(self):
        path = clips.path_of("b.mp4")
        closed = open(path, "rb")  # noqa: SIM115  # it is to be closed
        closed.close()
        zipped = packed("zip", path)
        zipped.close()
        for location, kind, words in (
            (closed, ValueError, "closed"),
            (zipped, ValueError, "closed"),
            (io.StringIO("text"), TypeError, "binary mode"),
            (7, TypeError, "int"),
            (None, TypeError, "NoneType"),
            (b"none.mp4", ValueError, "no file b'none.mp4'"),
        ):
            for way in (quadtensor.Clip, quadtensor.frames):
                with self.subTest(words, way=way.__name__), self.assertRaisesRegex(kind, words):
                    way(location, device="cpu")
        with open(path, encoding="latin-1") as text, self.assertRaisesRegex(TypeError, 'open it in binary mode'):
            quadtensor.Clip(text, device="cpu")

    def test_memory_with_gaps(self):
        with self.assertRaises(BufferError):
            len(quadtensor.Clip(memoryview(clips.path_of("b.mp4").read_bytes())[::2], **SMALL))

    def test_a_file_that_gives_text(self):
        class Text:
            def read(self):
                return "text"

        with self.assertRaisesRegex(TypeError, "gives str"):
            len(quadtensor.Clip(Text(), **SMALL))


class Lifetime(unittest.TestCase):
    def may_grow(self, data):
        try:
            data.append(0)
        except BufferError:
            return False
        return True

    def test_bytes_are_let_go(self):
        data = bytearray(clips.path_of("b.mp4").read_bytes())
        clip = quadtensor.Clip(data, **SMALL)
        frame = clip[3]
        self.assertFalse(self.may_grow(data))
        clip.close()
        self.assertTrue(self.may_grow(data))
        self.assertEqual(frame.time_ns, 120_000_000)
        for way in (lambda: quadtensor.frames(data, device="cpu"), lambda: quadtensor.Clip(data, **SMALL)[2:9]):
            frames = way()
            next(frames)
            self.assertFalse(self.may_grow(data))
            del frames
            gc.collect()
            self.assertTrue(self.may_grow(data))

    @needs_numpy
    def test_frames_of_raw_video_hold_them(self):
        data = bytearray(clips.path_of("raw.mkv").read_bytes())
        clip = quadtensor.Clip(data, device="cpu", timeout=60)
        frames = list(clip)
        arrays = [numpy.asarray(frame[0]) for frame in frames]
        expected = [array.tobytes() for array in arrays]
        clip.close()
        del clip, frames
        gc.collect()
        self.assertEqual([array.tobytes() for array in arrays], expected)
        del arrays
        gc.collect()
        # Nobody tells Python of it: the next one that reads bytes lets go of them.
        list(quadtensor.frames(clips.path_of("b.mp4").read_bytes(), device="cpu", stop=0.1))
        self.assertTrue(self.may_grow(data))

    def test_descriptors_are_closed(self):
        path = clips.path_of("b.mp4")
        before = held()
        with open(path, "rb") as file:
            for _ in range(5):
                clip = quadtensor.Clip(file, **SMALL)
                self.assertEqual(len(clip), clips.COUNT)
                clip[4]
                clip.close()
                next(quadtensor.frames(file, device="cpu"))
        del clip
        self.assertLessEqual(held(files=before.files).files, before.files)

    def test_threads(self):
        data = clips.path_of("b.mp4").read_bytes()
        clip = quadtensor.Clip(data, **SMALL)
        counts = []
        threads = [threading.Thread(target=lambda: counts.append((len(clip), len(list(clip[5:20]))))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual(counts, [(clips.COUNT, 15)] * 6)


class Pickles(unittest.TestCase):
    def test_clips(self):
        path = clips.path_of("b.mp4")
        for way in ("str", "bytes", "bytearray", "memoryview", "mmap", "BytesIO", "zip", "unseekable"):
            with self.subTest(way):
                clip = pickle.loads(pickle.dumps(quadtensor.Clip(WAYS[way](path), **SMALL)))
                self.assertEqual((len(clip), clip[-1].index), (clips.COUNT, clips.COUNT - 1))
        # What is read whole may not be there twice.
        for way in ("BytesIO", "zip", "tar", "gzip", "unseekable"):
            for used in (False, True):
                with self.subTest(way, used=used):
                    clip = quadtensor.Clip(WAYS[way](path), **SMALL)
                    if used:
                        self.assertEqual(len(clip), clips.COUNT)
                    copies = [pickle.loads(pickle.dumps(clip)) for _ in range(2)]
                    self.assertEqual([len(each) for each in (*copies, clip)], [clips.COUNT] * 3)
        for way in ("open", "open for both", "temporary"):
            with self.subTest(way), WAYS[way](path) as file:
                with self.assertRaisesRegex(TypeError, "give it the file's path"):
                    pickle.dumps(quadtensor.Clip(file, **SMALL))

    @unittest.skipUnless(torch and numpy, "PyTorch is not installed (python3-torch)")
    def test_data_loader(self):
        script = (
            "import sys, quadtensor, torch\n"
            "class Clips(torch.utils.data.Dataset):\n"
            "    def __init__(self, path):\n"
            "        kinds = path, open(path, 'rb').read()\n"
            "        self.clips = [quadtensor.Clip(k, width=32, height=24, format='RGBP', device='cpu') for k in kinds]\n"
            "    def __len__(self):\n"
            "        return 8\n"
            "    def __getitem__(self, n):\n"
            "        return torch.from_dlpack(self.clips[n % 2].frames_at([n, 2 * n, 3]))\n"
            "if __name__ == '__main__':\n"
            "    for how in ('fork', 'spawn'):\n"
            "        load = torch.utils.data.DataLoader(Clips(sys.argv[1]), 4, num_workers=1, multiprocessing_context=how)\n"
            "        print(how, [tuple(batch.shape) for batch in load], float(sum(b.float().sum() for b in load)))\n"
        )
        program = media.path_of("loader.py")
        program.write_text(script)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", program, clips.path_of("b.mp4")],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        fork, spawn = done.stdout.splitlines()
        self.assertIn("[(4, 3, 3, 24, 32), (4, 3, 3, 24, 32)]", fork)
        self.assertEqual(fork.replace("fork", "spawn"), spawn)


if __name__ == "__main__":
    cases.main()
