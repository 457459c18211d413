#!/usr/bin/env python3
"""frameextract beside ffmpeg, videorate, and decoding all.

Clips of 1080p with 250 frames between keyframes are made first: 20 s are encoded and repeated. What is counted
is the CPU of whole processes, of all of them where there is one for each timestamp.
"""

import argparse
import shlex
import tempfile
from pathlib import Path

import measure

PIECE = 20  # seconds, two groups of pictures
HOUR = 3600
# Every six minutes, each at another distance from its keyframe.
TIMES = [360 * i + (37 * i + 13) % 100 / 10 for i in range(10)]
RATES = (1, 5, 24)
DECODE = "qtdemux ! h264parse ! avdec_h264"


def piece(path, bframes):
    """Moving rings, so that there is something to decode."""
    return shlex.split(
        f"gst-launch-1.0 -q videotestsrc pattern=zone-plate kx2=20 ky2=20 kt=1 num-buffers={PIECE * 25}"
        " ! video/x-raw,format=I420,width=1920,height=1080,framerate=25/1"
        f" ! x264enc speed-preset=ultrafast bitrate=2000 key-int-max=250 bframes={bframes} option-string=scenecut=0"
        f" ! h264parse ! mp4mux ! filesink location={path}")


class Clips:
    """Made when they are asked for."""

    def __init__(self, folder, env):
        self.folder, self.env = folder, env
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, seconds, bframes=2):
        path = self.folder / f"{seconds}s-{bframes}b.mp4"
        if not path.exists():
            command = piece(path, bframes)
            if seconds > PIECE:
                command = ["ffmpeg", "-v", "error", "-stream_loop", str(seconds // PIECE - 1), "-i",
                           str(self.of(PIECE, bframes)), "-c", "copy", str(path)]
            measure.output_of(command, self.env)
        return path


def launch(*parts):
    return shlex.split("gst-launch-1.0 -q " + " ".join(parts))


def shell(lines):
    return ["sh", "-ec", "\n".join(lines)]


def check_frames(command, frames, env):
    """Frames that do not come would be cheap. One more or less is a matter of rounding at the end."""
    shown = [part.replace("fakesink", "fakesink silent=false") for part in command if part != "-q"]
    lines = measure.output_of(shlex.split(" ".join(shown[:1] + ["-v"] + shown[1:])), env).splitlines()
    seen = sum("chain" in line and "*******" in line for line in lines)
    if abs(seen - frames) > 1:
        raise SystemExit(f"{seen} frames of {frames} arrived: {' '.join(command)}")


def timestamps(clips, runs, env):
    times = ", ".join(f"{t:.1f}" for t in TIMES)
    clip = clips.of(HOUR)
    ours = launch(f"filesrc location={clip} ! {DECODE} ! frameextract timestamp-list='\"{times}\"' ! fakesink")
    check_frames(ours, len(TIMES), env)
    ffmpeg = shell(f"ffmpeg -v error -nostdin {{threads}} -ss {t:.1f} -i {clip} -an -frames:v 1 -f null -" for t in TIMES)
    commands = {
        "frameextract, one pipeline": ours,
        "ffmpeg -ss, a process each": [a.format(threads="") for a in ffmpeg],
        "the same with -threads 1": [a.format(threads="-threads 1") for a in ffmpeg],
        "decoding a tenth of it": launch(f"filesrc location={clips.of(HOUR // 10)} ! {DECODE} ! fakesink"),
    }
    costs = measure.run_in_turns(commands, runs, env)
    print(f"\n### Ten timestamps across an hour of 1080p, median of {runs} runs\n")
    print("| | CPU s | s | peak MiB |\n|---|---:|---:|---:|")
    for name, c in costs.items():
        print(f"| {name} | {c.cpu:.2f} | {c.wall:.2f} | {c.peak:.1f} |")
    mine, single, one, tenth = costs.values()
    print("\n| | CPU |\n|---|---:|")
    ratio = mine.cpu / single.cpu
    print(f"| frameextract's / ffmpeg's | {measure.verdict(ratio, 1, f'{ratio:.2f}')} |")
    print(f"| frameextract's / ffmpeg's with -threads 1 | {mine.cpu / one.cpu:.2f} |")
    ratio = 10 * tenth.cpu / mine.cpu
    print(f"| decoding all's (ten times a tenth) / frameextract's | {measure.verdict(20, ratio, f'{ratio:.0f} (of 20)')} |")


def rates(clips, runs, env):
    """One decoding thread each: more of them cost CPU that says nothing of what is compared. What is compared
    differs by little, so many short runs, and the least of each: what else the machine does only adds."""
    clip, seconds, runs = clips.of(PIECE), PIECE, 3 * runs
    source = f"filesrc location={clip} ! {DECODE} max-threads=1"
    ffmpeg = f"ffmpeg -v error -nostdin -threads 1 -i {clip} -an {{}} -f null -"
    commands = {"decoding alone, GStreamer": launch(f"{source} ! fakesink"),
                "decoding alone, ffmpeg": shlex.split(ffmpeg.format(""))}
    for rate in RATES:
        # Above half of the source's rate, drop-only leaves out wanted frames.
        drop = "drop-only=true" if rate < 24 else ""
        ours = launch(f"{source} ! frameextract rate={rate}/1 ! fakesink")
        theirs = launch(f"{source} ! videorate {drop} ! video/x-raw,framerate={rate}/1 ! fakesink")
        check_frames(ours, rate * seconds, env)
        check_frames(theirs, rate * seconds, env)
        commands |= {f"frameextract {rate}": ours, f"videorate {rate}": theirs,
                     f"ffmpeg {rate}": shlex.split(ffmpeg.format(f"-vf fps={rate}"))}
    costs = {name: cost.cpu for name, cost in measure.run_in_turns(commands, runs, env, min).items()}
    print(f"\n### A frame at each tick, of {seconds} s of 1080p at 25/1, CPU s, the least of {runs} runs\n")
    print("| rate | frameextract | videorate | ffmpeg -vf fps | ours / videorate's | ours / ffmpeg's |")
    print("|---|---:|---:|---:|---:|---:|")
    decoders = [costs.pop(name) for name in list(costs)[:2]]
    print(f"| decoding alone | {decoders[0]:.2f} | {decoders[0]:.2f} | {decoders[1]:.2f} | "
          f"| {decoders[0] / decoders[1]:.2f} |")
    for rate in RATES:
        ours, theirs, other = (costs[f"{name} {rate}"] for name in ("frameextract", "videorate", "ffmpeg"))
        cells = [measure.verdict(ours / c, 1, f"{ours / c:.2f}") for c in (theirs, other)]
        print(f"| {rate}/1 | {ours:.2f} | {theirs:.2f} | {other:.2f} | {cells[0]} | {cells[1]} |")


def without_decoder(runs, env):
    """The elements' own cost: the source repeats one small frame."""
    frames = 200_000
    source = (f"videotestsrc num-buffers=1 ! video/x-raw,width=16,height=16,framerate=25/1"
              f" ! imagefreeze num-buffers={frames}")
    costs = measure.run_in_turns({
        "frameextract rate=1/1": launch(f"{source} ! frameextract rate=1/1 ! fakesink"),
        "videorate drop-only=true": launch(f"{source} ! videorate drop-only=true ! video/x-raw,framerate=1/1 ! fakesink"),
        "neither": launch(f"{source} ! fakesink"),
    }, runs, env)
    print(f"\n### Without a decoder: microseconds of CPU a frame that comes in, {frames} frames\n")
    print("| | µs |\n|---|---:|")
    for name, cost in costs.items():
        print(f"| {name} | {cost.cpu * 1e6 / frames:.2f} |")


EXTRACT = "! frameextract rate=24/1 ! quaddownscale divisor=1 max-width=360"


def four(clip, rest=EXTRACT):
    branch = f"filesrc location={clip} ! qtdemux ! h264parse ! avdec_h264 max-threads=1 {rest} ! fakesink"
    return launch(" ".join([branch] * 4))


def memory(clips, env):
    measure.TIMEOUT = 1800  # ten minutes of four clips
    print("\n### Memory: 24/1 of four 1080p clips at once, 360 wide, one process; peak MiB\n")
    print("| clips | decoders alone, 60 s | 60 s | 600 s | 60 s, a consumer that sleeps 10 ms a frame |")
    print("|---|---:|---:|---:|---:|")
    rows = []
    for name, bframes in (("two B-frames in a row", 2), ("no B-frames, as cameras write", 0)):
        short, long = clips.of(60, bframes), clips.of(600, bframes)
        commands = four(short, ""), four(short), four(long), four(short, f"{EXTRACT} ! identity sleep-time=10000")
        peaks = [measure.run_once(command, env).peak for command in commands]
        print(f"| {name} | " + " | ".join(f"{p:.1f}" for p in peaks) + " |", flush=True)
        rows.append((name, peaks))
    print("\n| clips | 600 s - 60 s | sleeping - awake | the most | the most, less the decoders alone |")
    print("|---|---:|---:|---:|---:|")
    for name, (alone, short, long, asleep) in rows:
        most = max(short, long, asleep)
        print(f"| {name} | {measure.verdict(abs(long - short), 4, f'{long - short:+.1f} (of 4)')} "
              f"| {measure.verdict(asleep - short, 4, f'{asleep - short:+.1f} (of 4)')} "
              f"| {measure.verdict(most, 160, f'{most:.1f} (of 160)')} | {most - alone:+.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=lambda p: Path(p).resolve(), default=measure.ROOT / "build-benchmarks",
                        help="the build folder")
    parser.add_argument("--clips", type=lambda p: Path(p).resolve(), help="keep the clips in this folder")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("timestamps", "rates", "memory"))
    options = parser.parse_args()
    env = measure.environment(options.build)
    print(measure.machine())
    with tempfile.TemporaryDirectory(dir=options.build) as folder:
        clips = Clips(options.clips or Path(folder), env)
        if options.only in (None, "timestamps"):
            timestamps(clips, options.runs, env)
        if options.only in (None, "rates"):
            rates(clips, options.runs, env)
            without_decoder(options.runs, env)
        if options.only in (None, "memory"):
            memory(clips, env)


if __name__ == "__main__":
    main()
