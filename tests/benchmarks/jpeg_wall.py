#!/usr/bin/env python3
"""16 Motion JPEGs, 1080p at 15/1, as one 1080p frame: quadjpegdec and quadmux-grid beside jpegdec and compositor.

CPU is that of a process of many frames less that of one of few, so that starting a process does not count.
"""

import shlex
import tempfile
from pathlib import Path

import grid
import measure

FEW, MANY = 15, 75
SIDE = 4
GOAL = 0.6
PICTURES = 15
# Moving patterns with flat areas, much detail, and noise above all.
SOURCES = {
    "testsrc2": "testsrc2=size=1920x1080:rate=15",
    "mandelbrot, noise": "mandelbrot=size=1920x1080:rate=15:end_scale=0.01,noise=alls=6:allf=t",
    "mandelbrot, strong noise": "mandelbrot=size=1920x1080:rate=15:end_scale=0.01,noise=alls=16:allf=t",
}


def make_streams(folder, env):
    """One JPEG a frame, 4:2:0; the streams repeat them."""
    for i, source in enumerate(SOURCES.values()):
        measure.output_of(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"{source},format=yuvj420p", "-frames:v",
                           str(PICTURES), "-q:v", "4", str(folder / f"{i}-%02d.jpg")], env)


def wall(mixer, decoder, files, frames, sink="fakesink", flag="-q"):
    streams = " ".join(
        f"multifilesrc location={files} start-index=1 stop-index={PICTURES} loop=true num-buffers={frames} "
        f"caps=image/jpeg,framerate=15/1 ! {decoder} ! m." for _ in range(SIDE * SIDE))
    return shlex.split(
        f"gst-launch-1.0 {flag} {mixer} name=m ! video/x-raw,width=1920,height=1080,framerate=15/1 ! {sink} {streams}")


def contenders(files, frames, **more):
    ours = f"quadmux-grid rows={SIDE} columns={SIDE}"
    theirs = grid.compositor_grid(SIDE)
    return {
        "quadjpegdec, quadmux-grid": wall(ours, "quadjpegdec", files, frames, **more),
        "jpegdec, quadmux-grid": wall(ours, "jpegdec", files, frames, **more),
        "jpegdec, compositor": wall(theirs, "jpegdec", files, frames, **more),
    }


def main():
    options = measure.options_of(__doc__)
    env = measure.environment(options.build)
    print(f"### 16 Motion JPEGs to one 1080p frame: {measure.machine()}\n")
    print("| | KB a picture | CPU ms a frame | ours / it | |\n|---|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_streams(folder, env)
        for i, source in enumerate(SOURCES):
            files = str(folder / f"{i}-%02d.jpg")
            size = sum(p.stat().st_size for p in folder.glob(f"{i}-*.jpg")) / PICTURES / 1e3
            for command in contenders(files, FEW, sink="fakesink silent=false", flag="-v").values():
                grid.check_frames(command, FEW, env)
            few = measure.run_in_turns(contenders(files, FEW), options.runs, env)
            many = measure.run_in_turns(contenders(files, MANY), options.runs, env)
            cost = {c: (many[c].cpu - few[c].cpu) * 1e3 / (MANY - FEW) for c in many}
            ours = cost["quadjpegdec, quadmux-grid"]
            for c, ms in cost.items():
                judged = measure.verdict(ours / ms, GOAL, f"of {GOAL}") if "compositor" in c else ""
                print(f"| {source}: {c} | {size:.0f} | {ms:.1f} | {ours / ms:.2f} | {judged} |", flush=True)


if __name__ == "__main__":
    main()
