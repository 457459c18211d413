#!/usr/bin/python3
"""16 cameras, 1080p H.264 at 15/1, by RTP on loopback to one 1080p frame: what decoding, scaling and composing cost.

Cameras and wall are this process; its threads are told apart by their names. CPU is that of SECONDS after START, and
costs are those of each output frame. Python's bindings of GStreamer are Debian's (python3-gi).
"""

import os
import tempfile
import time
from pathlib import Path

import measure

CAMERAS, RATE = 16, 15
START, SECONDS = 4, 10
PORT = 5600
GOAL = 1 / 20
PARTS = {"decoding": "decode", "scaling": "scale", "composing": "grid"}


def make_clip(file, env):
    """As cameras send it: 2 Mbit/s, one keyframe a second, no B-frames."""
    measure.output_of(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size=1920x1080:rate={RATE}",
                       "-pix_fmt", "yuv420p", "-t", str(START + SECONDS + 5), "-c:v", "libx264",
                       "-preset", "veryfast", "-tune", "zerolatency", "-b:v", "2M", "-g", str(RATE), str(file)], env)


def wall(clip):
    clients = ",".join(f"127.0.0.1:{PORT + i}" for i in range(CAMERAS))
    caps = "application/x-rtp,media=video,clock-rate=90000,encoding-name=H264"
    cameras = " ".join(
        f"udpsrc port={PORT + i} buffer-size=4000000 caps={caps} ! rtpjitterbuffer name=decode{i} ! rtph264depay"
        f" ! avdec_h264 max-threads=1 ! queue name=scale{i} max-size-buffers=2 ! quaddownscale ! queue ! grid."
        for i in range(CAMERAS))
    return (f"filesrc location={clip} ! qtdemux ! h264parse ! rtph264pay config-interval=-1"
            f" ! multiudpsink clients={clients} quadmux-grid name=grid rows=4 columns=4"
            f" ! video/x-raw,width=1920,height=1080,framerate={RATE}/1 ! fakesink {cameras}")


def cpu():
    """Seconds of CPU of each part."""
    cost = dict.fromkeys(PARTS, 0)
    for task in Path("/proc/self/task").iterdir():
        name = (task / "comm").read_text()
        for part, start in PARTS.items():
            if name.startswith(start):
                cost[part] += int((task / "schedstat").read_text().split()[0]) / 1e9
    return cost


def run(clip):
    pipeline = Gst.parse_launch(wall(clip))
    grid = pipeline.get_by_name("grid")
    pipeline.set_state(Gst.State.PLAYING)

    def shown():
        return min(pad.props.stats.get_value("frames-shown") for pad in grid.sinkpads)

    time.sleep(START)
    before, frames = cpu(), shown()
    time.sleep(SECONDS)
    after, frames = cpu(), shown() - frames
    pipeline.set_state(Gst.State.NULL)
    assert frames > 0.9 * RATE * SECONDS, f"of a camera's {RATE * SECONDS} frames {frames} were shown: too slow a machine"
    return {part: after[part] - before[part] for part in PARTS}


def main():
    global Gst
    options = measure.options_of(__doc__)
    os.environ |= measure.environment(options.build)
    import gi
    gi.require_version("Gst", "1.0")
    from gi.repository import Gst
    Gst.init(None)
    print(f"### {CAMERAS} cameras, 1080p at {RATE}/1: {measure.machine()}\n")
    print("| part | CPU ms a frame | of decoding | |\n|---|---:|---:|---|")
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.mp4"
        make_clip(clip, os.environ)
        runs = [run(clip) for _ in range(options.runs)]
    best = min(runs, key=lambda cost: cost["composing"] / cost["decoding"])
    for part, seconds in best.items():
        share = seconds / best["decoding"]
        judged = measure.verdict(share, GOAL, f"of {GOAL}") if part == "composing" else ""
        print(f"| {part} | {seconds * 1e3 / (RATE * SECONDS):.2f} | {share:.3f} | {judged} |")


if __name__ == "__main__":
    main()
