"""Decoded video frames as tensors, without a copy.

    import quadtensor, torch

    for frame in quadtensor.frames("clip.mp4", rate=2, width=224, height=224, format="RGB"):
        tensor = torch.from_dlpack(frame)  # [224, 224, 3], uint8

A thin layer on libquadtensor-1.0; it needs no other package. See docs/tensors.md.
"""

from ._batch import Batch, BatchPart, BatchTensor
from ._clip import Clip
from ._frame import Frame, Tensor
from ._library import BeyondEnd, DecodeError, Error, NotFound, NoVideo
from ._reader import Frames, Missed, frames
from ._table import Audio, Info
from ._writer import Writer
from ._zip import zip_clips

__all__ = [
    "Audio",
    "Batch",
    "BatchPart",
    "BatchTensor",
    "BeyondEnd",
    "Clip",
    "DecodeError",
    "Error",
    "Frame",
    "Frames",
    "Info",
    "Missed",
    "NoVideo",
    "NotFound",
    "Tensor",
    "Writer",
    "frames",
    "zip_clips",
]
