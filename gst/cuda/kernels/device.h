// The functions and macros that kernels use, for nvcc and NVRTC. To compile kernels as plain C++,
// define all of them, QUAD_KERNEL too, before you include the kernels.
#pragma once

#include <cstdint>

namespace quad::cuda {

// The largest unit that a thread reads or writes at once. Its address is a multiple of its size.
struct alignas (16) Quad {
  std::uint32_t word[4];
};

}  // namespace quad::cuda

#ifndef QUAD_KERNEL

// A block has up to `threads` threads. The compiler limits its registers so that `blocks` of them
// run on a processor at once.
#define QUAD_KERNEL(threads, blocks) extern "C" __global__ void __launch_bounds__ (threads, blocks)
#define QUAD_DEVICE __device__ __forceinline__
// For functions that are called seldom. Inlined, they would take registers from all other code.
#define QUAD_DEVICE_SELDOM __device__ __noinline__
#define QUAD_SHARED __shared__
// A kernel's parameter, read in place. CUDA has this since 11.7. Without it, indexing copies the
// parameter first.
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
// Waits for all threads of the block. Then each sees what the others wrote to shared memory.
QUAD_DEVICE void meet () { __syncthreads (); }
// Waits too. Returns whether `yes` is true for all of them.
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
// Loads from memory that this launch writes too.
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
