#!/usr/bin/env python3
"""Thumbnails of 12-megapixel JPEGs, 360 wide: quadjpegdec beside jpegdec, ffmpeg, ImageMagick and vipsthumbnail.

Each contender is a process of its own that writes thumbnails of many copies of one photo, and of few; the
difference counts, so that starting a process does not. Memory is the whole process's, for few and for many, and for
1 and 200. Quality is the PSNR of thumbnails as RGB against djpeg's whole picture, averaged by area in double precision.
"""

import math
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy

import measure

SIZE = (4000, 3000)
TO = (360, 270)
FEW, MANY = 4, 24
RAW = f"video/x-raw,format=I420,width={TO[0]},height={TO[1]}"
HEADROOMS = ("1", "1.5", "2", "4")
OURS, STOCK = "quadjpegdec ! quaddownscale", "jpegdec ! videoscale"
# The largest allowed ratio of our CPU time to the peer's, for the flat and the detailed photo.
LIMITS = {STOCK: (0.6, 0.75), "ffmpeg, area": (1, 1), "vipsthumbnail": (1.1, 1.1), "ImageMagick, jpeg:size": (1, 1)}


def make_photos(folder, env):
    """A flat picture, and one with as much detail as a photo of 3 MB has."""
    flat, fine = folder / "flat.jpg", folder / "photo.jpg"
    line = f"video/x-raw,format=I420,width={SIZE[0]},height={SIZE[1]} ! jpegenc quality=90 snapshot=true ! filesink location="
    measure.output_of(["gst-launch-1.0", "-q", "videotestsrc", "num-buffers=1", "pattern=smpte75", "!",
                       *shlex.split(line + str(flat))], env)
    # Noise of a quarter of the size is detail at many scales once it is enlarged.
    measure.output_of(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
                       "mandelbrot=size=4000x3000:end_scale=0.01:maxiter=600", "-vf",
                       "noise=alls=9:allf=t,format=yuvj420p", "-frames:v", "1", "-q:v", "3", str(fine)], env)
    return {"flat": flat, "photo": fine}


def gst(photo, count, rest):
    return ["gst-launch-1.0", "-q", *shlex.split(
        f"multifilesrc location={photo} num-buffers={count} caps=image/jpeg,framerate=25/1 ! {rest} ! fakesink")]


def contenders(photo, count):
    copies = [str(photo.with_name(f"{photo.stem}-{i}.jpg")) for i in range(count)]
    return {
        OURS: gst(photo, count, f"quadjpegdec ! quaddownscale ! {RAW}"),
        STOCK: gst(photo, count, f"jpegdec ! videoscale ! {RAW}"),
        "jpegdec ! quaddownscale": gst(photo, count, f"jpegdec ! quaddownscale ! {RAW}"),
        "ffmpeg, area": ["ffmpeg", "-v", "error", "-y", "-threads", "1", "-i", str(photo.with_name(f"{photo.stem}-%d.jpg")),
                         "-frames:v", str(count), "-vf", f"scale={TO[0]}:{TO[1]}:flags=area", "-f", "null", "-"],
        "vipsthumbnail": ["vipsthumbnail", "-s", f"{TO[0]}x", "-o", "%s.thumb.ppm", *copies],
        "ImageMagick, jpeg:size": ["mogrify", "-define", f"jpeg:size={2 * TO[0]}x{2 * TO[1]}", "-thumbnail", f"{TO[0]}x",
                                   "-format", "pnm", *copies],
    }


