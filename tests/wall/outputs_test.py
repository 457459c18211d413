#!/usr/bin/env python3
"""Snapshots, HLS and recordings of one wall: they show the same picture."""

import pathlib
import tempfile
import threading
import time
import unittest

import cases
from pictures import BLUE, GREEN, RED, WHITE, Gst, Picture, count_frames, first_picture
from wall_server import LIMIT, Wall, wait_for

FOUR = [(0.25, 0.25, RED), (0.75, 0.25, GREEN), (0.25, 0.75, BLUE), (0.75, 0.75, WHITE)]
TOKEN = "a token & more"


class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.files = pathlib.Path(cls.folder.name)
        cls.recordings = cls.files / "100% of it"
        # What an earlier run left must go; what is somebody else's must stay.
        (cls.files / "hls").mkdir()
        (cls.files / "hls" / "wall-99999.ts").touch()
        (cls.files / "hls" / "other.ts").touch()
        cls.wall = Wall("test:red", "test:green", "test:blue", "test:white", hls=str(cls.files / "hls"),
                        recordings=str(cls.recordings), segment=1, token=TOKEN)
        wait_for(lambda: (a := cls.get("/snapshot.jpg")).status == 200 and cls.fits(first_picture(a.body)), "other colours")
        cls.began = time.monotonic()

    @classmethod
    def tearDownClass(cls):
        cls.wall.__exit__()
        cls.folder.cleanup()

    @staticmethod
    def fits(picture):
        return all(picture.is_near(*each) for each in FOUR)

    @classmethod
    def get(cls, path):
        return cls.wall.get(path, Authorization=f"Bearer {TOKEN}")

    def record(self, on):
        self.assertEqual(self.wall.post("/api/recording", {"on": on}, Authorization=f"Bearer {TOKEN}").status, 200)
        self.assertEqual(self.get("/api/wall").json["recording"], on)

    def shows_four(self, picture):
        for x, y, colour in FOUR:
            self.assertTrue(picture.is_near(x, y, colour), (x, y, picture.at(x, y)))

    def wait_for_segment(self):
        """Waits for one that began when all inputs were there, and returns the playlist."""
        limit = self.began + 4 - time.monotonic()
        if limit > 0:
            time.sleep(limit)  # segments of two seconds, and one more for what is in the making
        return wait_for(lambda: (a := self.get("/hls/wall.m3u8")).status == 200 and a.body.count(b".ts") > 1 and a, "no playlist")

    def test_snapshot(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(self.get("/snapshot.jpg"))) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([each.status for each in answers], [200] * 5)
        for answer in answers:
            self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
            picture = first_picture(answer.body)
            self.assertEqual((picture.width, picture.height), (640, 360))
            self.shows_four(picture)

    def test_hls(self):
        playlist = self.wait_for_segment()
        self.assertEqual(playlist.headers["Content-Type"], "application/vnd.apple.mpegurl")
        name = [line for line in playlist.body.decode().splitlines() if line.endswith(".ts")][-1]
        segment = self.get(f"/hls/{name}")
        self.assertEqual(segment.headers["Content-Type"], "video/mp2t")
        self.shows_four(first_picture(segment.body, "tsdemux ! h264parse ! avdec_h264"))
        self.assertEqual(self.wall.get(f"/hls/{name}").status, 401)
        self.assertEqual(self.get("/hls/wall-99999.ts").status, 404)
        self.assertEqual(self.get("/hls/other.ts").status, 200)

    def test_hls_for_a_player_that_has_the_token_in_the_address(self):
        escaped = "a%20token%20%26%20more"
        self.wait_for_segment()
        address = f"http://127.0.0.1:{self.wall.port}/hls/wall.m3u8?token={escaped}"
        line = Gst.parse_launch(f"souphttpsrc location={address} ! hlsdemux ! tsdemux ! h264parse ! avdec_h264"
                                " ! videoconvert ! video/x-raw,format=RGB ! appsink name=out sync=false")
        line.set_state(Gst.State.PLAYING)
        def next_picture():
            sample = line.get_by_name("out").try_pull_sample(LIMIT * Gst.SECOND)
            self.assertTrue(sample)
            return Picture(sample)
        # The oldest segment may begin before the inputs do.
        wait_for(lambda: self.fits(next_picture()), "other colours")
        line.set_state(Gst.State.NULL)

    def test_recording(self):
        self.record(True)
        self.record(True)
        wait_for(lambda: len(list(self.recordings.glob("*.mp4"))) >= 3, "no segments")
        self.record(False)
        files = sorted(self.recordings.iterdir())
        counts = [count_frames(file) for file in files]
        # Each begins at 0 and lasts as long as was asked for; the last one is shorter.
        for frames, end in counts[:-1]:
            self.assertEqual(frames, 25)
            self.assertAlmostEqual(end, 1, delta=0.05)
        self.assertGreater(counts[-1][0], 0)
        self.record(False)
        self.record(True)
        time.sleep(0.5)  # so that there is something in it when the wall ends
        self.wall.__exit__()
        last = sorted(self.recordings.iterdir())[-1]
        self.assertNotIn(last, files)
        self.assertGreater(count_frames(last)[0], 0)
        type(self).setUpClass()

    @staticmethod
    def count_fragments(folder):
        return sum(file.read_bytes().count(b"moof") for file in folder.iterdir())

    def test_recordings_of_a_killed_wall(self):
        for format, magic in (("mp4", b"ftyp"), ("mkv", bytes.fromhex("1a45dfa3"))):
            with tempfile.TemporaryDirectory() as folder:
                wall = Wall("test:red", recordings=folder, **{"recording-format": format})
                self.addCleanup(wall.folder.cleanup)
                self.addCleanup(wall.process.kill)
                self.assertEqual(wall.post("/api/recording", {"on": True}).status, 200)
                recording, began = pathlib.Path(folder), wall.state()["frames"]
                # What has come to the only file is whole pictures between keyframes.
                def has_some():
                    return wall.state()["frames"] > began + 150 and (format == "mkv" or self.count_fragments(recording) > 1)
                wait_for(has_some, wall.output)
                wall.process.kill()
                wall.process.wait()
                file, = recording.iterdir()
                self.assertIn(magic, file.read_bytes()[:8])
                frames, end = count_frames(file)
                self.assertGreaterEqual(frames, 24)
                # A busy machine leaves frames out.
                self.assertGreater(end, frames / 25 - 0.1)
                self.assertLess(end, frames / 25 + 2)

    def test_hls_comes_back_after_a_fault(self):
        with tempfile.TemporaryDirectory() as folder:
            hls = pathlib.Path(folder) / "hls"
            # When an output fails and is stopped, a frame on its way in hlssink2 may come to a pad that has just lost its
            # segment: GStreamer's own muxer calls that critical.
            with Wall("test:red", hls=str(hls), env={"G_DEBUG": ""}) as wall:
                wait_for(lambda: wall.get("/hls/wall.m3u8").status == 200, wall.output)
                self.assertEqual(wall.state()["hls-fault"], "")
                hls.rename(pathlib.Path(folder) / "old")
                hls.touch()
                wait_for(lambda: wall.state()["hls-fault"], wall.output)
                self.assertFalse(wall.state()["hls"])
                self.assertEqual(wall.get("/hls/wall.m3u8").status, 404)
                hls.unlink()
                wait_for(lambda: (a := wall.get("/hls/wall.m3u8")).status == 200 and b"ENDLIST" not in a.body, wall.output)
                self.assertTrue(wall.state()["hls"])
                wait_for(lambda: not wall.state()["hls-fault"], wall.output)
                self.assertEqual(wall.output().count("HLS ends"), 1)


if __name__ == "__main__":
    cases.main()
