"""Mattes of a large model on real pictures, to take for the right ones. They are kept, as that model is slow."""

import configparser
import hashlib
import pathlib
from collections.abc import Callable

import numpy as np

from . import files, modelinfo, onnx_runtime, pairs
from .files import Problem


def ranges_of(model: pathlib.Path, channels: int) -> list[tuple[float, float]]:
    """What the samples 0 and 255 become, for each channel, by the model's modelinfo; 0 and 1 without one."""
    path = modelinfo.path_of(model)
    if not path.exists():
        return [(0.0, 1.0)] * channels
    info = configparser.ConfigParser(interpolation=None)
    try:
        info.read_string(files.read(path).decode())
        found = next(info[name]["ranges"] for name in info.sections() if info[name].get("dir") == "input")
        ranges = [tuple(map(float, part.split(","))) for part in found.split(";")]
        if any(len(pair) != 2 for pair in ranges) or len(ranges) not in (1, channels):
            raise ValueError
    except (configparser.Error, UnicodeDecodeError, ValueError, KeyError, StopIteration):
        raise Problem(f"{path} has no ranges of the input that can be read: correct it, or remove the file.") from None
    return ranges * channels if len(ranges) == 1 else ranges


def _scaled(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """A picture of another size: averages where it gets smaller, bilinear where it gets larger."""
    rows, columns = (_weights(new, old) for new, old in zip((height, width), picture.shape))
    return rows @ picture @ columns.T


def _weights(count: int, length: int) -> np.ndarray:
    if count <= length:
        return pairs.areas(count, length)
    at = np.clip((np.arange(count) + 0.5) * length / count - 0.5, 0, length - 1)
    return np.clip(1 - np.abs(at[:, None] - np.arange(length)), 0, None)


class Reference:
    """A model of one picture in and one mask out, NHWC or NCHW. Mattes are kept in `folder`."""

    def __init__(self, model: pathlib.Path, folder: pathlib.Path):
        self.model, self._folder = model, folder
        self.digest = files.sha256_of(model)
        if not self.digest:
            raise Problem(f"{model} cannot be read: name a model that is there.")
        self._session: onnx_runtime.Session | None = None

    def mattes(self, pictures: np.ndarray, say: Callable[[str], None] = lambda line: None) -> np.ndarray:
        """Mattes of 8 bits of pictures of count x height x width x 3."""
        made = []
        for number, picture in enumerate(pictures):
            key = hashlib.sha256(self.digest.encode() + np.ascontiguousarray(picture).tobytes()).hexdigest()[:32]
            path = self._folder / f"{key}.npy"
            try:
                matte = np.load(path, allow_pickle=False)
            except (OSError, ValueError):
                matte = self._matte(picture)
                files.make_folder(self._folder)
                with files.writing(path) as file:
                    np.save(file, matte)
            made.append(matte)
            say(f"the reference's mattes: {number + 1} of {len(pictures)}")
        return np.stack(made)

    def _matte(self, picture: np.ndarray) -> np.ndarray:
        if self._session is None:
            self._session = onnx_runtime.Session(self.model, "all", 2)
        shape = self._session.input_shape
        last = len(shape) == 4 and shape[3] == 3
        if len(shape) != 4 or (not last and shape[1] != 3) or min(shape[1:]) < 1:
            raise Problem(f"{self.model} has an input of {list(shape)}, which is no picture of one size.")
        height, width = shape[1:3] if last else shape[2:]
        planes = []
        for channel, (low, high) in enumerate(ranges_of(self.model, 3)):
            plane = _scaled(picture[..., channel] / 255.0, width, height)
            planes.append(plane * (high - low) + low)
        mask = self._session.run(np.stack(planes, 2 if last else 0)[None].astype(np.float32)).squeeze()
        if mask.ndim != 2 or not np.isfinite(mask).all():
            raise Problem(f"{self.model} gives {list(mask.shape)}, which is no mask: name a model that makes one.")
        return np.rint(np.clip(_scaled(mask, picture.shape[1], picture.shape[0]), 0, 1) * 255).astype(np.uint8)
