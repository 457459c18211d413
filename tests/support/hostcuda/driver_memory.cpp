// Allocations, copies and fills.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "state.h"

using namespace hostcuda;

namespace {

constexpr std::size_t kPitch = 512;

CUdeviceptr pointer (void *p) { return reinterpret_cast<CUdeviceptr> (p); }
std::uintptr_t address_of (const void *p) { return reinterpret_cast<std::uintptr_t> (p); }

CUresult allocate_device (State &s, CUdeviceptr *result, std::size_t bytes)
{
  if (!result || !bytes) return CUDA_ERROR_INVALID_VALUE;
  const std::uint64_t used = s.memory.bytes (Kind::device);
  if (used > s.settings.memory_limit || bytes > s.settings.memory_limit - used)
    return CUDA_ERROR_OUT_OF_MEMORY;
  const CUcontext context = context_stack.top ();
  void *made = s.memory.allocate (Kind::device, bytes, context->device, context, s.settings.poison);
  if (!made) return CUDA_ERROR_OUT_OF_MEMORY;
  s.counters.allocs++;
  *result = pointer (made);
  return CUDA_SUCCESS;
}

CUresult allocate_host (const char *name, void **result, std::size_t bytes)
{
  return call (name, kContext, [&] (State &s) {
    if (!result || !bytes) return CUDA_ERROR_INVALID_VALUE;
    const CUcontext context = context_stack.top ();
    *result = s.memory.allocate (Kind::host, bytes, context->device, context, s.settings.poison);
    return *result ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
  });
}

CUresult free_device (State &s, CUdeviceptr memory)
{
  if (!memory) return CUDA_SUCCESS;
  if (!s.memory.release (Kind::device, memory))
    return s.misuse ("no allocation starts there", CUDA_ERROR_INVALID_VALUE);
  s.counters.frees++;
  return CUDA_SUCCESS;
}

// One side of a copy.
struct Side {
  const char *name;
  CUmemorytype type;
  std::uintptr_t start;
  std::size_t pitch;
  bool device () const { return type == CU_MEMORYTYPE_DEVICE; }
};

// Rows of `width` bytes, `pitch` apart.
std::size_t extent (std::size_t pitch, std::size_t width, std::size_t height)
{
  return pitch * (height - 1) + width;
}

// A range of device memory must lie in one live allocation, and a range of host memory must not be
// device memory.
CUresult check_range (State &s, const Side &side, std::size_t bytes)
{
  const Allocation *found = s.memory.find (side.start);
  const bool right_kind = side.device () ? found != nullptr : !found || found->kind == Kind::host;
  if (right_kind && (!found || found->contains (side.start, bytes))) return CUDA_SUCCESS;
  char text[400];
  const int length = std::snprintf (text, sizeof text, "%.*s: %s, %zu bytes of %s memory at %#zx: ",
                                    static_cast<int> (s.name.size ()), s.name.data (), side.name,
                                    bytes, side.device () ? "device" : "host", side.start);
  std::string why;
  if (!found)
    why = s.memory.describe (side.start);
  else if (!right_kind)
    why = "it is device memory";
  else
    why = "from byte " + std::to_string (side.start - found->begin) + " of an allocation of " +
          std::to_string (found->bytes);
  return s.out_of_bounds (std::string (text, static_cast<std::size_t> (length)) + why);
}

CUresult copy (State &s, const Side &from, const Side &to, std::size_t width, std::size_t height)
{
  if (!width || !height) return CUDA_SUCCESS;
  if (from.pitch < width || to.pitch < width) return CUDA_ERROR_INVALID_VALUE;
  if (const CUresult bad = check_range (s, from, extent (from.pitch, width, height))) return bad;
  if (const CUresult bad = check_range (s, to, extent (to.pitch, width, height))) return bad;
  for (std::size_t y = 0; y < height; y++)
    std::memmove (reinterpret_cast<void *> (to.start + y * to.pitch),
                  reinterpret_cast<const void *> (from.start + y * from.pitch), width);
  std::uint64_t Counters::*const directions[2][2] = {
      {&Counters::copies_h2h, &Counters::copies_h2d},
      {&Counters::copies_d2h, &Counters::copies_d2d},
  };
  (s.counters.*directions[from.device ()][to.device ()])++;
  s.counters.bytes_copied += width * height;
  return CUDA_SUCCESS;
}

// A unified address belongs to the memory that it lies in.
Side resolved (State &s, Side side)
{
  if (side.type != CU_MEMORYTYPE_UNIFIED) return side;
  const Allocation *found = s.memory.find (side.start);
  side.type = found && found->kind == Kind::device ? CU_MEMORYTYPE_DEVICE : CU_MEMORYTYPE_HOST;
  return side;
}

CUresult copy_2d (const char *name, const CUDA_MEMCPY2D *what, CUstream stream)
{
  return call (name, kContext, [&] (State &s) -> CUresult {
    if (!what) return CUDA_ERROR_INVALID_VALUE;
    if (const CUresult bad = check_stream (s, stream)) return bad;
    const CUDA_MEMCPY2D &w = *what;
    if (w.srcMemoryType == CU_MEMORYTYPE_ARRAY || w.dstMemoryType == CU_MEMORYTYPE_ARRAY)
      return CUDA_ERROR_NOT_SUPPORTED;
    if (w.srcPitch < w.srcXInBytes + w.WidthInBytes || w.dstPitch < w.dstXInBytes + w.WidthInBytes)
      return CUDA_ERROR_INVALID_VALUE;
    const std::uintptr_t source =
        w.srcMemoryType == CU_MEMORYTYPE_HOST ? address_of (w.srcHost) : w.srcDevice;
    const std::uintptr_t target =
        w.dstMemoryType == CU_MEMORYTYPE_HOST ? address_of (w.dstHost) : w.dstDevice;
    const Side from{"source", w.srcMemoryType, source + w.srcY * w.srcPitch + w.srcXInBytes,
                    w.srcPitch};
    const Side to{"destination", w.dstMemoryType, target + w.dstY * w.dstPitch + w.dstXInBytes,
                  w.dstPitch};
    return copy (s, resolved (s, from), resolved (s, to), w.WidthInBytes, w.Height);
  });
}

CUresult copy_1d (const char *name, CUmemorytype to_type, std::uintptr_t to, CUmemorytype from_type,
                  std::uintptr_t from, std::size_t bytes, CUstream stream)
{
  return call (name, kContext, [&] (State &s) -> CUresult {
    if (const CUresult bad = check_stream (s, stream)) return bad;
    return copy (s, resolved (s, {"source", from_type, from, bytes}),
                 resolved (s, {"destination", to_type, to, bytes}), bytes, 1);
  });
}

template <typename Value>
CUresult fill (const char *name, CUdeviceptr to, std::size_t pitch, Value value, std::size_t width,
               std::size_t height, CUstream stream)
{
  return call (name, kContext, [&] (State &s) -> CUresult {
    if (const CUresult bad = check_stream (s, stream)) return bad;
    if (!width || !height) return CUDA_SUCCESS;
    if (to % sizeof value || pitch % sizeof value || pitch < width * sizeof value)
      return CUDA_ERROR_INVALID_VALUE;
    const Side side{"destination", CU_MEMORYTYPE_DEVICE, to, pitch};
    const std::size_t bytes = extent (pitch, width * sizeof value, height);
    if (const CUresult bad = check_range (s, side, bytes)) return bad;
    for (std::size_t y = 0; y < height; y++)
      std::fill_n (reinterpret_cast<Value *> (to + y * pitch), width, value);
    s.counters.sets++;
    return CUDA_SUCCESS;
  });
}

template <typename Value>
CUresult fill_1d (const char *name, CUdeviceptr to, Value value, std::size_t count, CUstream stream)
{
  return fill (name, to, count * sizeof value, value, count, 1, stream);
}

constexpr auto kHost = CU_MEMORYTYPE_HOST;
constexpr auto kDevice = CU_MEMORYTYPE_DEVICE;
constexpr auto kUnified = CU_MEMORYTYPE_UNIFIED;

}  // namespace

