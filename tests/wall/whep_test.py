#!/usr/bin/env python3
"""Viewers of a wall by WHEP."""

import unittest

import cases
from pictures import BLUE, GREEN, RED, WHITE
from viewer import Viewer
from wall_server import Wall

FOUR = [(0.25, 0.25, RED), (0.75, 0.25, GREEN), (0.25, 0.75, BLUE), (0.75, 0.75, WHITE)]


class Whep(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wall = Wall("test:red", "test:green", "test:blue", "test:white")
        cls.wall.wait_connected(0, 1, 2, 3)

    @classmethod
    def tearDownClass(cls):
        cls.wall.__exit__()

    def see(self, viewer):
        viewer.wait_for_colours(FOUR)
        # Browsers show only the source that the answer names.
        self.assertIn(b"a=ssrc:%d " % viewer.ssrc, viewer.answer.body)
        first = viewer.picture().time
        self.assertGreater(viewer.picture().time, first)

    def viewers(self):
        return self.wall.state()["viewers"]

    def test_h264(self):
        viewer = Viewer(self.wall, "H264")
        self.assertIn(b"H264/90000", viewer.answer.body)
        self.assertIn(b"profile-level-id=42e01f", viewer.answer.body)
        self.see(viewer)
        self.assertEqual(self.viewers(), 1)
        viewer.leave()
        self.assertEqual(self.viewers(), 0)

    def test_vp8(self):
        viewer = Viewer(self.wall, "VP8")
        self.assertIn(b"VP8/90000", viewer.answer.body)
        self.see(viewer)
        viewer.leave()

    def test_trickle(self):
        viewer = Viewer(self.wall, "H264", trickle=True)
        self.see(viewer)
        viewer.leave()

    def test_audio_is_declined(self):
        viewer = Viewer(self.wall, "H264", audio=True)
        self.see(viewer)
        viewer.leave()

    def test_three_viewers(self):
        viewers = [Viewer(self.wall, codec) for codec in ("H264", "VP8", "H264")]
        for viewer in viewers:
            self.see(viewer)
        self.assertEqual(self.viewers(), 3)
        viewers[0].leave()
        self.see(viewers[2])
        for viewer in viewers[1:]:
            viewer.leave()

    def test_spotlight_and_swap_are_seen(self):
        viewer = Viewer(self.wall, "H264")
        self.assertEqual(self.wall.post("/api/spotlight", {"input": 2}).status, 200)
        viewer.wait_for_colours([(0.3, 0.3, BLUE), (0.6, 0.6, BLUE), (0.83, 0.17, RED), (0.83, 0.5, GREEN)])
        self.assertEqual(self.wall.post("/api/spotlight", {"input": None}).status, 200)
        self.assertEqual(self.wall.post("/api/swap", {"a": 0, "b": 3}).status, 200)
        viewer.wait_for_colours([(0.25, 0.25, WHITE), (0.75, 0.25, GREEN), (0.25, 0.75, BLUE), (0.75, 0.75, RED)])
        self.assertEqual(self.wall.post("/api/swap", {"a": 3, "b": 0}).status, 200)
        self.see(viewer)
        viewer.leave()

    def test_a_viewer_that_keeps_asking_for_keyframes(self):
        viewer = Viewer(self.wall, "VP8")
        self.see(viewer)
        times = viewer.watch_keyframes()
        for _ in range(50):
            viewer.ask_for_keyframe()
            viewer.picture()
        viewer.leave()
        self.assertGreater(len(times), 2)
        for last, time_of_next in zip(times, times[1:]):
            self.assertGreater(time_of_next - last, 0.249, times)


if __name__ == "__main__":
    cases.main()
