"""Compares models and settings of quadmatte by quality, size and speed."""

import dataclasses
import functools
import itertools
import json
import lzma
import pathlib
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from . import files, pairs, reference, report, results, variants
from .files import Problem
from .measure import Bench, Settings, frames_of

PROVIDERS = ("cpu", "cuda", "tensorrt")
_FORMAT = 1  # of a result; others are measured again
# What refines degraded masks, where there is no model.
RADII, EPSILONS, SMOOTHINGS = (2, 4, 8), (1e-5, 1e-4, 1e-3), (0.0, 0.75)
SMOOTHING = Settings("").smoothing

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What the user asked for."""

    models: Sequence[pathlib.Path]  # ONNX files, or folders of variants; without any, refinements are compared
    output: pathlib.Path
    levels: Sequence[str]
    threads: Sequence[int]
    providers: Sequence[str]
    refines: Sequence[str]
    smoothings: Sequence[float] = (SMOOTHING,)
    regions: Sequence[str] = ("full",)
    clips: Sequence[pathlib.Path] = ()
    reference: pathlib.Path | None = None
    frames: int = 8  # of each clip
    size: tuple[int, int] = (640, 360)
    seed: int = 1
    metric: str = "sad"
    limits: results.Limits = results.Limits()


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    path: pathlib.Path
    digest: str


def models_of(paths: Iterable[pathlib.Path]) -> list[Model]:
    """The models of files and of folders that `quad-models variants` wrote."""
    found: dict[pathlib.Path, str] = {}
    for path in paths:
        if path.is_dir():
            listing = variants.read(path)
            stem = pathlib.Path(listing.model).stem
            found |= {path / one.file: f"{stem} {one.name}" for one in listing.variants}
        else:
            found[path] = path.stem
    models = []
    for path, name in found.items():
        digest = files.sha256_of(path)
        if not digest:
            raise Problem(f"{path} cannot be read: name an ONNX model, or a folder of `quad-models variants`.")
        models.append(Model(name, path.absolute(), digest))
    return models


def name_of(settings: Settings, model: Model | None) -> str:
    if not model:
        if settings.refine == "none":
            return f"none, smoothing {settings.smoothing:g}"
        return f"guided, radius {settings.radius}, epsilon {settings.epsilon:g}, smoothing {settings.smoothing:g}"
    threads = f"{settings.threads} thread{'s' if settings.threads > 1 else ''}"
    region = "" if settings.region == "full" else f", region {settings.region}"
    smoothing = "" if settings.smoothing == SMOOTHING else f", smoothing {settings.smoothing:g}"
    return f"{model.name}, {settings.level}, {threads}, {settings.provider}, {settings.refine}{smoothing}{region}"


def combinations(plan: Plan, models: Sequence[Model]) -> list[tuple[Settings, Model | None]]:
    """All that is to be measured."""
    if not models:
        made = [Settings("", refine="none", smoothing=smoothing) for smoothing in SMOOTHINGS]
        for smoothing, radius, epsilon in itertools.product(SMOOTHINGS, RADII, EPSILONS):
            made.append(Settings("", radius=radius, epsilon=epsilon, smoothing=smoothing))
        return [(settings, None) for settings in made]
    axes = itertools.product(
        models, plan.levels, plan.providers, plan.refines, plan.smoothings, plan.regions, plan.threads
    )
    return [
        (Settings(str(model.path), level, threads, provider, refine, smoothing=smoothing, region=region), model)
        for model, level, provider, refine, smoothing, region, threads in axes
    ]


def key_of(settings: Settings, model: Model | None, digest: str) -> str:
    """What a result is of; `digest` is of the pictures."""
    values = dataclasses.asdict(settings) | {"pairs": digest}
    values |= {"model": model.digest} if model else {"masks": pairs.MASKS}
    return json.dumps(values | {"format": _FORMAT}, sort_keys=True)


@functools.cache
def xz_size(path: pathlib.Path) -> int:
    return len(lzma.compress(files.read(path), preset=9 | lzma.PRESET_EXTREME))


def pictures_of(plan: Plan, say: Say) -> pairs.Pairs:
    """The exact pairs, and with a reference model the clips' pictures with its mattes."""
    width, height = plan.size
    frames = [frames_of(clip, plan.frames, width, height) for clip in plan.clips]
    say("drawing pictures whose matte is known")
    shown = np.concatenate(frames) if frames else []
    # A reference is for clips of people, and a person in a background would count as wrong.
    made = pairs.make(plan.seed, width, height, backs=[] if plan.reference else shown)
    if not plan.reference:
        return made
    if not frames:
        raise Problem("a reference model needs pictures: name videos of people with --clips.")
    model = reference.Reference(plan.reference, plan.output / "reference")
    real = pairs.Clip("reference", False, shown, model.mattes(shown, say))
    return pairs.Pairs([*made.clips, real])


