// Streams, events, pools, modules and launches.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "fake_image.h"
#include "state.h"

using namespace hostcuda;

namespace hostcuda {

constinit thread_local Dim block_index{0, 0, 0}, grid_size{1, 1, 1};

namespace {

// The kernel that this thread runs, and the memory that it used last.
struct Launch {
  const Kernel *kernel = nullptr;
  int device = 0;
};
constinit thread_local Launch launch;

struct Seen {
  std::uintptr_t begin, bytes;
  std::uint64_t generation;
};
constinit thread_local std::array<Seen, 4> seen{};
constinit thread_local unsigned next_seen = 0;

void forget_memory () { seen = {}; }

void check_access (const char *what, const void *p, std::size_t bytes, std::size_t alignment)
{
  const auto address = reinterpret_cast<std::uintptr_t> (p);
  const bool aligned = address % alignment == 0;
  const std::uint64_t generation = memory_generation.load (std::memory_order_relaxed);
  for (const Seen &one : seen)
    if (aligned && one.generation == generation && address >= one.begin && bytes <= one.bytes &&
        address - one.begin <= one.bytes - bytes)
      return;
  State &s = state ();
  const std::lock_guard lock{s.mutex};
  const Allocation *found = s.memory.find (address);
  const bool inside = found && found->contains (address, bytes);
  const bool reachable = inside && (found->kind == Kind::host || found->device == launch.device);
  if (aligned && reachable) {
    seen[next_seen++ % seen.size ()] = {found->begin, found->bytes, generation};
    return;
  }
  char text[300];
  std::snprintf (text, sizeof text, "kernel %s, block %u, %u, %u: %s of %zu bytes at %#zx: ",
                 launch.kernel ? launch.kernel->name : "(none)", block_index.x, block_index.y,
                 block_index.z, what, bytes, address);
  std::string why = s.memory.describe (address);
  if (inside)
    why = aligned ? "memory of another device" : "not a multiple of " + std::to_string (alignment);
  else if (found)
    why = "from byte " + std::to_string (address - found->begin) + " of an allocation of " +
          std::to_string (found->bytes);
  s.out_of_bounds (text + why);
}

}  // namespace

void check_read (const void *p, std::size_t bytes, std::size_t alignment)
{
  check_access ("read", p, bytes, alignment);
}

void check_write (void *p, std::size_t bytes, std::size_t alignment)
{
  check_access ("write", p, bytes, alignment);
}

}  // namespace hostcuda

namespace {

CUresult create_stream (const char *name, CUstream *stream, unsigned flags)
{
  return call (name, kContext, [&] (State &s) {
    if (!stream) return CUDA_ERROR_INVALID_VALUE;
    *stream = s.streams.add ({context_stack.top (), flags});
    return CUDA_SUCCESS;
  });
}

CUresult destroy_stream (const char *name, CUstream stream)
{
  return call (name, kContext | kReleases, [&] (State &s) {
    return s.streams.drop (stream) ? CUDA_SUCCESS
                                   : s.misuse ("not a live stream", CUDA_ERROR_INVALID_HANDLE);
  });
}

// Runs `body` for an event that is alive.
template <typename Body>
CUresult for_event (const char *name, CUevent event, unsigned needs, Body body)
{
  return call (name, needs, [&] (State &s) -> CUresult {
    if (!s.events.alive (event)) return s.misuse ("not a live event", CUDA_ERROR_INVALID_HANDLE);
    return body (s);
  });
}

CUresult load_module (const char *name, CUmodule *module, const void *image)
{
  return call (name, kContext, [&] (State &s) -> CUresult {
    if (!module || !image) return CUDA_ERROR_INVALID_VALUE;
    if (!is_image (image)) return CUDA_ERROR_INVALID_IMAGE;
    CUmod_st made;
    made.context = context_stack.top ();
    *module = s.modules.add (std::move (made));
    return CUDA_SUCCESS;
  });
}

CUresult check_launch (State &s, CUfunction function, const Dim &grid, const Dim &block,
                       unsigned shared, CUstream stream, void **params, void **extra)
{
  if (!function || !s.modules.alive (function->module))
    return s.misuse ("the function's module is not loaded", CUDA_ERROR_INVALID_HANDLE);
  if (function->module->context != context_stack.top ())
    return s.misuse ("the function is of another context", CUDA_ERROR_INVALID_CONTEXT);
  if (const CUresult bad = check_stream (s, stream)) return bad;
  if (extra || !params) return CUDA_ERROR_NOT_SUPPORTED;
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  if (!grid.x || !grid.y || !grid.z || !threads || grid.x > INT_MAX || grid.y > 65535 ||
      grid.z > 65535 || block.x > 1024 || block.y > 1024 || block.z > 64 || threads > 1024 ||
      shared > 48 * 1024)
    return s.misuse ("a grid or block that no device takes", CUDA_ERROR_INVALID_VALUE);
  if (threads > function->kernel->max_threads)
    return s.misuse ("more threads a block than the kernel's bound",
                     CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES);
  return CUDA_SUCCESS;
}

void run_blocks (State &s, const Kernel &kernel, const Dim &grid, int threads, void **params)
{
  launch = {&kernel, context_stack.top ()->device};
  grid_size = grid;
  forget_memory ();
  const std::uint64_t count = std::uint64_t{grid.x} * grid.y * grid.z;
  for (std::uint64_t i = 0; i < count; i++) {
    const std::uint64_t n = s.settings.backward ? count - 1 - i : i;
    block_index = {static_cast<unsigned> (n % grid.x), static_cast<unsigned> (n / grid.x % grid.y),
                   static_cast<unsigned> (n / grid.x / grid.y)};
    run_block (kernel, params, threads);
  }
  forget_memory ();
  launch = {};
  s.counters.launches++;
  s.counters.blocks += count;
}

}  // namespace

