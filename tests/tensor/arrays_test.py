#!/usr/bin/env python3
"""Tensors in NumPy and PyTorch: their bytes, and how long they live."""

import ctypes
import gc
import pathlib
import subprocess
import sys
import threading
import unittest

import cases
import media
import quadtensor
from packages import needs_numpy, needs_torch, numpy, torch

FORMATS = ("I420", "NV12", "NV21", "YV12", "Y444", "RGB", "BGRA", "GRAY8", "GBR", "RGBP")
DEEP_FORMATS = ("I420_10LE", "P010_10LE", "GRAY16_LE", "RGBA64_LE", "GBR_10LE")


# What the engine does not convert, videoconvert does.
NOT_BY_THE_ENGINE = ("RGBA64_LE", "GBR_10LE")


def converted(name, width, height):
    """Elements that scale, and convert with the engine's bytes or, where it knows no such format, with videoconvert's."""
    scaled = f"quaddownscale upscale=true ! video/x-raw,width={width},height={height}"
    by = "videoconvert dither=none" if name in NOT_BY_THE_ENGINE else "quadmux-grid rows=1 columns=1 sink_0::fit=fill"
    return f"{scaled} ! {by} ! video/x-raw,format={name},width={width},height={height}"


def joined(frame):
    return b"".join(numpy.from_dlpack(t).tobytes() for t in frame)


@needs_numpy
class Bytes(unittest.TestCase):
    """Of frames that are decoded here, beside what a plain pipeline gives."""

    def test_every_frame_as_decoded(self):
        expected = media.plain_bytes(media.clip(), "identity")
        frames = list(quadtensor.frames(media.clip(), device="cpu"))
        self.assertEqual(len(frames), media.COUNT)
        self.assertEqual(b"".join(map(joined, frames)), expected)
        self.assertEqual([f.time_ns for f in frames], [n * 100_000_000 for n in range(media.COUNT)])

    def test_a_frame_of_one_tensor_is_an_array_itself(self):
        for format, shape in (("RGB", (24, 32, 3)), ("RGBP", (3, 24, 32)), ("GRAY8", (24, 32))):
            frame = next(quadtensor.frames(media.clip(), device="cpu", width=32, height=24, format=format))
            expected = numpy.asarray(frame[0])
            for way in (numpy.asarray, numpy.array, numpy.from_dlpack, lambda frame: numpy.asarray(frame.tensor)):
                with self.subTest(format, way=way):
                    self.assertEqual(way(frame).shape, shape)
                    self.assertTrue((way(frame) == expected).all())
        frame = next(quadtensor.frames(media.clip(), device="cpu", format="NV12"))
        for way in (numpy.asarray, numpy.from_dlpack, lambda frame: frame.tensor):
            with self.assertRaisesRegex(ValueError, "NV12 has 2 tensors: use tensors"):
                way(frame)

    def test_a_frame_of_several_tensors_is_no_array(self):
        frame = next(quadtensor.frames(media.clip(), device="cpu", format="NV12"))
        batch = quadtensor.Clip(media.clip(), device="cpu", format="NV12").frames_at([0])
        for each in (frame, batch):
            for name in ("__array_interface__", "__cuda_array_interface__"):
                self.assertFalse(hasattr(each, name))
                self.assertRaisesRegex(AttributeError, "NV12 has 2 tensors: use tensors", getattr, each, name)
            with self.assertRaisesRegex(ValueError, "NV12 has 2 tensors: use tensors"):
                numpy.asarray(each)

    @needs_torch
    def test_a_frame_is_a_torch_tensor(self):
        frame = next(quadtensor.frames(media.clip(), device="cpu", width=32, height=24, format="RGB"))
        there = torch.from_dlpack(frame)
        self.assertEqual((there.dtype, tuple(there.shape)), (torch.uint8, (24, 32, 3)))
        self.assertEqual(there.data_ptr(), numpy.asarray(frame).ctypes.data)

    def test_every_format(self):
        for name in FORMATS + DEEP_FORMATS:
            with self.subTest(name):
                expected = media.plain_bytes(media.clip(), converted(name, 160, 88))
                frames = quadtensor.frames(media.clip(), width=160, height=88, format=name, device="cpu")
                self.assertEqual(b"".join(map(joined, frames)), expected)

    def test_padded_rows(self):
        expected = media.plain_bytes(media.clip(), converted("RGB", 81, 45))
        rows = numpy.frombuffer(expected, numpy.uint8).reshape(media.COUNT, 45, 244)
        frames = list(quadtensor.frames(media.clip(), width=81, height=45, format="RGB", device="cpu"))
        for frame, plain in zip(frames, rows, strict=True):
            (tensor,) = frame
            self.assertEqual((tensor.shape, tensor.strides), ((45, 81, 3), (244, 3, 1)))
            array = numpy.from_dlpack(tensor)
            self.assertEqual(array.strides, (244, 3, 1))
            self.assertTrue((array == plain[:, :243].reshape(45, 81, 3)).all())

    def test_array_interface(self):
        for name in ("NV12", "GRAY16_LE"):
            for frame in quadtensor.frames(media.clip(), rate=1, format=name, device="cpu"):
                for tensor in frame:
                    self.assertEqual(tensor.__array_interface__["version"], 3)
                    array = numpy.asarray(tensor)
                    self.assertEqual(array.dtype.name, tensor.dtype)
                    self.assertEqual(array.shape, tensor.shape)
                    self.assertTrue((array == numpy.from_dlpack(tensor)).all())

    @needs_torch
    def test_torch(self):
        for name in FORMATS:
            with self.subTest(name):
                for frame in quadtensor.frames(media.clip(), rate=2, format=name, device="cpu"):
                    for tensor in frame:
                        there = torch.from_dlpack(tensor)
                        self.assertEqual(there.dtype, torch.uint8)
                        self.assertEqual(tuple(there.shape), tensor.shape)
                        self.assertEqual(there.stride(), tensor.strides)
                        self.assertEqual(there.data_ptr(), numpy.from_dlpack(tensor).ctypes.data)
                        self.assertTrue((there.numpy() == numpy.from_dlpack(tensor)).all())

    @needs_torch
    def test_torch_without_uint16_refuses_it(self):
        if hasattr(torch, "uint16"):
            self.skipTest("this PyTorch has uint16")
        (frame,) = quadtensor.frames(media.clip(), timestamps=[1], format="GRAY16_LE", device="cpu")
        with self.assertRaises(Exception) as raised:
            torch.from_dlpack(frame[0])
        self.assertIn("16", str(raised.exception))

    def test_clips_of_the_users(self):
        if not media.media():
            self.skipTest("QUAD_MEDIA names no folder with MP4 files")
        for path in media.media():
            with self.subTest(path.name):
                expected = media.plain_bytes(path, "frameextract rate=1/1 ! " + converted("RGB", 224, 224))
                frames = quadtensor.frames(path, rate=1, width=224, height=224, format="RGB", device="cpu")
                self.assertEqual(b"".join(map(joined, frames)), expected)