def _left(done: int, total: int, began: float) -> str:
    seconds = (time.monotonic() - began) / done * (total - done)
    return f"{seconds / 60:.0f} min left" if seconds >= 90 else f"{seconds:.0f} s left"


def measure(plan: Plan, say: Say) -> list[dict]:
    """Measures what is not in the store yet, and returns all rows of this plan."""
    models = models_of(plan.models)
    work = combinations(plan, models)
    files.make_folder(plan.output)
    store = results.Store(plan.output / "results.jsonl")
    made = pictures_of(plan, say)
    keys = [key_of(settings, model, made.digest) for settings, model in work]
    missing = [(key, *what) for key, what in zip(keys, work) if key not in store.rows]
    say(f"{len(work)} combinations, {len(work) - len(missing)} of them measured before")
    refused: dict[str, str] = {}  # providers that this runtime does not have
    with Bench(made.clips) as bench:
        began = time.monotonic()
        for done, (key, settings, model) in enumerate(missing, 1):
            name = name_of(settings, model)
            if settings.provider in refused:
                continue
            row = bench.measure(settings)
            if "error" in row:
                if len(plan.providers) > 1 and "cannot use" in row["error"] and settings.provider != "cpu":
                    refused[settings.provider] = row["error"]
                    say(f"{settings.provider} is left out: {row['error']}")
                    continue
                raise Problem(f"{name}: {row['error']}")
            row |= {"key": key, "settings": dataclasses.asdict(settings)}
            if model:
                row |= {"bytes": model.path.stat().st_size, "xz": xz_size(model.path)}
            store.add(row)
            error = row["quality"][plan.metric] if plan.metric in row["quality"] else float("nan")
            progress = f"{done}/{len(missing)}, {_left(done, len(missing), began)}"
            say(f"{progress}: {name}: {row['ms']:.2f} ms, {plan.metric} {error:.4g}")
    # Names are not stored: a file may have another one today.
    named = zip(keys, work)
    return [store.rows[key] | {"name": name_of(*what)} for key, what in named if key in store.rows]


def write(plan: Plan, rows: list[dict]) -> list[pathlib.Path]:
    """Writes the table, the rows, and a chart for each measure that the rows have."""
    shown = [{name: value for name, value in row.items() if name != "key"} for row in rows]
    contents = {
        "compare.md": report.table(rows, plan.metric),
        "compare.json": json.dumps(shown, indent=1) + "\n",
    }
    axes = {"ms": ("ms", 1, "ms a picture"), "size": ("xz", 1e6, "MB by xz"), "memory": ("memory", 1e6, "MB of memory")}
    label = f"1 - {plan.metric}" if plan.metric.endswith("iou") else plan.metric
    for name, (field, unit, text) in axes.items():
        if all(field in row for row in rows):
            points = [(row[field] / unit, results.error_of(row, plan.metric), row["name"]) for row in rows]
            contents[f"compare-{name}.svg"] = report.chart(points, text, label)
    for name, text in contents.items():
        files.write(plan.output / name, text.encode())
    return [plan.output / name for name in contents]


def compare(plan: Plan, say: Say) -> None:
    rows = measure(plan, say)
    if not rows:
        raise Problem("nothing could be measured: name a provider that this ONNX Runtime has, as --provider cpu.")
    if unknown := [row for row in rows if plan.metric not in row["quality"]]:
        raise Problem(f"there is no metric {plan.metric}: take one of {', '.join(unknown[0]['quality'])}.")
    for path in write(plan, rows):
        say(str(path))
    best, reasons = results.pick(rows, plan.limits, plan.metric)
    for name, reason in reasons.items():
        say(f"not {name}: {reason}")
    if not best:
        raise Problem("no combination is within the limits: raise one of them.")
    say(f"pick: {best['name']}: {plan.metric} {best['quality'][plan.metric]:.4g}, {best['ms']:.2f} ms a picture")