CUresult cuStreamCreate (CUstream *stream, unsigned flags)
{
  return create_stream (__func__, stream, flags);
}

CUresult cuStreamCreateWithPriority (CUstream *stream, unsigned flags, int)
{
  return create_stream (__func__, stream, flags);
}

CUresult cuStreamDestroy (CUstream stream) { return destroy_stream (__func__, stream); }

// GStreamer 1.22 asks for the first version of the name.
#undef cuStreamDestroy
extern "C" __attribute__ ((visibility ("default"))) CUresult CUDAAPI
cuStreamDestroy (CUstream stream)
{
  return destroy_stream (__func__, stream);
}
static_assert (std::is_same_v<decltype (&cuStreamDestroy), decltype (&cuStreamDestroy_v2)>);

CUresult cuStreamSynchronize (CUstream stream)
{
  return call (__func__, kContext, [&] (State &s) {
    s.counters.syncs++;
    return check_stream (s, stream);
  });
}

CUresult cuStreamQuery (CUstream stream)
{
  return call (__func__, kContext, [&] (State &s) { return check_stream (s, stream); });
}

CUresult cuStreamGetCtx (CUstream stream, CUcontext *context)
{
  return call (__func__, kContext, [&] (State &s) {
    *context = s.streams.alive (stream) ? stream->context : context_stack.top ();
    return CUDA_SUCCESS;
  });
}

CUresult cuStreamWaitEvent (CUstream stream, CUevent event, unsigned)
{
  return for_event (__func__, event, kContext, [&] (State &s) {
    s.counters.waits++;
    return check_stream (s, stream);
  });
}

CUresult cuEventCreate (CUevent *event, unsigned flags)
{
  return call (__func__, kContext, [&] (State &s) {
    if (!event) return CUDA_ERROR_INVALID_VALUE;
    CUevent_st made;
    made.context = context_stack.top ();
    made.flags = flags;
    *event = s.events.add (made);
    return CUDA_SUCCESS;
  });
}

CUresult cuEventDestroy (CUevent event)
{
  return for_event (__func__, event, kContext | kReleases, [&] (State &s) {
    s.events.drop (event);
    return CUDA_SUCCESS;
  });
}

CUresult cuEventRecord (CUevent event, CUstream stream)
{
  return for_event (__func__, event, kContext, [&] (State &s) -> CUresult {
    if (const CUresult bad = check_stream (s, stream)) return bad;
    if (event->context != context_stack.top ())
      return s.misuse ("the event is of another context", CUDA_ERROR_INVALID_HANDLE);
    event->recorded = true;
    event->when = std::chrono::steady_clock::now ();
    s.counters.events++;
    return CUDA_SUCCESS;
  });
}

CUresult cuEventQuery (CUevent event)
{
  return for_event (__func__, event, kDriver, [] (State &) { return CUDA_SUCCESS; });
}

CUresult cuEventSynchronize (CUevent event)
{
  return for_event (__func__, event, kDriver, [] (State &s) {
    s.counters.syncs++;
    return CUDA_SUCCESS;
  });
}

CUresult cuEventElapsedTime (float *milliseconds, CUevent start, CUevent end)
{
  return for_event (__func__, start, kDriver, [&] (State &s) {
    if (!s.events.alive (end) || !start->recorded || !end->recorded ||
        (start->flags | end->flags) & CU_EVENT_DISABLE_TIMING)
      return s.misuse ("an event without a time", CUDA_ERROR_INVALID_HANDLE);
    *milliseconds = std::chrono::duration<float, std::milli> (end->when - start->when).count ();
    return CUDA_SUCCESS;
  });
}