class Example(unittest.TestCase):
    """examples/torch_frames.py"""

    def run_it(self, *arguments):
        script = pathlib.Path(__file__).resolve().parents[2] / "examples/torch_frames.py"
        return subprocess.run(
            [sys.executable, script, *arguments], capture_output=True, text=True, timeout=120, check=False
        )

    @needs_numpy
    @needs_torch
    def test_mean_colours(self):
        done = self.run_it(media.clip())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        chain = "frameextract rate=4/1 ! " + converted("RGBA", 64, 64)
        frames = numpy.frombuffer(media.plain_bytes(media.clip(), chain), numpy.uint8).reshape(5, 4, 64, 64, 4)
        for second, line in enumerate(done.stdout.splitlines()):
            number, unit, code, *colour = line.split()
            self.assertEqual((int(number), unit), (second, "s"))
            expected = frames[second, ..., :3].mean(axis=(0, 1, 2))
            self.assertTrue(numpy.allclose([float(value) for value in colour], expected, atol=0.011), line)
            self.assertRegex(code, "^#[0-9a-f]{6}$")
        self.assertEqual(second, 4)

    @needs_torch
    def test_bad_input(self):
        done = self.run_it(media.path_of("none.mp4"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("No such file", done.stderr)
        self.assertIn("usage", self.run_it().stderr)


@needs_numpy
class Lifetime(unittest.TestCase):
    def setUp(self):
        self.watched = media.Watched()

    def expect_gone(self, gone):
        gc.collect()
        self.assertEqual(self.watched.gone, gone)

    def expect_values(self, array):
        self.assertEqual(array.tolist(), [list(range(n, n + 16)) for n in range(0, 128, 16)])

    def test_frame_alone(self):
        frame = self.watched.take()
        tensor = frame[0]
        del frame
        self.expect_gone(False)
        del tensor
        self.expect_gone(True)

    def test_array_outlives_the_tensor(self):
        for make in (numpy.from_dlpack, numpy.asarray):
            with self.subTest(make.__name__):
                self.setUp()
                array = make(self.watched.take()[0])
                self.expect_gone(False)
                self.expect_values(array)
                view = array[2:4]
                del array
                self.expect_gone(False)
                del view
                self.expect_gone(True)

    def test_tensor_outlives_the_array(self):
        frame = self.watched.take()
        array = numpy.from_dlpack(frame[0])
        del array
        self.expect_gone(False)
        self.expect_values(numpy.asarray(frame[0]))
        del frame
        self.expect_gone(True)

    @needs_torch
    def test_torch_outlives_the_tensor(self):
        there = torch.from_dlpack(self.watched.take()[0])
        self.expect_gone(False)
        self.expect_values(there)
        del there
        self.expect_gone(True)

    def test_capsule_that_nobody_took(self):
        for version in (None, (1, 0)):
            with self.subTest(version):
                self.setUp()
                capsule = self.watched.take()[0].__dlpack__(max_version=version)
                self.expect_gone(False)
                del capsule
                self.expect_gone(True)

    @needs_torch
    def test_capsule_that_was_taken(self):
        capsule = self.watched.take()[0].__dlpack__()
        there = torch.utils.dlpack.from_dlpack(capsule)
        del capsule
        self.expect_gone(False)
        self.expect_values(there)
        del there
        self.expect_gone(True)

    def test_last_reference_on_another_thread(self):
        arrays = [numpy.from_dlpack(self.watched.take()[0])]
        thread = threading.Thread(target=arrays.clear)
        thread.start()
        thread.join()
        self.expect_gone(True)


class Export(unittest.TestCase):
    def setUp(self):
        self.frame = media.Watched().take()
        self.tensor = self.frame[0]

    def name_of(self, capsule):
        get_name = ctypes.pythonapi.PyCapsule_GetName
        get_name.restype, get_name.argtypes = ctypes.c_char_p, [ctypes.py_object]
        return get_name(capsule)

    def test_description(self):
        self.assertEqual(self.tensor.shape, (8, 16))
        self.assertEqual(self.tensor.strides, (16, 1))
        self.assertEqual(self.tensor.dtype, "uint8")
        self.assertEqual(self.tensor.device, "cpu")
        self.assertEqual(self.tensor.channels, "Y")
        self.assertEqual(self.tensor.__dlpack_device__(), (1, 0))
        self.assertEqual((self.frame.format, self.frame.width, self.frame.height), ("GRAY8", 16, 8))
        self.assertIsNone(self.frame.pts)
        self.assertIsNone(self.frame.index)
        self.assertEqual(len(self.frame), 1)
        self.assertFalse(hasattr(self.tensor, "__cuda_array_interface__"))

    def test_versions(self):
        for version, name in ((None, b"dltensor"), ((0, 8), b"dltensor")):
            self.assertEqual(self.name_of(self.tensor.__dlpack__(max_version=version)), name)
        for version in ((1, 0), (1, 1), (2, 0)):
            self.assertEqual(self.name_of(self.tensor.__dlpack__(max_version=version)), b"dltensor_versioned")

    def test_arguments(self):
        self.tensor.__dlpack__(stream=None, dl_device=(1, 0), copy=False)
        self.tensor.__dlpack__(stream=-1, copy=None)
        for stream in (0, 1, 2):
            with self.assertRaises(ValueError):
                self.tensor.__dlpack__(stream=stream)
        with self.assertRaises(BufferError):
            self.tensor.__dlpack__(copy=True)
        with self.assertRaises(BufferError):
            self.tensor.__dlpack__(dl_device=(2, 0))

    @needs_numpy
    def test_arrays_are_read_only(self):
        for array in (numpy.from_dlpack(self.tensor), numpy.asarray(self.tensor)):
            self.assertFalse(array.flags.writeable)
            with self.assertRaises(ValueError):
                array[0, 0] = 1

    def test_bad_sample(self):
        frame = quadtensor._library
        with self.assertRaises(quadtensor.Error):
            frame.call(frame.lib.quad_reader_open, b"x", None, -1, 0)


if __name__ == "__main__":
    cases.main()