CUresult cuMemAlloc (CUdeviceptr *memory, std::size_t bytes)
{
  return call (__func__, kContext, [&] (State &s) { return allocate_device (s, memory, bytes); });
}

CUresult cuMemAllocPitch (CUdeviceptr *memory, std::size_t *pitch, std::size_t width,
                          std::size_t height, unsigned element)
{
  return call (__func__, kContext, [&] (State &s) {
    if (!pitch || (element != 4 && element != 8 && element != 16)) return CUDA_ERROR_INVALID_VALUE;
    *pitch = (width + kPitch - 1) / kPitch * kPitch;
    return allocate_device (s, memory, *pitch * height);
  });
}

CUresult cuMemFree (CUdeviceptr memory)
{
  return call (__func__, kContext | kReleases, [&] (State &s) { return free_device (s, memory); });
}

CUresult cuMemAllocHost (void **memory, std::size_t bytes)
{
  return allocate_host (__func__, memory, bytes);
}

CUresult cuMemHostAlloc (void **memory, std::size_t bytes, unsigned)
{
  return allocate_host (__func__, memory, bytes);
}

CUresult cuMemFreeHost (void *memory)
{
  return call (__func__, kContext | kReleases, [&] (State &s) {
    if (!s.memory.release (Kind::host, address_of (memory)))
      return s.misuse ("no host allocation starts there", CUDA_ERROR_INVALID_VALUE);
    return CUDA_SUCCESS;
  });
}

