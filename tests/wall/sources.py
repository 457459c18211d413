"""Cameras and files for a wall."""

import http.server
import io
import pathlib
import subprocess
import sys
import threading
import wave

from pictures import Gst
from wall_server import LIMIT


class RtspCameras:
    """Cameras in one process, so that they can be killed. To be used with `with`.

    `specs` as in rtsp_camera.py. They count when it starts.
    """

    def __init__(self, *specs, rate=25, login=()):
        self.specs, self.rate, self.login, self.port = list(specs), rate, login, 0
        self.start()

    def start(self):
        script = pathlib.Path(__file__).with_name("rtsp_camera.py")
        login = ["--login", *self.login] if self.login else []
        command = [sys.executable, script, "--port", str(self.port), "--rate", str(self.rate), *login, "--", *self.specs]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def change(self, number, size, colour):
        """In mid-stream."""
        print(number, size, colour, file=self.process.stdin, flush=True)

    def changed_at(self):
        """When the next picture of another brightness was taken: number and time.monotonic()."""
        number, time = self.process.stdout.readline().split()
        return int(number), float(time)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    @property
    def uris(self):
        return [f"rtsp://127.0.0.1:{self.port}/camera{number}" for number in range(len(self.specs))]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class RtspCamera(RtspCameras):
    """One, with H.264."""

    def __init__(self, colour, *login):
        super().__init__(f"h264:320x180:{colour}", login=login)

    def restart(self, colour):
        self.specs = [f"h264:320x180:{colour}"]
        self.start()

    @property
    def uri(self):
        return self.uris[0]


def make_photo(size, colour, encoder="jpegenc"):
    """The bytes of a file."""
    width, height = size.split("x")
    line = Gst.parse_launch(f"videotestsrc num-buffers=1 pattern={colour} ! video/x-raw,width={width},height={height}"
                            f" ! videoconvert ! {encoder} ! appsink name=out sync=false")
    line.set_state(Gst.State.PLAYING)
    buffer = line.get_by_name("out").try_pull_sample(LIMIT * Gst.SECOND).get_buffer()
    photo = buffer.extract_dup(0, buffer.get_size())
    line.set_state(Gst.State.NULL)
    return photo


class HttpFiles(http.server.ThreadingHTTPServer):
    """Gives files: bytes by their names. Counts how often each is asked for. To be used with `with`."""

    daemon_threads = True

    def __init__(self, **files):
        self.files = files
        self.asked = dict.fromkeys(files, 0)
        super().__init__(("127.0.0.1", 0), FileAnswer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def uri(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class FileAnswer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.strip("/")
        self.server.asked[name] += 1
        if name == "round":
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.files[name])))
        self.end_headers()
        try:
            self.wfile.write(self.server.files[name])
        except OSError:
            pass  # the wall has gone

    def log_message(self, *_):
        pass


class MjpegCamera(http.server.ThreadingHTTPServer):
    """Motion JPEG by HTTP. While `silent` it leaves connections open and sends nothing. To be used with `with`."""

    daemon_threads = True

    def __init__(self, colour, size="320x180"):
        self.change(size, colour)
        self.silent, self.over = False, threading.Event()
        self.connections = 0
        super().__init__(("127.0.0.1", 0), MjpegAnswer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def change(self, size, colour):
        """In mid-stream."""
        self.jpeg = make_photo(size, colour)

    @property
    def uri(self):
        return f"http://127.0.0.1:{self.server_port}/video.mjpg"

    def __exit__(self, *_):
        self.over.set()
        self.shutdown()
        self.server_close()


class MjpegAnswer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.connections += 1
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace;boundary=frame")
        self.end_headers()
        try:
            while not self.server.over.wait(0.04):
                jpeg = self.server.jpeg
                if not self.server.silent:
                    self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg))
                    self.wfile.write(jpeg + b"\r\n")
        except OSError:
            pass  # the wall has gone

    def log_message(self, *_):
        pass


def make_clip(path, colour, frames, interlaced=False):
    """An MP4 of a colour, 25 frames a second."""
    fields = " ! interlace field-pattern=1:1 ! x264enc interlaced=true ! h264parse" if interlaced else " ! x264enc"
    line = Gst.parse_launch(f"videotestsrc num-buffers={frames} pattern={colour} ! video/x-raw,format=I420,width=320,height=180"
                            f",framerate=25/1{fields} ! mp4mux ! filesink location=\"{path}\"")
    line.set_state(Gst.State.PLAYING)
    end = line.get_bus().timed_pop_filtered(LIMIT * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    line.set_state(Gst.State.NULL)
    assert end and end.type == Gst.MessageType.EOS, f"{path} could not be made"


def make_sound():
    """The bytes of a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    return file.getvalue()
