"""Starts quad-wall and talks to it."""

import http.client
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time

PROGRAM = os.environ.get("QUAD_WALL", "build/examples/camera-wall/quad-wall")
# Sanitizers and slow machines need more.
LIMIT = 20 * int(os.environ.get("QUAD_PATIENCE") or 1)

# GStreamer's tracer of leaks lists what is alive when it gets SIGUSR1.
COUNTS_OBJECTS = {"GST_TRACERS": "leaks", "GST_LEAKS_TRACER_SIG": "1", "GST_DEBUG": "GST_TRACER:7,leaks:7"}


def wait_for(what, says, limit=LIMIT):
    """Returns what() as soon as it is true. `says`: a text or a function that makes one, of what is wrong."""
    end = time.monotonic() + limit
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f"after {limit} s: {says() if callable(says) else says}"
        time.sleep(0.05)


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Wall:
    """A wall on a free port. To be used with `with`."""

    def __init__(self, *uris, env=None, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="quad-wall-")
        config = pathlib.Path(self.folder.name) / "wall.json"
        config.write_text(json.dumps({"width": 640, "height": 360, "port": 0, **settings, "inputs": list(uris)}))
        self.token = settings.get("token")
        self.said = []
        self.process = subprocess.Popen(
            [PROGRAM, "--config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace", env={**os.environ, "G_DEBUG": "fatal-criticals", **(env or {})})
        self._port = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = self._port.get(timeout=LIMIT)
        assert self.port, f"quad-wall did not start:\n{self.output()}"

    def _read(self):
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(r"The wall: http://[^/]*:(\d+)/", line):
                self._port.put(int(found[1]))
        self._port.put(None)

    def output(self):
        return "".join(self.said)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.folder.cleanup()
        assert status == 0, f"status {status}\n{self.output()}"

    def ask(self, method, path, body=None, type=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT)
        if type:
            headers["Content-Type"] = type
        connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
        response = connection.getresponse()
        answer = Answer(response, response.read())
        connection.close()
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, value, **headers):
        body = value if isinstance(value, (str, bytes)) else json.dumps(value)
        return self.ask("POST", path, body, "application/json", **headers)

    def count_objects(self, kind):
        """How many objects of a GType there are; the wall must have the environment COUNTS_OBJECTS."""
        start = len(self.said)
        self.process.send_signal(signal.SIGUSR1)
        wait_for(lambda: any(re.search(r"listed \d+ alive", line) for line in self.said[start:]), "no list of objects")
        return sum(f"object-alive, type-name=(string){kind}," in line for line in self.said[start:])

    def state(self):
        return self.get("/api/wall").json

    def input(self, number):
        return self.state()["inputs"][number]

    def wait_connected(self, *numbers):
        wait_for(lambda: all(self.input(n)["connection"] == "connected" for n in numbers),
                 lambda: f"not connected:\n{self.output()}")