CUresult cuMemGetInfo (std::size_t *unused, std::size_t *total)
{
  return call (__func__, kContext, [&] (State &s) {
    const std::uint64_t used = s.memory.bytes (Kind::device);
    *total = s.settings.memory_limit;
    *unused = *total - std::min<std::uint64_t> (used, *total);
    return CUDA_SUCCESS;
  });
}

CUresult cuMemGetAddressRange (CUdeviceptr *begin, std::size_t *bytes, CUdeviceptr memory)
{
  return call (__func__, kContext, [&] (State &s) {
    const Allocation *found = s.memory.find (memory);
    if (!found || found->kind != Kind::device) return CUDA_ERROR_NOT_FOUND;
    if (begin) *begin = found->begin;
    if (bytes) *bytes = found->bytes;
    return CUDA_SUCCESS;
  });
}

CUresult cuPointerGetAttribute (void *value, CUpointer_attribute attribute, CUdeviceptr memory)
{
  return call (__func__, kContext, [&] (State &s) {
    const Allocation *found = s.memory.find (memory);
    if (!found) return CUDA_ERROR_INVALID_VALUE;
    const bool device = found->kind == Kind::device;
    switch (attribute) {
      case CU_POINTER_ATTRIBUTE_CONTEXT: *static_cast<CUcontext *> (value) = found->owner; break;
      case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
        *static_cast<unsigned *> (value) = device ? kDevice : kHost;
        break;
      case CU_POINTER_ATTRIBUTE_DEVICE_POINTER: *static_cast<CUdeviceptr *> (value) = memory; break;
      case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL: *static_cast<int *> (value) = found->device; break;
      default: return CUDA_ERROR_NOT_SUPPORTED;
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuMemcpy2D (const CUDA_MEMCPY2D *what) { return copy_2d (__func__, what, nullptr); }

CUresult cuMemcpy2DUnaligned (const CUDA_MEMCPY2D *what)
{
  return copy_2d (__func__, what, nullptr);
}

CUresult cuMemcpy2DAsync (const CUDA_MEMCPY2D *what, CUstream stream)
{
  return copy_2d (__func__, what, stream);
}

CUresult cuMemcpy (CUdeviceptr to, CUdeviceptr from, std::size_t bytes)
{
  return copy_1d (__func__, kUnified, to, kUnified, from, bytes, nullptr);
}

CUresult cuMemcpyAsync (CUdeviceptr to, CUdeviceptr from, std::size_t bytes, CUstream stream)
{
  return copy_1d (__func__, kUnified, to, kUnified, from, bytes, stream);
}

CUresult cuMemcpyHtoD (CUdeviceptr to, const void *from, std::size_t bytes)
{
  return copy_1d (__func__, kDevice, to, kHost, address_of (from), bytes, nullptr);
}

CUresult cuMemcpyHtoDAsync (CUdeviceptr to, const void *from, std::size_t bytes, CUstream stream)
{
  return copy_1d (__func__, kDevice, to, kHost, address_of (from), bytes, stream);
}

CUresult cuMemcpyDtoH (void *to, CUdeviceptr from, std::size_t bytes)
{
  return copy_1d (__func__, kHost, address_of (to), kDevice, from, bytes, nullptr);
}

CUresult cuMemcpyDtoHAsync (void *to, CUdeviceptr from, std::size_t bytes, CUstream stream)
{
  return copy_1d (__func__, kHost, address_of (to), kDevice, from, bytes, stream);
}

CUresult cuMemcpyDtoD (CUdeviceptr to, CUdeviceptr from, std::size_t bytes)
{
  return copy_1d (__func__, kDevice, to, kDevice, from, bytes, nullptr);
}

CUresult cuMemcpyDtoDAsync (CUdeviceptr to, CUdeviceptr from, std::size_t bytes, CUstream stream)
{
  return copy_1d (__func__, kDevice, to, kDevice, from, bytes, stream);
}

CUresult cuMemsetD8 (CUdeviceptr to, unsigned char value, std::size_t count)
{
  return fill_1d (__func__, to, value, count, nullptr);
}

CUresult cuMemsetD8Async (CUdeviceptr to, unsigned char value, std::size_t count, CUstream stream)
{
  return fill_1d (__func__, to, value, count, stream);
}

CUresult cuMemsetD16 (CUdeviceptr to, unsigned short value, std::size_t count)
{
  return fill_1d (__func__, to, value, count, nullptr);
}

CUresult cuMemsetD16Async (CUdeviceptr to, unsigned short value, std::size_t count, CUstream stream)
{
  return fill_1d (__func__, to, value, count, stream);
}

CUresult cuMemsetD32 (CUdeviceptr to, unsigned value, std::size_t count)
{
  return fill_1d (__func__, to, value, count, nullptr);
}

CUresult cuMemsetD32Async (CUdeviceptr to, unsigned value, std::size_t count, CUstream stream)
{
  return fill_1d (__func__, to, value, count, stream);
}

CUresult cuMemsetD2D8 (CUdeviceptr to, std::size_t pitch, unsigned char value, std::size_t width,
                       std::size_t height)
{
  return fill (__func__, to, pitch, value, width, height, nullptr);
}

CUresult cuMemsetD2D8Async (CUdeviceptr to, std::size_t pitch, unsigned char value,
                            std::size_t width, std::size_t height, CUstream stream)
{
  return fill (__func__, to, pitch, value, width, height, stream);
}

CUresult cuMemsetD2D16 (CUdeviceptr to, std::size_t pitch, unsigned short value, std::size_t width,
                        std::size_t height)
{
  return fill (__func__, to, pitch, value, width, height, nullptr);
}

CUresult cuMemsetD2D16Async (CUdeviceptr to, std::size_t pitch, unsigned short value,
                             std::size_t width, std::size_t height, CUstream stream)
{
  return fill (__func__, to, pitch, value, width, height, stream);
}

CUresult cuMemsetD2D32 (CUdeviceptr to, std::size_t pitch, unsigned value, std::size_t width,
                        std::size_t height)
{
  return fill (__func__, to, pitch, value, width, height, nullptr);
}

CUresult cuMemsetD2D32Async (CUdeviceptr to, std::size_t pitch, unsigned value, std::size_t width,
                             std::size_t height, CUstream stream)
{
  return fill (__func__, to, pitch, value, width, height, stream);
}

// Memory pools: allocation in a stream's order happens at once here.

CUresult cuMemAllocAsync (CUdeviceptr *memory, std::size_t bytes, CUstream stream)
{
  return call (__func__, kContext, [&] (State &s) {
    const CUresult bad = check_stream (s, stream);
    return bad ? bad : allocate_device (s, memory, bytes);
  });
}

CUresult cuMemAllocFromPoolAsync (CUdeviceptr *memory, std::size_t bytes, CUmemoryPool pool,
                                  CUstream stream)
{
  return call (__func__, kContext, [&] (State &s) {
    if (!s.pools.alive (pool)) return s.misuse ("not a live pool", CUDA_ERROR_INVALID_HANDLE);
    const CUresult bad = check_stream (s, stream);
    return bad ? bad : allocate_device (s, memory, bytes);
  });
}

CUresult cuMemFreeAsync (CUdeviceptr memory, CUstream stream)
{
  return call (__func__, kContext | kReleases, [&] (State &s) {
    const CUresult bad = check_stream (s, stream);
    return bad ? bad : free_device (s, memory);
  });
}
