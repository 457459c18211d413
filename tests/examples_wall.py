"""camera-wall.sh. tests/wall has the tests of the program that it starts."""

import os
import re

from examples_suite import Skip, expect


def need_wall(suite):
    if not (suite.build / "examples/camera-wall/quad-wall").exists():
        raise Skip("examples/camera-wall is not built here: its libraries are missing")
    if os.environ.get("QUAD_PRELOAD"):
        raise Skip("sanitizers find leaks of GStreamer's plugins for networks; wall_units runs under them")


def four_pictures(suite):
    need_wall(suite)
    output = suite.script("camera-wall.sh", "--port", "0", "--seconds", "2")
    expect(re.search(r"^The wall: http://127\.0\.0\.1:\d+/$", output, re.M), output)
    for name in ("smpte", "ball", "pinwheel", "circular"):
        expect(f"{name} is live" in output, f"{name} does not come:\n{output}")


def others(suite):
    """Inputs of one's own, and a token, as others can reach it."""
    need_wall(suite)
    output = suite.script("camera-wall.sh", "--listen", "0.0.0.0", "--port", "0", "--seconds", "1", "test:red")
    expect(re.search(r"^The wall: http://0\.0\.0\.0:\d+/\?token=[0-9a-f]{32}$", output, re.M), output)
    expect("smpte" not in output, output)


def wrong(suite):
    need_wall(suite)
    suite.refuse("camera-wall.sh", ["--config", "none.json"], "none.json")


def add_to(suite):
    suite.add("camera_wall", four_pictures, suite)
    suite.add("camera_wall_others", others, suite)
    suite.add("camera_wall_wrong", wrong, suite)
