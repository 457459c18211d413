#!/usr/bin/env python3
"""gifstreamenc beside ffmpeg's ways to a GIF, and gifski where it is installed.

All get the same raw RGB file and are processes of their own, whose CPU, user and system, is counted. ffmpeg
decodes each GIF for the comparison with the source, frame by frame at the source's times, on planes of RGB.
"""

import argparse
import os
import re
import shlex
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import measure

WIDTH, HEIGHT, RATE, FRAMES = 480, 270, 25, 300
PATTERNS = ("mandelbrot", "testsrc2")
# The values of `lossy` that are tried to keep the SSIM of ffmpeg's GIF with bayer's pattern.
LOSSY = range(5, 101, 5)
PALETTE = "split[a][b];[a]palettegen{gen}[p];[b][p]paletteuse{use}"
FFMPEG = {
    "ffmpeg": "",
    "ffmpeg, global": PALETTE.format(gen="", use=""),
    "ffmpeg, single": PALETTE.format(gen="=stats_mode=single", use="=new=1"),
    "ffmpeg, bayer": PALETTE.format(gen="", use="=dither=bayer:bayer_scale=3"),
}
OURS = "gifstreamenc"

MEMORY_WIDTH, MEMORY_HEIGHT, LOOPED = 640, 360, 50
MEMORY_FRAMES = (300, 1200, 20000)


@dataclass
class Result:
    cost: measure.Cost
    size: int  # bytes
    psnr: float  # dB
    ssim: float


def ffmpeg(arguments):
    return ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments]


def make_raw(source, path, env, frames=FRAMES, size=(WIDTH, HEIGHT)):
    """A pattern's, or those of a clip, again from its beginning where it is too short."""
    if source in PATTERNS:
        given = ["-f", "lavfi", "-i", f"{source}=size={size[0]}x{size[1]}:rate={RATE}"]
    else:
        given = ["-stream_loop", "-1", "-i", str(source), "-an", "-vf", f"fps={RATE},scale={size[0]}:{size[1]}"]
    measure.output_of(ffmpeg(given + ["-frames:v", str(frames), "-pix_fmt", "rgb24", "-f", "rawvideo", str(path)]), env)
    if path.stat().st_size != frames * size[0] * size[1] * 3:
        raise SystemExit(f"{source} gave {path.stat().st_size} bytes, which are not {frames} frames")


def raw_input(path, size=f"{WIDTH}x{HEIGHT}"):
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(RATE), "-i", str(path)]


def frames_of(path, env):
    return int(measure.output_of(["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets",
                                  "-of", "csv=p=0", str(path)], env))


def encode_by_ffmpeg(raw, graph, out):
    graph = ["-filter_threads", "1", "-lavfi", graph] if graph else []
    return ffmpeg(["-threads", "1", *raw_input(raw), *graph, str(out)])


def encode_by_us(raw, out, settings=""):
    """One thread: nothing but the source's."""
    return shlex.split(
        f"gst-launch-1.0 -q filesrc location={raw} blocksize={WIDTH * HEIGHT * 3}"
        f" ! rawvideoparse format=rgb width={WIDTH} height={HEIGHT} framerate={RATE}/1"
        f" ! gifstreamenc {settings} ! filesink location={out}")


def encode_by_gifski(raw, out, folder, env):
    """gifski reads PNG files, which are made before."""
    folder.mkdir()
    measure.output_of(ffmpeg([*raw_input(raw), str(folder / "%03d.png")]), env)
    return ["gifski", "--quiet", "--fps", str(RATE), "--width", str(WIDTH), "--height", str(HEIGHT),
            "-o", str(out), *map(str, sorted(folder.glob("*.png")))]


