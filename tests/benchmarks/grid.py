#!/usr/bin/env python3
"""quadmux-grid beside compositor: four 1080p sources in a 2x2 grid of 1080p, and more sources in larger grids.

The cost of the whole process, sources and all, per output frame. Each source
makes one frame and imagefreeze repeats it, so that what is measured is the
element and the buffers' way to it.
"""

import argparse
import math
import shlex
from pathlib import Path

import measure

PATTERNS = ("smpte", "ball", "gradient", "snow")
# The goal: so many times less CPU than compositor.
LESS_CPU = {"I420": 8, "NV12": 8, "BGRA": 5}
FULL_HD, HD = (1920, 1080), (1280, 720)
# How many inputs of which size, and the goal.
MANY = ((4, FULL_HD, 8), (9, FULL_HD, 8), (16, FULL_HD, 8), (64, HD, 6))
MANY_FORMATS = ("I420", "NV12")
MORE_FOR_LABELS = 1.15  # times the CPU without


def caps(video_format, size=FULL_HD):
    # imagefreeze's default rate: every input frame is one output frame.
    return f"video/x-raw,format={video_format},width={size[0]},height={size[1]},framerate=25/1"


def source(video_format, pattern, frames, size=FULL_HD):
    return (f"videotestsrc num-buffers=1 pattern={pattern} ! {caps(video_format, size)} ! "
            f"imagefreeze num-buffers={frames}")


def mixer(element, video_format, frames, sink="fakesink", flag="-q"):
    sources = " ".join(f"{source(video_format, p, frames)} ! m." for p in PATTERNS)
    return shlex.split(f"gst-launch-1.0 {flag} {element} name=m ! {caps(video_format)} ! {sink} {sources}")


def grid(video_format, frames, **more):
    return mixer("quadmux-grid", video_format, frames, **more)


def cell(side):
    return FULL_HD[0] // side, FULL_HD[1] // side


def compositor_grid(side):
    """compositor with side * side cells on 1080p. A plain background is its cheapest."""
    width, height = cell(side)
    return "compositor background=black " + " ".join(
        f"sink_{i}::xpos={i % side * width} sink_{i}::ypos={i // side * height} sink_{i}::width={width} "
        f"sink_{i}::height={height}" for i in range(side * side))


def compositor(video_format, frames, **more):
    return mixer(compositor_grid(2), video_format, frames, **more)


def sources_only(video_format, frames):
    pipeline = " ".join(f"{source(video_format, p, frames)} ! fakesink" for p in PATTERNS)
    return shlex.split(f"gst-launch-1.0 -q {pipeline}")


def check_frames(command, frames, env):
    """Checks the number of frames: a mixer that loses some would look cheap."""
    lines = measure.output_of(command, env).splitlines()
    seen = sum("chain" in line and "*******" in line for line in lines)
    if seen != frames:
        raise SystemExit(f"{seen} frames of {frames} arrived: {' '.join(command)}")


def beside_compositor(formats, frames, runs, env):
    print(f"\n### The grid: four 1080p sources to one 1080p frame, {frames} frames, median of {runs} runs\n")
    print("| format | | CPU ms/frame | ms/frame | peak MiB |\n|---|---|---:|---:|---:|")
    rows = []
    for f in formats:
        for make in (grid, compositor):
            check_frames(make(f, 50, sink="fakesink silent=false", flag="-v"), 50, env)
        costs = measure.run_in_turns({
            "quadmux-grid": grid(f, frames),
            "compositor": compositor(f, frames),
            "sources into fakesinks": sources_only(f, frames),
        }, runs, env)
        for name, cost in costs.items():
            c = cost.per_frame(frames)
            print(f"| {f} | {name} | {c.cpu:.2f} | {c.wall:.2f} | {c.peak:.1f} |", flush=True)
        rows.append((f, costs["quadmux-grid"], costs["compositor"]))
    print("\n| format | compositor's CPU / quadmux-grid's | compositor's time / quadmux-grid's | peak MiB, ours - theirs |")
    print("|---|---:|---:|---:|")
    for f, ours, theirs in rows:
        less, faster, more = theirs.cpu / ours.cpu, theirs.wall / ours.wall, ours.peak - theirs.peak
        print(f"| {f} | {measure.verdict(LESS_CPU[f], less, f'{less:.1f} (of {LESS_CPU[f]})')} "
              f"| {measure.verdict(1, faster, f'{faster:.2f}')} | {measure.verdict(more, 0, f'{more:+.1f}')} |")


