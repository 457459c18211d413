#!/usr/bin/env python3
"""Tensors in CUDA memory as Python sees them, on the double of the driver."""

import ctypes
import fractions
import itertools
import math
import unittest

import cases
import media
import quadtensor
from packages import needs_numpy, numpy


class DlTensor(ctypes.Structure):
    """The beginning of a DLManagedTensor."""

    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


def read_capsule(capsule):
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.POINTER(DlTensor), [ctypes.py_object, ctypes.c_char_p]
    return get(capsule, b"dltensor").contents


driver = ctypes.CDLL("libcuda.so.1")


def downloaded(interface):
    """The bytes of what __cuda_array_interface__ describes, rows without padding."""
    rows = []
    shape, strides, size = interface["shape"], interface["strides"], int(interface["typestr"][2:])
    planar = len(shape) == 3 and strides[2] == size and strides[1] != shape[2] * size
    planes = range(shape[0]) if planar else (0,)
    plane, (height, *rest), step = (strides[0], shape[1:], strides[1]) if planar else (0, shape, strides[0])
    context = ctypes.c_void_p()
    assert driver.cuDevicePrimaryCtxRetain(ctypes.byref(context), 0) == 0
    assert driver.cuCtxPushCurrent_v2(context) == 0
    row = ctypes.create_string_buffer(rest[0] * (rest[1] if len(rest) > 1 else 1) * size)
    for p in planes:
        for y in range(height):
            source = ctypes.c_uint64(interface["data"][0] + p * plane + y * step)
            assert driver.cuMemcpyDtoH_v2(row, source, ctypes.c_size_t(len(row))) == 0
            rows.append(row.raw)
    assert driver.cuCtxPopCurrent_v2(ctypes.byref(context)) == 0
    assert driver.cuDevicePrimaryCtxRelease_v2(0) == 0
    return b"".join(rows)


def packed(tensor):
    """The bytes of a batch's tensor in CUDA memory, which lie without gaps."""
    interface = tensor.__cuda_array_interface__
    size = int(interface["typestr"][2:])
    count = math.prod(interface["shape"])
    return downloaded({**interface, "shape": (1, count), "strides": (count * size, size)})


def in_cuda(**settings):
    return quadtensor.frames(media.clip(), device="cuda", **settings)


