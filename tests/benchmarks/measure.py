"""Runs commands in turns and keeps what each cost: CPU, time and memory."""

import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 300  # seconds, of one command

# A child's peak is never below the memory of the process that starts it, so a small one does.
STARTER = """
import os, sys, time
os.set_inheritable(int(sys.argv[1]), False)
report = os.fdopen(int(sys.argv[1]), "w")
start = time.monotonic()
_, status, usage = os.wait4(os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ), 0)
print(usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024, file=report)
sys.exit(abs(os.waitstatus_to_exitcode(status)))
"""


@dataclass
class Cost:
    """Of a whole process, children that it waited for included; medians of some runs."""

    cpu: float  # seconds, user and system
    wall: float  # seconds
    peak: float  # resident memory, MiB

    def per_frame(self, frames):
        return Cost(self.cpu * 1e3 / frames, self.wall * 1e3 / frames, self.peak)


def environment(build):
    """This process's, with the plugin as it was built and a registry of its own."""
    env = dict(os.environ)
    env["GST_PLUGIN_PATH"] = str(Path(build) / "gst" / "elements")
    env["GST_REGISTRY"] = str(Path(build) / "benchmarks-registry.bin")
    env.pop("GST_DEBUG", None)
    # Fills the registry first, so that no measured run does.
    subprocess.run(["gst-inspect-1.0", "quad"], env=env, stdout=subprocess.DEVNULL, check=True)
    env["GST_REGISTRY_UPDATE"] = "no"
    return env


def options_of(doc):
    """The options --build and --runs of a script that `doc` describes."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def run_once(command, env):
    with tempfile.TemporaryFile() as log:
        read, write = os.pipe()
        process = subprocess.Popen([sys.executable, "-I", "-S", "-c", STARTER, str(write), *command], env=env,
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[write],
                                   start_new_session=True)
        os.close(write)
        limit = threading.Timer(TIMEOUT, os.killpg, [process.pid, signal.SIGKILL])
        limit.start()
        process.wait()
        limit.cancel()
        with open(read) as report:
            numbers = report.read().split()
        if process.returncode != 0:
            log.seek(0)
            sys.exit(f"{' '.join(command)}\nended with {process.returncode}:\n"
                     f"{log.read().decode(errors='replace')[-2000:]}")
    return Cost(*map(float, numbers))


def run_in_turns(commands, runs, env, of_runs=statistics.median):
    """`commands`: {name: argument list}. Returns {name: Cost}; `of_runs` makes one figure of those of all runs."""
    costs = {name: [] for name in commands}
    names = list(commands)
    for turn in range(runs):
        # Another one goes first each time.
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            costs[name].append(run_once(commands[name], env))
            print(f"  run {turn + 1}/{runs}: {name}", file=sys.stderr)
    return {
        name: Cost(*(of_runs([getattr(c, field) for c in all_of]) for field in ("cpu", "wall", "peak")))
        for name, all_of in costs.items()
    }


def output_of(command, env=None):
    try:
        return subprocess.run(command, env=env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT).stdout
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        output = error.output if isinstance(error.output, str) else (error.output or b"").decode(errors="replace")
        sys.exit(f"{error}\n{output[-2000:]}")


def machine():
    """The processor's name and what was measured, in a line."""
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    gst = output_of(["gst-launch-1.0", "--version"]).splitlines()[-2]
    parts = [model.group(1) if model else "unknown processor", f"{len(os.sched_getaffinity(0))} processors", gst]
    if shutil.which("ffmpeg"):
        parts.append(" ".join(output_of(["ffmpeg", "-version"]).split()[:3]))
    return ", ".join(parts)


def verdict(value, limit, text):
    """A cell: `text`, and whether `value` is at most `limit`."""
    return f"{text} {'reached' if value <= limit else '**missed**'}"
