"""Pixels of pictures that GStreamer decodes."""

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import Gst, GstApp  # noqa: F401  (GstApp gives appsink its methods)

Gst.init(None)

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


class Picture:
    """A frame of RGB."""

    def __init__(self, sample):
        caps = sample.get_caps().get_structure(0)
        self.width, self.height = caps.get_value("width"), caps.get_value("height")
        self.time = sample.get_buffer().pts
        self._bytes = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())

    def at(self, x, y):
        """The colour at fractions of width and height."""
        stride = (self.width * 3 + 3) // 4 * 4
        start = int(y * self.height) * stride + int(x * self.width) * 3
        return tuple(self._bytes[start : start + 3])

    def is_near(self, x, y, colour, most=40):
        return all(abs(a - b) < most for a, b in zip(self.at(x, y), colour))


def first_picture(data, decoder="jpegdec"):
    """The picture in bytes of a file."""
    line = Gst.parse_launch(f"appsrc name=in ! {decoder} ! videoconvert ! video/x-raw,format=RGB ! appsink name=out sync=false")
    line.set_state(Gst.State.PLAYING)
    source = line.get_by_name("in")
    source.push_buffer(Gst.Buffer.new_wrapped(data))
    source.end_of_stream()
    sample = line.get_by_name("out").try_pull_sample(10 * Gst.SECOND)
    line.set_state(Gst.State.NULL)
    assert sample, "no picture"
    return Picture(sample)


def count_frames(path):
    """How many frames of a video file decode, and the time at which the last one ends, in seconds."""
    line = Gst.parse_launch(f'filesrc location="{path}" ! decodebin ! appsink name=out sync=false')
    line.set_state(Gst.State.PLAYING)
    frames, end = 0, 0
    while sample := line.get_by_name("out").try_pull_sample(10 * Gst.SECOND):
        frames += 1
        end = max(end, sample.get_buffer().pts + sample.get_buffer().duration)
    fault = line.get_bus().pop_filtered(Gst.MessageType.ERROR)
    line.set_state(Gst.State.NULL)
    assert not fault, fault.parse_error()
    return frames, end / Gst.SECOND
