#!/usr/bin/env python3
"""How long after a camera took a picture a viewer sees it."""

import statistics
import time
import unittest

import cases
from pictures import BLACK, RED, WHITE
from sources import MjpegCamera, RtspCameras
from viewer import Viewer
from wall_server import LIMIT, Wall, wait_for


class Delay(unittest.TestCase):
    def flips(self, camera, viewer, count):
        """From the camera to the viewer: how long after it was taken each picture of another colour is seen, in seconds."""
        delays = []
        for number in range(count):
            name, colour = (("white", WHITE), ("black", BLACK))[number % 2]
            camera.change(0, "320x180", name)
            end = time.monotonic() + LIMIT
            while not viewer.picture().is_near(0.25, 0.25, colour):
                self.assertLess(time.monotonic(), end, f"never {name}")
            seen = time.monotonic()
            delays.append(seen - camera.changed_at()[1])
        return delays

    def measure(self, camera, viewer, others):
        delays = self.flips(camera, viewer, 6)
        if statistics.median(delays) >= 0.5:
            # Something else had the processors.
            delays = self.flips(camera, viewer, 18)
        median = statistics.median(delays)
        print(f"{viewer.codec}, the others {others}: median {1000 * median:.0f} ms of", *(f"{1000 * each:.0f}" for each in delays))
        self.assertLess(median, 0.5)

    def test_less_than_half_a_second_from_the_camera_to_the_viewer(self):
        with RtspCameras("h264:320x180:black") as camera, MjpegCamera("red") as other:
            with Wall(*camera.uris, other.uri, "rtsp://127.0.0.1:9/dead", silence=60) as wall:
                wall.wait_connected(0, 1)
                viewers = [Viewer(wall, codec) for codec in ("H264", "VP8")]
                for viewer in viewers:
                    viewer.wait_for_colours([(0.25, 0.25, BLACK), (0.75, 0.25, RED)])
                    self.measure(camera, viewer, "live")
                # Each picture of the wall waits for this one as long as the latency allows.
                other.silent = True
                wait_for(lambda: wall.input(1)["state"] != "live", wall.output)
                for viewer in viewers:
                    self.measure(camera, viewer, "silent")
                    viewer.leave()


if __name__ == "__main__":
    cases.main()
