"""Errors for the user, the folder of models, and files that are there whole or not at all."""

import contextlib
import hashlib
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

UNREACHABLE = 3  # the status of the program if the registry cannot be reached


class Problem(Exception):
    """A sentence for the user that says what is wrong and what to do; the program ends with `status`."""

    def __init__(self, text: str, status: int = 1):
        super().__init__(text)
        self.status = status


def default_folder() -> pathlib.Path:
    """Where models are kept: $QUAD_MODELS, or gst-quad in the user's cache."""
    if named := os.environ.get("QUAD_MODELS"):
        return pathlib.Path(named)
    cache = os.environ.get("XDG_CACHE_HOME")
    return (pathlib.Path(cache) if cache else pathlib.Path.home() / ".cache") / "gst-quad"


def make_folder(folder: pathlib.Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise Problem(f"{folder} cannot be made: {why.strerror}. Name another folder.") from None


@contextlib.contextmanager
def writing(path: pathlib.Path) -> Iterator[BinaryIO]:
    """A file of a temporary name beside `path`. It gets the name `path` if the block ends well, and goes otherwise."""
    try:
        number, temporary = tempfile.mkstemp(prefix=".quad-", dir=path.parent)
    except OSError as why:
        raise Problem(f"{path.parent} cannot be written to: {why.strerror}. Name another folder.") from None
    try:
        with os.fdopen(number, "w+b") as file:
            yield file
            # mkstemp() makes a file for its owner alone.
            mask = os.umask(0)
            os.umask(mask)
            os.fchmod(file.fileno(), 0o666 & ~mask)
        os.replace(temporary, path)
    except OSError as why:
        raise Problem(f"{path} cannot be written: {why.strerror or why}.") from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def write(path: pathlib.Path, data: bytes) -> None:
    with writing(path) as file:
        file.write(data)


def read(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as why:
        raise Problem(f"{path} cannot be read: {why.strerror}.") from None


def sha256_of(path: pathlib.Path) -> str:
    """The checksum of a file, or "" if there is none that can be read."""
    sum = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                sum.update(block)
    except OSError:
        return ""
    return sum.hexdigest()


def size_text(size: float) -> str:
    """A size as people read it: "249 kB"."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}" if size < 100 and unit != "B" else f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.3g} GB"
