"""Runs cases that start programs, and prints what GoogleTest would."""

import os
import re
import shutil
import signal
import subprocess
import time

import gif
import mp4

TIMEOUT = 60
TOOLS = ("gst-launch-1.0", "gst-inspect-1.0", "gst-discoverer-1.0")


class Skip(Exception):
    pass


class Failure(Exception):
    pass


class Hangs(Failure):
    pass


def expect(truth, message):
    if not truth:
        raise Failure(message)


def near(a, b, most=24):
    """Whether two colours are about the same."""
    return all(abs(x - y) < most for x, y in zip(a, b))


def png_size(path):
    head = path.read_bytes()[:24]
    expect(head[1:4] == b"PNG", f"{path.name} is no PNG")
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def jpeg_size(path):
    data = path.read_bytes()
    at = 2
    while data[at + 1] != 0xC0:  # the frame's header; jpegenc writes baseline
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")


class Suite:
    def __init__(self, source, build):
        self.source = source
        self.build = build
        self.folder = build / "tests" / "examples"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        # Where the quickstart leaves things, as seen from the repository.
        (self.folder / "build").symlink_to(".")
        self.env = dict(os.environ, QUAD_BUILD=str(build), QUAD_OUT=str(self.folder))
        self.env.update(G_DEBUG="fatal-criticals", GST_PLUGIN_PATH=str(build / "gst" / "elements"))
        # No window opens, and no sink that needs a screen is tried.
        self.env["GST_PLUGIN_FEATURE_RANK"] = "fakevideosink:MAX"
        # FFmpeg's AAC encoder reads memory that it did not write: filled with 47, say, it never ends.
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "MALLOC_PERTURB_"):
            self.env.pop(name, None)
        self.cases = []
        self.preload()

    def preload(self):
        library = os.environ.get("QUAD_PRELOAD")
        if not library:
            return
        shims = self.folder / "bin"
        shims.mkdir()
        for tool in TOOLS:
            real = shutil.which(tool)
            shim = shims / tool
            shim.write_text(f'#!/bin/sh\nASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="{library}" exec {real} "$@"\n')
            shim.chmod(0o755)
        # quad is built with the sanitizer. GStreamer keeps memory to its end.
        self.env["ASAN_OPTIONS"] = "detect_leaks=0"
        self.env["PATH"] = f"{shims}:{self.env['PATH']}"

    def run(self, command, **env):
        """Runs a command in the working folder and returns what it printed. A launch line that does not end is run once
        more: tests/tensor/launch.py says why."""
        try:
            return self.run_once(command, **env)
        except Hangs:
            program = command.split()[0] if isinstance(command, str) else command[0]
            if program != "gst-launch-1.0":
                raise
            return self.run_once(command, **env)

    def run_once(self, command, **env):
        process = subprocess.Popen(
            command,
            shell=isinstance(command, str),
            executable="/bin/bash" if isinstance(command, str) else None,
            cwd=self.folder,
            env=dict(self.env, **env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        limit = TIMEOUT * int(os.environ.get("QUAD_PATIENCE") or 1)
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            raise Hangs(f"still running after {limit} s: {command}\n{output}") from None
        self.status = process.returncode
        return output

    def script(self, name, *arguments, **env):
        return self.succeed([str(self.source / "examples" / name), *map(str, arguments)], **env)

    def succeed(self, command, **env):
        output = self.run(command, **env)
        expect(self.status == 0, f"status {self.status} of {command}\n{output}")
        return output

    def make(self, name, pipeline):
        """Runs a pipeline that gives a file, and returns its path."""
        self.succeed(["gst-launch-1.0", "-q", *pipeline.split(), "!", "filesink", f"location={name}"])
        return self.folder / name

    def refuse(self, script, arguments, message, **env):
        """Runs a script, which has to fail and to print `message`."""
        output = self.run([str(self.source / "examples" / script), *map(str, arguments)], **env)
        expect(self.status != 0, f"status 0 of {script} {arguments}\n{output}")
        expect(message in output, f"does not say `{message}`:\n{output}")
        expect(not list(self.folder.glob(".quad-*")), "a part of a file is left over")

    def interrupt(self, script, arguments, when):
        """Runs a script, sends what Ctrl-C sends as soon as when() is true, and returns what it printed."""
        process = subprocess.Popen(
            [str(self.source / "examples" / script), *map(str, arguments)],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A shell that starts with the signal ignored cannot trap it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        end = time.monotonic() + TIMEOUT
        while process.poll() is None and not when() and time.monotonic() < end:
            time.sleep(0.01)
        expect(process.poll() is None and when(), "ended, or did not begin")
        os.killpg(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=TIMEOUT)
        self.status = process.returncode
        return output

    def rgb(self, path):
        """(width, height, pixels) of a file's first frame, as RGB."""
        raw = self.folder / "frame.rgb"
        output = self.succeed(["gst-launch-1.0", "-v", "filesrc", f"location={path}", *"! decodebin ! videoconvert"
                               " ! video/x-raw,format=RGB ! identity eos-after=2 ! filesink name=end".split(),
                               f"location={raw}"])
        size = re.search(r"end.GstPad:sink: caps = .*width=\(int\)(\d+), height=\(int\)(\d+)", output)
        return int(size[1]), int(size[2]), raw.read_bytes()

    def pixel(self, path, x, y):
        """A pixel of a file's first frame."""
        width, _, raw = self.rgb(path)
        at = y * ((width * 3 + 3) // 4 * 4) + x * 3
        return tuple(raw[at : at + 3])

    def add(self, name, function, *arguments):
        # Sanitizers check the plugin, so cases of only the scripts are not repeated under them.
        scripts_only = function == self.refuse or name.split("_")[0] in ("formats", "help", "names")
        if not (scripts_only and os.environ.get("QUAD_PRELOAD")):
            self.cases.append((f"Examples.{name}", function, arguments))

    def run_all(self, parts=()):
        """Runs the cases whose names hold one of `parts`, or all; the clips are made in any case."""
        if parts:
            self.cases = [case for case in self.cases if any(part in case[0] for part in ("make_clips", *parts))]
        failed = []
        print(f"[==========] Running {len(self.cases)} tests.", flush=True)
        for name, function, arguments in self.cases:
            print(f"[ RUN      ] {name}", flush=True)
            start, mark = time.monotonic(), "[       OK ]"
            try:
                function(*arguments)
            except Skip as skip:
                print(skip)
                mark = "[  SKIPPED ]"
            except (Failure, OSError, gif.Broken, mp4.Broken) as failure:
                print(failure)
                mark = "[  FAILED  ]"
                failed.append(name)
            print(f"{mark} {name} ({(time.monotonic() - start) * 1000:.0f} ms)", flush=True)
        return 1 if failed else 0
