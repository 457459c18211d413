#!/usr/bin/env python3
"""Opens clips one after the other, reads each at three times and closes it: memory, threads and files stay level.

    many_clips.py [COUNT]     default: 10000

The clips are of several containers and codecs, by path, in memory and as open files. Takes about 0.1 s for each.
"""

import gc
import os
import random
import sys
import time

import clips
import numpy
import quadtensor

NAMES = ("b.mp4", "b.mkv", "b.ts", "vp8.webm", "jpeg.mov", "moving.gif", "raw.mov", "variable.mkv")
WAYS = (str, lambda path: path.read_bytes(), lambda path: open(path, "rb"))
SLACK, SPARE = 8, 8  # MiB; threads that GLib keeps for the next one that needs some


def usage():
    """Resident MiB, threads, open files."""
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    tasks, files = (len(os.listdir(f"/proc/self/{what}")) for what in ("task", "fd"))
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20, tasks, files


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
            gc.collect()
            now = usage()
            first = first or now
            print(f"{n} clips: {now[0]:.1f} MiB, {now[1]} threads, {now[2]} files, {time.monotonic() - began:.0f} s", flush=True)
    if now[0] > first[0] + SLACK or now[1] > first[1] + SPARE or now[2] > first[2]:
        sys.exit("not level")


if __name__ == "__main__":
    main()
