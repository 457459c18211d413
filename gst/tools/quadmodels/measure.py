"""Measures settings of quadmatte and quadmatterefine: quality on a set of clips, time, memory."""

import dataclasses
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from . import metrics, pairs
from .files import Problem

MASK = 256  # the side of a degraded mask
_TIMEOUT = 1800  # seconds


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is measured. Without a model, quadmatterefine refines degraded masks."""

    model: str  # a path, or ""
    level: str = "all"
    threads: int = 1
    provider: str = "cpu"
    refine: str = "guided"
    radius: int = 4
    epsilon: float = 1e-4
    smoothing: float = 0.75
    region: str = "full"  # of models

    def properties(self) -> dict[str, str | int | float]:
        """The element's."""
        both = {
            "refine": self.refine,
            "radius": self.radius,
            "epsilon": self.epsilon,
            "smoothing": self.smoothing,
            "n-threads": self.threads,
        }
        if not self.model:
            return both
        own = {"model-file": self.model, "optimization-level": self.level, "execution-provider": self.provider}
        own["region"] = self.region
        return own | both


def run(job: dict) -> dict:
    """Runs a job in a process of its own; "error" in the result says why there is no other one."""
    command = [sys.executable, "-B", str(pathlib.Path(__file__).with_name("runner.py"))]
    try:
        ended = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, timeout=_TIMEOUT)
        return json.loads(ended.stdout)
    except subprocess.TimeoutExpired:
        return {"error": f"it takes longer than {_TIMEOUT} s"}
    except ValueError:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return {"error": f"the process ended with the status {ended.returncode}: {last}"}


class Bench:
    """Clips on the disk, through which any settings are run. Close it, or use it with `with`."""

    def __init__(self, clips: list[pairs.Clip]):
        self.clips = clips
        self._holder = tempfile.TemporaryDirectory(prefix="quad-models-")
        self._folder = pathlib.Path(self._holder.name)
        self._quality: dict[str, dict[str, float]] = {}
        starts, count = [], 0
        with open(self._folder / "pictures", "wb") as pictures, open(self._folder / "masks", "wb") as masks:
            for clip in clips:
                pictures.write(np.ascontiguousarray(clip.pictures))
                flicker = np.random.default_rng(1) if clip.sequence else None
                for matte in clip.mattes:
                    masks.write(pairs.degraded(matte, MASK, flicker=flicker).tobytes())
                length = len(clip.pictures)
                starts += [count] if clip.sequence else range(count, count + length)
                count += length
        self.height, self.width = clips[0].pictures.shape[1:3]
        self._job = {"kind": "measure", "width": self.width, "height": self.height, "starts": starts, "count": count}
        self._job |= {name: str(self._folder / name) for name in ("pictures", "masks", "output")}

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_) -> None:
        self._holder.cleanup()

    def mattes(self, settings: Settings) -> tuple[dict, np.ndarray | None]:
        """What the run said, and the mattes of all clips one after the other."""
        element = "quadmatte" if settings.model else "quadmatterefine"
        job = self._job | {"element": element, "properties": settings.properties(), "mask_size": MASK}
        said = run(job)
        if "error" in said:
            return said, None
        data = np.fromfile(self._folder / "output", np.uint8)
        return said, data.reshape(self._job["count"], self.height, self.width)

    def measure(self, settings: Settings) -> dict:
        """Time, memory and the mean of each metric; the same mattes are compared only once."""
        said, made = self.mattes(settings)
        if made is None:
            return said
        digest = hashlib.sha256(made).hexdigest()[:16]
        if digest not in self._quality:
            self._quality[digest] = quality(self.clips, made)
        return said | {"mattes": digest, "quality": self._quality[digest]}


def quality(clips: list[pairs.Clip], made: np.ndarray) -> dict[str, float]:
    """Metrics of single pictures; dtssd-CLIP and sad-CLIP of each sequence."""
    values: dict[str, float] = {}
    first = 0
    for clip in clips:
        mattes = made[first : first + len(clip.mattes)] / 255.0
        right = clip.mattes / 255.0
        first += len(clip.mattes)
        if clip.sequence:
            values[f"dtssd-{clip.name}"] = metrics.dtssd(mattes, right)
            sums = [metrics.sad(a, b) for a, b in zip(mattes, right)]
            values[f"sad-{clip.name}"] = sum(sums) / len(sums)
        else:
            prefix = "" if clip.name == "single" else f"{clip.name}-"
            mean = metrics.mean([metrics.of_frame(a, b) for a, b in zip(mattes, right)])
            values |= {prefix + name: value for name, value in mean.items()}
    return values


def frames_of(clip: pathlib.Path, count: int, width: int, height: int) -> np.ndarray:
    """Pictures of a video file, evenly over its time."""
    with tempfile.NamedTemporaryFile(prefix="quad-models-") as file:
        said = run(
            {"kind": "decode", "clip": str(clip.absolute()), "count": count, "output": file.name}
            | {"width": width, "height": height}
        )
        if "error" in said:
            raise Problem(f"{clip} cannot be read: {said['error']}")
        return np.fromfile(file.name, np.uint8).reshape(count, height, width, 3)