def wall(count, size, video_format, frames):
    """The commands: `count` inputs in a square grid of 1080p, by name."""
    side = math.isqrt(count)
    width, height = cell(side)
    sources = [source(video_format, PATTERNS[i % len(PATTERNS)], frames, size) for i in range(count)]
    small = f"quaddownscale ! video/x-raw,width={width},height={height}"
    our_mixer = f"quadmux-grid name=m rows={side} columns={side} ! {caps(video_format)} ! fakesink"
    their_mixer = f"{compositor_grid(side)} name=m ! {caps(video_format)} ! fakesink"
    lines = {
        "quadmux-grid": our_mixer + "".join(f" {s} ! m." for s in sources),
        "quaddownscale in each branch ! quadmux-grid": our_mixer + "".join(f" {s} ! {small} ! m." for s in sources),
        "quaddownscale into fakesinks": " ".join(f"{s} ! {small} ! fakesink" for s in sources),
        "sources into fakesinks": " ".join(f"{s} ! fakesink" for s in sources),
        "compositor": their_mixer + "".join(f" {s} ! m." for s in sources),
    }
    return {name: shlex.split(f"gst-launch-1.0 -q {line}") for name, line in lines.items()}


def many_inputs(formats, frames, runs, env):
    print(f"\n### Many inputs to one 1080p frame, CPU ms/frame, {frames} frames, median of {runs} runs\n")
    names = list(wall(*MANY[0][:2], MANY_FORMATS[0], frames))
    print(f"| format | inputs | {' | '.join(names)} | compositor / quadmux-grid |")
    print("|---|---|" + "---:|" * (len(names) + 1))
    for f in (f for f in formats if f in MANY_FORMATS):
        for count, size, goal in MANY:
            costs = measure.run_in_turns(wall(count, size, f, frames), runs, env)
            cpu = {name: cost.per_frame(frames).cpu for name, cost in costs.items()}
            less = cpu["compositor"] / cpu["quadmux-grid"]
            figures = " | ".join(f"{ms:.2f}" for ms in cpu.values())
            print(f"| {f} | {count} of {size[1]}p | {figures} | {measure.verdict(goal, less, f'{less:.1f} (of {goal})')} |",
                  flush=True)


def labels(formats, frames, runs, env):
    print(f"\n### Labels on 16 inputs of 1080p to one 1080p frame, {frames} frames, least of {runs} runs\n")
    print("| format | label | CPU ms/frame | of that without |\n|---|---|---:|---:|")
    names = {"none": "", "{name} {state}": "label='{name} {state}'", "{pts}, new with each frame": "label='{pts}'"}
    for f in (f for f in formats if f in MANY_FORMATS):
        line = shlex.join(wall(16, FULL_HD, f, frames)["quadmux-grid"])
        costs = measure.run_in_turns({
            name: shlex.split(line.replace("name=m", f"name=m {label}", 1)) for name, label in names.items()
        }, runs, env, min)
        without = costs["none"].cpu
        for name, cost in costs.items():
            times = cost.cpu / without
            goal = measure.verdict(times, MORE_FOR_LABELS, f"{times:.2f} (of {MORE_FOR_LABELS})") \
                if name == "{name} {state}" else f"{times:.2f}"
            print(f"| {f} | {name} | {cost.per_frame(frames).cpu:.2f} | {goal} |", flush=True)


def memory_over_time(formats, runs, env):
    print("\n### Peak memory of quadmux-grid, 400 and 4,000 frames\n")
    print("| format | 400 frames, MiB | 4,000 frames, MiB | difference |\n|---|---:|---:|---:|")
    for f in formats:
        costs = measure.run_in_turns({"400": grid(f, 400), "4000": grid(f, 4000)}, runs, env)
        few, many = costs["400"].peak, costs["4000"].peak
        print(f"| {f} | {few:.1f} | {many:.1f} | {measure.verdict(abs(many - few), 2, f'{many - few:+.1f}')} |",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=lambda p: Path(p).resolve(), default=measure.ROOT / "build-benchmarks",
                        help="the build folder")
    parser.add_argument("--format", default="I420,NV12,BGRA")
    parser.add_argument("--frames", type=int, default=400)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=("speed", "memory", "many", "labels"))
    options = parser.parse_args()
    env = measure.environment(options.build)
    formats = options.format.split(",")
    print(measure.machine())
    if options.only in (None, "many"):
        many_inputs(formats, options.frames, min(3, options.runs), env)
    if options.only in (None, "labels"):
        labels(formats, options.frames, options.runs, env)
    if options.only in (None, "speed"):
        beside_compositor(formats, options.frames, options.runs, env)
    if options.only in (None, "memory"):
        memory_over_time(formats, min(3, options.runs), env)


if __name__ == "__main__":
    main()