class Cuda(unittest.TestCase):
    def frame(self, **settings):
        return next(in_cuda(timestamps=[1], **settings))

    def test_auto_is_the_host_without_a_decoder(self):
        self.assertEqual(quadtensor.frames(media.clip()).device, "cpu")

    def test_description(self):
        frame = self.frame(width=82, height=46)
        self.assertEqual((frame.format, frame.index, frame.time), ("I420", 0, 1.0))
        for tensor, shape in zip(frame, ((46, 82), (23, 41), (23, 41)), strict=True):
            self.assertEqual(tensor.shape, shape)
            self.assertEqual(tensor.device, "cuda:0")
            self.assertEqual(tensor.__dlpack_device__(), (2, 0))
            self.assertGreaterEqual(tensor.strides[0], 512)

    def test_bytes_are_the_hosts(self):
        expected = media.plain_bytes(media.clip(), "quaddownscale ! video/x-raw,width=80,height=44")
        got = b"".join(
            downloaded(tensor.__cuda_array_interface__) for frame in in_cuda(width=80, height=44) for tensor in frame
        )
        # Chroma's rows are 40 samples: no padding on the host.
        self.assertEqual(got, expected)

    @needs_numpy
    def test_upright_bytes_are_the_hosts(self):
        caps = "format=I420,pixel-aspect-ratio=4/3"
        path = media.turned(media.tiny("par.mov", caps, "x264enc ! h264parse ! qtmux"), 90)
        for settings in ({}, {"width": 16}, {"orientation": "none"}):
            with self.subTest(settings):
                host = list(quadtensor.frames(path, device="cpu", **settings))
                device = list(quadtensor.frames(path, device="cuda", **settings))
                self.assertEqual(len(device), len(host))
                for one, other in zip(device, host, strict=True):
                    self.assertEqual((one.rotation, one.pixel_aspect_ratio), (90, fractions.Fraction(4, 3)))
                    self.assertEqual([downloaded(t.__cuda_array_interface__) for t in one],
                                     [numpy.array(t).tobytes() for t in other])  # fmt: skip

    @needs_numpy
    def test_converted_bytes_are_the_hosts(self):
        for name in ("RGB", "BGR", "RGBP", "GBR", "RGBA", "BGRx", "ARGB", "NV12", "Y42B", "Y444", "P010_10LE"):
            for size in ({}, {"width": 81, "height": 45}):
                with self.subTest(name, **size):
                    host = list(quadtensor.frames(media.clip(), rate=1, format=name, device="cpu", **size))
                    device = list(in_cuda(rate=1, format=name, **size))
                    self.assertEqual(len(device), len(host))
                    for one, other in zip(device, host, strict=True):
                        self.assertEqual((one.format, len(one)), (name, len(other)))
                        # No assertEqual: to describe a difference of so many bytes takes minutes.
                        same = [downloaded(a.__cuda_array_interface__) == numpy.array(b).tobytes()
                                for a, b in zip(one, other, strict=True)]  # fmt: skip
                        self.assertEqual(same, [True] * len(same))

    @needs_numpy
    def test_batches_are_the_hosts(self):
        for numbers in ([30, 3, 3, 17], [3, 30], [3]):
            self.expect_batches_of_the_host(numbers)

    def expect_batches_of_the_host(self, numbers):
        for settings in ({}, {"format": "RGB", "width": 81, "height": 45}, {"format": "RGBP", "width": 30},
                         {"format": "NV12", "width": 31}, {"format": "P010_10LE"}):  # fmt: skip
            with self.subTest(settings):
                host, device = (
                    quadtensor.Clip(media.clip(), device=where, **settings).frames_at(numbers) for where in ("cpu", "cuda")
                )
                self.assertEqual((device.index, device.copied), (numbers, len(numbers)))
                self.assertEqual(len(device.tensors), len(host.tensors))
                for one, other in zip(device.tensors, host.tensors, strict=True):
                    self.assertEqual((one.device, one.dtype, one.shape), ("cuda:0", other.dtype, other.shape))
                    self.assertTrue(packed(one) == numpy.array(other).tobytes())
                    capsule = one.__dlpack__(stream=2)
                    there = read_capsule(capsule)
                    self.assertEqual((there.device_type, there.data), (2, one._address))
                    self.assertEqual(tuple(there.shape[: there.ndim]), one.shape)

    def kinds_of_clips(self):
        """(name, path)"""
        encoded = "x264enc bframes=2 key-int-max=6 ! h264parse ! qtmux"
        yield "plain", media.tiny("same.mov", "format=I420", encoded, 12)
        yield "turned", media.turned(media.tiny("same.mov", "format=I420", encoded, 12), 270)
        yield "wide pixels", media.tiny("same-par.mov", "format=I420,pixel-aspect-ratio=4/3", encoded, 12)
        fields = "interlace field-pattern=1:1 ! x264enc ! h264parse ! mp4mux"
        yield "interlaced", media.tiny("same-fields.mp4", "format=I420", fields, 24)

    @unittest.skipUnless(numpy, "NumPy is not installed (python3-numpy)")
    def test_scaled_clips_are_the_hosts(self):
        # Smaller by a whole number, odd ones of another shape, larger.
        sizes = ((24, 16), (17, 11), (60, 40))
        for (name, path), form, size in itertools.product(self.kinds_of_clips(), ("RGB", "NV12", "RGBP"), sizes):
            with self.subTest(name, format=form, size=size):
                settings = {"format": form, "width": size[0], "height": size[1], "timeout": 60}
                host, device = (quadtensor.Clip(path, device=where, **settings) for where in ("cpu", "cuda"))
                numbers = [len(host) - 1, 0, 5]
                one, other = device.frames_at(numbers), host.frames_at(numbers)
                self.assertEqual((len(device), one.index, one.time_ns), (len(host), other.index, other.time_ns))
                self.assertEqual(len(one.tensors), 2 if form == "NV12" else 1)
                for there, here in zip(one.tensors, other.tensors, strict=True):
                    self.assertEqual((there.device, there.shape), ("cuda:0", here.shape))
                    expected = numpy.array(here)
                    self.assertGreater(expected.std(), 1)
                    self.assertTrue(packed(there) == expected.tobytes())

    def test_batch_in_numpy_is_refused_with_advice(self):
        batch = quadtensor.Clip(media.clip(), device="cuda", format="RGB").frames_at([0])
        self.assertFalse(hasattr(batch, "__array_interface__"))
        self.assertRaisesRegex(TypeError, "device='cpu'", batch.__array__)
        for stream in (0, -2):
            self.assertRaises(ValueError, batch.__dlpack__, stream=stream)

    def test_clip(self):
        clip = quadtensor.Clip(media.clip(), device="cuda", width=80)
        self.assertEqual((len(clip), clip[7].index, clip[7][0].device), (50, 7, "cuda:0"))
        self.assertEqual([frame.index for frame in clip[5:30:6]], [*range(5, 30, 6)])
        self.assertEqual(clip.frames_played_at([4.95, 0.15]).index, [49, 1])

    def test_formats_that_cards_lack(self):
        for name, caps, chain in (("422.mp4", "format=I422_10LE", "x264enc ! h264parse ! mp4mux"),
                                  ("yuy2.avi", "format=YUY2", "avimux"), ("gray.mkv", "format=GRAY8", "matroskamux"),
                                  ("interlaced.mp4", "format=I420",
                                   "interlace field-pattern=1:1 ! x264enc ! h264parse ! mp4mux")):  # fmt: skip
            path = media.tiny(name, caps, chain, 10)
            for settings in ({}, {"width": 24}):
                with self.subTest(name, **settings):
                    for frame in quadtensor.frames(path, device="cuda", **settings):
                        self.assertEqual(frame.width, settings.get("width", 48))
                        self.assertEqual(frame[0].device, "cuda:0")

    def test_cuda_array_interface(self):
        tensor = self.frame()[1]
        interface = tensor.__cuda_array_interface__
        self.assertEqual(interface["version"], 3)
        self.assertEqual(interface["shape"], (90, 160))
        self.assertEqual(interface["strides"], tensor.strides)
        self.assertEqual(interface["typestr"], "|u1")
        self.assertEqual(interface["data"], (tensor._address, False))
        self.assertIsNone(interface["stream"])

    def test_capsule(self):
        frame = self.frame()
        for stream in (None, -1, 1, 2):
            capsule = frame[0].__dlpack__(stream=stream)
            there = read_capsule(capsule)
            self.assertEqual((there.device_type, there.device_id, there.byte_offset), (2, 0, 0))
            self.assertEqual((there.code, there.bits, there.lanes), (1, 8, 1))
            self.assertEqual(there.data, frame[0]._address)
            self.assertEqual(tuple(there.shape[: there.ndim]), (180, 320))
            self.assertEqual(tuple(there.strides[: there.ndim]), frame[0].strides)

    def test_streams_that_are_none(self):
        tensor = self.frame()[0]
        for stream in (0, -2):
            with self.assertRaises(ValueError):
                tensor.__dlpack__(stream=stream)

    def test_no_copies_to_elsewhere(self):
        tensor = self.frame()[0]
        with self.assertRaises(BufferError):
            tensor.__dlpack__(dl_device=(1, 0))
        tensor.__dlpack__(dl_device=(2, 0))

    @needs_numpy
    def test_numpy_is_refused_with_advice(self):
        tensor = self.frame()[0]
        self.assertFalse(hasattr(tensor, "__array_interface__"))
        with self.assertRaisesRegex(TypeError, "device='cpu'"):
            numpy.asarray(tensor)
        # This error's text is NumPy's.
        with self.assertRaises((BufferError, RuntimeError)):
            numpy.from_dlpack(tensor)

    def test_device_that_is_not_there(self):
        with self.assertRaisesRegex(quadtensor.Error, "There is no CUDA device 3: this machine has 1."):
            quadtensor.frames(media.clip(), device="cuda:3")


