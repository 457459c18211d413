#!/usr/bin/env python3
"""Inputs of a wall: cameras that come, go and fall silent, files, and dead addresses."""

import pathlib
import tempfile
import unittest

import cases
from pictures import BLUE, GREEN, RED, WHITE, first_picture
from sources import HttpFiles, MjpegCamera, RtspCamera, make_clip, make_photo, make_sound
from wall_server import COUNTS_OBJECTS, Wall, wait_for

PLACES = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]


def wait_for_colours(wall, *colours):
    """Waits until the cells show these."""
    seen = []
    def fits():
        answer = wall.get("/snapshot.jpg")
        if answer.status != 200:
            return False
        picture = first_picture(answer.body)
        seen[:] = [picture.at(*place) for place in PLACES]
        return all(colour is None or picture.is_near(*place, colour) for place, colour in zip(PLACES, colours))
    wait_for(fits, lambda: f"{colours}, but: {seen}\n{wall.output()}")


class Cameras(unittest.TestCase):
    def test_a_killed_camera_comes_back_and_the_others_stay(self):
        with RtspCamera("red") as camera, RtspCamera("green") as other:
            with Wall(camera.uri, other.uri, "test:blue", "rtsp://127.0.0.1:9/dead",
                      env=COUNTS_OBJECTS) as wall:
                wait_for_colours(wall, RED, GREEN, BLUE)
                before = [wall.input(number)["connections"] for number in (1, 2)]
                camera.kill()
                wait_for(lambda: wall.input(0)["state"] == "lost", lambda: f"not lost: {wall.input(0)}")
                self.assertIn(wall.input(0)["connection"], ("waiting", "connecting"))
                self.assertNotEqual(wall.input(0)["fault"], "")
                self.assertGreater(wall.input(3)["connections"], 1)
                camera.restart("white")
                wait_for(lambda: wall.input(0)["state"] == "live", lambda: f"not live: {wall.input(0)}")
                wait_for_colours(wall, WHITE, GREEN, BLUE)
                self.assertEqual([wall.input(number)["connections"] for number in (1, 2)], before)
                self.assertEqual([wall.input(number)["state"] for number in (1, 2)], ["live", "live"])
                wait_for(lambda: wall.count_objects("GstURIDecodeBin") <= 3, "connections that ended stay in memory")

    def test_a_camera_with_a_password(self):
        with RtspCamera("red", "me", "p@ss word") as camera:
            uri = camera.uri.replace("://", "://me:p%40ss%20word@")
            wrong = camera.uri.replace("://", "://me:wrong@")
            with Wall(uri, wrong, env={"GST_DEBUG": "*:4"}) as wall:
                wait_for(lambda: wall.input(0)["connection"] == "connected", wall.output)
                wait_for(lambda: wall.input(1)["fault"], wall.output)
                self.assertEqual(wall.input(0)["uri"], camera.uri)
                self.assertEqual(wall.input(0)["name"], f"127.0.0.1:{camera.port}/camera0")
                for secret in ("p@ss", "p%40ss", "me:"):
                    self.assertNotIn(secret, wall.get("/api/wall").body.decode())
            for secret in ("p@ss", "p%40ss", "me:wrong"):
                self.assertFalse([line for line in wall.said if secret in line])

    def test_a_silent_camera_is_connected_anew(self):
        with MjpegCamera("red") as camera:
            with Wall(camera.uri, "test:green", silence=1) as wall:
                wait_for(lambda: wall.input(0)["connection"] == "connected", wall.output)
                camera.silent = True
                wait_for(lambda: "sends nothing" in wall.input(0)["fault"], wall.output)
                camera.silent = False
                wait_for(lambda: camera.connections > 1 and wall.input(0)["state"] == "live", wall.output)
                self.assertEqual(wall.input(1)["connections"], 1)

    def test_a_file_begins_again(self):
        with tempfile.TemporaryDirectory() as folder:
            clip = pathlib.Path(folder) / "a clip & more.mp4"
            make_clip(clip, "red", 30)
            fields = pathlib.Path(folder) / "fields.mp4"
            make_clip(fields, "blue", 30, interlaced=True)
            with Wall(str(clip), clip.as_uri(), str(fields), folder + "/none.mp4",
                      env=COUNTS_OBJECTS) as wall:
                wait_for(lambda: wall.input(0)["connections"] >= 3, wall.output)
                shown = wall.input(0)
                self.assertEqual((shown["name"], shown["fault"]), ("a clip & more.mp4", ""))
                self.assertGreater(shown["frames"], 55)
                # Its frames come in time, so they are shown.
                self.assertGreater(shown["stats"]["frames-shown"], 0.8 * shown["frames"])
                self.assertEqual(shown["state"], "live")
                wait_for_colours(wall, RED, RED, BLUE)
                self.assertIn("waiting", wall.input(3)["connection"])
                # One for each input, and one more where an old connection is just being stopped.
                wait_for(lambda: wall.count_objects("GstURIDecodeBin") <= 4, "connections that ended stay in memory")

    def test_photos_stay_live(self):
        with tempfile.TemporaryDirectory() as folder, HttpFiles(photo=make_photo("1280x720", "red")) as server:
            for name, colour, encoder in (("a.jpg", "green", "jpegenc"), ("b.png", "blue", "pngenc")):
                (pathlib.Path(folder) / name).write_bytes(make_photo("1280x720", colour, encoder))
            # Larger than the blocks in which it comes.
            self.assertGreater(len(server.files["photo"]), 8192)
            with Wall(server.uri("photo"), folder + "/a.jpg", folder + "/b.png") as wall:
                wait_for_colours(wall, RED, GREEN, BLUE)
                wait_for(lambda: server.asked["photo"] >= 5, wall.output)
                # A camera that gives photos is a live picture.
                server.files["photo"] = make_photo("1280x720", "white")
                wait_for_colours(wall, WHITE, GREEN, BLUE)
                for number in range(3):
                    shown = wall.input(number)
                    self.assertEqual((shown["state"], shown["connection"], shown["fault"]), ("live", "connected", ""))
                for word in ("is late", "is lost", "next try", "damaged"):
                    self.assertNotIn(word, wall.output())
                self.assertEqual(wall.output().count("is live"), 3)

    def test_a_clip_by_http_begins_again_at_once(self):
        with tempfile.TemporaryDirectory() as folder:
            clip = pathlib.Path(folder) / "clip.mp4"
            make_clip(clip, "red", 30)
            with HttpFiles(clip=clip.read_bytes()) as server, Wall(server.uri("clip")) as wall:
                wait_for(lambda: wall.input(0)["connections"] >= 4, wall.output)
                self.assertEqual(wall.input(0)["fault"], "")
                self.assertNotIn("next try", wall.output())

    def test_faults_say_what_is_wrong(self):
        with tempfile.TemporaryDirectory() as folder, HttpFiles(page=b"<html><body>Hello</body></html>", round=b"") as server:
            sound = pathlib.Path(folder) / "sound.wav"
            sound.write_bytes(make_sound())
            faults = {folder + "/none.mp4": "there is no such file", folder: "it is a folder", str(sound): "it has no video",
                      server.uri("page"): "it has no video", server.uri("round"): "too many redirects",
                      "nothing://here": "addresses that begin with nothing:", "rtsp://127.0.0.1:9/": "cannot be reached"}
            with Wall(*faults) as wall:
                for number, fault in enumerate(faults.values()):
                    wait_for(lambda: fault in wall.input(number)["fault"], lambda: f"{fault}, but: {wall.input(number)}")
                # Without a picture pauses become longer: each is about half of the time before it.
                for pause in (1, 2):
                    said = f"none.mp4: there is no such file; the next try is in {pause} s"
                    wait_for(lambda: said in wall.output(), wall.output)


if __name__ == "__main__":
    cases.main()
