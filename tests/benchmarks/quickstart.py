#!/usr/bin/env python3
"""examples/quickstart.sh beside ffmpeg: four real clips to one 2x2 grid.

Runs the pipeline that quickstart.sh prints, without its installing and
building, and an ffmpeg command that does the same: as many clips, the same
size, rate, length, encoder and encoder settings, audio only where the pipeline
has it. Clips are the first four .mp4 of the folder QUAD_MEDIA, or those given.
"""

import argparse
import json
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import measure

WIDTH, HEIGHT, RATE = 1280, 720, 24


def streams(path, *more):
    text = measure.output_of(["ffprobe", "-v", "error", "-show_streams", "-of", "json", *more, str(path)])
    return json.loads(text)["streams"]


def has_audio(path):
    return any(s["codec_type"] == "audio" for s in streams(path))


def find_clips(given):
    if given:
        return [Path(c).resolve() for c in given]
    if "QUAD_MEDIA" not in os.environ:
        return None
    clips = sorted(Path(os.environ["QUAD_MEDIA"]).resolve().glob("*.mp4"))[:4]
    # The first clip's audio is kept, so a clip with audio goes first.
    return sorted(clips, key=lambda c: not has_audio(c)) if len(clips) == 4 else None


def quickstart_line(clips, build, env):
    """The gst-launch-1.0 command that quickstart.sh prints, as an argument list."""
    env = env | {"QUAD_BUILD": str(build), "QUAD_OUT": str(build)}
    output = measure.output_of([str(measure.ROOT / "examples" / "quickstart.sh"), *map(str, clips)], env)
    output = output.replace("\\\n", " ")
    found = re.search(r"^(gst-launch-1\.0 .*)$", output, re.MULTILINE)
    if not found:
        raise SystemExit("quickstart.sh printed no gst-launch-1.0 line:\n" + output)
    return shlex.split(found.group(1))


def properties(line, element):
    """{property: value} of the first `element` in a pipeline, or None without it."""
    if element not in line:
        return None
    found = {}
    for word in line[line.index(element) + 1:]:
        if word == "!" or "=" not in word:
            break
        key, value = word.split("=", 1)
        found[key] = value
    return found


def x264_options(line, plain):
    """What ffmpeg calls the settings of the pipeline's x264enc, its defaults included.

    `plain`: only the preset and the quality, the rest as ffmpeg has it.
    """
    x264 = properties(line, "x264enc")
    if x264 is None:
        raise SystemExit("the pipeline has no x264enc to be compared by")
    bitrate = int(x264.get("bitrate", 2048))
    buffer = bitrate * int(x264.get("vbv-buf-capacity", 600)) // 1000
    limits = [] if plain else ["-maxrate", f"{bitrate}k", "-bufsize", f"{buffer}k"]
    quantizer = x264.get("quantizer", "21")
    rate = {"quant": ["-qp", quantizer], "qual": ["-crf", quantizer, *limits]}.get(
        x264.get("pass", "cbr"), ["-b:v", f"{bitrate}k", *limits])
    options = ["-c:v", "libx264", "-preset", x264.get("speed-preset", "medium"), *rate]
    if plain:
        return options
    for ours, theirs in (("tune", "-tune"), ("threads", "-threads"), ("bframes", "-bf"), ("key-int-max", "-g"),
                         ("rc-lookahead", "-rc-lookahead")):
        if x264.get(ours, "0") != "0":
            options += [theirs, x264[ours]]
    profile = re.search(r"video/x-h264[^ ]*profile=(?:\(string\))?([a-z0-9-]+)", " ".join(line))
    if profile:
        options += ["-profile:v", profile.group(1)]
    return options


@dataclass
class Way:
    """A way to run ffmpeg. By itself it decodes each clip on as many threads as there are processors."""

    flags: str = "area"  # the scaler's
    input_options: tuple = ()
    plain: bool = False  # see x264_options: another job, for information


PEERS = {
    "ffmpeg, area": Way(),
    "ffmpeg, bicubic (its default)": Way(flags="bicubic"),
    "ffmpeg, area, one decoding thread a clip": Way(input_options=("-threads", "1")),
    "ffmpeg, area, x264 with preset and quality alone": Way(plain=True),
}


