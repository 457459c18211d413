#!/usr/bin/env python3
"""How the program `quad` ends, and what it says on its way.

usage: program_ends_test.py QUAD SOURCES-OF-QUAD
"""

import json
import os
import pty
import re
import signal
import subprocess
import time

import cases
import mp4
from program import FRAMES, QUAD, TIMEOUT, Case, clean_environment, launch

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ends(Case):
    def start(self):
        """A job that takes long, and its folder with an older result."""
        caps = "video/x-raw,format=I420,width=320,height=180,framerate=30/1"
        launch(self.folder, f"videotestsrc pattern=ball num-buffers=3000 ! {caps} ! x264enc speed-preset=ultrafast ! h264parse ! "
                            "mp4mux ! filesink location=long.mp4")
        (self.folder / "o.mp4").write_text("old")

    def begin(self, arguments, **env):
        """Returns the process once it has begun to write."""
        before = self.written()
        process = subprocess.Popen([QUAD, *arguments, "--report", "report"], cwd=self.folder, env={**clean_environment(), **env},
                                   text=True, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: [signal.signal(s, signal.SIG_DFL) for s in SIGNALS])
        while self.written() == before:
            if process.poll() is not None:
                self.fail("it ended by itself: " + process.stderr.read())
            time.sleep(0.002)
        return process

    def written(self):
        return os.listdir(self.folder), os.listdir(self.folder / "work")

    def test_signals_leave_nothing(self):
        self.start()
        (self.folder / "work").mkdir()
        commands = (["grid", *["long.mp4"] * 4, "-o", "o.mp4", "--size", "1920x1080"],
                    ["thumbs", "long.mp4", "-o", "p", "--rate", "30"], ["thumbs", "long.mp4", "-o", "p.tar", "--rate", "30"])
        for command, (sent, times) in zip(commands * 2, ((s, n) for n in (1, 2) for s in SIGNALS)):
            with self.subTest(f"{command[0]} {sent} {times}"):
                process = self.begin(command, TMPDIR="work")
                for _ in range(times):
                    process.send_signal(sent)
                said = process.communicate(timeout=TIMEOUT)[1]
                self.assertEqual(process.returncode, 130, said)
                self.assertIn("interrupted", said)
                self.assertEqual(json.loads((self.folder / "report").read_text())["error"], "interrupted")
                self.assertEqual((self.files(), os.listdir(self.folder / "work")), (["long.mp4", "o.mp4", "report", "work"], []))
                self.assertEqual((self.folder / "o.mp4").read_text(), "old")

    def test_nobody_reads_what_is_said(self):
        clip = self.clip("silent.mp4")
        ours, theirs = os.pipe()
        os.close(ours)
        subprocess.run([QUAD, "shrink", clip, "-o", "o.mp4"], cwd=self.folder, env=clean_environment(), stdout=theirs, stderr=theirs,
                       check=True, timeout=TIMEOUT)
        os.close(theirs)
        self.assertEqual(mp4.video(mp4.tracks(self.folder / "o.mp4")).samples, FRAMES)
        self.assertEqual(self.files(), ["o.mp4", clip])

    def test_progress_on_a_terminal_is_one_line(self):
        clip = self.clip("silent.mp4")
        ours, theirs = pty.openpty()
        process = subprocess.Popen([QUAD, "grid", *[clip] * 4, "-o", "o.mp4", "--size", "1920x1080", "--rate", "60"], cwd=self.folder,
                                   env=clean_environment(), stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            said += part
        os.close(ours)
        self.assertEqual(process.wait(TIMEOUT), 0)
        shown = re.findall(rb"\rquad grid: \d+ %, \d+ of 120 frames", said)
        self.assertGreater(len(shown), 1, said)
        self.assertTrue(said.endswith(b"\r\x1b[K"), said[-80:])


if __name__ == "__main__":
    cases.main()
