#!/usr/bin/env python3
"""The page in a browser."""

import tempfile
import time
import unittest

import cases
import chromium
from pictures import BLUE, GREEN, RED, WHITE
from sources import RtspCamera
from wall_server import Wall, wait_for

# The colours of the video at fractions of its size.
COLOURS = """(() => {
  const video = document.getElementById("video");
  const canvas = new OffscreenCanvas(video.videoWidth || 1, video.videoHeight || 1);
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  return %s.map(([x, y]) => [...pen.getImageData(x * canvas.width, y * canvas.height, 1, 1).data].slice(0, 3));
})()"""
MIDDLES = [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]
LARGE = [[0.3, 0.3], [0.6, 0.6]]
TOKEN = "token & more"


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        program = chromium.find()
        if not program:
            raise unittest.SkipTest("there is no Chromium: apt install chromium")
        cls.folder = tempfile.TemporaryDirectory()
        cls.wall = Wall("test:red", "test:green", "test:blue", {"uri": "test:white", "name": "<b>Door</b>"},
                        token=TOKEN, recordings=cls.folder.name)
        cls.page = chromium.Chromium(program, f"http://127.0.0.1:{cls.wall.port}/?token=token%20%26%20more")

        wait_for(lambda: cls.page.run("document.readyState === 'complete' && !!document.getElementById('video')"), "no page")

    @classmethod
    def tearDownClass(cls):
        cls.page.__exit__()
        cls.wall.__exit__()
        cls.folder.cleanup()

    def wait(self, script, says):
        return wait_for(lambda: self.page.run(script), says)

    def status(self):
        return self.page.run("document.getElementById('status').textContent")

    def wait_for_colours(self, places, *colours):
        seen = []
        def fits():
            seen[:] = self.page.run(COLOURS % places)
            return all(abs(a - b) < 50 for got, want in zip(seen, colours) for a, b in zip(got, want))
        try:
            wait_for(fits, "")
        except AssertionError:
            self.fail(f"not {colours} but {seen}; {self.status()}; {self.page.faults}\n{self.wall.output()}")

    def cell(self, number):
        """The middle of a cell on the screen."""
        return self.page.run(f"""(() => {{ const box = document.querySelectorAll(".cell")[{number}].getBoundingClientRect();
            return [box.left + box.width / 2, box.top + box.height / 2]; }})()""")

    def names(self):
        return self.page.run("[...document.querySelectorAll('.cell .name')].map(each => each.textContent)")

    def focused(self):
        return self.page.run("[...document.querySelectorAll('.cell')].indexOf(document.activeElement)")

    def test_page(self):
        """One case, as each step goes on from the one before."""
        self.wait_for_colours(MIDDLES, RED, GREEN, BLUE, WHITE)
        self.wait("document.querySelectorAll('.cell.live').length === 4", f"not live: {self.names()}")
        self.assertEqual(self.names(), ["red", "green", "blue", "<b>Door</b>"])
        time = self.page.run("document.getElementById('video').currentTime")
        self.wait(f"document.getElementById('video').currentTime > {time}", "the video stands still")
        self.assertIn("4 of 4 cameras", self.status())

        self.page.click(*self.cell(1))
        self.wait_for_colours(LARGE, GREEN, GREEN)
        self.wait("document.querySelectorAll('.cell')[1].style.width.startsWith('66.6')", "the cell stays small")
        self.page.click(*self.cell(1))
        self.wait_for_colours(MIDDLES, RED, GREEN, BLUE, WHITE)

        self.wait("document.querySelectorAll('.cell')[1].getBoundingClientRect().width"
                  " < 0.51 * document.getElementById('stage').clientWidth", "the cell stays large")
        self.page.drag(self.cell(0), self.cell(3))
        self.wait_for_colours(MIDDLES, WHITE, GREEN, BLUE, RED)

        # From red, which is at the lower right now, to blue, and back up to white.
        self.page.run("document.querySelectorAll('.cell')[0].focus()")
        self.page.press("ArrowLeft")
        self.assertEqual(self.focused(), 2)
        self.page.press("Enter")
        self.wait_for_colours(LARGE, BLUE, BLUE)
        self.page.press("Escape")
        self.wait_for_colours(MIDDLES, WHITE, GREEN, BLUE, RED)
        self.page.press("ArrowUp", shift=True)
        self.wait_for_colours(MIDDLES, BLUE, GREEN, WHITE, RED)

        self.page.run("[...document.querySelectorAll('#layouts button')].find(each => each.textContent === 'row').click()")
        self.wait_for_colours([[0.1, 0.5], [0.35, 0.5], [0.6, 0.5], [0.85, 0.5]], BLUE, GREEN, WHITE, RED)

        self.page.run("document.getElementById('record').click()")
        self.wait("document.getElementById('record').getAttribute('aria-pressed') === 'true'", self.status())
        self.page.run("document.getElementById('record').click()")
        self.wait("document.getElementById('record').getAttribute('aria-pressed') === 'false'", self.status())
        self.assertTrue(self.page.run("fetch(document.getElementById('snapshot').href).then(answer => answer.ok)"))

        self.page.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
        self.wait("innerWidth === 360 && document.documentElement.scrollWidth <= 360", "wider than a phone")
        self.assertEqual(self.page.faults, [])

    def test_a_killed_camera(self):
        def live(count):
            return lambda: page.run(f"document.querySelectorAll('.cell.live').length === {count}")

        with RtspCamera("red") as camera, Wall(camera.uri, "test:blue") as wall:
            with chromium.Chromium(chromium.find(), f"http://127.0.0.1:{wall.port}/") as page:
                wait_for(live(2), wall.output)
                # Once more, if something else had the processors.
                for _ in range(2):
                    camera.kill()
                    killed = time.monotonic()
                    wait_for(lambda: page.run("document.querySelectorAll('.cell.lost').length === 1"), wall.output)
                    lost = time.monotonic() - killed
                    camera.restart("red")
                    returned = time.monotonic()
                    wait_for(live(2), wall.output)
                    back = time.monotonic() - returned
                    if lost < 3 and back < 5:
                        break
                self.assertLess(lost, 3)
                self.assertLess(back, 5)


if __name__ == "__main__":
    cases.main()
