#!/usr/bin/env python3
"""Clip beside PyAV, OpenCV and ffmpeg: what reading a video for training costs.

A clip of 1080p with 250 frames between keyframes is made first: a minute is encoded and repeated. Each reader is a
process of its own, or one for each of two workers, which share the work by halves. Readers take turns. See
training_reader.py for the tasks.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

MINUTE, RATE = 60, 25
TASKS = {
    "random": "100 random times in 10 batches, RGB in the clip's size",
    "second": "A frame a second, 224x224 RGB",
    "every": "All frames, 224x224 RGB",
}
OURS, LIMIT = "quadtensor", "PyAV"
NAMES = (OURS, "PyAV", "OpenCV", "ffmpeg")
DECODERS = (OURS, "PyAV")


def source(media):
    """What is encoded: people's clips with some grain, or else a pattern."""
    if not media:
        return ["-f", "lavfi", "-i", f"testsrc2=size=1920x1080:rate={RATE}:duration={MINUTE}", "-vf", "noise=alls=8:allf=t"]
    clips = sorted(media.glob("*.mp4"))[:4]
    inputs = [part for clip in clips for part in ("-stream_loop", "-1", "-i", str(clip))]
    chains = [
        f"[{n}:v]scale=1920:1080:flags=lanczos,setsar=1,fps={RATE},noise=alls=8:allf=t,format=yuv420p,"
        f"trim=duration={MINUTE // len(clips)},setpts=PTS-STARTPTS[v{n}]"
        for n in range(len(clips))
    ]
    joined = "".join(f"[v{n}]" for n in range(len(clips)))
    return [*inputs, "-filter_complex", f"{';'.join(chains)};{joined}concat=n={len(clips)}:v=1[v]", "-map", "[v]"]


def clip_of(folder, minutes, media):
    piece, whole = folder / "minute.mp4", folder / f"{minutes}-minutes.mp4"
    ffmpeg = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    if not piece.exists():
        encoder = shlex.split(f"-an -pix_fmt yuv420p -c:v libx264 -preset medium -g {10 * RATE} -bf 3 -b:v 4M")
        subprocess.run([*ffmpeg, *source(media), *encoder, str(piece)], check=True)
    if not whole.exists():
        loop = ["-stream_loop", str(minutes), "-i", str(piece), "-c", "copy", "-t", str(minutes * MINUTE)]
        subprocess.run([*ffmpeg, *loop, str(whole)], check=True)
    return whole


def run(name, task, clip, seconds, workers, env):
    """What all workers cost together, and what they saw."""
    reader = [sys.executable, "-B", str(Path(__file__).with_name("training_reader.py"))]
    jobs = [
        subprocess.Popen([*reader, name, task, str(clip), str(part), str(workers), str(seconds)], env=env,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for part in range(workers)
    ]  # fmt: skip
    got = []
    for job in jobs:
        out, err = job.communicate(timeout=3600)
        if job.returncode:
            sys.exit(f"{name}, {task}: {err[-2000:]}")
        got.append(json.loads(out.splitlines()[-1]))
    frames = sum(each["count"] for each in got)
    mean = sum(each["mean"] * each["count"] for each in got) / frames
    cost = measure.Cost(sum(e["cpu"] for e in got), max(e["wall"] for e in got), sum(e["peak"] for e in got))
    return cost, frames, mean


def check(task, seen):
    """All readers have to have read the same. Means differ a little by the colour matrix that a reader takes."""
    frames, means = zip(*seen.values(), strict=True)
    if max(frames) - min(frames) > 2 or max(means) - min(means) > 4:
        sys.exit(f"{task}: what the readers saw differs: {seen}")


def table(task, names, clip, seconds, workers, runs, env):
    costs, seen = {name: [] for name in names}, {}
    for turn in range(runs):
        for name in [*names[turn % len(names):], *names[: turn % len(names)]]:
            cost, *seen[name] = run(name, task, clip, seconds, workers, env)
            costs[name].append(cost)
            print(f"  run {turn + 1}/{runs}: {task}, {workers} workers, {name}: {cost.cpu:.1f} s", file=sys.stderr, flush=True)
    check(task, seen)
    return {
        name: measure.Cost(*(statistics.median(getattr(c, field) for c in of) for field in ("cpu", "wall", "peak")))
        for name, of in costs.items()
    }  # fmt: skip


def print_table(title, costs, limit):
    print(f"\n### {title}\n\n| | CPU s | s | peak MiB | ours / its CPU | ours / its memory |\n|---|---:|---:|---:|---:|---:|")
    ours = costs[OURS]
    for name, cost in costs.items():
        row = f"| {name} | {cost.cpu:.1f} | {cost.wall:.1f} | {cost.peak:.0f} |"
        if name == OURS:
            print(f"{row} | |")
            continue
        cpu, peak = ours.cpu / cost.cpu, ours.peak / cost.peak
        most = limit if name == LIMIT else 1
        cells = measure.verdict(cpu, most, f"{cpu:.2f} (of {most:g})"), measure.verdict(peak, 1, f"{peak:.2f}")
        print(f"{row} {cells[0]} | {cells[1]} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, type=lambda p: Path(p).resolve(), help="the build folder")
    parser.add_argument("--clips", type=lambda p: Path(p).resolve(), help="keep the clips in this folder")
    parser.add_argument("--minutes", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=(1, 2))
    parser.add_argument("--tasks", nargs="+", choices=(*TASKS, "decode"), default=(*TASKS, "decode"))
    options = parser.parse_args()
    env = measure.environment(options.build)
    env["PYTHONPATH"] = str(measure.ROOT / "gst/tensor/python")
    env["QUADTENSOR_LIBRARY"] = str(options.build / "gst/tensor/libquadtensor-1.0.so.0")
    media = os.environ.get("QUAD_MEDIA")
    print(measure.machine(), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.clips or Path(temporary)
        clip, seconds = clip_of(folder, options.minutes, media and Path(media)), options.minutes * MINUTE
        for task in options.tasks:
            names = DECODERS if task == "decode" else NAMES
            for workers in options.workers if task != "decode" else (1,):
                title = TASKS.get(task, "Decoding alone, for comparison")
                how = "one process" if workers == 1 else f"{workers} workers"
                costs = table(task, names, clip, seconds, workers, options.runs, env)
                print_table(f"{title}, of {options.minutes} min of 1080p, {how}, median of {options.runs} runs", costs,
                            1 if task in ("random", "decode") else 0.8)  # fmt: skip


if __name__ == "__main__":
    main()