def ffmpeg_line(clips, line, output, audio, way):
    gap = int(properties(line, "quadmux-grid").get("gap", 0))
    width, height = (WIDTH - gap) // 2, (HEIGHT - gap) // 2
    cell, right, down = f"{width}:{height}", width + gap, height + gap
    inputs, chains = [], []
    for i, clip in enumerate(clips):
        inputs += [*way.input_options, "-i", str(clip)]
        # Rate first, so that dropped frames are never scaled.
        chains.append(f"[{i}:v:0]fps={RATE},scale={cell}:force_original_aspect_ratio=decrease:flags={way.flags},"
                      f"pad={cell}:-1:-1,setsar=1,format=yuv420p[v{i}]")
    stack = f"[v0][v1][v2][v3]xstack=inputs=4:layout=0_0|{right}_0|0_{down}|{right}_{down}:fill=black:shortest=1[v]"
    sound = ["-map", "0:a:0", "-c:a", "aac", "-shortest"] if audio else ["-an"]
    return ["ffmpeg", "-y", "-v", "error", "-nostdin", *inputs, "-filter_complex", ";".join([*chains, stack]),
            "-map", "[v]", *sound, "-r", str(RATE), *x264_options(line, way.plain), str(output)]


def describe(path):
    video = next(s for s in streams(path, "-count_packets") if s["codec_type"] == "video")
    return (int(video["nb_read_packets"]), (video["width"], video["height"], video["codec_name"]),
            f"{video['width']}x{video['height']} {video['codec_name']}, {video['nb_read_packets']} frames, "
            f"{path.stat().st_size / 1024:.0f} KiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=lambda p: Path(p).resolve(), default=measure.ROOT / "build-benchmarks",
                        help="the build folder")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("clips", nargs="*")
    options = parser.parse_args()
    clips = find_clips(options.clips)
    if not clips:
        print("\n### The quickstart beside ffmpeg\n\nSkipped: QUAD_MEDIA names no folder with four .mp4 clips.")
        return
    env = measure.environment(options.build)
    line = quickstart_line(clips, options.build, env)
    ours = Path(properties(line, "filesink")["location"])
    audio = has_audio(ours)
    theirs = {name: Path(options.build) / f"ffmpeg-{i}.mp4" for i, name in enumerate(PEERS)}
    commands = {"quickstart": line}
    for name, path in theirs.items():
        commands[name] = ffmpeg_line(clips, line, path, audio, PEERS[name])
    costs = measure.run_in_turns(commands, options.runs, env)

    print(measure.machine())
    print(f"\n### The quickstart beside ffmpeg, {', '.join(c.name for c in clips)}, median of {options.runs} runs\n")
    print("| | CPU s | s | peak MiB | result |\n|---|---:|---:|---:|---|")
    kinds = []
    for name, cost in costs.items():
        frames, kind, text = describe(theirs.get(name, ours))
        kinds.append((frames, kind))
        print(f"| {name} | {cost.cpu:.2f} | {cost.wall:.2f} | {cost.peak:.1f} | {text} |")
    if any(abs(k[0] - kinds[0][0]) > 1 or k[1] != kinds[0][1] for k in kinds):
        raise SystemExit("the results differ in length or kind: nothing can be compared")
    print("\n| quickstart's / ffmpeg's | peak memory | CPU |\n|---|---:|---:|")
    for name in theirs:
        memory = costs["quickstart"].peak / costs[name].peak
        cpu = costs["quickstart"].cpu / costs[name].cpu
        if PEERS[name].plain:
            print(f"| {name} | {memory:.2f} | {cpu:.2f} |")
            continue
        print(f"| {name} | {measure.verdict(memory, 0.6, f'{memory:.2f} (of 0.6)')} "
              f"| {measure.verdict(cpu, 1, f'{cpu:.2f}')} |")
    print("\nCommands:\n")
    for command in list(commands.values())[:2]:
        # Only the names of files: folders do not matter to a reader.
        text = shlex.join(command).replace("'!'", "!").replace(str(options.build) + "/", "")
        print("    " + text.replace(str(clips[0].parent) + "/", "") + "\n")


if __name__ == "__main__":
    main()
