#!/usr/bin/env python3
"""Batches: what is in them, how they reach other libraries, and how long they live."""

import ctypes
import gc
import unittest
import unittest.mock
import weakref

import cases
import clips
import media
import quadtensor
from packages import needs_numpy, needs_torch, numpy, torch

NUMBERS = [7, 0, 29, 7, 12]


def clip(name="b.mp4", **settings):
    return quadtensor.Clip(clips.path_of(name), device="cpu", timeout=60, **settings)


@needs_numpy
class Bytes(unittest.TestCase):
    def expect(self, shapes, **settings):
        got = clip(**settings)
        batch = got.frames_at(NUMBERS)
        self.assertEqual([tensor.shape for tensor in batch.tensors], shapes)
        frames = list(got)
        for index, tensor in enumerate(batch.tensors):
            self.assertEqual(tensor.channels, frames[0][index].channels)
            self.assertEqual(tensor.dtype, frames[0][index].dtype)
            expected = numpy.array([numpy.asarray(frames[n][index]) for n in NUMBERS])
            for way in (numpy.asarray, numpy.from_dlpack):
                self.assertTrue((way(tensor) == expected).all())
        return batch

    def test_each_format(self):
        for name, width, height, shapes in (
            ("RGB", 32, 24, [(5, 24, 32, 3)]),
            ("RGB", 31, 23, [(5, 23, 31, 3)]),
            ("RGBP", 32, 24, [(5, 3, 24, 32)]),
            ("RGBP", 31, 23, [(5, 3, 23, 31)]),
            ("RGBA", 33, 24, [(5, 24, 33, 4)]),
            ("GRAY8", 30, 20, [(5, 20, 30)]),
            ("GBR", 32, 24, [(5, 3, 24, 32)]),
            ("NV12", 30, 20, [(5, 20, 30), (5, 10, 15, 2)]),
            ("I420", 30, 20, [(5, 20, 30), (5, 10, 15), (5, 10, 15)]),
            ("I420_10LE", 30, 20, [(5, 20, 30), (5, 10, 15), (5, 10, 15)]),
            ("GRAY16_LE", 31, 23, [(5, 23, 31)]),
        ):
            with self.subTest(name, width=width):
                self.expect(shapes, format=name, width=width, height=height)

    def test_as_decoded(self):
        self.expect([(5, 48, 64), (5, 24, 32), (5, 24, 32)])

    def test_one_frame(self):
        batch = clip(format="RGB").frames_at([3])
        self.assertEqual(numpy.asarray(batch).shape, (1, 48, 64, 3))

    def test_is_an_array_itself(self):
        batch = clip(format="RGB").frames_at(NUMBERS)
        for way in (numpy.asarray, numpy.array, numpy.from_dlpack):
            self.assertTrue((way(batch) == numpy.asarray(batch.tensor)).all())
        many = clip(format="NV12").frames_at(NUMBERS)
        for way in (numpy.asarray, numpy.from_dlpack, lambda batch: batch.tensor):
            with self.assertRaisesRegex(ValueError, "NV12 has 2 tensors"):
                way(many)

    def test_may_be_written_to(self):
        array = numpy.asarray(clip(format="RGB").frames_at(NUMBERS))
        array[:] = 7
        self.assertTrue((array == 7).all())

    @needs_torch
    def test_torch(self):
        batch = clip(format="RGBP", width=32, height=24).frames_at(NUMBERS)
        there = torch.from_dlpack(batch)
        self.assertEqual((there.dtype, tuple(there.shape)), (torch.uint8, (5, 3, 24, 32)))
        self.assertEqual(there.data_ptr(), numpy.asarray(batch).ctypes.data)
        self.assertTrue((there.numpy() == numpy.asarray(batch)).all())

    def test_outlives_what_it_was_made_of(self):
        for way in (numpy.asarray, numpy.from_dlpack):
            got = clip(format="RGB")
            batch = got.frames_at(NUMBERS)
            expected = numpy.array(batch)
            array = way(batch)
            got.close()
            del got, batch
            gc.collect()
            self.assertTrue((array == expected).all())


