"""Clips of every container and codec that there are elements for, to read in several ways."""

import re
import struct

import media

COUNT, RATE, SIZE = 30, 25, (64, 48)
SOURCE = f"videotestsrc num-buffers={COUNT} pattern=ball ! video/x-raw,format=I420,width=64,height=48,framerate={RATE}/1"
_SOUND = "audiotestsrc num-buffers=50 ! audio/x-raw,channels=2,rate=48000"
_H264 = "x264enc bframes=3 b-adapt=false key-int-max=8 speed-preset=veryfast option-string=scenecut=0"
_FIELDS = "interlace field-pattern=1:1 ! x264enc speed-preset=veryfast"

# name, the elements after the source, and whether packets alone say which frames there are. None: not in every version
# of GStreamer.
_ROWS = (
    ("b.mp4", f"{_H264} ! h264parse ! mp4mux", True),
    ("fragments.mp4", f"{_H264} ! h264parse ! mp4mux fragment-duration=200", True),
    ("b.mkv", f"{_H264} ! h264parse ! matroskamux", True),
    ("b.ts", f"{_H264} ! h264parse ! mpegtsmux", True),
    ("b.flv", f"{_H264} ! h264parse ! flvmux", True),
    ("b.avi", f"{_H264} ! h264parse ! avimux", None),
    ("b.h264", f"{_H264} ! h264parse ! video/x-h264,stream-format=byte-stream", False),
    ("h265.mp4", "x265enc key-int-max=8 ! h265parse ! mp4mux", True),
    ("h265.ts", "x265enc key-int-max=8 ! h265parse ! mpegtsmux", True),
    ("mpeg1.ts", "mpeg2enc ! mpegvideoparse ! mpegtsmux", True),
    ("mpeg1.mkv", "mpeg2enc ! mpegvideoparse ! matroskamux", True),
    ("mpeg4.avi", "avenc_mpeg4 ! mpeg4videoparse ! avimux", None),
    ("vp8.webm", "vp8enc auto-alt-ref=true lag-in-frames=10 keyframe-max-dist=20 deadline=100000 ! webmmux", True),
    ("vp9.webm", "vp9enc auto-alt-ref=true lag-in-frames=10 keyframe-max-dist=20 deadline=100000 ! webmmux", True),
    ("av1.mkv", "av1enc cpu-used=8 usage-profile=realtime ! av1parse ! matroskamux", True),
    ("theora.ogg", "theoraenc ! oggmux", True),
    # Most of its packets have no bytes.
    ("repeats.ogg", "theoraenc bitrate=1 drop-frames=true rate-buffer=30 keyframe-force=8 ! oggmux", True),
    # Each packet has a page, so that another film after it is read.
    ("pages.ogg", "theoraenc bitrate=1 drop-frames=true rate-buffer=30 keyframe-force=8"
     " ! oggmux max-delay=1 max-page-delay=1", True),
    ("moving.gif", "videoconvert ! gifstreamenc", True),
    ("jpeg.avi", "jpegenc ! avimux", True),
    ("jpeg.mov", "jpegenc ! qtmux", True),
    ("png.mov", "videoconvert ! video/x-raw,format=RGB ! pngenc ! qtmux", True),
    ("raw.mov", "videoconvert ! video/x-raw,format=RGB ! qtmux", True),
    ("raw.avi", "videoconvert ! video/x-raw,format=YUY2 ! avimux", True),
    ("raw.mkv", "matroskamux", True),
    ("wmv.asf", "avenc_wmv2 ! asfmux", True),
    ("fields.mp4", f"{_FIELDS} ! h264parse ! mp4mux", None),
    ("fields.ts", f"{_FIELDS} ! h264parse ! mpegtsmux", None),
    ("wide.mp4", f"capssetter caps=video/x-raw,pixel-aspect-ratio=4/3 ! {_H264} ! h264parse ! mp4mux", True),
    ("variable.mkv", "frameextract timestamp-list=0,0.04,0.4,0.44,0.48,0.96,1.16"
     f" ! {_H264} ! h264parse ! matroskamux", True),
    ("variable.mp4", "frameextract timestamp-list=0,0.04,0.4,0.44,0.48,0.96,1.16"
     f" ! {_H264} ! h264parse ! mp4mux", True),
    ("sound.mp4", f"{_H264} ! h264parse ! m. {_SOUND} ! avenc_aac ! m. mp4mux name=m", True),
    ("sound.mkv", f"{_H264} ! h264parse ! m. {_SOUND} ! vorbisenc ! m. matroskamux name=m", True),
    ("sound.ogg", f"theoraenc ! m. {_SOUND} ! vorbisenc ! m. oggmux name=m", True),
    ("sound.ts", f"{_H264} ! h264parse ! m. {_SOUND} ! avenc_aac ! aacparse ! m. mpegtsmux name=m", True),
)  # fmt: skip


