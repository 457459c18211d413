#include "cuda/driver.h"

#include <dlfcn.h>

#include <cstring>
#include <type_traits>

#define GST_CAT_DEFAULT (quad::cuda::debug_category ())

namespace quad::cuda {

GstDebugCategory *debug_category ()
{
  static GstDebugCategory *const category =
      _gst_debug_category_new ("quadcuda", 0, "CUDA backend of the quad plugin");
  return category;
}

Status status_of (CUresult result, const char *call)
{
  if (result == CUDA_SUCCESS) return Status::ok;
  const char *name = nullptr, *text = nullptr;
  CuGetErrorName (result, &name);
  CuGetErrorString (result, &text);
  GST_ERROR ("%s failed: %s, %s", call, name ? name : "unknown error", text ? text : "");
  return result == CUDA_ERROR_OUT_OF_MEMORY ? Status::out_of_device_memory : Status::device_failed;
}

Current::Current (GstCudaContext *context) : pushed_ (gst_cuda_context_push (context) != FALSE) {}

Current::~Current ()
{
  if (pushed_) gst_cuda_context_pop (nullptr);
}

Status DeviceBuffer::reserve (GstCudaContext *context, std::size_t size)
{
  if (context == context_ && size <= size_) return Status::ok;
  if (context == context_) {
    free_memory ();
    forget ();
  }
  reset ();
  const CUresult result = CuMemAlloc (&address_, static_cast<unsigned> (size));
  if (result != CUDA_SUCCESS) address_ = 0;
  if (result == CUDA_SUCCESS) {
    context_ = GST_CUDA_CONTEXT (gst_object_ref (context));
    size_ = size;
  }
  return status_of (result, "cuMemAlloc");
}

void DeviceBuffer::free_memory () { (void)status_of (CuMemFree (address_), "cuMemFree"); }

void DeviceBuffer::forget ()
{
  gst_object_unref (context_);
  context_ = nullptr;
  address_ = 0;
  size_ = 0;
}

void DeviceBuffer::reset ()
{
  if (!address_) return;
  {
    const Current current (context_);
    if (current) free_memory ();
  }
  forget ();
}

void *driver_function (const char *name)
{
  static void *const driver = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  return driver ? dlsym (driver, name) : nullptr;
}

Driver::Driver ()
{
  const auto find = [] (auto &function, const char *name) {
    function =
        reinterpret_cast<std::remove_reference_t<decltype (function)>> (driver_function (name));
    return function != nullptr;
  };
  has_events = find (event_create, "cuEventCreate") && find (event_destroy, "cuEventDestroy_v2") &&
               find (event_record, "cuEventRecord") && find (event_query, "cuEventQuery") &&
               find (event_synchronize, "cuEventSynchronize") &&
               find (stream_wait_event, "cuStreamWaitEvent");
  has_contexts = find (primary_retain, "cuDevicePrimaryCtxRetain") &&
                 find (primary_release, "cuDevicePrimaryCtxRelease_v2") &&
                 find (primary_state, "cuDevicePrimaryCtxGetState") &&
                 find (synchronize_context, "cuCtxSynchronize");
}

const Driver &Driver::get ()
{
  static const Driver driver;
  return driver;
}

// Waits until the slot's memory is free, and makes it at least `size` bytes large.
Status Uploader::make_ready (Slot &slot, std::size_t size)
{
  const Driver &driver = Driver::get ();
  if (!driver.has_events) return status_of (CUDA_ERROR_NOT_FOUND, "dlsym of libcuda.so.1");
  if (!slot.copied)
    if (const CUresult result = driver.event_create (&slot.copied, CU_EVENT_DISABLE_TIMING);
        result != CUDA_SUCCESS) {
      slot.copied = nullptr;
      return status_of (result, "cuEventCreate");
    }
  if (slot.pending) {
    CUresult result = driver.event_query (slot.copied);
    if (result == CUDA_ERROR_NOT_READY) result = driver.event_synchronize (slot.copied);
    if (result != CUDA_SUCCESS) return status_of (result, "cuEventQuery");
    slot.pending = false;
  }
  if (size <= slot.size) return Status::ok;
  // Reserve more than needed when it grows: a moving layout grows again.
  const std::size_t room = slot.size > 0 ? size + size / 4 : size;
  if (slot.data) (void)status_of (CuMemFreeHost (slot.data), "cuMemFreeHost");
  slot.data = nullptr;
  slot.size = 0;
  if (const CUresult result = CuMemAllocHost (&slot.data, static_cast<unsigned> (room));
      result != CUDA_SUCCESS) {
    slot.data = nullptr;
    const Status status = status_of (result, "cuMemAllocHost");
    return status == Status::out_of_device_memory ? Status::out_of_memory : status;
  }
  slot.size = room;
  return Status::ok;
}

Status Uploader::copy (GstCudaContext *context, CUdeviceptr to, const void *from, std::size_t size,
                       CUstream stream)
{
  if (!context_) context_ = GST_CUDA_CONTEXT (gst_object_ref (context));
  Slot &slot = slots_[next_];
  if (const Status s = make_ready (slot, size); s != Status::ok) return s;
  std::memcpy (slot.data, from, size);
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = slot.data;
  copy.srcPitch = size;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = to;
  copy.dstPitch = size;
  copy.WidthInBytes = size;
  copy.Height = 1;
  if (const Status s = status_of (CuMemcpy2DAsync (&copy, stream), "cuMemcpy2DAsync");
      s != Status::ok)
    return s;
  if (const Status s =
          status_of (Driver::get ().event_record (slot.copied, stream), "cuEventRecord");
      s != Status::ok) {
    // No event tells when the copy is done, so wait here.
    (void)status_of (CuStreamSynchronize (stream), "cuStreamSynchronize");
    return s;
  }
  slot.pending = true;
  next_ = 1 - next_;
  return Status::ok;
}

void Uploader::reset ()
{
  if (!context_) return;
  {
    const Current current (context_);
    for (Slot &slot : slots_) {
      if (current && slot.data) (void)status_of (CuMemFreeHost (slot.data), "cuMemFreeHost");
      if (current && slot.copied)
        (void)status_of (Driver::get ().event_destroy (slot.copied), "cuEventDestroy");
      slot = {};
    }
  }
  gst_object_unref (context_);
  context_ = nullptr;
  next_ = 0;
}

Stream::Stream (GstCudaContext *context) : context_ (GST_CUDA_CONTEXT (gst_object_ref (context)))
{
  const Current current (context);
  if (!current ||
      status_of (CuStreamCreate (&stream_, CU_STREAM_DEFAULT), "cuStreamCreate") != Status::ok)
    stream_ = nullptr;
}

Stream::~Stream ()
{
  if (stream_) {
    const Current current (context_);
    if (current) (void)status_of (CuStreamDestroy (stream_), "cuStreamDestroy");
  }
  gst_object_unref (context_);
}

}  // namespace quad::cuda
