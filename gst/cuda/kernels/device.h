// What kernels are written in, for nvcc and NVRTC. Whoever compiles kernels as plain C++ defines
// all of it, QUAD_KERNEL too, before the kernels are included.
#pragma once

#include <cstdint>

namespace quad::cuda {

// The most that a thread reads or writes at once. It lies at a multiple of its size.
struct alignas (16) Quad {
  std::uint32_t word[4];
};

}  // namespace quad::cuda

#ifndef QUAD_KERNEL

// A block has up to `threads` threads. It takes so few registers that `blocks` of them run on a
// processor at once.
#define QUAD_KERNEL(threads, blocks) extern "C" __global__ void __launch_bounds__ (threads, blocks)
#define QUAD_DEVICE __device__ __forceinline__
// For what is called seldom: inlined it would take registers from all else.
#define QUAD_DEVICE_SELDOM __device__ __noinline__
#define QUAD_SHARED __shared__
// A kernel's parameter, read where it lies. CUDA has this from 11.7 on; without it, indexing copies
// the parameter first.
#if (__CUDACC_VER_MAJOR__ > 11 || (__CUDACC_VER_MAJOR__ == 11 && __CUDACC_VER_MINOR__ >= 7)) && \
    (!defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 700)
#define QUAD_PARAMETER const __grid_constant__
#else
#define QUAD_PARAMETER const
#endif

namespace quad::cuda {

QUAD_DEVICE unsigned block_index () { return blockIdx.x; }
QUAD_DEVICE int thread_index () { return static_cast<int> (threadIdx.x); }
QUAD_DEVICE int thread_count () { return static_cast<int> (blockDim.x); }
// Waits for the block's threads. Then all of them see what they wrote to shared memory.
QUAD_DEVICE void meet () { __syncthreads (); }
// Waits too, and returns whether `yes` holds for all of them.
QUAD_DEVICE bool meet_all (bool yes) { return __syncthreads_and (yes) != 0; }

template <typename T>
QUAD_DEVICE T load (const T *p)
{
  return __ldg (p);
}
QUAD_DEVICE Quad load (const Quad *p)
{
  const uint4 q = __ldg (reinterpret_cast<const uint4 *> (p));
  return {{q.x, q.y, q.z, q.w}};
}
// Loads from memory that this launch also writes.
template <typename T>
QUAD_DEVICE T load_written (const T *p)
{
  return *p;
}
template <typename T>
QUAD_DEVICE void store (T *p, T v)
{
  *p = v;
}

}  // namespace quad::cuda

#endif
