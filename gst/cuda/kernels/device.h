// The functions and macros that kernels use, for nvcc and NVRTC. To compile kernels as plain C++,
// define all of them, QUAD_KERNEL too, before you include the kernels.
#pragma once

#include <cstdint>

namespace quad::cuda {

// Words that a thread reads or writes at once: 1 or 4. Their address is a multiple of their size.
template <int kCount>
struct alignas (4 * kCount) Words {
  std::uint32_t word[kCount];
};

}  // namespace quad::cuda

#ifndef QUAD_KERNEL

// A block has up to `threads` threads. The compiler limits its registers so that `blocks` of them
// run on a processor at once.
#define QUAD_KERNEL(threads, blocks) extern "C" __global__ void __launch_bounds__ (threads, blocks)
#define QUAD_DEVICE __device__ __forceinline__
// For functions that keep their registers apart. Inlined, they would take some from all other code.
#define QUAD_DEVICE_APART __device__ __noinline__
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
QUAD_DEVICE Words<1> load (const Words<1> *p) { return {{__ldg (p->word)}}; }
QUAD_DEVICE Words<4> load (const Words<4> *p)
{
  const uint4 q = __ldg (reinterpret_cast<const uint4 *> (p));
  return {{q.x, q.y, q.z, q.w}};
}
// Loads what is read once or soon again. It leaves the first-level cache before the tables do.
QUAD_DEVICE Words<1> load_once (const Words<1> *p) { return load (p); }
QUAD_DEVICE Words<4> load_once (const Words<4> *p)
{
// CUDA has this since 11.4.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 700 && \
    (__CUDACC_VER_MAJOR__ > 11 || (__CUDACC_VER_MAJOR__ == 11 && __CUDACC_VER_MINOR__ >= 4))
  Words<4> v;
  asm("ld.global.nc.L1::evict_first.v4.u32 {%0, %1, %2, %3}, [%4];"
      : "=r"(v.word[0]), "=r"(v.word[1]), "=r"(v.word[2]), "=r"(v.word[3])
      : "l"(p));
  return v;
#else
  return load (p);
#endif
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
QUAD_DEVICE void store (Words<4> *p, const Words<4> &v)
{
  *reinterpret_cast<uint4 *> (p) = make_uint4 (v.word[0], v.word[1], v.word[2], v.word[3]);
}

// Writes pairs of results to shared memory.
QUAD_DEVICE void put (std::int16_t *to, const Words<1> &v)
{
  *reinterpret_cast<std::uint32_t *> (to) = v.word[0];
}
QUAD_DEVICE void put (std::int16_t *to, const Words<4> &v)
{
  *reinterpret_cast<uint4 *> (to) = make_uint4 (v.word[0], v.word[1], v.word[2], v.word[3]);
}

}  // namespace quad::cuda

#endif
