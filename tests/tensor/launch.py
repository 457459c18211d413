"""Runs gst-launch-1.0 as subprocess.run does.

It may wait for ever at the end: it goes from PAUSED to PLAYING when GstBin tells the state, and GstBin notes that it has
told that only afterwards (posted_playing in gstbin.c, GStreamer 1.22 to 1.28). If its thread gets no processor in
between, it forgets that the pipeline plays, and posts no EOS. That has nothing to do with the elements: then the same
command is run once more.
"""

import subprocess


def run(command, timeout=60, **options):
    try:
        return subprocess.run(command, timeout=timeout, **options)
    except subprocess.TimeoutExpired:
        return subprocess.run(command, timeout=timeout, **options)
