"""Reads the blocks of a GIF file (https://www.w3.org/Graphics/GIF/spec-gif89a.txt)."""

import dataclasses
import struct


class Broken(Exception):
    pass


@dataclasses.dataclass
class Gif:
    size: tuple = (0, 0)
    loop: int | None = None  # 0: forever
    delays: list = dataclasses.field(default_factory=list)  # of the images, in hundredths of a second
    areas: list = dataclasses.field(default_factory=list)  # of the images: x, y, width, height

    @property
    def seconds(self):
        return sum(self.delays) / 100


def table_size(flags):
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def sub_blocks(data, at):
    """What they hold together, and where they end."""
    body = b""
    while data[at]:
        body += data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
    return body, at + 1


def parse(data):
    if data[:6] != b"GIF89a":
        raise Broken(f"begins with {data[:6]}")
    gif = Gif(size=struct.unpack_from("<HH", data, 6))
    at, delay = 13 + table_size(data[10]), 0
    while data[at] != 0x3B:
        if data[at] == 0x21:
            kind = data[at + 1]
            body, at = sub_blocks(data, at + 2)
            if kind == 0xF9:
                delay = struct.unpack_from("<H", body, 1)[0]
            elif kind == 0xFF and body.startswith(b"NETSCAPE2.0\x01"):
                gif.loop = struct.unpack_from("<H", body, 12)[0]
        elif data[at] == 0x2C:
            area, flags = struct.unpack_from("<HHHH", data, at + 1), data[at + 9]
            if area[0] + area[2] > gif.size[0] or area[1] + area[3] > gif.size[1]:
                raise Broken(f"an image at {area} does not fit into {gif.size}")
            _, at = sub_blocks(data, at + 10 + table_size(flags) + 1)
            gif.delays.append(delay)
            gif.areas.append(area)
            delay = 0
        else:
            raise Broken(f"a block of the kind {data[at]:#x}")
    if at + 1 != len(data):
        raise Broken(f"{len(data) - at - 1} bytes after the end")
    return gif


def read(path):
    try:
        return parse(path.read_bytes())
    except (IndexError, struct.error) as error:
        raise Broken(f"{path.name} breaks off: {error}") from None
