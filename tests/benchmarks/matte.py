#!/usr/bin/env python3
"""Masks of 256x256 refined on 1080p, and background removal, beside peers: CPU time a frame, peak memory.

Each contender reads the same raw I420 frames and writes nothing; what reading them costs alone is subtracted. A clip of
a person is best: --clip. Contenders take turns.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import measure

WIDTH, HEIGHT, FRAMES = 1920, 1080, 60
SMALL = 256


def frames_of(clip, folder):
    """Raw frames of 1080p, and their masks."""
    source = ["-i", str(clip)] if clip else ["-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r=30"]
    raw, mask = folder / "frames.yuv", folder / "masks.gray"
    run = ["ffmpeg", "-v", "error", "-y", *source, "-frames:v", str(FRAMES), "-an"]
    subprocess.run([*run, "-vf", f"scale={WIDTH}:{HEIGHT}", "-pix_fmt", "yuv420p", "-f", "rawvideo", str(raw)], check=True)
    subprocess.run([*run, "-vf", f"scale={SMALL}:{SMALL},format=gray,eq=contrast=4", "-pix_fmt", "gray", "-f", "rawvideo",
                    str(mask)], check=True)
    return raw, mask


def gst(raw, mask, model, *options):
    """A line of gst-launch-1.0: read only, refined masks, or a model's."""
    video = f"filesrc location={raw} blocksize={WIDTH * HEIGHT * 3 // 2} ! rawvideoparse format=i420 width={WIDTH}"
    video += f" height={HEIGHT} framerate=30/1"
    end = "! video/x-raw,format=A420 ! fakesink sync=false"
    if model:
        line = f"{video} ! quadmatte model-file={model} {' '.join(options)} {end}"
    elif mask:
        masks = f"filesrc location={mask} blocksize={SMALL * SMALL} ! rawvideoparse format=gray8 width={SMALL}"
        masks += f" height={SMALL} framerate=30/1 ! r.mask"
        line = f"{video} ! r.sink {masks} quadmatterefine name=r {' '.join(options)} {end}"
    else:
        line = f"{video} ! fakesink sync=false"
    return ["gst-launch-1.0", "-q", *line.split()]


def ffmpeg(mask, guided):
    """FFmpeg's guided filter on the mask that was made as large as the picture, with itself as the guide: with another one
    (guidance=on) FFmpeg 5.1 did not end. Without it, the same but for the filter."""
    read = ["ffmpeg", "-v", "error", "-threads", "1", "-filter_threads", "1", "-f", "rawvideo", "-pix_fmt", "gray"]
    read += ["-s", f"{SMALL}x{SMALL}", "-r", "30", "-i", str(mask)]
    return [*read, "-vf", f"scale={WIDTH}:{HEIGHT}:flags=bilinear{guided}", "-f", "null", "-"]


def opencv(raw, mask):
    """Milliseconds a frame of OpenCV's guided filter with a luma guide, or None where there is none."""
    try:
        import cv2
        import numpy
        cv2.ximgproc.guidedFilter
    except (ImportError, AttributeError):
        return None
    cv2.setNumThreads(1)
    luma = numpy.fromfile(raw, numpy.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)
    small = numpy.fromfile(mask, numpy.uint8, SMALL * SMALL).reshape(SMALL, SMALL)
    costs = []
    for _ in range(7):
        start = time.process_time()
        large = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
        cv2.ximgproc.guidedFilter(luma, large, 30, 1e-4 * 255 * 255)
        costs.append((time.process_time() - start) * 1e3)
    return statistics.median(costs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--clip", type=Path, help="real frames; default: a test pattern")
    parser.add_argument("--model", type=Path, help="an ONNX model; default: none is run")
    options = parser.parse_args()
    env = measure.environment(options.build)
    with tempfile.TemporaryDirectory() as folder:
        raw, mask = frames_of(options.clip, Path(folder))
        contenders = {
            "read": gst(raw, None, None),
            "quadmatterefine": gst(raw, mask, None, "smoothing=0"),
            "quadmatterefine, smoothing=0.75": gst(raw, mask, None),
            "quadmatterefine, foreground=estimate": gst(raw, mask, None, "foreground=estimate"),
            "quadmatterefine, refine=none": gst(raw, mask, None, "refine=none smoothing=0"),
            "ffmpeg, read and scale": ffmpeg(mask, ""),
            "ffmpeg guided, radius 3": ffmpeg(mask, ",guided=eps=0.0001"),
            "ffmpeg guided, radius 20, fast": ffmpeg(mask, ",guided=radius=20:eps=0.0001:mode=fast:sub=4"),
        }
        if options.model:
            contenders["quadmatte"] = gst(raw, None, options.model)
            contenders["quadmatte, region=track"] = gst(raw, None, options.model, "region=track")
        costs = {name: [] for name in contenders}
        for _ in range(options.runs):
            for name, command in contenders.items():
                costs[name].append(measure.run_once(command, env))
        luma = opencv(raw, mask)
        print(f"| {WIDTH}x{HEIGHT}, mask {SMALL}x{SMALL}, one thread | CPU ms a frame | peak MiB |\n|---|---|---|")
        base = {"gst": statistics.median(c.cpu for c in costs["read"]),
                "ffmpeg": statistics.median(c.cpu for c in costs["ffmpeg, read and scale"])}
        for name, all_costs in costs.items():
            own = statistics.median(c.cpu for c in all_costs)
            own -= 0 if name in ("read", "ffmpeg, read and scale") else base["ffmpeg" if "ffmpeg" in name else "gst"]
            peak = statistics.median(c.peak for c in all_costs)
            print(f"| {name} | {own * 1e3 / FRAMES:.2f} | {peak:.0f} |")
        print(f"| OpenCV guidedFilter, luma | {'not installed' if luma is None else f'{luma:.1f}'} | |")


if __name__ == "__main__":
    main()
