// Puts kernels, compiled as C++, into the driver's double. kernels.cpp holds the table.
//
// cuLaunchKernel runs one thread a block, or HOSTCUDA_THREADS: a kernel must give the same result
// for every number of threads in a block, as block-stride loops do.
#pragma once

#include <cstddef>
#include <utility>

namespace hostcuda {

struct Dim {
  unsigned x, y, z;
};
extern constinit thread_local Dim block_index, grid_size;
extern constinit thread_local int thread_index, thread_count;

// Waits for all threads of the block. meet_all returns whether `yes` is true for all of them.
void meet ();
bool meet_all (bool yes);

// Abort with a message unless all of [p, p + bytes) lies in one live allocation that this launch's
// device may touch, and p is a multiple of `alignment`. Fast for the last few allocations.
void check_read (const void *p, std::size_t bytes, std::size_t alignment = 1);
void check_write (void *p, std::size_t bytes, std::size_t alignment = 1);

// Does the work of one block. `params` is cuLaunchKernel's: a pointer to each parameter. The driver
// cannot know how large a parameter is, so Entry casts to its type.
using Entry = void (*) (void **params);

// The Entry of a function that takes a kernel's parameters: entry_of<&function>.
template <typename... Parameters, std::size_t... I>
void run_with (void (*function) (Parameters...), void **params, std::index_sequence<I...>)
{
  function (*static_cast<Parameters *> (params[I])...);
}
template <auto Function>
void entry_of (void **params)
{
  const auto run = [params]<typename... Parameters> (void (*function) (Parameters...)) {
    run_with (function, params, std::index_sequence_for<Parameters...>{});
  };
  run (Function);
}

struct Kernel {
  const char *name;      // as cuModuleGetFunction is asked for it
  Entry run;             // for one block
  unsigned max_threads;  // larger blocks fail to launch (__launch_bounds__)
};
// Runs a block with `threads` threads.
void run_block (const Kernel &kernel, void **params, int threads);
extern const Kernel kernels[];
extern const std::size_t kernel_count;

}  // namespace hostcuda
