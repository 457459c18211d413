#include "cuda/driver.h"

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

Status upload (CUdeviceptr to, const void *from, std::size_t size, CUstream stream)
{
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = from;
  copy.srcPitch = size;
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = to;
  copy.dstPitch = size;
  copy.WidthInBytes = size;
  copy.Height = 1;
  if (const Status s = status_of (CuMemcpy2DAsync (&copy, stream), "cuMemcpy2DAsync");
      s != Status::ok)
    return s;
  return status_of (CuStreamSynchronize (stream), "cuStreamSynchronize");
}

Stream::Stream (GstCudaContext *context) : context_ (context)
{
  const Current current (context);
  if (!current ||
      status_of (CuStreamCreate (&stream_, CU_STREAM_DEFAULT), "cuStreamCreate") != Status::ok)
    stream_ = nullptr;
}

Stream::~Stream ()
{
  if (!stream_) return;
  const Current current (context_);
  if (current) (void)status_of (CuStreamDestroy (stream_), "cuStreamDestroy");
}

}  // namespace quad::cuda
