#!/usr/bin/env python3
"""A viewer that goes without a word. A test of its own, because it waits for half a minute."""

import unittest

import cases
from pictures import RED
from viewer import Viewer
from wall_server import Wall, wait_for


class WhepLost(unittest.TestCase):
    def test_a_viewer_that_goes_without_a_word(self):
        with Wall("test:red", framerate=5) as wall:
            viewer = Viewer(wall)
            viewer.wait_for_colours([(0.5, 0.5, RED)])
            viewer.close()
            wait_for(lambda: wall.state()["viewers"] == 0, "still counted", 60)


if __name__ == "__main__":
    cases.main()