class Writing(unittest.TestCase):
    """The double of the driver has no encoder."""

    def test_is_refused(self):
        (frame,) = in_cuda(timestamps=[1], format="RGB", width=64, height=48)

        class Interface:
            __cuda_array_interface__ = frame[0].__cuda_array_interface__

        rows = (
            ("film.gif", "auto", ValueError, r"encoded on the host.*frame\.cpu\(\)"),
            ("film.mp4", "cpu", ValueError, r"encoded on the host.*frame\.cpu\(\)"),
            ("film.mp4", "auto", quadtensor.Error, "no nvh264enc here"),
        )
        for name, device, error, words in rows:
            for kind in (frame, frame[0], Interface()):
                with self.subTest(name, device=device, kind=kind):
                    writer = quadtensor.Writer(media.path_of(name), rate=1, device=device)
                    self.assertRaisesRegex(error, words, writer.write, kind)
                    # As the error says.
                    (copy,) = quadtensor.frames(media.clip(), timestamps=[1], format="RGB", device="cpu")
                    writer.write(copy)
                    writer.close()
                    self.assertEqual(len(quadtensor.Clip(media.path_of(name), device="cpu")), 1)
        self.assertRaisesRegex(quadtensor.Error, "no nvh264enc here", quadtensor.Writer, media.path_of("f.mp4"), device="cuda")


if __name__ == "__main__":
    cases.main()
