#!/usr/bin/env python3
"""Masks of 256x256 refined on 1080p, and background removal, beside peers: CPU time a frame, peak memory.

Each contender reads the same raw I420 frames and writes nothing; what reading them costs alone is subtracted. A clip of
a person is best. Contenders take turns. FFmpeg's filter takes a second a frame, so it gets a few frames only.

QUAD_MEDIA=FOLDER    the clip is the MP4 file of FOLDER that is called after a person, else the first; a test pattern
                     without
QUAD_MODELS=FOLDER   where quad-models puts models; without the model only masks are measured
"""

import argparse
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import measure

WIDTH, HEIGHT, FRAMES = 1920, 1080, 60
SMALL = 256
FFMPEG_FRAMES = 6
MODEL = "selfie_segmentation_landscape.onnx"
READ, FFMPEG_READ = "read", "ffmpeg, read and scale"


def frames_of(clip, folder, model, env):
    """Raw frames of 1080p, and their masks: the model's, or without one of the picture's brightness."""
    source = ["-i", str(clip)] if clip else ["-f", "lavfi", "-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r=30"]
    raw, mask = folder / "frames.yuv", folder / "masks.gray"
    run = ["ffmpeg", "-v", "error", "-y", *source, "-frames:v", str(FRAMES), "-an"]
    subprocess.run([*run, "-vf", f"scale={WIDTH}:{HEIGHT}", "-pix_fmt", "yuv420p", "-f", "rawvideo", str(raw)], check=True)
    if model:
        line = f"filesrc location={raw} blocksize={WIDTH * HEIGHT * 3 // 2} ! rawvideoparse format=i420 width={WIDTH}"
        line += f" height={HEIGHT} framerate=30/1 ! quaddownscale ! video/x-raw,width={SMALL},height={SMALL}"
        line += f" ! quadmatte model-file={model} refine=none ! video/x-raw,format=GRAY8 ! filesink location={mask}"
        measure.output_of(["gst-launch-1.0", "-q", *line.split()], env)
    else:
        subprocess.run([*run, "-vf", f"scale={SMALL}:{SMALL},format=gray,eq=contrast=4", "-pix_fmt", "gray", "-f",
                        "rawvideo", str(mask)], check=True)
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
    read += ["-s", f"{SMALL}x{SMALL}", "-r", "30", "-i", str(mask), "-frames:v", str(FFMPEG_FRAMES)]
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


def start_time(command, env):
    """Milliseconds that loading the model and its first run take, by the element's message."""
    times = []
    for _ in range(5):
        said = measure.output_of([word if word != "-q" else "-m" for word in command], env)
        parts = [re.search(rf"{name}=\(guint64\)(\d+)", said) for name in ("load-time", "first-run-time")]
        if not all(parts):
            raise SystemExit(f"quadmatte posts no message with its load-time:\n{said[-2000:]}")
        times.append(sum(int(part.group(1)) for part in parts) / 1e6)
    return statistics.median(times)


def contenders_of(raw, mask, model):
    """{name: command}, and what is subtracted: {name: name}."""
    contenders = {
        READ: gst(raw, None, None),
        "quadmatterefine, smoothing=0": gst(raw, mask, None, "smoothing=0"),
        "quadmatterefine": gst(raw, mask, None),
        "quadmatterefine, foreground=estimate": gst(raw, mask, None, "foreground=estimate"),
        "quadmatterefine, refine=none": gst(raw, mask, None, "refine=none", "smoothing=0"),
    }
    if model:
        contenders["quadmatte"] = gst(raw, None, model)
        contenders["quadmatte, region=track"] = gst(raw, None, model, "region=track")
    ours = list(contenders)[1:]
    contenders |= {
        FFMPEG_READ: ffmpeg(mask, ""),
        "ffmpeg guided, radius 3": ffmpeg(mask, ",guided=eps=0.0001"),
        "ffmpeg guided, radius 20, fast": ffmpeg(mask, ",guided=radius=20:eps=0.0001:mode=fast:sub=4"),
    }
    theirs = list(contenders)[-2:]
    return contenders, {name: READ for name in ours} | {name: FFMPEG_READ for name in theirs}


def figures(own, peak, start, luma):
    """Rows of what is to be reached: text, and whether it is."""
    guided = own["quadmatterefine, smoothing=0"]
    more = own["quadmatterefine, foreground=estimate"] - own["quadmatterefine"]
    times = own["ffmpeg guided, radius 3"] / guided
    rows = [
        ("quadmatterefine, smoothing=0, ms", measure.verdict(guided, 5, f"{guided:.1f} (of 5)")),
        ("foreground=estimate, ms more than without", measure.verdict(more, 8, f"{more:.1f} (of 8)")),
        ("ffmpeg guided, radius 3 / ours", measure.verdict(-times, -8, f"{times:.0f} (of 8)")),
    ]
    if luma is not None:
        rows.append(("OpenCV / ours", measure.verdict(-luma / guided, -20, f"{luma / guided:.1f} (of 20)")))
    if start is not None:
        cost, memory = own["quadmatte"], peak["quadmatte"]
        rows += [
            ("quadmatte, ms", measure.verdict(cost, 10, f"{cost:.1f} (of 10)")),
            ("quadmatte, peak MiB", measure.verdict(memory, 70, f"{memory:.1f} (of 70)")),
            ("quadmatte, start, ms", measure.verdict(start, 100, f"{start:.0f} (of 100)")),
        ]
    return rows


def default_clip():
    folder = os.environ.get("QUAD_MEDIA")
    if not folder:
        return None
    clips = sorted(Path(folder).resolve().glob("*.mp4"), key=lambda clip: ("person" not in clip.name, clip.name))
    if not clips:
        raise SystemExit(f"QUAD_MEDIA={folder} holds no .mp4 file")
    return clips[0]


def default_model():
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    model = Path(os.environ.get("QUAD_MODELS") or cache / "gst-quad").resolve() / MODEL
    return model if model.exists() else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--clip", type=Path, default=default_clip(), help="real frames")
    parser.add_argument("--model", type=Path, default=default_model(), help="an ONNX model")
    options = parser.parse_args()
    env = measure.environment(options.build)
    with tempfile.TemporaryDirectory(dir=options.build) as folder:
        raw, mask = frames_of(options.clip, Path(folder), options.model, env)
        contenders, less = contenders_of(raw, mask, options.model)
        costs = measure.run_in_turns(contenders, options.runs, env)
        luma = opencv(raw, mask)
        start = start_time(contenders["quadmatte"], env) if options.model else None
    frames = {name: FFMPEG_FRAMES if name.startswith("ffmpeg") else FRAMES for name in costs}
    own = {name: (cost.cpu - (costs[less[name]].cpu if name in less else 0)) * 1e3 / frames[name]
           for name, cost in costs.items()}
    peak = {name: cost.peak for name, cost in costs.items()}
    print(f"### Mattes of {WIDTH}x{HEIGHT}, masks of {SMALL}x{SMALL}, one thread, {measure.machine()}\n")
    print("| | CPU ms a frame | peak MiB |\n|---|---:|---:|")
    for name in costs:
        print(f"| {name} | {own[name]:.2f} | {peak[name]:.0f} |")
    print(f"| OpenCV guidedFilter, luma | {'not installed' if luma is None else f'{luma:.1f}'} | |")
    print("\n| | |\n|---|---|")
    for name, text in figures(own, peak, start, luma):
        print(f"| {name} | {text} |")
    if not options.model:
        print(f"\nquadmatte is left out: {MODEL} is not there (quad-models fetch onnxruntime selfie-landscape).")


if __name__ == "__main__":
    main()
