"""What this process holds."""

import gc
import os
import time
from typing import NamedTuple


class Held(NamedTuple):
    files: int
    threads: int
    memory: float  # resident, in MiB


def held(files=None):
    """Waits until no more than `files` are open, or 10 s: a pipeline's threads let go of its last parts a moment after it has
    stopped.
    """
    end = time.monotonic() + 10
    gc.collect()
    while files is not None and _count("fd") > files and time.monotonic() < end:
        time.sleep(0.01)
    with open("/proc/self/statm") as statm:
        pages = int(statm.read().split()[1])
    return Held(_count("fd"), _count("task"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20)


def _count(what):
    return len(os.listdir(f"/proc/self/{what}"))