CUresult cuMemPoolCreate (CUmemoryPool *pool, const CUmemPoolProps *wanted)
{
  return call (__func__, kContext, [&] (State &s) {
    if (!pool || !wanted || wanted->location.id < 0 || wanted->location.id >= s.devices)
      return CUDA_ERROR_INVALID_VALUE;
    *pool = s.pools.add ({wanted->location.id, {}});
    return CUDA_SUCCESS;
  });
}

CUresult cuMemPoolDestroy (CUmemoryPool pool)
{
  return call (__func__, kDriver | kReleases, [&] (State &s) {
    return s.pools.drop (pool) ? CUDA_SUCCESS
                               : s.misuse ("not a live pool", CUDA_ERROR_INVALID_VALUE);
  });
}

CUresult cuMemPoolSetAttribute (CUmemoryPool pool, CUmemPool_attribute attribute, void *value)
{
  return call (__func__, kDriver, [&] (State &s) {
    if (!s.pools.alive (pool)) return s.misuse ("not a live pool", CUDA_ERROR_INVALID_VALUE);
    const bool flag = attribute <= CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES;
    std::memcpy (&pool->attributes[attribute], value, flag ? sizeof (int) : sizeof (cuuint64_t));
    return CUDA_SUCCESS;
  });
}

CUresult cuMemPoolGetAttribute (CUmemoryPool pool, CUmemPool_attribute attribute, void *value)
{
  return call (__func__, kDriver, [&] (State &s) {
    if (!s.pools.alive (pool)) return s.misuse ("not a live pool", CUDA_ERROR_INVALID_VALUE);
    const bool flag = attribute <= CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES;
    std::memcpy (value, &pool->attributes[attribute], flag ? sizeof (int) : sizeof (cuuint64_t));
    return CUDA_SUCCESS;
  });
}

CUresult cuModuleLoadData (CUmodule *module, const void *image)
{
  return load_module (__func__, module, image);
}

CUresult cuModuleLoadDataEx (CUmodule *module, const void *image, unsigned, CUjit_option *, void **)
{
  return load_module (__func__, module, image);
}

CUresult cuModuleLoadFatBinary (CUmodule *module, const void *image)
{
  return load_module (__func__, module, image);
}

CUresult cuModuleUnload (CUmodule module)
{
  return call (__func__, kContext | kReleases, [&] (State &s) {
    return s.modules.drop (module) ? CUDA_SUCCESS
                                   : s.misuse ("not a live module", CUDA_ERROR_INVALID_HANDLE);
  });
}

CUresult cuModuleGetFunction (CUfunction *function, CUmodule module, const char *name)
{
  return call (__func__, kContext, [&] (State &s) {
    if (!s.modules.alive (module)) return s.misuse ("not a live module", CUDA_ERROR_INVALID_HANDLE);
    const Kernel *end = kernels + kernel_count;
    const Kernel *found =
        std::find_if (kernels, end, [&] (const Kernel &k) { return !std::strcmp (k.name, name); });
    if (found == end) return CUDA_ERROR_NOT_FOUND;
    module->functions.push_back (std::make_unique<CUfunc_st> (CUfunc_st{module, found}));
    *function = module->functions.back ().get ();
    return CUDA_SUCCESS;
  });
}

CUresult cuModuleGetGlobal (CUdeviceptr *, std::size_t *, CUmodule, const char *)
{
  return call (__func__, kContext, [] (State &) { return CUDA_ERROR_NOT_FOUND; });
}

CUresult cuFuncGetAttribute (int *value, CUfunction_attribute attribute, CUfunction function)
{
  return call (__func__, kContext, [&] (State &) {
    const bool known = attribute == CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK;
    *value = known ? static_cast<int> (function->kernel->max_threads) : 0;
    return CUDA_SUCCESS;
  });
}

CUresult cuFuncSetAttribute (CUfunction, CUfunction_attribute, int)
{
  return call (__func__, kContext, [] (State &) { return CUDA_SUCCESS; });
}

CUresult cuLaunchKernel (CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                         unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                         CUstream stream, void **params, void **extra)
{
  return call (__func__, kContext, [&] (State &s) -> CUresult {
    const Dim grid{grid_x, grid_y, grid_z}, block{block_x, block_y, block_z};
    if (const CUresult bad = check_launch (s, function, grid, block, shared, stream, params, extra))
      return bad;
    const std::uint64_t before = s.counters.out_of_bounds;
    const unsigned most = block.x * block.y * block.z;
    run_blocks (s, *function->kernel, grid, static_cast<int> (std::min (s.threads, most)), params);
    return s.counters.out_of_bounds == before ? CUDA_SUCCESS : CUDA_ERROR_ILLEGAL_ADDRESS;
  });
}
