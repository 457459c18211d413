"""A viewer by WHEP, made of webrtcbin."""

import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC

from pictures import Picture
from wall_server import LIMIT, wait_for

FORMATS = {
    "H264": "application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=102"
            ",packetization-mode=(string)1,profile-level-id=(string)42e01f",
    "VP8": "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96",
}
DECODERS = {"H264": "rtph264depay name=depay ! avdec_h264", "VP8": "rtpvp8depay name=depay ! vp8dec"}
LOOP = GLib.MainLoop()
threading.Thread(target=LOOP.run, daemon=True).start()


class Viewer:
    """Takes one codec. `trickle`: the offer has no addresses, PATCH sends them."""

    def __init__(self, wall, codec="H264", trickle=False, audio=False):
        self.wall, self.codec, self.trickle = wall, codec, trickle
        self.session = None
        self.kept = []
        self.pipeline = Gst.Pipeline()
        self.rtc = Gst.ElementFactory.make("webrtcbin")
        self.rtc.set_property("bundle-policy", "max-bundle")
        self.rtc.set_property("latency", 0)
        self.pipeline.add(self.rtc)
        self.sink = None
        self.candidates = []
        self.rtc.connect("pad-added", self._show)
        self.rtc.connect("on-ice-candidate", lambda _, line, text: self.candidates.append((line, text)))
        self.pipeline.set_state(Gst.State.PLAYING)
        receive = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
        if audio:
            caps = "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=111"
            self.rtc.emit("add-transceiver", receive, Gst.Caps.from_string(caps))
        self.rtc.emit("add-transceiver", receive, Gst.Caps.from_string(FORMATS[codec]))
        self._negotiate()

    def _negotiate(self):
        offer = self._promise("create-offer", None).get_value("offer")
        self._promise("set-local-description", offer)
        gathered = GstWebRTC.WebRTCICEGatheringState.COMPLETE
        wait_for(lambda: self.rtc.get_property("ice-gathering-state") == gathered, "no addresses")
        text = offer.sdp.as_text() if self.trickle else self.rtc.get_property("local-description").sdp.as_text()
        self.offer = text
        self.answer = self.wall.ask("POST", "/whep", text, "application/sdp")
        assert self.answer.status == 201, self.answer.body
        self.session = self.answer.headers["Location"]
        _, sdp = GstSdp.SDPMessage.new_from_text(self.answer.body.decode())
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self._promise("set-remote-description", answer)
        if self.trickle:
            lines = [f"a=mid:{self._mids()[line]}\r\na={text}\r\n" for line, text in self.candidates]
            patched = self.wall.ask("PATCH", self.session, "".join(lines), "application/trickle-ice-sdpfrag")
            assert patched.status == 204, patched.body

    def _mids(self):
        return [line.strip()[6:] for line in self.offer.splitlines() if line.startswith("a=mid:")]

    def _promise(self, what, argument):
        promise = Gst.Promise.new()
        self.rtc.emit(what, argument, promise)
        assert promise.wait() == Gst.PromiseResult.REPLIED, what
        reply = promise.get_reply()
        self.kept += [promise, reply]  # what is in a reply lives as long as that
        return reply

    def _show(self, _, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        line = f"{DECODERS[self.codec]} ! videoconvert ! video/x-raw,format=RGB ! appsink name=sink sync=false max-buffers=1 drop=true"
        self.ssrc = pad.get_current_caps().get_structure(0).get_value("ssrc")
        decoder = Gst.parse_bin_from_description(line, True)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))
        self.depay = decoder.get_by_name("depay")
        self.sink = decoder.get_by_name("sink")

    def ask_for_keyframe(self):
        wanted = Gst.Structure.new_empty("GstForceKeyUnit")
        self.depay.get_static_pad("sink").push_event(Gst.Event.new_custom(Gst.EventType.CUSTOM_UPSTREAM, wanted))

    def watch_keyframes(self):
        """The list that they go to: of their times in seconds, as the sender counts them."""
        times, sent = [], [0]
        def receive(_, info):
            sent[0] = int.from_bytes(info.get_buffer().extract_dup(4, 4), "big") / 90000
            return Gst.PadProbeReturn.OK
        def note(_, info):
            if not info.get_buffer().has_flags(Gst.BufferFlags.DELTA_UNIT):
                times.append(sent[0])
            return Gst.PadProbeReturn.OK
        self.depay.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, receive)
        self.depay.get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, note)
        return times

    def picture(self):
        """The next picture."""
        sink = wait_for(lambda: self.sink, lambda: f"no stream\n{self.wall.output()}")
        sample = sink.try_pull_sample(LIMIT * Gst.SECOND)
        assert sample, "no frame"
        return Picture(sample)

    def wait_for_colours(self, colours):
        """Waits for a picture with the colour at each place; `colours` are (x, y, colour)."""
        seen = []
        def fits():
            picture = self.picture()
            seen[:] = [picture.at(x, y) for x, y, _ in colours]
            return all(picture.is_near(*each) for each in colours)
        wait_for(fits, lambda: f"{colours}, but: {seen}")

    def close(self):
        self.pipeline.set_state(Gst.State.NULL)

    def leave(self):
        assert self.wall.ask("DELETE", self.session).status == 200
        self.close()
