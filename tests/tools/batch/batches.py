"""What the tests of `quad batch` share: folders with a batch whose clips say what happens to them."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

QUAD = os.environ["QUAD"]
STANDIN = str(pathlib.Path(__file__).with_name("standin.sh"))
PATIENCE = 60  # seconds until something that happens at once has failed


def wait_for(truth, what, seconds=PATIENCE):
    """Looks until truth() is true, and returns it."""
    end = time.monotonic() + seconds
    while not (value := truth()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return value


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="quad-batch-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = self.folder / "log"
        self.log.mkdir()
        self.out = self.folder / "out"
        (self.folder / "temp").mkdir()
        self.env = dict(os.environ, QUAD_LOG=str(self.log), TMPDIR=str(self.folder / "temp"))

    def quad(self, *arguments, status=0, **options):
        """Runs `quad batch ARGUMENTS` and returns what it printed."""
        done = subprocess.run(
            [QUAD, "batch", *map(str, arguments)],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            **options,
        )
        self.assertEqual(done.returncode, status, done.stdout)
        return done.stdout

    def start(self, *arguments, **env):
        """Starts `quad batch work out ARGUMENTS`. It is ended with the test."""
        worker = subprocess.Popen(
            [QUAD, "batch", "work", self.out, "--program", STANDIN, *map(str, arguments)],
            cwd=self.folder,
            env=dict(self.env, **env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def end():
            if worker.poll() is None:
                worker.kill()
            worker.wait()

        self.addCleanup(end)
        return worker

    def clip(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
        return path

    def mount(self, folder, megabytes):
        """A disk of that size, which is made larger by another call."""
        again = os.path.ismount(folder)
        folder.mkdir(exist_ok=True)
        options = f"size={megabytes}M" + ",remount" * again
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, text=True)
        if done.returncode:
            self.skipTest(f"needs to mount a small disk: {done.stderr.strip()}")
        if not again:
            self.addCleanup(subprocess.run, ["umount", "--lazy", folder], check=True)

    def manifest(self, lines):
        path = self.folder / "manifest.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    def prepare(self, clips, shards=1, *more):
        """A batch of {id: what happens}."""
        for name, text in clips.items():
            self.clip(f"clips/{name}", text)
        lines = [{"id": name, "input": f"clips/{name}"} for name in clips]
        return self.quad("prepare", self.manifest(lines), "--recipe", "gif", "-o", "out", "--shards", shards, *more)

    def work(self, *arguments, status=0):
        return self.quad("work", "out", "--program", STANDIN, *arguments, status=status)

    def sidecar(self, name):
        path = self.out / "results" / f"{name}.gif.json"
        return json.loads(path.read_text()) if path.exists() else None

    def index(self, status=0):
        """The lines of the index, and that it is the same each time."""
        self.quad("merge", "out", status=status)
        return [json.loads(line) for line in (self.out / "index.jsonl").read_text().splitlines()]

    def scratch(self):
        """How many workers have left temporary files."""
        return len(list((self.folder / "temp").glob("quad-batch-*/*")))

    def is_clean(self):
        return not list((self.out / "tmp").iterdir()) and self.scratch() == 0

    def status(self):
        return json.loads(self.quad("status", "out", "--json"))

    def logged(self, name):
        path = self.log / name
        return path.read_text().splitlines() if path.exists() else []

    def expect_clean(self, clips):
        """Each clip has its result and its sidecar, and nothing else is there."""
        expected = sorted(f"{name}.gif{ending}" for name in clips for ending in ("", ".json"))
        self.assertEqual(sorted(p.name for p in (self.out / "results").iterdir()), expected)
        index = self.index()
        # What workers of other machines left is not removed at once, and temporary files by other workers alone.
        wait_for(lambda: self.index() and self.is_clean() or self.work("--claim") and self.is_clean(), "leftovers are removed")
        self.assertEqual([line["id"] for line in index], list(clips))
        self.assertEqual({line["state"] for line in index}, {"done"})
        self.assertEqual(self.logged("twice"), [])


def kill(process, number=signal.SIGKILL):
    process.send_signal(number)
    return process.wait(PATIENCE)
