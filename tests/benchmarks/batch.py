#!/usr/bin/env python3
"""`quad batch`: what it costs beside a bare loop, how long 10,000 jobs take to prepare, and 1,000 clips to tars of
pictures for training beside ffmpeg that GNU parallel drives.

The loop and `quad batch work` run the same commands on the same clips. What is compared takes turns of a hundred clips.
"""

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import measure

TURN = 100  # clips
JOBS = 10000
SIZE = 224
RATE = 4
OPTIONS = ["--rate", str(RATE), "--size", f"{SIZE}x{SIZE}", "--fit", "fill"]


def timed(command, env, cwd):
    start = time.monotonic()
    done = subprocess.run(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return time.monotonic() - start


def make_clips(folder, count, size, seconds, env):
    """Names of one clip: each is read again, decoded again and written again."""
    folder.mkdir()
    first = folder / "clip0000.mp4"
    measure.output_of(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}",
                       "-c:v", "libx264", "-pix_fmt", "yuv420p", str(first)], env)
    for i in range(1, count):
        os.link(first, folder / f"clip{i:04}.mp4")
    return sorted(folder.iterdir())


def prepare(quad, clips, out, shards, env):
    manifest = out.with_suffix(".jsonl")
    manifest.write_text("".join(json.dumps({"input": str(clip), "id": clip.stem}) + "\n" for clip in clips))
    command = [quad, "batch", "prepare", manifest, "--recipe", "extract", "--shards", str(shards), "-o", out, "--"]
    return timed([*command, *OPTIONS], env, out.parent)


def work(quad, out, env, *options):
    """Seconds. All clips have to be done."""
    seconds = timed([quad, "batch", "work", out, *options], env, out.parent)
    state = json.loads(measure.output_of([quad, "batch", "status", str(out), "--json"], env))
    if state["failed"]:
        raise SystemExit(f"{state['failed']} clips failed in {out}")
    return seconds


def in_turns(count, ways):
    """The seconds of each way in turns of TURN clips, each time another way first. ways: functions of a slice of clips."""
    costs = []
    for turn in range(0, count, TURN):
        order = ways if turn // TURN % 2 == 0 else ways[::-1]
        times = {way: way(slice(turn, turn + TURN)) for way in order}
        costs.append([times[way] for way in ways])
    return costs


def overhead(quad, folder, count, env):
    clips = make_clips(folder / "tiny", count, "64x64", 0.4, env)

    def loop(part):
        out = folder / f"loop{part.start}"
        out.mkdir()
        script = folder / "loop.sh"
        script.write_text("set -e\n" + "".join(
            shlex.join([quad, "thumbs", "--report", f"{out}/report", "-o", f"{out}/{clip.stem}.tar", str(clip), *OPTIONS])
            + f" >{out}/log 2>&1 </dev/null\n" for clip in clips[part]))
        return timed(["bash", script], env, folder)

    def batch(part):
        out = folder / f"batch{part.start}"
        prepare(quad, clips[part], out, 1, env)
        return work(quad, out, env)

    costs = in_turns(count, [loop, batch])
    loops, batches = (sum(column) for column in zip(*costs))
    ratio = statistics.median(b / a for a, b in costs)
    print(f"| | s for {count} clips | beside the loop |\n|---|---:|---:|\n| bash loop | {loops:.1f} | |")
    print(f"| `quad batch work` | {batches:.1f} | {(batches / loops - 1) * 100:+.1f} %, median of turns {(ratio - 1) * 100:+.1f} % |\n")


def preparing(quad, folder, env):
    clips = [folder / f"clip{i:05}.mp4" for i in range(JOBS)]
    for clip in clips:
        clip.write_bytes(b"x")
    times = [prepare(quad, clips, folder / f"many{i}", 100, env) for i in range(3)]
    word = "reached" if statistics.median(times) < 5 else "missed"
    print(f"{JOBS} jobs in 100 shards are prepared in {statistics.median(times):.2f} s (to reach: 5 s, {word}).\n")


def tars(quad, folder, count, env):
    clips = make_clips(folder / "clips", count, "640x360", 4, env)
    workers = os.cpu_count()
    theirs = folder / "ffmpeg"
    theirs.mkdir()
    one = (f"mkdir {theirs}/{{/.}} && ffmpeg -v error -nostdin -i {{}} -vf fps={RATE},scale={SIZE}:{SIZE}:flags=area"
           f" -q:v 3 {theirs}/{{/.}}/%05d.jpg && tar -C {theirs}/{{/.}} -cf {theirs}/{{/.}}.tar ."
           f" && rm -r {theirs}/{{/.}}")

    def batch(part):
        out = folder / f"tars{part.start}"
        prepare(quad, clips[part], out, workers, env)
        return work(quad, out, env, "--jobs", str(workers))

    def parallel(part):
        listing = folder / "list"
        listing.write_text("\n".join(map(str, clips[part])) + "\n")
        return timed(["parallel", "--will-cite", "-j", str(workers), "-a", listing, one], dict(env, HOME=str(folder)), folder)

    costs = in_turns(count, [batch, parallel])
    print(f"| {count} clips of 640x360, 4 s, {workers} at a time | clips a minute |\n|---|---:|")
    for name, times in zip(("`quad batch`", "ffmpeg, GNU parallel"), zip(*costs)):
        print(f"| {name} | {count * 60 / sum(times):.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--only", choices=("prepare", "overhead", "tars"))
    options = parser.parse_args()
    env = measure.environment(options.build.resolve())
    quad = str((options.build / "gst" / "tools" / "quad" / "quad").resolve())
    parts = {
        "prepare": lambda folder: preparing(quad, folder, env),
        "overhead": lambda folder: overhead(quad, folder, options.clips, env),
        "tars": lambda folder: tars(quad, folder, options.clips, env),
    }
    for name, run in parts.items():
        if options.only in (None, name):
            folder = Path(tempfile.mkdtemp(prefix="quad-batch-"))
            try:
                run(folder)
            finally:
                shutil.rmtree(folder)


if __name__ == "__main__":
    main()
