"""A registry on localhost for tests of fetching: it answers as the test says, and remembers what it was asked."""

import base64
import hashlib
import http.server
import io
import tarfile
import threading

from quadmodels import packages


def archive(*members):
    """The bytes of a .tgz with (name, content) or TarInfo members."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            tar.addfile(info, io.BytesIO(member[1]))
    return made.getvalue()


def row(name, data, content, member="package/file", file="file", licence="MIT", asks=False, part=""):
    """A row of the table for an archive's bytes and the file's content."""
    sum = base64.b64encode(hashlib.sha512(data).digest()).decode()
    package = packages.Package("@made/up", "1.2.3", f"sha512-{sum}", licence, len(data))
    contents = {"any": packages.Content(member, hashlib.sha256(content).hexdigest(), len(content), part)}
    return packages.Row(name, package, file, contents, "made up", asks)


class Registry:
    """Serves `data` for each path. `cuts` are numbers of bytes after which one answer each breaks off."""

    def __init__(self, data, cuts=(), status=200, ranges=True):
        self.asked = []
        cuts, registry = list(cuts), self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                start = 0
                wanted = self.headers.get("Range")
                registry.asked.append((self.path, wanted))
                if wanted and ranges:
                    start = int(wanted.removeprefix("bytes=").rstrip("-"))
                self.send_response(206 if start else status)
                self.send_header("Content-Length", str(len(data) - start))
                self.end_headers()
                self.wfile.write(data[start : start + cuts.pop(0)] if cuts else data[start:])

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
