#!/usr/bin/env python3
"""Draws an animation of 1,200 frames with delays of its own, and writes it as the ending of FILE says.

    meson devenv -C build --workdir . python3 examples/animation.py FILE.gif
    meson devenv -C build --workdir . python3 examples/animation.py FILE.mp4
"""

import sys

import numpy
import quadtensor

if len(sys.argv) != 2:
    sys.exit("usage: animation.py FILE")
picture = numpy.empty((120, 160, 3), numpy.uint8)
y, x = numpy.mgrid[0:120, 0:160]
with quadtensor.Writer(sys.argv[1], progress=True) as film:
    for n in range(1200):
        angle = n * numpy.pi / 60
        distance = numpy.hypot(x - 80 - 50 * numpy.cos(angle), y - 60 - 40 * numpy.sin(angle))
        picture[:] = (20, 30, 60)
        picture[distance < 14] = (250, 200, 40)
        film.write(picture, duration=0.5 if n % 30 == 0 else 0.02 + n % 3 / 100)
