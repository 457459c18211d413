// The functions and macros of cuda/kernels/device.h in plain C++. Include this before a kernel. The
// threads of a block run one after the other. Each access is checked.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "hostcuda_kernel.h"

#define QUAD_KERNEL(threads, blocks) extern "C" void
#define QUAD_DEVICE inline
#define QUAD_DEVICE_APART inline
#define QUAD_SHARED static thread_local
#define QUAD_PARAMETER const

namespace quad::cuda {

inline unsigned block_index () { return hostcuda::block_index.x; }
inline int thread_index () { return hostcuda::thread_index; }
inline int thread_count () { return hostcuda::thread_count; }
inline void meet () { hostcuda::meet (); }
inline bool meet_all (bool yes) { return hostcuda::meet_all (yes); }

template <typename T>
inline T load (const T *p)
{
  hostcuda::check_read (p, sizeof (T), alignof (T));
  return *p;
}
template <typename T>
inline T load_once (const T *p)
{
  return load (p);
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
template <typename V>
inline void put (std::int16_t *to, const V &v)
{
  // A GPU faults there.
  if (reinterpret_cast<std::uintptr_t> (to) % sizeof v != 0) std::abort ();
  std::memcpy (to, &v, sizeof v);
}

}  // namespace quad::cuda
