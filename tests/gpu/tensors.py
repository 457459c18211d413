#!/usr/bin/env python3
"""Frames of a clip as PyTorch's tensors on the GPU: the values are the host's, and nothing is copied to the host.

    tests/gpu/tensors.py CLIP        77: no PyTorch with CUDA here; 3: what is copied could not be measured
"""

import sys

try:
    import torch
except ImportError:
    torch = None
if torch is None or not torch.cuda.is_available():
    print("there is no PyTorch with CUDA")
    sys.exit(77)

import quadtensor


def tensors(clip, device):
    """All tensors of one frame a second, copied, as what is held by a decoder is little."""
    for frame in quadtensor.frames(clip, rate=1, device=device, format="NV12"):
        yield [torch.from_dlpack(t).clone() for t in frame]


def main():
    clip = sys.argv[1]
    tensors_on_gpu = None
    activities = [torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerActivity.CUDA]
    with torch.profiler.profile(activities=activities) as profile:
        tensors_on_gpu = list(tensors(clip, "cuda"))
        torch.cuda.synchronize()
    events = profile.key_averages()
    # Where the profiler sees the GPU, the copies that tensors() makes there are among them.
    sees_gpu = any(e.device_type == torch.autograd.DeviceType.CUDA for e in events)
    down = [e.key for e in events if "DtoH" in e.key]
    assert not down, f"copied to the host: {down}"
    as_interface = next(iter(quadtensor.frames(clip, rate=1, device="cuda", format="NV12")))
    assert torch.equal(torch.as_tensor(as_interface[0], device="cuda"), tensors_on_gpu[0][0])
    tensors_on_host = list(tensors(clip, "cpu"))
    assert tensors_on_gpu and len(tensors_on_gpu) == len(tensors_on_host)
    for number, (gpu, host) in enumerate(zip(tensors_on_gpu, tensors_on_host)):
        for a, b in zip(gpu, host):
            assert torch.equal(a.cpu(), b), f"frame {number} differs"
    print(f"{len(tensors_on_gpu)} frames are the same")
    if not sees_gpu:
        print("not measured: whether frames are copied to the host, as the profiler sees nothing of the GPU")
        return 3
    return 0


sys.exit(main())
