#!/usr/bin/env python3
"""Cameras of plain colours: rtsp://127.0.0.1:PORT/camera0, /camera1, ...

Each SPEC is CODEC:WIDTHxHEIGHT:COLOUR, as h264:320x180:red. Port 0: any free one. Prints the port when it listens. A line
`NUMBER WIDTHxHEIGHT COLOUR` on the standard input changes a camera in mid-stream. When the first pixel of a camera's
pictures changes, it prints its number and the time, of CLOCK_MONOTONIC in seconds. Ends with its standard input.
"""

import argparse
import collections
import sys
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay config-interval=-1",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph265pay config-interval=-1",
    "mjpeg": "jpegenc ! rtpjpegpay",
    "vp8": "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=25 ! rtpvp8pay",
}


def size_caps(size, rate):
    width, height = size.split("x")
    return f"video/x-raw,format=I420,width={width},height={height},framerate={rate}/1"


class Camera:
    def __init__(self, number, spec, rate):
        self.number, self.rate, self.pixel = number, rate, None
        self.wanted = collections.deque()
        codec, size, colour = spec.split(":")
        self.factory = GstRtspServer.RTSPMediaFactory.new()
        self.factory.set_launch(
            f"( videotestsrc name=picture is-live=true pattern={colour} ! capsfilter name=size caps={size_caps(size, rate)}"
            f" ! {ENCODERS[codec]} name=pay0 pt=96"
            # As cameras do, with sound, which the wall does not take.
            " audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 pt=8 )")
        self.factory.set_shared(True)
        self.factory.connect("media-configure", self.configure)

    def configure(self, _, media):
        self.picture = media.get_element().get_by_name("picture")
        self.size = media.get_element().get_by_name("size")
        self.size.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, self.watch)
        media.connect("new-state", self.go_on)

    def go_on(self, media, state):
        """On a busy machine the pipeline may fail to play, which GStreamer's server does not see, and play the next time."""
        def has_failed():
            pipeline = media.get_element().get_parent()
            if not pipeline or pipeline.get_state(0)[0] != Gst.StateChangeReturn.FAILURE:
                return GLib.SOURCE_REMOVE
            pipeline.set_state(Gst.State.PLAYING)
            return GLib.SOURCE_CONTINUE
        if state == int(Gst.State.PLAYING):
            GLib.timeout_add(500, has_failed)

    def change(self, size, colour):
        self.wanted.append((size, colour))

    def watch(self, _, info):
        # Between two pictures: one on its way through the filter would have the wrong size, and the camera would fail.
        while self.wanted:
            size, colour = self.wanted.popleft()
            self.picture.set_property("pattern", colour)
            self.size.set_property("caps", Gst.Caps.from_string(size_caps(size, self.rate)))
        pixel = info.get_buffer().extract_dup(0, 1)
        if self.pixel not in (None, pixel):
            print(self.number, time.monotonic(), flush=True)
        self.pixel = pixel
        return Gst.PadProbeReturn.OK


def guard(server, cameras, user, password):
    auth = GstRtspServer.RTSPAuth.new()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("user", "media.factory.access", True)
    permissions.add_permission_for_role("user", "media.factory.construct", True)
    for camera in cameras:
        camera.factory.set_permissions(permissions)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="0")
    parser.add_argument("--rate", type=int, default=25)
    parser.add_argument("--login", nargs=2, metavar=("USER", "PASSWORD"))
    parser.add_argument("specs", nargs="+", metavar="SPEC")
    options = parser.parse_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer.new()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    cameras = [Camera(number, spec, options.rate) for number, spec in enumerate(options.specs)]
    for camera in cameras:
        server.get_mount_points().add_factory(f"/camera{camera.number}", camera.factory)
    if options.login:
        guard(server, cameras, *options.login)
    assert server.attach(None), f"port {options.port} is taken"
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()

    def listen():
        for line in sys.stdin:
            number, size, colour = line.split()
            cameras[int(number)].change(size, colour)
        loop.quit()

    threading.Thread(target=listen, daemon=True).start()
    loop.run()


main()
