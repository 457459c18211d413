#!/usr/bin/env python3
"""Clips that wait for what does not come: how long, until when, and in which process."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import cases
import clips
import quadtensor

_GUARD = 15  # s


class Stalled:
    """An HTTP server that sends the first bytes of a file, and then no more.

    whole   whether the next reader gets all
    waits   is set when a reader has got them
    """

    whole = False

    def __init__(self, name="b.mkv", part=3):
        data = clips.path_of(name).read_bytes()
        self._first, self._rest = data[: len(data) * part // 4], data[len(data) * part // 4 :]
        self.waits, self._over = threading.Event(), threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.uri = f"http://127.0.0.1:{self._listening.getsockname()[1]}/{name}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            if not connection.recv(10_000):
                return
            size = len(self._first) + len(self._rest)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nContent-Type: video/x-matroska\r\n\r\n"
            connection.sendall(head.encode() + self._first)
            if self.whole:
                connection.sendall(self._rest)
                return
            self.waits.set()
            self._over.wait(_GUARD)

    def close(self):
        self._over.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


class Case(unittest.TestCase):
    def setUp(self):
        # What hangs ends the test, with a traceback.
        signal.signal(signal.SIGALRM, self._hangs)
        signal.setitimer(signal.ITIMER_REAL, _GUARD, _GUARD)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def _hangs(self, *_):
        raise AssertionError("it hangs")

    def stalled(self, **settings):
        server = Stalled(**settings)
        self.addCleanup(server.close)
        return server

    def in_thread(self, use):
        """Calls `use` in a thread; returns the thread, and a list that will have what it raised, or None."""
        raised = []

        def run():
            try:
                use()
            except BaseException as why:
                raised.append(why)
            else:
                raised.append(None)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread, raised


class Timeouts(Case):
    def test_of_what_is_read_first(self):
        for name, part, use in (
            ("len", 3, len),
            ("info", 0, lambda clip: clip.info),
            ("times", 3, lambda clip: clip.times),
            ("frames_at", 3, lambda clip: clip.frames_at([0])),
        ):
            with self.subTest(name):
                clip = quadtensor.Clip(self.stalled(part=part).uri, device="cpu", timeout=0.3)
                began = time.monotonic()
                with self.assertRaisesRegex(quadtensor.Error, r"within 0.3 s \(timeout\)"):
                    use(clip)
                self.assertLess(time.monotonic() - began, 5)

    def test_of_threads_that_wait_for_each_other(self):
        server = self.stalled()
        clip = quadtensor.Clip(server.uri, device="cpu", timeout=1)
        first, raised = self.in_thread(lambda: len(clip))
        self.assertTrue(server.waits.wait(_GUARD))
        began = time.monotonic()
        with self.assertRaisesRegex(quadtensor.Error, "timeout"):
            len(clip)
        # Not once more after the first one.
        self.assertLess(time.monotonic() - began, 1.8)
        first.join(_GUARD)
        self.assertIn("timeout", str(raised[0]))

    def test_is_tried_again(self):
        server = self.stalled()
        clip = quadtensor.Clip(server.uri, device="cpu", timeout=0.3)
        self.assertRaises(quadtensor.Error, len, clip)
        server.waits.clear()
        self.assertRaises(quadtensor.Error, len, clip)
        self.assertTrue(server.waits.is_set())


class Closing(Case):
    def expect_closed(self, raised):
        self.assertIsInstance(raised[0], ValueError)
        self.assertEqual(str(raised[0]), "the clip is closed")

    def test_ends_the_reading_of_a_table(self):
        for name, part, use in (("len", 3, len), ("info", 0, lambda clip: clip.info), ("slice", 3, lambda clip: list(clip[:]))):
            with self.subTest(name):
                server = self.stalled(part=part)
                clip = quadtensor.Clip(server.uri, device="cpu")
                threads = [self.in_thread(lambda clip=clip, use=use: use(clip)) for _ in range(2)]
                self.assertTrue(server.waits.wait(_GUARD))
                began = time.monotonic()
                clip.close()
                for thread, raised in threads:
                    thread.join(_GUARD)
                    self.expect_closed(raised)
                self.assertLess(time.monotonic() - began, 5)

    def test_ends_frames(self):
        for name, use in (
            ("number", lambda clip: clip[29]),
            ("slice", lambda clip: list(clip[5:])),
            ("all", list),
            ("frames_at", lambda clip: clip.frames_at([3, 29])),
            ("frames_played_at", lambda clip: clip.frames_played_at([0.1, 1.1])),
            ("frames_in", lambda clip: list(clip.frames_in())),
            ("rate", lambda clip: list(clip.frames_in(rate=10))),
            ("keyframes", lambda clip: list(clip.keyframes())),
            ("zip_clips", lambda clip: list(quadtensor.zip_clips([clip, clip], 5))),
        ):
            with self.subTest(name):
                server = self.stalled()
                server.whole = True
                clip = quadtensor.Clip(server.uri, device="cpu")
                self.assertEqual(len(clip), 30)
                server.whole = False
                thread, raised = self.in_thread(lambda clip=clip, use=use: use(clip))
                self.assertTrue(server.waits.wait(_GUARD))
                clip.close()
                thread.join(_GUARD)
                self.expect_closed(raised)

    def test_frames_end_at_once(self):
        """The thread that waits for a frame does not keep the others from closing."""
        server = self.stalled()
        frames = quadtensor.frames(server.uri, device="cpu")
        thread, raised = self.in_thread(lambda: list(frames))
        self.assertTrue(server.waits.wait(_GUARD))
        began = time.monotonic()
        frames.close()
        thread.join(_GUARD)
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(raised, [None])

    def test_of_what_has_ended(self):
        with quadtensor.Clip(clips.path_of("b.mkv"), device="cpu") as clip:
            whole, closed, part, one = clip.frames_in(), clip.frames_in(), clip[2:4], clip.frames_in()
            self.assertEqual(len([*whole]), 30)
            next(closed)
            closed.close()
            self.assertEqual(len([*part]), 2)
            next(one)
        for ended in (whole, closed, part):
            self.assertEqual([*ended], [])
        with self.assertRaisesRegex(ValueError, "the clip is closed"):
            next(one)

    def test_others_go_on_while_a_table_is_read(self):
        server = self.stalled()
        clip = quadtensor.Clip(server.uri, device="cpu")
        thread, raised = self.in_thread(lambda: len(clip))
        self.assertTrue(server.waits.wait(_GUARD))
        with clip.frames_in() as frames:
            self.assertEqual(next(frames).time, 0)
        clip.close()
        thread.join(_GUARD)
        self.expect_closed(raised)


class Forks(Case):
    def test_while_another_thread_reads(self):
        """No lock of a thread that stayed in the parent is waited for."""
        script = (
            "import os, sys, threading\n"
            "import quadtensor, waiting_test\n"
            "server = waiting_test.Stalled()\n"
            "clip = quadtensor.Clip(server.uri, device='cpu')\n"
            "threading.Thread(target=lambda: len(clip), daemon=True).start()\n"
            "assert server.waits.wait(60)\n"
            "if os.fork() == 0:\n"
            "    for use in (lambda: clip[0], lambda: clip.info, lambda: len(clip), lambda: clip.frames_in(),\n"
            "                lambda: clip.frames_at([1]), lambda: clip.frames_played_at([1])):\n"
            "        try:\n"
            "            use()\n"
            "        except quadtensor.Error as why:\n"
            "            print('spawn' in str(why), flush=True)\n"
            "    clip.close()\n"
            "    try:\n"
            "        len(clip)\n"
            "    except ValueError as why:\n"
            "        print(why, flush=True)\n"
            "    sys.exit(0)\n"
            "print('child', os.wait()[1], flush=True)\n"
            "os._exit(0)\n"
        )
        child = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", script],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        try:
            said, errors = child.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            self.fail("it hangs")
        self.assertEqual(errors, "")
        self.assertEqual(said.splitlines(), ["True"] * 6 + ["the clip is closed", "child 0"])


if __name__ == "__main__":
    cases.main()
