"""Reads the tracks of an MP4 file from its boxes (ISO/IEC 14496-12)."""

import dataclasses
import struct


class Broken(Exception):
    pass


@dataclasses.dataclass
class Track:
    kind: str = ""  # vide, soun, ...
    size: tuple = (0, 0)  # as coded
    samples: int = 0
    seconds: float = 0.0  # of the media, whatever an edit list makes of it
    durations: list = dataclasses.field(default_factory=list)  # of the samples, in seconds, as they are decoded


def boxes(data):
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = len(data) - at
        if size < head or at + size > len(data):
            raise Broken(f"a {kind} box of {size} bytes does not fit")
        yield kind.decode("latin-1"), data[at + head : at + size]
        at += size


def child(data, *path):
    for name in path:
        data = next((body for kind, body in boxes(data) if kind == name), None)
        if data is None:
            raise Broken(f"no {name} box")
    return data


def read_track(trak):
    track = Track(kind=child(trak, "mdia", "hdlr")[8:12].decode("latin-1"))
    header = child(trak, "mdia", "mdhd")
    scale = struct.unpack_from(">I", header, 20 if header[0] == 1 else 12)[0]
    table = child(trak, "mdia", "minf", "stbl")
    times = child(table, "stts")
    ticks = 0
    for i in range(struct.unpack_from(">I", times, 4)[0]):
        count, delta = struct.unpack_from(">II", times, 8 + 8 * i)
        ticks += count * delta
        track.samples += count
        track.durations += [delta / scale] * count
    track.seconds = ticks / scale
    if track.kind == "vide":
        track.size = struct.unpack_from(">HH", child(table, "stsd"), 8 + 8 + 24)
    return track


def tracks(path):
    with open(path, "rb") as file:
        movie = child(file.read(), "moov")
    return [read_track(body) for kind, body in boxes(movie) if kind == "trak"]


def video(of):
    """The first track of pictures."""
    return next(track for track in of if track.kind == "vide")
