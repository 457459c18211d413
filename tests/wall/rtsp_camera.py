#!/usr/bin/env python3
"""A camera: rtsp://127.0.0.1:PORT/camera of a colour, which begs for user and password if these are given.

usage: rtsp_camera.py PORT COLOUR [USER PASSWORD]

PORT 0: any free one. Prints the port when it listens.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

Gst.init(None)
port, colour, *login = sys.argv[1:]
server = GstRtspServer.RTSPServer.new()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory.new()
factory.set_launch(f"( videotestsrc is-live=true pattern={colour} ! video/x-raw,format=I420,width=320,height=180,framerate=25/1"
                   " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96"
                   # As cameras do, with sound, which the wall does not take.
                   " audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 pt=8 )")
factory.set_shared(True)
if login:
    user, password = login
    auth = GstRtspServer.RTSPAuth.new()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("user", "media.factory.access", True)
    permissions.add_permission_for_role("user", "media.factory.construct", True)
    factory.set_permissions(permissions)
server.get_mount_points().add_factory("/camera", factory)
assert server.attach(None), f"port {port} is taken"
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
