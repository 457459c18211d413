"""Runs one job in a process of its own, so that its peak memory is that of the job: JSON from stdin, JSON to stdout.

Without NumPy, to be small itself. Jobs are made in measure.py; a result with "error" says why there is no other one.
"""

import json
import pathlib
import statistics
import sys
import time

_WAIT = 300  # seconds without a message after which a pipeline hangs


class Failure(Exception):
    pass


def memory(field: str) -> int:
    """A line of the process's status, in bytes."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    return 0


def gstreamer():
    try:
        import gi

        gi.require_version("Gst", "1.0")
        from gi.repository import Gst
    except (ImportError, ValueError):
        raise Failure(
            f"{sys.executable} has no GStreamer: install it with `apt install python3-gi gir1.2-gstreamer-1.0`."
        ) from None
    Gst.init(None)
    return Gst


class Source:
    """Feeds the pictures of a raw file to an appsrc, one when it asks; those of `starts` follow nothing."""

    def __init__(self, gst, source, path: str, size: int, numbers: list[int], starts: set[int]):
        self._gst, self._file, self._size = gst, open(path, "rb"), size
        self._numbers, self._starts, self._count = iter(numbers), starts, 0
        source.connect("need-data", self._feed)

    def _feed(self, source, _wanted: int) -> None:
        number = next(self._numbers, None)
        if number is None:
            source.emit("end-of-stream")
            return
        self._file.seek(number * self._size)
        buffer = self._gst.Buffer.new_wrapped(self._file.read(self._size))
        buffer.pts = self._count * self._gst.SECOND // 30
        buffer.duration = self._gst.SECOND // 30
        if number in self._starts:
            buffer.set_flags(self._gst.BufferFlags.DISCONT)
        self._count += 1
        source.emit("push-buffer", buffer)


def wait(gst, pipeline, found: dict) -> None:
    """Plays a pipeline to its end; takes what the element says of its model."""
    bus = pipeline.get_bus()
    pipeline.set_state(gst.State.PLAYING)
    try:
        while True:
            message = bus.timed_pop(_WAIT * gst.SECOND)
            if message is None:
                raise Failure(f"the pipeline does nothing for {_WAIT} s")
            if message.type == gst.MessageType.ERROR:
                raise Failure(message.parse_error()[0].message)
            if message.type == gst.MessageType.EOS:
                return
            said = message.get_structure() if message.type == gst.MessageType.ELEMENT else None
            if said and said.get_name() == "model-loaded":
                found["load_ms"] = said.get_value("load-time") / 1e6
                found["first_ms"] = said.get_value("first-run-time") / 1e6
                found["provider"] = said.get_value("execution-provider")
                found["runtime"] = said.get_value("runtime")
    finally:
        pipeline.set_state(gst.State.NULL)


def caps(form: str, width: int, height: int) -> str:
    colors = "sRGB" if form == "RGB" else "1:4:0:0"
    return f"video/x-raw,format={form},width={width},height={height},framerate=30/1,colorimetry={colors}"


def element_of(job: dict, name: str) -> str:
    values = " ".join(f"{key}={json.dumps(value)}" for key, value in job["properties"].items())
    return f"{job['element']} name={name} {values}"


def source_of(name: str, form: str, width: int, height: int) -> str:
    return f"appsrc name={name} format=time max-buffers=1 emit-signals=true caps={caps(form, width, height)}"


class Meter:
    """Times an element by its pads, and keeps what it makes."""

    def __init__(self, gst, element, output):
        self._gst, self._output, self._start, self.times = gst, output, 0, []
        kind = gst.PadProbeType.BUFFER
        element.get_static_pad("sink").add_probe(kind, self._begin)
        element.get_static_pad("src").add_probe(kind, self._end)

    def _begin(self, _pad, _info):
        self._start = time.perf_counter_ns()
        return self._gst.PadProbeReturn.OK

    def _end(self, _pad, info):
        self.times.append((time.perf_counter_ns() - self._start) / 1e6)
        buffer = info.get_buffer()
        self._output.write(buffer.extract_dup(0, buffer.get_size()))
        return self._gst.PadProbeReturn.OK


def run_matte(gst, job: dict, output, found: dict) -> list[float]:
    """All pictures through one quadmatte; a picture of `starts` follows nothing, so its mask is not smoothed."""
    size = job["width"], job["height"]
    pipeline = gst.parse_launch(
        f"{source_of('pictures', 'RGB', *size)} ! {element_of(job, 'matte')} ! video/x-raw,format=GRAY8 "
        "! fakesink sync=false"
    )
    meter = Meter(gst, pipeline.get_by_name("matte"), output)
    source = pipeline.get_by_name("pictures")
    Source(gst, source, job["pictures"], size[0] * size[1] * 3, range(job["count"]), set(job["starts"]))
    wait(gst, pipeline, found)
    return meter.times


def run_refine(gst, job: dict, output, found: dict) -> list[float]:
    """A quadmatterefine from each of `starts` on: it forgets nothing by itself."""
    size, times = (job["width"], job["height"]), []
    side = job["mask_size"]
    for start, end in zip(job["starts"], [*job["starts"][1:], job["count"]]):
        pipeline = gst.parse_launch(
            f"{element_of(job, 'matte')} ! video/x-raw,format=GRAY8 ! fakesink sync=false "
            f"{source_of('pictures', 'RGB', *size)} ! matte.sink {source_of('masks', 'GRAY8', side, side)} ! matte.mask"
        )
        meter = Meter(gst, pipeline.get_by_name("matte"), output)
        for name, length in (("pictures", size[0] * size[1] * 3), ("masks", side * side)):
            Source(gst, pipeline.get_by_name(name), job[name], length, range(start, end), set())
        begin = time.perf_counter_ns()
        wait(gst, pipeline, found)
        count = len(meter.times)
        times += [(time.perf_counter_ns() - begin) / 1e6 / count] * count
    return times


def measure(gst, job: dict) -> dict:
    if not gst.ElementFactory.find(job["element"]):
        raise Failure(
            f"GStreamer has no element {job['element']}: install gst-quad, or set GST_PLUGIN_PATH to the folder "
            "of libgstquad.so."
        )
    found: dict = {}
    # Peaks are counted from here on (proc(5), clear_refs).
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    run = run_matte if job["element"] == "quadmatte" else run_refine
    with open(job["output"], "wb") as output:
        times = run(gst, job, output, found)
    if len(times) != job["count"]:
        raise Failure(f"{len(times)} of {job['count']} mattes came")
    peak = memory("VmHWM")
    return found | {"ms": statistics.median(times), "peak": peak, "memory": peak - before}


def decode(gst, job: dict) -> dict:
    """`count` pictures from a clip, evenly over its time, to a raw file; of a still one the same each time."""
    size = caps("RGB", job["width"], job["height"])
    pipeline = gst.parse_launch(
        "filesrc name=file ! decodebin ! videoconvert ! videoscale add-borders=false "
        f"! {size.replace(',framerate=30/1', ',pixel-aspect-ratio=1/1')} ! appsink name=out sync=false"
    )
    pipeline.get_by_name("file").set_property("location", job["clip"])
    out, bus = pipeline.get_by_name("out"), pipeline.get_bus()
    pipeline.set_state(gst.State.PAUSED)
    try:
        with open(job["output"], "wb") as output:
            wanted = gst.MessageType.ERROR | gst.MessageType.ASYNC_DONE
            message = bus.timed_pop_filtered(_WAIT * gst.SECOND, wanted)
            if message is None or message.type == gst.MessageType.ERROR:
                raise Failure(message.parse_error()[0].message if message else f"nothing comes for {_WAIT} s.")
            sample = out.emit("pull-preroll")
            length = pipeline.query_duration(gst.Format.TIME)[1]
            for number in range(job["count"]):
                at = length * (2 * number + 1) // (2 * job["count"])
                flags = gst.SeekFlags.FLUSH | gst.SeekFlags.ACCURATE
                if length > 0 and pipeline.seek_simple(gst.Format.TIME, flags, at):
                    sample = out.emit("try-pull-preroll", _WAIT * gst.SECOND) or sample
                buffer = sample.get_buffer()
                output.write(buffer.extract_dup(0, buffer.get_size()))
    finally:
        pipeline.set_state(gst.State.NULL)
    return {"count": job["count"]}


if __name__ == "__main__":
    work = json.load(sys.stdin)
    try:
        result = (decode if work["kind"] == "decode" else measure)(gstreamer(), work)
    except Failure as failure:
        result = {"error": str(failure)}
    print(json.dumps(result))