def _elements(chain):
    """The names of all elements: words without the signs of properties, caps and names."""
    return [word for word in chain.split() if re.fullmatch("[a-z0-9_]+", word)]


def path_of(name):
    """The clip of this name."""
    chain = {row[0]: row[1] for row in _ROWS}[name]
    return media.made(name, f"{SOURCE} ! {chain}")


def edited():
    """An MP4 whose edit list shows 0.8 s of it, which begin between two keyframes."""
    path = media.path_of("edited.mp4")
    data = bytearray(path_of("b.mp4").read_bytes())
    at = data.index(b"elst") + 12
    (scale,) = struct.unpack_from(">I", data, data.index(b"mdhd") + 16)
    _, begin = struct.unpack_from(">II", data, at)
    struct.pack_into(">II", data, at, scale * 8 // 10, begin + scale * 3 // 10)
    path.write_bytes(data)
    return path


def late(source=None):
    """An MP4, or b.mp4, whose pictures begin as late as its decoder gives the first one: GStreamer's segment of them looks as that
    of a film that begins there. FFmpeg's -avoid_negative_ts make_zero writes such files.
    """
    source = source or path_of("b.mp4")
    path = media.path_of(f"late-{source.name}")
    data = bytearray(source.read_bytes())
    at = data.index(b"elst") + 12
    film, track = (struct.unpack_from(">I", data, data.index(box) + 16)[0] for box in (b"mvhd", b"mdhd"))
    (begin,) = struct.unpack_from(">I", data, at + 4)
    entry = struct.pack(">IiI", begin * film // track, -1, 0x10000)
    for box in (b"moov", b"trak", b"edts", b"elst"):  # each is there once
        size = data.index(box) - 4
        struct.pack_into(">I", data, size, struct.unpack_from(">I", data, size)[0] + len(entry))
    struct.pack_into(">I", data, at - 4, 2)
    path.write_bytes(data[:at] + entry + data[at:])
    return path


def cut():
    """A transport stream that begins between two keyframes."""
    path = media.path_of("cut.ts")
    data = path_of("b.ts").read_bytes()
    path.write_bytes(data[len(data) // 188 // 3 * 188 :])
    return path


def without(name, begin, count):
    """A transport stream that lost `count` of its packets, from `begin` hundredths of it on."""
    data = path_of(name).read_bytes()
    at = len(data) // 188 * begin // 100 * 188
    path = media.path_of(f"without-{begin}-{count}-{name}")
    path.write_bytes(data[:at] + data[at + 188 * count :])
    return path


def twice(name):
    """Two films in one file, one after the other."""
    path = media.path_of(f"twice-{name}")
    path.write_bytes(path_of(name).read_bytes() * 2)
    return path


def spoiled(name, number):
    """A clip of JPEG pictures of which one is none, counted from 0."""
    data = path_of(name).read_bytes()
    parts = data.split(b"\xff\xd8\xff")
    parts[number + 1] = bytes(200) + parts[number + 1][200:]
    path = media.path_of(f"spoiled-{name}")
    path.write_bytes(b"\xff\xd8\xff".join(parts))
    return path


def all_clips():
    """(name, path, whether packets alone say which frames there are) of each clip."""
    for name, chain, plain in _ROWS:
        if all(map(media.exists, _elements(chain))):
            yield name, path_of(name), plain
    yield "edited.mp4", edited(), True
    yield "late.mp4", late(), True
    yield "cut.ts", cut(), True
    yield "late.mkv", media.sound_after_picture("late.mkv", SOURCE, COUNT), None
    yield "turned.mov", media.turned(path_of("jpeg.mov"), 90), True
    yield "picture.png", media.made("picture.png", "videotestsrc num-buffers=1 ! pngenc"), None
