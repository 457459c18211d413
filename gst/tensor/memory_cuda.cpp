#include "tensor/memory.h"

#include "cuda/driver.h"
#include "glue/owned.h"

#if GST_CHECK_VERSION(1, 24, 0)
#include <gst/cuda/gstcudastream.h>
#endif

namespace quad::tensor {
namespace {

using cuda::Current;
using cuda::Driver;

GstCudaMemory *memory_of (GstBuffer *buffer)
{
  GstMemory *memory =
      gst_buffer_n_memory (buffer) > 0 ? gst_buffer_peek_memory (buffer, 0) : nullptr;
  return gst_is_cuda_memory (memory) ? GST_CUDA_MEMORY_CAST (memory) : nullptr;
}

// The stream in which the memory is filled. Returns false if it is not known.
bool stream_of (GstCudaMemory *memory, CUstream &stream)
{
#if GST_CHECK_VERSION(1, 24, 0)
  GstCudaStream *own = gst_cuda_memory_get_stream (memory);
  stream = own ? gst_cuda_stream_get_handle (own) : nullptr;
  return own != nullptr;
#else
  (void)memory;
  (void)stream;
  return false;
#endif
}

CUstream handle_of (gint64 stream)
{
  return reinterpret_cast<CUstream> (static_cast<std::intptr_t> (stream));
}

std::string failed (CUresult result, const char *call)
{
  if (cuda::status_of (result, call) == Status::ok) return {};
  const char *text = nullptr;
  CuGetErrorString (result, &text);
  return std::string{"The GPU failed in "} + call + ": " + (text ? text : "unknown error") + ".";
}

bool driver_serves ()
{
  const Driver &driver = Driver::get ();
  return driver.has_events && driver.has_contexts;
}

// `later` comes after what `earlier` has queued so far; the context is current.
std::string order (CUstream later, CUstream earlier)
{
  const Driver &driver = Driver::get ();
  CUevent event = nullptr;
  if (std::string why =
          failed (driver.event_create (&event, CU_EVENT_DISABLE_TIMING), "cuEventCreate");
      !why.empty ())
    return why;
  std::string why = failed (driver.event_record (event, earlier), "cuEventRecord");
  if (why.empty ()) why = failed (driver.stream_wait_event (later, event, 0), "cuStreamWaitEvent");
  // The driver keeps it for as long as something waits for it.
  (void)cuda::status_of (driver.event_destroy (event), "cuEventDestroy");
  return why;
}

std::string wait_for_context ()
{
  return failed (Driver::get ().synchronize_context (), "cuCtxSynchronize");
}

// Calls `work` with the buffer's context current.
template <typename Work>
std::string in_context (GstBuffer *buffer, Work work)
{
  GstCudaMemory *memory = memory_of (buffer);
  if (!memory || !driver_serves ()) return "The NVIDIA driver lacks functions.";
  const Current current (memory->context);
  if (!current) return "The GPU's context cannot be used.";
  return work (memory);
}

// Copies, and waits until that is done. The context is current.
std::string copy (std::span<const Rows> rows)
{
  for (const Rows &r : rows) {
    CUDA_MEMCPY2D one = {};
    one.srcMemoryType = one.dstMemoryType = CU_MEMORYTYPE_DEVICE;
    one.srcDevice = reinterpret_cast<CUdeviceptr> (r.from);
    one.srcPitch = r.step;
    one.dstDevice = reinterpret_cast<CUdeviceptr> (r.to);
    one.dstPitch = r.to_step ? r.to_step : r.length;
    one.WidthInBytes = r.length;
    one.Height = r.count;
    if (std::string why = failed (CuMemcpy2DAsync (&one, nullptr), "cuMemcpy2DAsync");
        !why.empty ())
      return why;
  }
  return failed (CuStreamSynchronize (nullptr), "cuStreamSynchronize");
}

// The GstCudaContext in a GstContext, whatever its field is called.
Owned<GstCudaContext> cuda_context_of (GstContext *context)
{
  GstCudaContext *found = nullptr;
  gst_structure_foreach (
      gst_context_get_structure (context),
      [] (GQuark, const GValue *value, gpointer into) -> gboolean {
        if (!G_VALUE_HOLDS (value, GST_TYPE_CUDA_CONTEXT)) return TRUE;
        *static_cast<GstCudaContext **> (into) = GST_CUDA_CONTEXT (g_value_dup_object (value));
        return FALSE;
      },
      &found);
  return Owned<GstCudaContext>{found};
}

}  // namespace

bool knows_cuda () { return true; }

int device_of (GstBuffer *buffer)
{
  const GstCudaMemory *memory = memory_of (buffer);
  if (!memory) return -1;
  guint id = 0;
  g_object_get (memory->context, "cuda-device-id", &id, nullptr);
  return static_cast<int> (id);
}

std::string order_after_writer (GstBuffer *buffer, gint64 stream)
{
  return in_context (buffer, [stream] (GstCudaMemory *memory) {
    CUstream writer = nullptr;
    if (stream_of (memory, writer)) return order (handle_of (stream), writer);
    return wait_for_context ();
  });
}

std::string wait_for_writer (GstBuffer *buffer)
{
  return in_context (buffer, [] (GstCudaMemory *memory) {
    CUstream writer = nullptr;
    if (stream_of (memory, writer))
      return failed (CuStreamSynchronize (writer), "cuStreamSynchronize");
    return wait_for_context ();
  });
}

std::string check_primary_context (GstBuffer *buffer)
{
  return in_context (buffer, [buffer] (GstCudaMemory *memory) -> std::string {
    const Driver &driver = Driver::get ();
    const int device = device_of (buffer);
    unsigned flags = 0;
    int active = 0;
    CUcontext primary = nullptr;
    if (driver.primary_state (device, &flags, &active) == CUDA_SUCCESS && active &&
        driver.primary_retain (&primary, device) == CUDA_SUCCESS)
      driver.primary_release (device);
    if (primary &&
        primary == static_cast<CUcontext> (gst_cuda_context_get_handle (memory->context)))
      return {};
    return "The frame lies in a CUDA context that is not the device's primary one, so that other "
           "libraries cannot read it. Call quad_cuda_use_primary_context() on the pipeline before "
           "it starts, or let frames() make the pipeline.";
  });
}

void keep_until_read (GstBuffer *buffer, gint64 reader)
{
  const std::string why = in_context (buffer, [reader] (GstCudaMemory *memory) {
    CUstream writer = nullptr;
    // The handle of another stream than the default one may be dead by now.
    if (reader == kLegacyStream && stream_of (memory, writer))
      return order (writer, handle_of (reader));
    return wait_for_context ();
  });
  if (!why.empty ())
    g_warning ("A frame is let go before its readers may be done: %s", why.c_str ());
}

std::string allocate_beside (GstBuffer *buffer, std::size_t size, std::shared_ptr<void> &block,
                             std::byte *&data)
{
  return in_context (buffer, [&] (GstCudaMemory *memory) -> std::string {
    // The library's function of GStreamer 1.22 takes 32 bits.
    if (size > G_MAXUINT)
      return "A batch on a GPU has less than 4 GiB. Ask for fewer frames, or smaller ones.";
    const auto made = std::make_shared<cuda::DeviceBuffer> ();
    if (made->reserve (memory->context, size) != Status::ok)
      return "The GPU has no memory for the batch. Ask for fewer frames, or smaller ones.";
    data = reinterpret_cast<std::byte *> (made->address ());
    block = made;
    return {};
  });
}

std::string copy_on_device (GstBuffer *buffer, std::span<const Rows> rows)
{
  if (std::string why = wait_for_writer (buffer); !why.empty ()) return why;
  return in_context (buffer, [rows] (GstCudaMemory *) { return copy (rows); });
}

std::string allocate_picture (GstContext *context, const GstVideoInfo &info,
                              Owned<GstBuffer> &picture)
{
  const Owned<GstCudaContext> own = cuda_context_of (context);
  const Owned<GstAllocator> allocator{gst_allocator_find (GST_CUDA_MEMORY_TYPE_NAME)};
  if (!own || !allocator) return "The GPU's context cannot be used.";
  auto *cuda_allocator = GST_CUDA_ALLOCATOR (allocator.get ());
#if GST_CHECK_VERSION(1, 24, 0)
  GstMemory *memory = gst_cuda_allocator_alloc (cuda_allocator, own.get (), nullptr, &info);
#else
  GstMemory *memory = gst_cuda_allocator_alloc (cuda_allocator, own.get (), &info);
#endif
  if (!memory) return "The GPU has no memory for a frame.";
  GstVideoInfo &placed = GST_CUDA_MEMORY_CAST (memory)->info;
  picture.reset (gst_buffer_new ());
  gst_buffer_append_memory (picture.get (), memory);
  gst_buffer_add_video_meta_full (picture.get (), GST_VIDEO_FRAME_FLAG_NONE,
                                  GST_VIDEO_INFO_FORMAT (&placed), guint (placed.width),
                                  guint (placed.height), GST_VIDEO_INFO_N_PLANES (&placed),
                                  placed.offset, placed.stride);
  return {};
}

std::string fill_on_device (GstBuffer *picture, std::span<const Rows> rows)
{
  return in_context (picture, [rows] (GstCudaMemory *) {
    std::string why = wait_for_context ();
    return why.empty () ? copy (rows) : why;
  });
}

GstContext *primary_context (int device, std::string &problem)
{
  problem = "There is no NVIDIA driver on this machine (libcuda.so.1).";
  if (!gst_cuda_load_library () || !driver_serves ()) return nullptr;
  int count = 0;
  problem = failed (CuInit (0), "cuInit");
  if (problem.empty ()) problem = failed (CuDeviceGetCount (&count), "cuDeviceGetCount");
  if (problem.empty () && device >= count)
    problem = "There is no CUDA device " + std::to_string (device) + ": this machine has " +
              std::to_string (count) + ".";
  CUcontext primary = nullptr;
  if (problem.empty ())
    problem = failed (Driver::get ().primary_retain (&primary, device), "cuDevicePrimaryCtxRetain");
  if (!problem.empty ()) return nullptr;

  gst_cuda_memory_init_once ();
  const Owned<GstCudaContext> wrapped{gst_cuda_context_new_wrapped (primary, device)};
  if (!wrapped) {
    Driver::get ().primary_release (device);
    problem = "GStreamer cannot use the device's primary context.";
    return nullptr;
  }
  // Retained for as long as anything lies in it: this goes after all that the context frees.
  g_object_set_data_full (
      G_OBJECT (wrapped.get ()), "quad-primary-context", GINT_TO_POINTER (device + 1),
      [] (gpointer retained) { Driver::get ().primary_release (GPOINTER_TO_INT (retained) - 1); });
  return gst_context_new_cuda_context (wrapped.get ());
}

bool can_decode (int device)
{
  const std::string decoder =
      device ? "nvh264device" + std::to_string (device) + "dec" : std::string{"nvh264dec"};
  for (const std::string &name : {decoder, std::string{"cudaupload"}}) {
    GstElementFactory *factory = gst_element_factory_find (name.c_str ());
    if (!factory) return false;
    gst_object_unref (factory);
  }
  std::string problem;
  GstContext *context = primary_context (device, problem);
  if (context) gst_context_unref (context);
  return context != nullptr;
}

}  // namespace quad::tensor
