#!/usr/bin/env python3
"""Opens clips one after the other, reads each at three times and closes it: memory, threads and files stay level.

    many_clips.py [COUNT]     default: 10000

The clips are of several containers and codecs, by path, in memory and as open files. Takes about 0.1 s for each.
"""

import random
import sys
import time

import clips
import numpy
import quadtensor
from held import held

NAMES = ("b.mp4", "b.mkv", "b.ts", "vp8.webm", "jpeg.mov", "moving.gif", "raw.mov", "variable.mkv")
WAYS = (str, lambda path: path.read_bytes(), lambda path: open(path, "rb"))
SLACK, SPARE = 8, 8  # MiB; threads that GLib keeps for the next one that needs some


def read(location, draw):
    with quadtensor.Clip(location, width=32, height=24, format="RGB", device="cpu", timeout=60) as clip:
        times = [draw.uniform(0, clip.times[-1]) for _ in range(3)]
        batch = clip.frames_played_at(times)
        assert numpy.asarray(batch).shape == (3, 24, 32, 3)
        assert all(time <= wanted + 0.001 for time, wanted in zip(batch.time, times, strict=True))
    if hasattr(location, "close"):
        location.close()


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    draw, began, first = random.Random(1), time.monotonic(), None
    paths = [clips.path_of(name) for name in NAMES]
    for n in range(1, count + 1):
        read(WAYS[n % len(WAYS)](paths[n % len(paths)]), draw)
        # What is made once is there by then.
        if n % (count // 10) == 0:
            now = held(files=first and first.files)
            first = first or now
            print(f"{n} clips: {now.memory:.1f} MiB, {now.threads} threads, {now.files} files, {time.monotonic() - began:.0f} s", flush=True)
    if now.memory > first.memory + SLACK or now.threads > first.threads + SPARE or now.files > first.files:
        sys.exit("not level")


if __name__ == "__main__":
    main()
