// The interface between tests and the CUDA driver's double. Link with libcuda.so.1 of this folder.
// All functions may be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#pragma GCC visibility push(default)
extern "C" {

// Counters since the last reset; those named live_* count what exists now.
struct hostcuda_counters {
  std::uint64_t launches;
  std::uint64_t blocks;
  std::uint64_t allocs;  // of device memory, like `frees`
  std::uint64_t frees;
  std::uint64_t live_allocations;
  std::uint64_t live_bytes;
  std::uint64_t live_host_allocations;
  std::uint64_t copies_h2d;
  std::uint64_t copies_d2h;
  std::uint64_t copies_d2d;
  std::uint64_t copies_h2h;
  std::uint64_t bytes_copied;
  std::uint64_t sets;
  std::uint64_t syncs;   // of a stream, an event or a context
  std::uint64_t events;  // recorded
  std::uint64_t waits;   // of a stream, for an event
  std::uint64_t live_contexts;
  std::uint64_t live_streams;
  std::uint64_t live_events;
  std::uint64_t live_modules;
  std::uint64_t live_pools;
  std::uint64_t misuses;        // calls with a dead handle, or without what they need
  std::uint64_t out_of_bounds;  // ranges outside of live memory; counted only when lenient
};

// Zeroes the counters, and takes back everything that the functions below set.
void hostcuda_reset (void);
void hostcuda_get_counters (struct hostcuda_counters *counters);
// How often a function was called, failed calls included; its name without "_v2".
std::uint64_t hostcuda_calls (const char *name);

// The nth coming call of `name` (1: the next) returns `result` (a CUresult; an nvrtcResult
// for a name of NVRTC) and does nothing. Of calls that release something only the result
// changes, so that what is live still tells what the caller forgot.
void hostcuda_fail_next (const char *name, unsigned nth, int result);
// The device is lost: each call that reaches it fails, until set to 0. Queries of the device and
// the stack of current contexts still work.
void hostcuda_fail_everything (int result);

// The byte that fills new memory; 0xA5 by default.
void hostcuda_set_poison (unsigned char value);
// Blocks run from the first to the last, or from the last to the first.
void hostcuda_set_backward (int backward);
// The threads of a block, at most: 1 by default, or HOSTCUDA_THREADS.
void hostcuda_set_threads (unsigned threads);
// Allocations fail if more than this of device memory would be in use, on all devices.
void hostcuda_set_memory_limit (std::uint64_t bytes);
// 13000 stands for CUDA 13.0; a compute capability of 9 and 0 for sm_90. Those are the defaults.
void hostcuda_set_device (int driver_version, int major, int minor);
// Does not abort for ranges outside of live memory, but counts them and fails the call. A kernel
// still makes the access that it asked about.
void hostcuda_set_lenient (int lenient);
// True if code outside of the driver dies when it touches device memory. The processor must have
// protection keys for that.
int hostcuda_hides_memory (void);
}
#pragma GCC visibility pop

namespace hostcuda {

using Counters = hostcuda_counters;
enum class Order { forward, backward };

inline Counters counters ()
{
  Counters now;
  hostcuda_get_counters (&now);
  return now;
}
inline void reset () { hostcuda_reset (); }
inline std::uint64_t calls (const char *name) { return hostcuda_calls (name); }
inline void fail_next (const char *name, unsigned nth, int result)
{
  hostcuda_fail_next (name, nth, result);
}
inline void fail_everything (int result) { hostcuda_fail_everything (result); }
inline void set_poison (unsigned char value) { hostcuda_set_poison (value); }
inline void set_block_order (Order order) { hostcuda_set_backward (order == Order::backward); }
inline void set_threads (unsigned threads) { hostcuda_set_threads (threads); }
inline void set_memory_limit (std::uint64_t bytes) { hostcuda_set_memory_limit (bytes); }
inline void set_device (int driver_version, int major, int minor)
{
  hostcuda_set_device (driver_version, major, minor);
}
inline void set_lenient (bool lenient) { hostcuda_set_lenient (lenient); }
inline bool hides_memory () { return hostcuda_hides_memory () != 0; }

}  // namespace hostcuda
