#!/usr/bin/env python3
"""Thumbnails of 12-megapixel JPEGs, 360 wide: quadjpegdec beside jpegdec, ffmpeg, ImageMagick and vipsthumbnail.

Each contender is a process of its own that writes thumbnails of many copies of one photo, and of few; the
difference counts, so that starting a process does not. Memory is the whole process's, for few and for many.
Quality is the PSNR of quadjpegdec's thumbnail, scaled by area, against that of the whole picture.
"""

import math
import shlex
import shutil
import tempfile
from pathlib import Path

import measure

SIZE = (4000, 3000)
TO = (360, 270)
FEW, MANY = 4, 24
RAW = f"video/x-raw,format=I420,width={TO[0]},height={TO[1]}"
HEADROOMS = ("1", "1.5", "2", "4")


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
        "quadjpegdec ! quaddownscale": gst(photo, count, f"quadjpegdec ! quaddownscale ! {RAW}"),
        "jpegdec ! videoscale": gst(photo, count, f"jpegdec ! videoscale ! {RAW}"),
        "jpegdec ! quaddownscale": gst(photo, count, f"jpegdec ! quaddownscale ! {RAW}"),
        "ffmpeg, area": ["ffmpeg", "-v", "error", "-y", "-threads", "1", "-i", str(photo.with_name(f"{photo.stem}-%d.jpg")),
                         "-frames:v", str(count), "-vf", f"scale={TO[0]}:{TO[1]}:flags=area", "-f", "null", "-"],
        "vipsthumbnail": ["vipsthumbnail", "-s", f"{TO[0]}x", "-o", "%s.thumb.ppm", *copies],
        "ImageMagick, jpeg:size": ["mogrify", "-define", f"jpeg:size={2 * TO[0]}x{2 * TO[1]}", "-thumbnail", f"{TO[0]}x",
                                   "-format", "pnm", *copies],
    }


def psnr(a, b):
    error = sum((x - y) ** 2 for x, y in zip(a, b)) / len(a)
    return math.inf if error == 0 else 10 * math.log10(255 ** 2 / error)


def thumbnail(photo, decoder, folder, env):
    out = folder / "thumbnail.raw"
    measure.output_of(["gst-launch-1.0", "-q", *shlex.split(
        f"filesrc location={photo} ! {decoder} ! quaddownscale ! {RAW} ! filesink location={out}")], env)
    return out.read_bytes()


def print_quality(photos, folder, env):
    print("### Quality of the thumbnail, PSNR in dB against the whole picture and area\n")
    print("| headroom | " + " | ".join(photos) + " |\n|---|" + "---:|" * len(photos))
    whole = {name: thumbnail(p, "quadjpegdec ignore-target=true", folder, env) for name, p in photos.items()}
    for headroom in HEADROOMS:
        row = [psnr(whole[name], thumbnail(p, f"quadjpegdec headroom={headroom}", folder, env))
               for name, p in photos.items()]
        print(f"| {headroom} | " + " | ".join(f"{v:.1f}" for v in row) + " |")
    print()


def print_costs(photos, runs, env):
    for name, photo in photos.items():
        for i in range(MANY):
            shutil.copy(photo, photo.with_name(f"{photo.stem}-{i}.jpg"))
        few = measure.run_in_turns(contenders(photo, FEW), runs, env)
        many = measure.run_in_turns(contenders(photo, MANY), runs, env)
        print(f"### {name}, {photo.stat().st_size / 1e6:.1f} MB, 4000x3000 to 360x270\n")
        print(f"| | CPU ms a photo | quadjpegdec / it | peak MiB, {FEW} photos | {MANY} photos |\n|---|---:|---:|---:|---:|")
        cost = {c: (many[c].cpu - few[c].cpu) * 1e3 / (MANY - FEW) for c in many}
        ours = cost["quadjpegdec ! quaddownscale"]
        for c, ms in cost.items():
            print(f"| {c} | {ms:.1f} | {ours / ms:.2f} | {few[c].peak:.0f} | {many[c].peak:.0f} |")
        print(flush=True)


def main():
    options = measure.options_of(__doc__)
    env = measure.environment(options.build)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = make_photos(folder, env)
        print_quality(photos, folder, env)
        print_costs(photos, options.runs, env)


if __name__ == "__main__":
    main()
