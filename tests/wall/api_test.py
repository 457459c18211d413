#!/usr/bin/env python3
"""The HTTP API: what it answers, and what it refuses."""

import os
import pathlib
import resource
import socket
import subprocess
import tempfile
import unittest

import cases
from wall_server import LIMIT, PROGRAM, Wall, wait_for

SECRET = "rtsp://user:pa%40ss@127.0.0.1:9/stream?key=hidden"
JSON = "application/json"


def count_files(wall):
    return len(os.listdir(f"/proc/{wall.process.pid}/fd"))


def connect(wall, text):
    client = socket.create_connection(("127.0.0.1", wall.port), timeout=LIMIT)
    client.sendall(text.encode())
    return client


def is_closed(client):
    """Whether the wall has closed a connection by which it sends nothing."""
    client.setblocking(False)
    try:
        return client.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


class Api(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wall = Wall({"uri": "test:red", "name": "Door"}, "test:green", SECRET)
        cls.wall.wait_connected(0, 1)

    @classmethod
    def tearDownClass(cls):
        cls.wall.__exit__()

    def refused(self, answer, status, words):
        self.assertEqual(answer.status, status, answer.body)
        self.assertIn(words, answer.json["error"])
        self.assertEqual(answer.headers["Content-Type"], JSON)

    def test_wall(self):
        state = self.wall.state()
        self.assertEqual([each["name"] for each in state["inputs"]], ["Door", "green", "127.0.0.1:9/stream"])
        self.assertEqual([each["id"] for each in state["inputs"]], [0, 1, 2])
        self.assertEqual(state["inputs"][2]["uri"], "rtsp://127.0.0.1:9/stream")
        self.assertEqual(state["layouts"], ["grid", "spotlight", "strip", "row", "column"])
        self.assertEqual((state["viewers"], state["recording"], state["hls"]), (0, False, False))
        self.assertGreater(state["frames"], 0)
        wait_for(lambda: self.wall.input(0)["state"] == "live", self.wall.input(0))
        self.assertGreater(self.wall.input(0)["stats"]["frames-shown"], 0)

    def test_credentials_are_nowhere(self):
        wait_for(lambda: self.wall.input(2)["fault"], "no fault")
        shown = self.wall.get("/api/wall").body.decode() + self.wall.output()
        for secret in ("pa%40ss", "pa@ss", "user", "hidden"):
            self.assertNotIn(secret, shown)

    def test_layouts(self):
        for name in self.wall.state()["layouts"]:
            self.assertEqual(self.wall.post("/api/layout", {"name": name}).status, 200)
            state = self.wall.state()
            self.assertEqual((state["layout"], state["spotlight"]), (name, None))
            areas = [each["area"] for each in state["inputs"]]
            self.assertEqual(len({(area["x"], area["y"]) for area in areas}), 3)
        self.wall.post("/api/layout", {"name": "grid"})

    def test_spotlight(self):
        self.assertEqual(self.wall.post("/api/spotlight", {"input": 1}).status, 200)
        state = self.wall.state()
        self.assertEqual((state["spotlight"], state["layout"]), (1, "grid"))
        sizes = [each["area"]["width"] for each in state["inputs"]]
        self.assertEqual(max(sizes), sizes[1])
        self.assertAlmostEqual(sizes[1], 2 / 3)
        self.assertEqual(self.wall.post("/api/spotlight", {"input": None}).status, 200)
        self.assertIsNone(self.wall.state()["spotlight"])

    def test_swap(self):
        before = [each["area"] for each in self.wall.state()["inputs"]]
        self.assertEqual(self.wall.post("/api/swap", {"a": 0, "b": 2}).status, 200)
        after = [each["area"] for each in self.wall.state()["inputs"]]
        self.assertEqual(after, [before[2], before[1], before[0]])
        self.wall.post("/api/swap", {"a": 0, "b": 2})

    def test_wrong_values(self):
        for path, value, words in (
            ("layout", {}, "name must be one of: grid,"),
            ("layout", {"name": "round"}, "name must be one of: grid,"),
            ("layout", {"name": 3}, "name must be one of: grid,"),
            ("spotlight", {}, "input must be the id of an input, or null."),
            ("spotlight", {"input": 3}, "input must be"),
            ("spotlight", {"input": -1}, "input must be"),
            ("spotlight", {"input": "0"}, "input must be"),
            ("spotlight", {"input": 0.5}, "input must be"),
            ("swap", {"a": 0}, "a and b must be ids of inputs."),
            ("swap", {"a": 0, "b": True}, "a and b must be"),
            ("recording", {"on": 1}, "on must be true or false."),
            ("recording", {"on": True}, "Give the wall a folder for recordings"),
            ("layout", "[]", "must be a JSON object"),
            ("layout", "{", "must be a JSON object"),
            ("layout", "", "must be a JSON object"),
            ("layout", b"\xff\xfe{}", "must be a JSON object"),
            ("layout", b'{"name": "grid\\u0000"}', "U+0000"),
            ("layout", b'{"name": "row", "name": "grid"}', "name is there twice"),
        ):
            with self.subTest(path=path, value=value):
                self.refused(self.wall.post(f"/api/{path}", value), 400, words)

    def test_paths_and_methods(self):
        for path in ("/nothing", "/api", "/api/", "/api/wall/", "/whep/", "/hls/", "/../etc/passwd", "/wall.js/x",
                     "/snapshot.png"):
            with self.subTest(path):
                self.refused(self.wall.get(path), 404, "")
        self.assertEqual(self.wall.get("/hls/..%2fwall.json").status, 400)
        answer = self.wall.get("/api/swap")
        self.refused(answer, 405, "POST")
        self.assertEqual(answer.headers["Allow"], "POST")
        answer = self.wall.get("/whep/some")
        self.refused(answer, 405, "PATCH, DELETE")
        self.refused(self.wall.post("/api/wall", {}), 405, "GET")
        self.refused(self.wall.ask("OPTIONS", "/whep"), 405, "POST")
        self.refused(self.wall.ask("DELETE", "/whep/some"), 404, "no such session")

    def test_types_and_sizes(self):
        for type in (None, "text/plain", "application/x-www-form-urlencoded"):
            self.refused(self.wall.ask("POST", "/api/swap", "{}", type), 415, "application/json")
        self.refused(self.wall.ask("POST", "/whep", "v=0", JSON), 415, "application/sdp")
        self.refused(self.wall.ask("PATCH", "/whep/some", "a", JSON), 415, "trickle-ice-sdpfrag")
        self.refused(self.wall.post("/api/swap", " " * 65537), 413, "65536 bytes")
        self.refused(self.wall.ask("POST", "/api/swap", iter([b"{}"]), JSON), 411, "Content-Length")
        self.assertEqual(self.wall.ask("POST", "/api/layout", '{"name": "grid"}', JSON + "; charset=utf-8").status, 200)

    def test_offers(self):
        video = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
        ice = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=setup:actpass\r\na=mid:0\r\n"
        for sdp, words in (
            ("", "offer in SDP"),
            ("hello", "offer in SDP"),
            ("v=0\r\n", "offer in SDP"),
            (video + ice + "a=rtpmap:96 AV1/90000\r\n", "H.264"),
            (video + ice + "a=rtpmap:96 H264/90000\r\n", "packetization-mode 1"),
            (video + ice + "a=rtpmap:96 VP8/90000\r\na=sendonly\r\n", "video to receive"),
            (video + "a=rtpmap:96 VP8/90000\r\n", "video to receive"),
        ):
            with self.subTest(sdp):
                self.refused(self.wall.ask("POST", "/whep", sdp, "application/sdp"), 400, words)
        self.assertEqual(self.wall.state()["viewers"], 0)

    def test_other_sites(self):
        own = f"http://127.0.0.1:{self.wall.port}"
        self.assertEqual(self.wall.post("/api/layout", {"name": "grid"}, Origin=own).status, 200)
        for origin in ("http://evil.example", "null", own + "1", f"http://localhost:{self.wall.port}"):
            self.refused(self.wall.post("/api/layout", {"name": "grid"}, Origin=origin), 403, "other sites")
        for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "192.168.1.5"):
            self.refused(self.wall.get("/api/wall", Host=host), 403, "names of this machine")
        for host in ("localhost", "127.0.0.1:1", "[::1]:80"):
            self.assertEqual(self.wall.get("/api/wall", Host=host).status, 200, host)

    def test_hosts_in_the_request_line(self):
        for host, status in (("evil.example", 403), ("localhost", 200)):
            with connect(self.wall, f"GET http://{host}/api/wall HTTP/1.1\r\nHost: localhost\r\n\r\n") as client:
                self.assertIn(f" {status} ", client.makefile().readline())

    def test_connections_are_closed(self):
        count = lambda: count_files(self.wall)
        before = count()
        for _ in range(30):
            self.wall.get("/api/wall")
            self.wall.get("/nothing")
        wait_for(lambda: count() < before + 10, lambda: f"{before} files were open, and now {count()}")

    def test_page(self):
        for path, type, words in (("/", "text/html", b"<video"), ("/wall.js", "text/javascript", b"spotlight"),
                                  ("/whep.js", "text/javascript", b"RTCPeerConnection"), ("/wall.css", "text/css", b".cell")):
            answer = self.wall.get(path)
            self.assertEqual(answer.status, 200)
            self.assertTrue(answer.headers["Content-Type"].startswith(type))
            self.assertIn(words, answer.body)
            self.assertIn("default-src 'self'", answer.headers["Content-Security-Policy"])
        self.assertEqual(self.wall.ask("HEAD", "/").status, 200)