@needs_numpy
class Parts(unittest.TestCase):
    """One frame of a batch."""

    def test_each_way(self):
        for settings in ({"format": "RGBP"}, {"format": "RGB", "width": 31, "height": 23}, {"format": "GRAY16_LE"},
                         {"format": "GRAY8"}):  # fmt: skip
            batch = clip(**settings).frames_at(NUMBERS)
            every = numpy.asarray(batch)
            for way in (numpy.asarray, numpy.from_dlpack):
                with self.subTest(settings, way=way):
                    for n in (*range(5), *range(-5, 0), numpy.int64(2)):
                        part = way(batch[n])
                        self.assertEqual((part.shape, part.dtype), (every[n].shape, every.dtype))
                        self.assertTrue((part == every[n]).all())
                        self.assertEqual(part.ctypes.data, every[n].ctypes.data)
                    self.assertTrue((numpy.array([way(part) for part in batch]) == every).all())

    def test_description(self):
        batch = clip(format="RGBP").frames_at(NUMBERS)
        part = batch[1]
        self.assertEqual((part.shape, part.strides, part.ndim), ((3, 48, 64), batch.tensor.strides[1:], 3))
        self.assertEqual((part.dtype, part.channels, part.device), ("uint8", "RGB", "cpu"))
        self.assertEqual(len(list(batch)), 5)
        self.assertEqual((len(batch.tensor), len(list(batch.tensor))), (5, 5))
        self.assertRaises(TypeError, part.__reduce__)

    def test_of_several_tensors(self):
        batch = clip(format="NV12").frames_at(NUMBERS)
        for use in (lambda: batch[0], lambda: list(batch)):
            self.assertRaisesRegex(ValueError, "NV12 has 2 tensors", use)
        self.assertEqual([numpy.asarray(tensor[4]).shape for tensor in batch.tensors], [(48, 64), (24, 32, 2)])
        self.assertTrue((numpy.from_dlpack(batch.tensors[1][4]) == numpy.asarray(batch.tensors[1])[4]).all())

    def test_may_be_written_to_and_outlives_the_batch(self):
        batch = clip(format="RGB").frames_at(NUMBERS)
        every, part = numpy.asarray(batch), numpy.asarray(batch[2])
        part[:] = 9
        self.assertTrue((every[2] == 9).all())
        self.assertFalse((every[1] == 9).all())
        del batch, every
        gc.collect()
        self.assertTrue((part == 9).all())

    @needs_torch
    def test_torch(self):
        batch = clip(format="RGBP").frames_at(NUMBERS)
        every = torch.from_dlpack(batch)
        parts = [torch.from_dlpack(part) for part in batch]
        self.assertTrue(torch.equal(torch.stack(parts), every))
        self.assertEqual(parts[3].data_ptr(), every[3].data_ptr())

    def test_versioned(self):
        batch = clip(format="GRAY16_LE").frames_at(NUMBERS)
        capsule = batch[3].__dlpack__(max_version=(1, 0))
        self.assertIn("dltensor_versioned", repr(capsule))
        address = quadtensor._dlpack._pointer_of(capsule, b"dltensor_versioned")
        data = ctypes.c_uint64.from_address(address + 32).value  # after version, context, deleter and flags
        offset = ctypes.c_uint64.from_address(address + 32 + 40).value
        self.assertEqual(data + offset, numpy.asarray(batch)[3].ctypes.data)

    def test_bad_numbers(self):
        batch = clip(format="RGB").frames_at(NUMBERS)
        for bad in (5, -6, 10**9):
            self.assertRaises(IndexError, batch.__getitem__, bad)
        for bad in ("1", 1.5, slice(2), None):
            self.assertRaises(TypeError, batch.__getitem__, bad)


class Copies(unittest.TestCase):
    def copied(self, numbers=(7, 0, 29, 12), name="b.mp4", **settings):
        return clip(name, **settings).frames_at(numbers).copied

    def test_none_where_frames_are_drawn(self):
        for settings in ({"width": 32}, {"format": "RGB"}, {"width": 31, "height": 23, "format": "RGBP"},
                         {"format": "NV12"}, {"format": "GBR_10LE"}):  # fmt: skip
            for name in ("b.mp4", "jpeg.mov", "moving.gif"):
                with self.subTest(settings, name=name):
                    self.assertEqual(self.copied(name=name, **settings), 0)
        turned = quadtensor.Clip(media.turned(clips.path_of("jpeg.mov"), 90), format="RGB", device="cpu")
        self.assertEqual(turned.frames_at(range(5, 15)).copied, 0)
        self.assertEqual(clip(width=32).frames_played_at([0.9, 0.1, 0.5]).copied, 0)

    def test_as_decoded(self):
        for numbers in ((7, 0, 29, 12), (7, 0), (0, 1), (7,)):
            with self.subTest(numbers):
                self.assertEqual(self.copied(numbers), len(numbers))
        self.assertEqual(self.copied(format="I420"), 4)

    def test_repeats(self):
        self.assertEqual(self.copied([3, 3, 5], width=32), 3)

    def test_frames_of_the_decoder_are_let_go_as_they_come(self):
        """A decoder of a GPU has few, and waits for them."""
        living, most = weakref.WeakSet(), 0
        make = quadtensor._frame.Handle.__init__

        def noted(handle, pointer, unref):
            nonlocal most
            make(handle, pointer, unref)
            living.add(handle)
            most = max(most, len(living))

        with unittest.mock.patch.object(quadtensor._frame.Handle, "__init__", noted):
            for use in (
                lambda clip: clip.frames_at(range(30)),
                lambda clip: clip.frames_at(range(29, -1, -1)),
                lambda clip: clip.frames_played_at([n / 25 for n in range(30)]),
                lambda clip: clip.frames_played_at([n / 25 for n in range(40)], missing="skip"),
            ):
                most = 0
                self.assertEqual(use(clip()).copied, 30)
                # The batch, and those that loops hold.
                self.assertLessEqual(most, 5)


class Refusals(unittest.TestCase):
    def test_frames_of_several_shapes(self):
        (small,) = quadtensor.frames(media.clip(), timestamps=[0], width=32, device="cpu")
        (large,) = quadtensor.frames(media.clip(), timestamps=[0], width=64, device="cpu")
        (gray,) = quadtensor.frames(media.clip(), timestamps=[0], width=32, format="GRAY8", device="cpu")
        for other in (large, gray):
            filling = quadtensor._batch.Filling(2)
            filling.put(small, [0])
            with self.assertRaisesRegex(quadtensor.Error, "of one size and format"):
                filling.put(other, [1])

    def test_is_not_copied_by_python(self):
        batch = clip().frames_at([0])
        self.assertRaises(TypeError, batch.__reduce__)
        self.assertRaises(IndexError, quadtensor.BatchTensor, batch._handle, 3)
        with self.assertRaises(BufferError):
            batch.tensors[0].__dlpack__(copy=True)


if __name__ == "__main__":
    cases.main()