def psnr(a, b):
    error = numpy.mean((a.astype(float) - b.astype(float)) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def pixels(ppm):
    """The samples of a PPM of 8 bits, [height, width, 3]."""
    width, height = re.sub(rb"#[^\n]*\n", b"", ppm[:200]).split(maxsplit=4)[1:3]
    size = int(width) * int(height) * 3
    return numpy.frombuffer(ppm[-size:], numpy.uint8).reshape(int(height), int(width), 3)


def averaged(samples, to):
    """The first axis as `to` averages of equal length, in double precision: area."""
    count = len(samples)
    before = numpy.concatenate([numpy.zeros_like(samples[:1]), numpy.cumsum(samples, 0)])
    edges = numpy.arange(to + 1) * count / to
    whole = edges.astype(int)
    part = (edges - whole)[:, None, None] * samples[numpy.minimum(whole, count - 1)]
    return numpy.diff(before[whole] + part, axis=0) * to / count


def oracle(photo):
    whole = subprocess.run(["djpeg", "-rgb", "-dct", "float", str(photo)], check=True, capture_output=True).stdout
    rows = averaged(pixels(whole).astype(float), TO[1])
    return averaged(rows.transpose(1, 0, 2), TO[0]).transpose(1, 0, 2)


def thumbnail(photo, rest, env):
    out = photo.with_suffix(".raw")
    measure.output_of(["gst-launch-1.0", "-q", *shlex.split(
        f"filesrc location={photo} ! {rest} ! video/x-raw,format=RGB,width={TO[0]},height={TO[1]} ! filesink location={out}")], env)
    # Rows are padded to 4 bytes; these are not.
    return numpy.frombuffer(out.read_bytes(), numpy.uint8).reshape(TO[1], TO[0], 3)


def thumbnails(photo, env):
    """Of each contender, and of each headroom."""
    copy = photo.with_name("copy.jpg")
    all = {f"quadjpegdec, headroom {h}": thumbnail(photo, f"quadjpegdec headroom={h} ! quaddownscale", env) for h in HEADROOMS}
    all["quadjpegdec, whole"] = thumbnail(photo, "quadjpegdec ignore-target=true ! quaddownscale", env)
    all[STOCK] = thumbnail(photo, f"jpegdec ! videoscale ! video/x-raw,width={TO[0]},height={TO[1]} ! videoconvert", env)
    out = photo.with_suffix(".ppm")
    measure.output_of(["ffmpeg", "-v", "error", "-y", "-i", str(photo), "-vf", f"scale={TO[0]}:{TO[1]}:flags=area", str(out)], env)
    all["ffmpeg, area"] = pixels(out.read_bytes())
    for name in ("vipsthumbnail", "ImageMagick, jpeg:size"):
        shutil.copy(photo, copy)
        command = contenders(photo, 0)[name]
        measure.output_of([*command, str(copy)], env)
        written = copy.with_name("copy.thumb.ppm" if name == "vipsthumbnail" else "copy.pnm")
        all[name] = pixels(written.read_bytes())
    return all


def print_quality(photos, env):
    print("### Quality of the thumbnail, PSNR in dB against the oracle\n")
    print("| | " + " | ".join(photos) + " |\n|---|" + "---:|" * len(photos))
    wanted = {name: oracle(photo) for name, photo in photos.items()}
    drawn = {name: thumbnails(photo, env) for name, photo in photos.items()}
    for contender in next(iter(drawn.values())):
        values = [psnr(wanted[name], drawn[name][contender]) for name in photos]
        print(f"| {contender} | " + " | ".join(f"{v:.1f}" for v in values) + " |")
    print()


def print_memory(photos, env):
    """To reach: no more for 200 photos than for 1, but for 2 MiB, and half of jpegdec's."""
    print("### Peak memory in MiB\n\n| | 1 photo | 200 photos | / jpegdec |\n|---|---:|---:|---:|")
    for name, photo in photos.items():
        one, many = (measure.run_in_turns({c: contenders(photo, count)[c] for c in (OURS, STOCK)}, 3, env)
                     for count in (1, 200))
        peak, grown, half = many[OURS].peak, many[OURS].peak - one[OURS].peak, many[OURS].peak / many[STOCK].peak
        print(f"| {name} | {one[OURS].peak:.1f} | {measure.verdict(grown, 2, f'{peak:.1f}')} |"
              f" {measure.verdict(half, 0.5, f'{half:.2f}')} |")
    print(flush=True)


def print_costs(photos, runs, env):
    for place, (name, photo) in enumerate(photos.items()):
        for i in range(MANY):
            shutil.copy(photo, photo.with_name(f"{photo.stem}-{i}.jpg"))
        few = measure.run_in_turns(contenders(photo, FEW), runs, env)
        many = measure.run_in_turns(contenders(photo, MANY), runs, env)
        print(f"### {name}, {photo.stat().st_size / 1e6:.1f} MB, 4000x3000 to 360x270\n")
        print(f"| | CPU ms a photo | quadjpegdec / it | peak MiB, {FEW} photos | {MANY} photos |\n|---|---:|---:|---:|---:|")
        cost = {c: (many[c].cpu - few[c].cpu) * 1e3 / (MANY - FEW) for c in many}
        ours = cost[OURS]
        for c, ms in cost.items():
            ratio = measure.verdict(ours / ms, LIMITS[c][place], f"{ours / ms:.2f}") if c in LIMITS else f"{ours / ms:.2f}"
            print(f"| {c} | {ms:.1f} | {ratio} | {few[c].peak:.0f} | {many[c].peak:.0f} |")
        print(flush=True)


def main():
    options = measure.options_of(__doc__)
    env = measure.environment(options.build)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = make_photos(folder, env)
        print_quality(photos, env)
        print_memory(photos, env)
        print_costs(photos, options.runs, env)


if __name__ == "__main__":
    main()
