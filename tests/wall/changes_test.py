#!/usr/bin/env python3
"""Cameras that change their size in mid-stream, and come back with another size and another codec."""

import contextlib
import itertools
import time
import unittest

import cases
from pictures import BLUE, GREEN, RED, WHITE, Gst, first_picture
from sources import MjpegCamera, RtspCamera, RtspCameras
from wall_server import Wall, wait_for

CODECS = [codec for codec, decoder in
          (("h264", "avdec_h264"), ("h265", "avdec_h265"), ("mjpeg", "jpegdec"), ("vp8", "vp8dec"))
          if Gst.ElementFactory.find(decoder) and (codec != "h265" or Gst.ElementFactory.find("x265enc"))]
# Which of the places in a cell of 16:9 a picture of the size covers.
SIZES = {"320x240": (False, True), "640x360": (True, True), "720x1280": (False, False)}
PLACES = (0.1, 0.27)
COLOURS = {"red": RED, "blue": BLUE, "white": WHITE, "green": GREEN}
BACKGROUND = (16, 20, 24)
COLUMNS = 4


def next_of(values, value):
    values = list(values)
    return values[(values.index(value) + 1) % len(values)]


class Shown:
    """What the cell of one input must show."""

    def __init__(self, number, size, colour):
        self.number, self.size, self.colour = number, size, colour

    def fault(self, picture):
        """What is wrong, or None."""
        row, column = divmod(self.number, COLUMNS)
        for place, covered in zip((0.5, *PLACES), (True, *SIZES[self.size])):
            at = ((column + place) / COLUMNS, (row + 0.75) / COLUMNS)  # below the label
            if not picture.is_near(*at, COLOURS[self.colour] if covered else BACKGROUND, 60):
                return f"{self.number}, {self.size} {self.colour}: {picture.at(*at)} at {place}"


class Changes(unittest.TestCase):
    def expect_same_connections(self, connections, first, wall):
        if connections != first:
            self.fail(f"connected anew: {connections}, before {first}\n{wall.output()}")

    def wait_for_all(self, wall, shown, steady):
        """Each cell shows its picture while its input is live. The steady one is never lost. Returns how often each has been
        connected."""
        wrong = {each: "not seen" for each in shown}
        def fits():
            inputs = wall.state()["inputs"]
            if inputs[steady]["state"] == "lost":
                self.fail(f"the steady one is lost\n{wall.output()}")
            answer = wall.get("/snapshot.jpg")
            if answer.status != 200:
                return False
            picture = first_picture(answer.body)
            for each in list(wrong):
                state = inputs[each.number]["state"]
                wrong[each] = each.fault(picture) or (f"{each.number} is {state}" if state != "live" else None)
                if not wrong[each]:
                    del wrong[each]
            return not wrong
        wait_for(fits, lambda: f"{list(wrong.values())}\n{wall.output()}")
        return [each["connections"] for each in wall.state()["inputs"]]

    @contextlib.contextmanager
    def others_go_on(self, wall, steady):
        """The wall's frames, 25 a second, and the steady input's count on as if nothing had happened."""
        before, began = wall.state(), time.monotonic()
        yield
        def count_on():
            now = wall.state()
            shown = [state["inputs"][steady]["stats"]["frames-shown"] for state in (before, now)]
            return shown[1] > shown[0] and now["frames"] >= before["frames"] + 25 * (time.monotonic() - began) - 5
        wait_for(count_on, lambda: f"frames are lost\n{wall.output()}")

    def test_sizes_and_codecs(self):
        kinds = list(itertools.product(CODECS, SIZES))
        colours = itertools.cycle(COLOURS)
        specs = [f"{codec}:{size}:{next(colours)}" for codec, size in kinds]
        with contextlib.ExitStack() as stack:
            cameras = stack.enter_context(RtspCameras(*specs, rate=5))
            https = [stack.enter_context(MjpegCamera(next(colours), size)) for size in SIZES]
            steady = stack.enter_context(RtspCamera("green"))
            wall = stack.enter_context(Wall(*cameras.uris, *(each.uri for each in https), steady.uri))
            shown = [Shown(number, *spec.split(":")[1:]) for number, spec in enumerate(specs)]
            for size in SIZES:
                shown.append(Shown(len(shown), size, next_of(COLOURS, shown[-1].colour)))
            last = len(shown)
            first = self.wait_for_all(wall, shown, last)
            by_http = [each.connections for each in https]

            # Each to each other size, and nobody is connected anew.
            for _ in range(len(SIZES) - 1):
                with self.others_go_on(wall, last):
                    for each in shown:
                        each.size, each.colour = next_of(SIZES, each.size), next_of(COLOURS, each.colour)
                        if each.number < len(kinds):
                            cameras.change(each.number, each.size, each.colour)
                        else:
                            https[each.number - len(kinds)].change(each.size, each.colour)
                    self.expect_same_connections(self.wait_for_all(wall, shown, last), first, wall)

            # The process dies and comes back: another codec, size and colour of each.
            with self.others_go_on(wall, last):
                cameras.kill()
                for each, (codec, _) in zip(shown, kinds):
                    each.size, each.colour = next_of(SIZES, each.size), next_of(COLOURS, each.colour)
                    cameras.specs[each.number] = f"{next_of(CODECS, codec)}:{each.size}:{each.colour}"
                wait_for(lambda: all(each["connection"] != "connected" for each in wall.state()["inputs"][:len(kinds)]),
                         "still connected")
                cameras.start()
                connections = self.wait_for_all(wall, shown, last)
                self.assertTrue(all(a > b for a, b in zip(connections[:len(kinds)], first)), connections)
                self.expect_same_connections(connections[len(kinds):], first[len(kinds):], wall)
            self.assertEqual([each.connections for each in https], by_http)


if __name__ == "__main__":
    cases.main()