def likeness(raw, gif, env):
    """PSNR and SSIM. The source comes first, so that each of its frames counts: a GIF shows one for longer."""
    graph = "[0:v]format=gbrp,split[a][b];[1:v]format=gbrp,split[c][d];[a][c]psnr[x];[b][d]ssim[y]"
    said = measure.output_of(["ffmpeg", "-nostdin", "-hide_banner", *raw_input(raw), "-i", str(gif), "-filter_complex",
                              graph, "-map", "[x]", "-map", "[y]", "-f", "null", "-"], env)
    psnr, ssim = re.search(r"average:([\d.]+|inf)", said), re.search(r"All:([\d.]+)", said)
    counted = re.findall(r"frame= *(\d+)", said)
    if not psnr or not ssim or int(counted[-1]) != raw.stat().st_size // (WIDTH * HEIGHT * 3):
        raise SystemExit(f"ffmpeg did not compare all frames of {gif}:\n{said[-2000:]}")
    return float(psnr[1]), float(ssim[1])


class Bench:
    def __init__(self, env, folder, runs):
        self.env, self.folder, self.runs = env, folder, runs
        self.raw = folder / "source.rgb"

    def gif(self, name):
        return self.folder / (re.sub(r"\W+", "-", name) + ".gif")

    def result(self, name, cost):
        return Result(cost, self.gif(name).stat().st_size, *likeness(self.raw, self.gif(name), self.env))

    def lossy(self, least):
        """The greatest value whose SSIM is `least` or more."""
        low, high = 0, len(LOSSY)  # LOSSY[low - 1] is known to do, LOSSY[high] not to
        while low < high:
            middle = (low + high) // 2
            out = self.folder / "trial.gif"
            measure.run_once(encode_by_us(self.raw, out, f"lossy={LOSSY[middle]}"), self.env)
            if likeness(self.raw, out, self.env)[1] >= least:
                low = middle + 1
            else:
                high = middle
        return LOSSY[low - 1] if low else 0

    def compare(self, title, source):
        """{name: Result}, and the value of lossy."""
        make_raw(source, self.raw, self.env)
        commands = {name: encode_by_ffmpeg(self.raw, graph, self.gif(name)) for name, graph in FFMPEG.items()}
        commands[OURS] = encode_by_us(self.raw, self.gif(OURS))
        pictures = self.folder / "pictures"
        if shutil.which("gifski"):
            commands["gifski"] = encode_by_gifski(self.raw, self.gif("gifski"), pictures, self.env)
        costs = measure.run_in_turns(commands, self.runs, self.env, min)
        results = {name: self.result(name, cost) for name, cost in costs.items()}

        value = self.lossy(results["ffmpeg, bayer"].ssim)
        name = f"{OURS}, lossy={value}"
        command = encode_by_us(self.raw, self.gif(name), f"lossy={value}")
        cost = measure.run_in_turns({name: command}, self.runs, self.env, min)[name]
        results[name] = self.result(name, cost)
        shutil.rmtree(pictures, ignore_errors=True)

        for name, r in results.items():
            print(f"| {title} | {name} | {r.size / 1e6:.2f} | {r.psnr:.2f} | {r.ssim:.3f} | {r.cost.cpu:.2f} "
                  f"| {r.cost.peak:.0f} |", flush=True)
        return results, name


def verdicts(title, results, lossy):
    ours, small = results[OURS], results[lossy]
    plain, single, bayer = (results[f"ffmpeg, {name}"] for name in ("global", "single", "bayer"))
    atleast = lambda a, b, digits: measure.verdict(b, a, f"{a - b:+.{digits}f}")
    atmost = lambda a, b, limit: measure.verdict(a / b, limit, f"{a / b:.2f}")
    return (f"| {title} | {atleast(ours.ssim, single.ssim, 4)} | {atleast(ours.psnr, single.psnr, 2)} "
            f"| {atmost(ours.size, plain.size, 1)} | {atleast(small.ssim, bayer.ssim, 4)} "
            f"| {atmost(small.size, bayer.size, 0.8)} | {atmost(ours.cost.cpu, plain.cost.cpu, 1)} |")


