"""Cameras and files for a wall."""

import http.server
import pathlib
import subprocess
import sys
import threading

from pictures import Gst
from wall_server import LIMIT


class RtspCamera:
    """A process, so that it can be killed. To be used with `with`."""

    def __init__(self, colour, *login):
        self.colour, self.login, self.port = colour, login, 0
        self.start()

    def start(self):
        script = pathlib.Path(__file__).with_name("rtsp_camera.py")
        command = [sys.executable, script, str(self.port), self.colour, *self.login]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def uri(self):
        return f"rtsp://127.0.0.1:{self.port}/camera"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class MjpegCamera(http.server.ThreadingHTTPServer):
    """Motion JPEG by HTTP. While `silent` it leaves connections open and sends nothing. To be used with `with`."""

    daemon_threads = True

    def __init__(self, colour):
        line = Gst.parse_launch(f"videotestsrc num-buffers=1 pattern={colour} ! video/x-raw,width=320,height=180"
                                " ! jpegenc ! appsink name=out sync=false")
        line.set_state(Gst.State.PLAYING)
        buffer = line.get_by_name("out").try_pull_sample(LIMIT * Gst.SECOND).get_buffer()
        self.jpeg = buffer.extract_dup(0, buffer.get_size())
        line.set_state(Gst.State.NULL)
        self.silent, self.over = False, threading.Event()
        self.connections = 0
        super().__init__(("127.0.0.1", 0), MjpegAnswer)
        threading.Thread(target=self.serve_forever, daemon=True).start()

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
        jpeg = self.server.jpeg
        try:
            while not self.server.over.wait(0.04):
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
