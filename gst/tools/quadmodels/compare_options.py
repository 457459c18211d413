"""The arguments of `quad-models compare`."""

import argparse
import pathlib

_UNITS = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}
LEVELS = ("none", "basic", "extended", "all")


def amount(text: str) -> float:
    """A number of bytes: "7M" is 7 million."""
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, "")
    try:
        value = float(number) * _UNITS[unit]
    except ValueError:
        value = -1
    if not value > 0:
        raise argparse.ArgumentTypeError(f"a size is a number of bytes, as 700k or 7M, not {text}")
    return value


def picture_size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()) or int(width) % 4 or min(int(width), int(height)) < 64:
        raise argparse.ArgumentTypeError(f"a size is WIDTHxHEIGHT from 64x64 on, the width a multiple of 4, not {text}")
    return int(width), int(height)


def positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not value > 0:
        raise argparse.ArgumentTypeError(f"a limit is a number above 0, not {text}")
    return value


def count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"a number from 1 to 256 is needed, not {text}")
    return int(text)


def part(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 0.99:
        raise argparse.ArgumentTypeError(f"smoothing is from 0 to 0.99, not {text}")
    return value


def add(parser: argparse.ArgumentParser) -> None:
    path = pathlib.Path
    parser.add_argument(
        "model",
        nargs="*",
        type=path,
        metavar="MODEL.onnx|FOLDER",
        help="models, or folders of variants; without any, refinements of coarse masks are compared",
    )
    parser.add_argument("--output", type=path, default=path("compare"), help="the folder of results (default: compare)")
    parser.add_argument("--quick", action="store_true", help="only the level all and one thread")
    parser.add_argument("--level", action="append", choices=LEVELS, help="optimization level (default: each)")
    parser.add_argument("--threads", type=count, action="append", help="threads (default: 1 and 2)")
    parser.add_argument("--provider", action="append", help="execution provider (default: each that there is)")
    parser.add_argument("--refine", action="append", choices=("none", "guided"), help="refinement (default: guided)")
    parser.add_argument("--smoothing", type=part, action="append", help="part of the last mask (default: 0.75)")
    parser.add_argument("--region", action="append", choices=("full", "track"), help="what the model sees (default: full)")
    parser.add_argument("--clips", nargs="+", type=path, default=[], metavar="FILE", help="videos for backgrounds")
    parser.add_argument("--frames", type=count, default=8, help="pictures of each clip (default: 8)")
    parser.add_argument(
        "--reference", type=path, metavar="MODEL.onnx", help="a large model, whose mattes of the clips count as right"
    )
    parser.add_argument("--size", type=picture_size, default=(640, 360), metavar="WxH", help="of the pictures")
    parser.add_argument("--seed", type=count, default=1, help="draws other pictures")
    parser.add_argument("--by", default="sad", metavar="METRIC", help="the error that counts (default: sad)")
    parser.add_argument("--max-size", type=amount, metavar="BYTES", help="limit of the file, as 7M")
    parser.add_argument("--max-ms", type=positive, metavar="MS", help="limit of the time for a picture")
    parser.add_argument("--max-memory", type=amount, metavar="BYTES", help="limit of the memory, as 70M")
    parser.add_argument("--max-error", type=positive, metavar="ERROR", help="limit of the error")