def quality(bench, sources):
    print(f"\n### GIFs of {FRAMES} frames of {WIDTH}x{HEIGHT} at {RATE}/1, CPU the least of {bench.runs} runs\n")
    print("| frames | | MB | PSNR dB | SSIM | CPU s | peak MiB |\n|---|---|---:|---:|---:|---:|---:|")
    lines = [verdicts(title, *bench.compare(title, source)) for title, source in sources.items()]
    print("\n| frames | SSIM - single's | PSNR - single's | bytes / global's (of 1) | lossy: SSIM - bayer's "
          "| lossy: bytes / bayer's (of 0.8) | CPU / global's (of 1) |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    print("\n".join(lines))


def memory(env, folder):
    """Frames that move, over and over. For gifstreamenc they are in files of one each, as GStreamer has no source
    that repeats a file without keeping all of it."""
    measure.TIMEOUT = 3600  # 20,000 frames
    size = f"{MEMORY_WIDTH}x{MEMORY_HEIGHT}"
    raw, out = folder / "looped.rgb", folder / "long.gif"
    make_raw("testsrc2", raw, env, LOOPED, (MEMORY_WIDTH, MEMORY_HEIGHT))
    with open(raw, "rb") as file:
        for i in range(LOOPED):
            (folder / f"frame-{i:02}.rgb").write_bytes(file.read(MEMORY_WIDTH * MEMORY_HEIGHT * 3))

    def ours(count):
        return shlex.split(
            f"gst-launch-1.0 -q multifilesrc location={folder}/frame-%02d.rgb stop-index={LOOPED - 1} loop=true"
            f" num-buffers={count} ! rawvideoparse format=rgb width={MEMORY_WIDTH} height={MEMORY_HEIGHT}"
            f" framerate={RATE}/1 ! gifstreamenc ! filesink location={out}")

    def theirs(count):
        return ffmpeg(["-threads", "1", "-stream_loop", str(count // LOOPED - 1), *raw_input(raw, size),
                       "-filter_threads", "1", "-lavfi", FFMPEG["ffmpeg, global"], str(out)])

    print(f"\n### Peak memory, whole process, {size}\n")
    print("| frames | gifstreamenc, MiB | its CPU, ms a frame | its GIF, MB | ffmpeg, global, MiB |")
    print("|---:|---:|---:|---:|---:|")
    peaks = []
    for count in MEMORY_FRAMES:
        cost = measure.run_once(ours(count), env)
        written = out.stat().st_size
        frames = frames_of(out, env)
        if frames != count:
            raise SystemExit(f"the GIF has {frames} frames, not {count}")
        # The longest one would not fit into memory.
        other = f"{measure.run_once(theirs(count), env).peak:.1f}" if count <= 1200 else ""
        peaks.append(cost.peak)
        print(f"| {count} | {cost.peak:.1f} | {cost.per_frame(count).cpu:.2f} | {written / 1e6:.1f} | {other} |", flush=True)
    spread, most = max(peaks) - min(peaks), max(peaks)
    print("\n| the most - the least, MiB | the most, MiB |\n|---:|---:|")
    print(f"| {measure.verdict(spread, 2, f'{spread:.1f} (of 2)')} | {measure.verdict(most, 60, f'{most:.1f} (of 60)')} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=lambda p: Path(p).resolve(), default=measure.ROOT / "build-benchmarks",
                        help="the build folder")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("quality", "memory"))
    options = parser.parse_args()
    sources = {name: name for name in PATTERNS}
    media = os.environ.get("QUAD_MEDIA")
    if media:
        clips = sorted(Path(media).resolve().glob("*.mp4"))[:4]
        if not clips:
            raise SystemExit(f"QUAD_MEDIA={media} holds no .mp4 file")
        sources |= {clip.name: clip for clip in clips}
    env = measure.environment(options.build)
    print(measure.machine())
    with tempfile.TemporaryDirectory(dir=options.build) as folder:
        if options.only in (None, "quality"):
            quality(Bench(env, Path(folder), options.runs), sources)
        if options.only in (None, "memory"):
            memory(env, Path(folder))


if __name__ == "__main__":
    main()
