#!/usr/bin/env python3
"""A wall of four RTSP cameras, of which one dies every five seconds and comes back two seconds later.

usage: soak.py [MINUTES]      default: 30

Memory, open files, threads and the frames' delay in the wall stay level. Prints a line a minute.
"""

import os
import statistics
import sys
import time

from sources import RtspCamera
from wall_server import Wall, wait_for

COLOURS = ("red", "green", "blue", "white")
# What may be more at the end than after the first fifth.
ROOM = {"rss-mib": 16, "files": 6, "threads": 8, "delay-ms": 60, "lost-frames": 5}


def numbers_of(wall):
    process = f"/proc/{wall.process.pid}"
    status = dict(line.split(":", 1) for line in open(f"{process}/status") if ":" in line)
    state = wall.state()
    live = [one["stats"].get("latency", 0) for one in state["inputs"] if one["state"] == "live"]
    return {
        "rss-mib": int(status["VmRSS"].split()[0]) / 1024,
        "files": len(os.listdir(f"{process}/fd")),
        "threads": int(status["Threads"]),
        "delay-ms": max(live, default=0) / 1e6,
        "frames": state["frames"],
    }


def soak(minutes):
    cameras = [RtspCamera(colour) for colour in COLOURS]
    samples = []
    with Wall(*(camera.uri for camera in cameras), silence=2) as wall:
        wall.wait_connected(*range(len(cameras)))
        began, end, turn = time.monotonic(), time.monotonic() + 60 * minutes, 0
        while time.monotonic() < end:
            number = turn % len(cameras)
            cameras[number].kill()
            time.sleep(2)
            cameras[number].start()
            time.sleep(3)
            turn += 1
            now = numbers_of(wall)
            # The output never stops: 25 frames a second, whatever the cameras do.
            now["lost-frames"] = 25 * (time.monotonic() - began) - now["frames"]
            samples.append(now)
            if turn % 12 == 0:
                print({name: round(value, 1) for name, value in now.items()}, flush=True)
        for number in range(len(cameras)):
            wait_for(lambda: wall.input(number)["state"] == "live", lambda: f"not live: {wall.input(number)}", limit=60)
    for camera in cameras:
        camera.kill()
    fifth = max(1, len(samples) // 5)
    grown = {}
    for name, room in ROOM.items():
        first = statistics.median(one[name] for one in samples[fifth:2 * fifth])
        last = statistics.median(one[name] for one in samples[-fifth:])
        print(f"{name}: {first:.1f}, at the end {last:.1f}")
        if last > first + room:
            grown[name] = (first, last)
    assert not grown, f"not level: {grown}"


if __name__ == "__main__":
    soak(float(sys.argv[1]) if len(sys.argv) > 1 else 30)
    print("Level.")
