#!/usr/bin/env python3
"""What quadjpegdec adds to TurboJPEG in time, and the memory that a crop of a scanned page needs.

Time: CPU of a process that decodes a photo many times less that of one that does so few times, the least of some runs.
Memory: the peak of a process that shows the middle quarter of a photo that lies on its side, less that of the same
elements with a tiny photo.
"""

import shlex
import struct
import tempfile
from pathlib import Path

import jpeg
import measure

FEW, MANY = 4, 44
GOAL = 1.1
# MiB, for all that is neither a picture nor the file.
SLACK = 4
SHOWN = (375, 500)
DECODED = (2000, 1500)  # twice what is shown of it, by the default headroom


def decoders(build, photo, count, eighths):
    limit = -(-jpeg.SIZE[0] * eighths // 8)
    return {
        "quadjpegdec": jpeg.gst(photo, count, f"quadjpegdec max-width={limit}"),
        "TurboJPEG": [str(build / "tests" / "benchmarks" / "turbojpeg_alone"), str(photo), str(count), str(eighths)],
    }


def print_times(photos, options, env):
    print("### quadjpegdec beside TurboJPEG alone\n")
    print("| | CPU ms a photo | TurboJPEG's | ratio |\n|---|---:|---:|---:|")
    for name, photo in photos.items():
        for eighths in (8, 4, 2, 1):
            few, many = (measure.run_in_turns(decoders(options.build, photo, n, eighths), options.runs, env, min)
                         for n in (FEW, MANY))
            ours, theirs = ((many[c].cpu - few[c].cpu) * 1e3 / (MANY - FEW) for c in ("quadjpegdec", "TurboJPEG"))
            text = f"{ours / theirs:.2f} (of {GOAL})"
            print(f"| {name}, {eighths}/8 | {ours:.2f} | {theirs:.2f} | {measure.verdict(ours / theirs, GOAL, text)} |",
                  flush=True)
    print()


def turn(photo, to):
    """A copy whose EXIF says that it is seen after a quarter turn, orientation 6."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 1) + entry + struct.pack("<I", 0)
    data = photo.read_bytes()
    to.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    return to


def page(photo, width, height):
    """The middle quarter as it is seen: quaddownscale crops frames as they come, before they are turned."""
    size = f"video/x-raw,width={height},height={width}"
    crop = "crop-x=0.25 crop-y=0.25 crop-width=0.5 crop-height=0.5"
    return ["gst-launch-1.0", "-q", *shlex.split(
        f"filesrc location={photo} ! quadjpegdec ! quaddownscale {crop} ! {size} ! "
        "videoflip video-direction=auto ! fakesink")]


def print_memory(photos, folder, options, env):
    tiny = folder / "tiny.jpg"
    measure.output_of(["gst-launch-1.0", "-q", *shlex.split(
        "videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=32,height=24 ! jpegenc snapshot=true ! "
        f"filesink location={tiny}")], env)
    turned = {name: turn(p, folder / f"turned-{name}.jpg") for name, p in photos.items()}
    commands = {"idle": page(turn(tiny, folder / "idle.jpg"), 6, 8)}
    commands |= {name: page(p, *SHOWN) for name, p in turned.items()}
    costs = measure.run_in_turns(commands, max(5, options.runs), env)
    print("### A quarter of a photo of 12 megapixels at 375x500, peak MiB above the same elements idle\n")
    print("| | file | scaled planes and output | allowed | measured |\n|---|---:|---:|---:|---:|")
    for name in photos:
        file = turned[name].stat().st_size / 2 ** 20
        pictures = 1.5 * (DECODED[0] * DECODED[1] + SHOWN[0] * SHOWN[1]) / 2 ** 20
        allowed = pictures + 2 * file + SLACK
        more = costs[name].peak - costs["idle"].peak
        judged = measure.verdict(more, allowed, f"{more:.1f}")
        print(f"| {name} | {file:.1f} | {pictures:.1f} | {allowed:.1f} | {judged} |")
    print(f"\nIdle: {costs['idle'].peak:.1f} MiB.\n", flush=True)


def main():
    options = measure.options_of(__doc__)
    env = measure.environment(options.build)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = jpeg.make_photos(folder, env)
        print_memory(photos, folder, options, env)
        print_times(photos, options, env)


if __name__ == "__main__":
    main()
