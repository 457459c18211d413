// What kernels are written in: CUDA as nvcc and NVRTC compile it, or plain C++, in
// which a block is one thread that runs its loops alone (the tests' double of a
// GPU, which checks every access).
#pragma once

#include <cstdint>

namespace quad::cuda {

// The most that a thread reads or writes at once; lies on a multiple of its size.
struct alignas (16) Quad {
  std::uint32_t word[4];
};

}  // namespace quad::cuda

#ifdef __CUDACC__

// Blocks of up to `threads`, of which registers leave room for `blocks` on a processor.
#define QUAD_KERNEL(threads, blocks) extern "C" __global__ void __launch_bounds__ (threads, blocks)
#define QUAD_DEVICE __device__ __forceinline__
// What is called seldom, and would take registers from all else.
#define QUAD_DEVICE_SELDOM __device__ __noinline__
#define QUAD_SHARED __shared__
// A kernel's parameter, read where it is: without this, which CUDA has from 11.7 on, indexing
// would copy it first.
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
// Waits for the block's threads; what they wrote to shared memory is seen then.
QUAD_DEVICE void meet () { __syncthreads (); }
// The same, and whether `yes` holds for all of them.
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
// Of memory that this launch writes too.
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

#else

#include "support/hostcuda/hostcuda_kernel.h"

#define QUAD_KERNEL(threads, blocks) extern "C" void
#define QUAD_DEVICE inline
#define QUAD_DEVICE_SELDOM inline
#define QUAD_SHARED static thread_local
#define QUAD_PARAMETER const

namespace quad::cuda {

inline unsigned block_index () { return hostcuda::block_index.x; }
inline int thread_index () { return 0; }
inline int thread_count () { return 1; }
inline void meet () {}
inline bool meet_all (bool yes) { return yes; }

template <typename T>
inline T load (const T *p)
{
  hostcuda::check_read (p, sizeof (T), alignof (T));
  return *p;
}
template <typename T>
inline T load_written (const T *p)
{
  return load (p);
}
template <typename T>
inline void store (T *p, T v)
{
  hostcuda::check_write (p, sizeof (T), alignof (T));
  *p = v;
}

}  // namespace quad::cuda

#endif
