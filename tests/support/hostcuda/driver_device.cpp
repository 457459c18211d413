// The driver itself, errors, devices and contexts.
#include <cstdio>
#include <cstring>
#include <type_traits>

#include "state.h"

using namespace hostcuda;

namespace {

struct Error {
  CUresult result;
  const char *name, *text;
};
constexpr Error kErrors[] = {
    {CUDA_SUCCESS, "CUDA_SUCCESS", "no error"},
    {CUDA_ERROR_INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {CUDA_ERROR_OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {CUDA_ERROR_NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "cuInit was not called"},
    {CUDA_ERROR_DEINITIALIZED, "CUDA_ERROR_DEINITIALIZED", "the driver is shutting down"},
    {CUDA_ERROR_DEVICE_UNAVAILABLE, "CUDA_ERROR_DEVICE_UNAVAILABLE", "device is unavailable"},
    {CUDA_ERROR_NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "there is no device"},
    {CUDA_ERROR_INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "no such device"},
    {CUDA_ERROR_INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "not an image of device code"},
    {CUDA_ERROR_INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "no such context, or none current"},
    {CUDA_ERROR_NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no code for this device"},
    {CUDA_ERROR_ECC_UNCORRECTABLE, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error"},
    {CUDA_ERROR_PEER_ACCESS_UNSUPPORTED, "CUDA_ERROR_PEER_ACCESS_UNSUPPORTED", "no peer access"},
    {CUDA_ERROR_INVALID_PTX, "CUDA_ERROR_INVALID_PTX", "PTX cannot be compiled"},
    {CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
     "PTX of a later toolkit than the driver's"},
    {CUDA_ERROR_INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "not a live handle"},
    {CUDA_ERROR_NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "no such name"},
    {CUDA_ERROR_NOT_READY, "CUDA_ERROR_NOT_READY", "not finished"},
    {CUDA_ERROR_ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "illegal address"},
    {CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES",
     "too many threads or too much shared memory"},
    {CUDA_ERROR_LAUNCH_TIMEOUT, "CUDA_ERROR_LAUNCH_TIMEOUT", "the kernel ran for too long"},
    {CUDA_ERROR_PEER_ACCESS_NOT_ENABLED, "CUDA_ERROR_PEER_ACCESS_NOT_ENABLED",
     "peer access is not enabled"},
    {CUDA_ERROR_CONTEXT_IS_DESTROYED, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context was destroyed"},
    {CUDA_ERROR_LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "the kernel failed"},
    {CUDA_ERROR_NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {CUDA_ERROR_UNKNOWN, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

CUresult tell_error (CUresult error, const char **text, const char *Error::*which)
{
  *text = nullptr;
  for (const Error &known : kErrors)
    if (known.result == error) *text = known.*which;
  return *text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

struct Attribute {
  CUdevice_attribute attribute;
  int value;
};
constexpr Attribute kAttributes[] = {
    {CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024},
    {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 1024},
    {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 1024},
    {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 64},
    {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, INT_MAX},
    {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 65535},
    {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 65535},
    {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 48 * 1024},
    {CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY, 64 * 1024},
    {CU_DEVICE_ATTRIBUTE_WARP_SIZE, 32},
    {CU_DEVICE_ATTRIBUTE_MAX_PITCH, INT_MAX},
    {CU_DEVICE_ATTRIBUTE_TEXTURE_ALIGNMENT, 512},
    {CU_DEVICE_ATTRIBUTE_TEXTURE_PITCH_ALIGNMENT, 32},
    {CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 4},
    {CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY, 1},
    {CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS, 1},
    {CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT, 2},
    {CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 1},
    {CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID, 0},
    {CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID, 0},
    {CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, 1},
};

constexpr int kPciBus = 0x10;  // of the first device

bool is_device (const State &s, CUdevice device) { return device >= 0 && device < s.devices; }

// Runs `body` for an existing device.
template <typename Body>
CUresult for_device (const char *name, CUdevice device, Body body)
{
  return call (name, kDriver | kSurvivesTheDevice, [&] (State &s) {
    return is_device (s, device) ? body (s) : CUDA_ERROR_INVALID_DEVICE;
  });
}

CUresult create_context (const char *name, CUcontext *context, unsigned flags, CUdevice device)
{
  return call (name, kDriver, [&] (State &s) {
    if (!context) return CUDA_ERROR_INVALID_VALUE;
    if (!is_device (s, device)) return CUDA_ERROR_INVALID_DEVICE;
    if (context_stack.depth == context_stack.contexts.size ()) return CUDA_ERROR_OUT_OF_MEMORY;
    *context = s.contexts.add ({device, flags, {}});
    context_stack.contexts[context_stack.depth++] = *context;
    return CUDA_SUCCESS;
  });
}

}  // namespace

CUresult cuInit (unsigned flags)
{
  return call (__func__, kNothing, [&] (State &s) {
    if (flags) return CUDA_ERROR_INVALID_VALUE;
    if (!s.devices) return CUDA_ERROR_NO_DEVICE;
    s.initialized = true;
    return CUDA_SUCCESS;
  });
}

CUresult cuDriverGetVersion (int *version)
{
  return call (__func__, kSurvivesTheDevice, [&] (State &s) {
    *version = s.settings.driver_version;
    return CUDA_SUCCESS;
  });
}

CUresult cuGetErrorName (CUresult error, const char **text)
{
  return tell_error (error, text, &Error::name);
}

CUresult cuGetErrorString (CUresult error, const char **text)
{
  return tell_error (error, text, &Error::text);
}

CUresult cuDeviceGetCount (int *count)
{
  return call (__func__, kDriver | kSurvivesTheDevice, [&] (State &s) {
    *count = s.devices;
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGet (CUdevice *device, int ordinal)
{
  return for_device (__func__, ordinal, [&] (State &) {
    *device = ordinal;
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetName (char *name, int size, CUdevice device)
{
  return for_device (__func__, device, [&] (State &) {
    if (size < 1) return CUDA_ERROR_INVALID_VALUE;
    std::snprintf (name, static_cast<std::size_t> (size), "Host double %d", device);
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetUuid (CUuuid *uuid, CUdevice device)
{
  return for_device (__func__, device, [&] (State &) {
    std::memset (uuid, 0, sizeof *uuid);
    uuid->bytes[0] = static_cast<char> (device + 1);
    return CUDA_SUCCESS;
  });
}

#ifdef cuDeviceGetUuid
// GStreamer 1.28 asks for the first version.
constexpr auto device_get_uuid = &cuDeviceGetUuid;
#undef cuDeviceGetUuid
HOSTCUDA_EXPORT cuDeviceGetUuid (CUuuid *uuid, CUdevice device)
{
  return device_get_uuid (uuid, device);
}
#endif

CUresult cuDeviceGetPCIBusId (char *id, int size, CUdevice device)
{
  return for_device (__func__, device, [&] (State &) {
    if (size < 13) return CUDA_ERROR_INVALID_VALUE;
    std::snprintf (id, static_cast<std::size_t> (size), "0000:%02X:00.0", kPciBus + device);
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceTotalMem (std::size_t *bytes, CUdevice device)
{
  return for_device (__func__, device, [&] (State &s) {
    *bytes = s.settings.memory_limit;
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceGetAttribute (int *value, CUdevice_attribute attribute, CUdevice device)
{
  return for_device (__func__, device, [&] (State &s) {
    *value = 0;  // others are absent
    if (attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) *value = s.settings.major;
    if (attribute == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR) *value = s.settings.minor;
    if (attribute == CU_DEVICE_ATTRIBUTE_PCI_BUS_ID) *value = kPciBus + device;
    for (const Attribute &known : kAttributes)
      if (known.attribute == attribute) *value = known.value;
    return CUDA_SUCCESS;
  });
}

CUresult cuDeviceCanAccessPeer (int *can, CUdevice device, CUdevice)
{
  return for_device (__func__, device, [&] (State &) {
    *can = 0;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxEnablePeerAccess (CUcontext, unsigned)
{
  return call (__func__, kContext, [] (State &) { return CUDA_ERROR_PEER_ACCESS_UNSUPPORTED; });
}

CUresult cuCtxDisablePeerAccess (CUcontext)
{
  return call (__func__, kContext, [] (State &) { return CUDA_ERROR_PEER_ACCESS_NOT_ENABLED; });
}

// Headers of CUDA 13 no longer declare it; GStreamer asks only for this one.
HOSTCUDA_EXPORT cuCtxCreate_v2 (CUcontext *context, unsigned flags, CUdevice device)
{
  return create_context (__func__, context, flags, device);
}
static_assert (std::is_same_v<decltype (&cuCtxCreate_v2), PFN_cuCtxCreate_v3020>);

#if CUDA_VERSION >= 13000
CUresult cuCtxCreate_v4 (CUcontext *context, CUctxCreateParams *, unsigned flags, CUdevice device)
{
  return create_context (__func__, context, flags, device);
}
#endif

CUresult cuCtxDestroy (CUcontext context)
{
  return call (__func__, kDriver | kReleases, [&] (State &s) {
    if (!s.contexts.alive (context))
      return s.misuse ("not a live context", CUDA_ERROR_INVALID_CONTEXT);
    if (context_stack.top () == context) context_stack.depth--;
    s.destroy_context (context);
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxPushCurrent (CUcontext context)
{
  return call (__func__, kDriver | kSurvivesTheDevice, [&] (State &s) {
    if (!s.contexts.alive (context))
      return s.misuse ("not a live context", CUDA_ERROR_INVALID_CONTEXT);
    if (context_stack.depth == context_stack.contexts.size ()) return CUDA_ERROR_INVALID_CONTEXT;
    context_stack.contexts[context_stack.depth++] = context;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxPopCurrent (CUcontext *context)
{
  return call (__func__, kDriver | kSurvivesTheDevice, [&] (State &s) {
    if (!context_stack.depth)
      return s.misuse ("there is no current context", CUDA_ERROR_INVALID_CONTEXT);
    const CUcontext popped = context_stack.contexts[--context_stack.depth];
    if (context) *context = popped;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxSetCurrent (CUcontext context)
{
  return call (__func__, kDriver | kSurvivesTheDevice, [&] (State &s) {
    if (context && !s.contexts.alive (context))
      return s.misuse ("not a live context", CUDA_ERROR_INVALID_CONTEXT);
    if (context_stack.depth) context_stack.depth--;
    if (context) context_stack.contexts[context_stack.depth++] = context;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetCurrent (CUcontext *context)
{
  return call (__func__, kDriver | kSurvivesTheDevice, [&] (State &) {
    *context = context_stack.top ();
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetDevice (CUdevice *device)
{
  return call (__func__, kContext | kSurvivesTheDevice, [&] (State &) {
    *device = context_stack.top ()->device;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxSynchronize ()
{
  return call (__func__, kContext, [] (State &s) {
    s.counters.syncs++;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetLimit (std::size_t *value, CUlimit limit)
{
  return call (__func__, kContext, [&] (State &) {
    const auto &limits = context_stack.top ()->limits;
    const auto found = limits.find (limit);
    *value = found == limits.end () ? 1024 : found->second;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxSetLimit (CUlimit limit, std::size_t value)
{
  return call (__func__, kContext, [&] (State &) {
    context_stack.top ()->limits[limit] = value;
    return CUDA_SUCCESS;
  });
}

CUresult cuCtxGetStreamPriorityRange (int *least, int *greatest)
{
  return call (__func__, kContext, [&] (State &) {
    if (least) *least = 0;
    if (greatest) *greatest = 0;
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxRetain (CUcontext *context, CUdevice device)
{
  return call (__func__, kDriver, [&] (State &s) {
    if (!is_device (s, device)) return CUDA_ERROR_INVALID_DEVICE;
    Primary &primary = s.primaries[static_cast<std::size_t> (device)];
    if (!primary.users++) primary.context = s.contexts.add ({device, primary.flags, {}});
    *context = primary.context;
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxRelease (CUdevice device)
{
  return call (__func__, kDriver | kReleases, [&] (State &s) {
    if (!is_device (s, device)) return CUDA_ERROR_INVALID_DEVICE;
    Primary &primary = s.primaries[static_cast<std::size_t> (device)];
    if (!primary.users) return s.misuse ("it was not retained", CUDA_ERROR_INVALID_CONTEXT);
    if (!--primary.users) s.destroy_context (primary.context);
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxGetState (CUdevice device, unsigned *flags, int *active)
{
  return for_device (__func__, device, [&] (State &s) {
    const Primary &primary = s.primaries[static_cast<std::size_t> (device)];
    *flags = primary.flags;
    *active = primary.users != 0;
    return CUDA_SUCCESS;
  });
}

CUresult cuDevicePrimaryCtxSetFlags (CUdevice device, unsigned flags)
{
  return for_device (__func__, device, [&] (State &s) {
    s.primaries[static_cast<std::size_t> (device)].flags = flags;
    return CUDA_SUCCESS;
  });
}
