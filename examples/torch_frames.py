#!/usr/bin/env python3
"""Prints the mean colour of each second of a clip, computed by PyTorch.

    meson devenv -C build --workdir . python3 examples/torch_frames.py CLIP

Where a GPU decodes and PyTorch has CUDA, no frame leaves the GPU; else all is done on the host.
"""

import sys

import quadtensor
import torch

RATE = 4  # frames of each second that are looked at


def mean_colours(clip):
    """Yields (second, [red, green, blue])."""
    device = "auto" if torch.cuda.is_available() else "cpu"
    seconds = {}
    # Shrunk by area, a frame keeps its mean.
    for frame in quadtensor.frames(clip, rate=RATE, width=64, height=64, format="RGBA", device=device):
        picture = torch.from_dlpack(frame)[..., :3]  # [64, 64, 3]
        mean = picture.to(torch.float32).mean(dim=(0, 1))
        seconds.setdefault(int(frame.time), []).append(mean)
    for second, means in seconds.items():
        yield second, torch.stack(means).mean(dim=0).tolist()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: torch_frames.py CLIP")
    try:
        for second, colour in mean_colours(sys.argv[1]):
            code = "".join(f"{round(value):02x}" for value in colour)
            print(f"{second:5} s  #{code}  " + " ".join(f"{value:6.2f}" for value in colour))
    except quadtensor.Error as error:
        sys.exit(f"torch_frames.py: {error}")


if __name__ == "__main__":
    main()