class Connections(unittest.TestCase):
    def test_out_of_files(self):
        with Wall("test:red") as wall:
            wait_for(lambda: wall.input(0)["state"] == "live", wall.output)
            hard = resource.prlimit(wall.process.pid, resource.RLIMIT_NOFILE)[1]
            resource.prlimit(wall.process.pid, resource.RLIMIT_NOFILE, (count_files(wall) + 5, hard))
            clients = [connect(wall, "GET / HT") for _ in range(30)]
            wait_for(lambda: "cannot take connections for now" in wall.output(), wall.output)
            for client in clients:
                client.close()
            self.assertEqual(wall.get("/api/wall").status, 200)

    def test_too_many(self):
        with Wall("test:red") as wall:
            clients = [socket.create_connection(("127.0.0.1", wall.port), timeout=LIMIT) for _ in range(260)]
            wait_for(lambda: sum(map(is_closed, clients)) == 4, lambda: f"{sum(map(is_closed, clients))} closed")
            self.assertEqual(sum(map(is_closed, clients[:256])), 0)
            for client in clients:
                client.close()
            wait_for(lambda: count_files(wall) < 200, lambda: f"{count_files(wall)} files")
            self.assertEqual(wall.get("/api/wall").status, 200)
            self.assertEqual(wall.output().count("closes new connections"), 1)

    def test_silent(self):
        with Wall("test:red") as wall:
            clients = [connect(wall, text) for text in
                       ("", "GET / HT", "POST /api/swap HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        "Content-Length: 9\r\n\r\n{")]
            wait_for(lambda: all(map(is_closed, clients)), lambda: [*map(is_closed, clients)], 30 + LIMIT)


class Token(unittest.TestCase):
    def test_token(self):
        with Wall("test:red", listen="0.0.0.0", token="s3cret &token") as wall:
            for path in ("/api/wall", "/snapshot.jpg", "/hls/wall.m3u8", "/api/wall?token=", "/api/wall?token=s3cret"):
                answer = wall.get(path)
                self.assertEqual(answer.status, 401, path)
                self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
                self.assertIn("token", answer.json["error"])
            self.assertEqual(wall.get("/api/wall", Authorization="Bearer wrong").status, 401)
            self.assertEqual(wall.post("/api/layout", {"name": "row"}).status, 401)
            self.assertEqual(wall.get("/api/wall", Authorization="Bearer s3cret &token").status, 200)
            self.assertEqual(wall.get("/api/wall?token=s3cret%20%26token", Host="wall.example").status, 200)
            self.assertEqual(wall.get("/").status, 200)

    def refuses(self, arguments, words, **env):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=20, env=dict(os.environ, **env))
        self.assertEqual(done.returncode, 1)
        self.assertIn(words, done.stderr)

    def test_arguments(self):
        self.refuses([], "give at least one URI")
        self.refuses(["--listen", "0.0.0.0", "test:red"], "set a token")
        self.refuses(["--listen", "nowhere", "test:red"], "numeric address")
        self.refuses(["--config", "/nonexistent", "test:red"], "/nonexistent")
        self.refuses(["--port", "70000", "test:red"], "port must be")
        self.refuses(["--port", "-1", "test:red"], "port must be")
        self.refuses(["--seconds", "-1", "test:red"], "seconds must be")
        self.refuses(["test:red"], "at least 8 characters", QUAD_WALL_TOKEN="abc")

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "wall.json"
            for text, words in (
                ('{"layout": "foo"}', f"{file}: there is no layout foo"),
                ('{"width": 33}', f"{file}: width and height must be even"),
                ('{"listen": "0.0.0.0"}', f"{file}: others can reach 0.0.0.0"),
                ('{"token": "12345678\\u0000"}', f"{file}: no string"),
                ('{"port": 0}\0', f"{file}: no string"),
                (f'{{"port": 0, "recordings": "{file}/x"}}', f"the folder {file}/x cannot be written"),
                (f'{{"port": 0, "hls": "{file}/x"}}', f"the folder {file}/x cannot be written"),
            ):
                file.write_text(text)
                self.refuses(["--config", str(file), "test:red"], words)

    def test_taken_port(self):
        with Wall("test:red") as wall:
            self.refuses(["--port", str(wall.port), "test:red"], "cannot listen")


if __name__ == "__main__":
    cases.main()
