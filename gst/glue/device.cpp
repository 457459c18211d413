#include "glue/device.h"

#include "cuda/cuda_renderer.h"
#include "cuda/matte_renderer.h"
#include "glue/device_impl.h"
#include "glue/device_tile.h"

#define GST_CAT_DEFAULT (quad::cuda::debug_category ())

namespace quad {

bool device_available (std::string &why)
{
  static const std::string problem = [] () -> std::string {
    int count = 0;
    if (!gst_cuda_load_library ()) return "there is no NVIDIA driver (libcuda.so.1)";
    if (CuInit (0) != CUDA_SUCCESS || CuDeviceGetCount (&count) != CUDA_SUCCESS)
      return "the NVIDIA driver does not start";
    if (count < 1) return "the NVIDIA driver knows no GPU";
    gst_cuda_memory_init_once ();
    return {};
  }();
  why = problem;
  return problem.empty ();
}

bool device_available ()
{
  std::string why;
  return device_available (why);
}

Device::Device (GstElement *element) : impl_ (std::make_unique<Impl> ())
{
  impl_->element = element;
}

Device::~Device () { close (); }

void Device::set_id (int id)
{
  const std::lock_guard guard (impl_->lock);
  impl_->id = id;
}

int Device::id () const
{
  const std::lock_guard guard (impl_->lock);
  return impl_->id;
}

void Device::take_context (GstContext *context)
{
  if (!device_available ()) return;
  const int wanted = id ();
  // Another thread of this element may be looking for a context. Do not wait for it: it may be
  // waiting for the caller.
  const std::unique_lock opening (impl_->opening, std::try_to_lock);
  if (!opening) return;
  // Keeps the present context, if there is one.
  gst_cuda_handle_set_context (impl_->element, context, wanted, &impl_->candidate);
  impl_->publish ();
}

bool Device::answer (GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_CONTEXT || !device_available ()) return false;
  Owned<GstCudaContext> context;
  {
    const std::lock_guard guard (impl_->lock);
    if (impl_->context) context.reset (GST_CUDA_CONTEXT (gst_object_ref (impl_->context.get ())));
  }
  return gst_cuda_handle_context_query (impl_->element, query, context.get ());
}

bool Device::open ()
{
  if (!device_available ()) return false;
  const int wanted = id ();
  const std::lock_guard opening (impl_->opening);
  {
    const std::lock_guard guard (impl_->lock);
    if (impl_->context && impl_->stream) return true;
  }
  // Asks the neighbours and the application, which may answer through take_context. Makes a context
  // if nobody has one.
  if (!gst_cuda_ensure_element_context (impl_->element, wanted, &impl_->candidate)) {
    impl_->refuse ("There is no CUDA context: cuda-device-id=" + std::to_string (wanted) +
                       " names no GPU that can be used.",
                   "Set cuda-device-id to a GPU that nvidia-smi lists, or -1 for any.");
    return false;
  }
  impl_->publish ();
  {
    const std::lock_guard guard (impl_->lock);
    if (!impl_->stream) impl_->stream = WorkStream::make (impl_->context.get ());
    if (impl_->stream) {
      GST_INFO_OBJECT (impl_->element, "works in the context of %" GST_PTR_FORMAT,
                       gconstpointer (impl_->context.get ()));
      return true;
    }
  }
  impl_->refuse (std::string{"The GPU gives no stream: "} + describe (Status::device_failed) +
                     ". Start the pipeline again or, where that fails too, the program.",
                 nullptr);
  return false;
}

void Device::close ()
{
  const std::lock_guard opening (impl_->opening);
  gst_clear_object (&impl_->candidate);
  impl_->publish ();
  impl_->refused = false;
}

std::unique_ptr<Renderer> Device::make_renderer ()
{
  const std::lock_guard guard (impl_->lock);
  if (!impl_->context || !impl_->stream) return nullptr;
  return cuda::make_cuda_renderer (impl_->context.get (), impl_->stream->get (), impl_->stream);
}

std::unique_ptr<Renderer> Device::make_renderer (Threads &) { return make_renderer (); }

std::unique_ptr<matte::Renderer> Device::make_matte_renderer ()
{
  const std::lock_guard guard (impl_->lock);
  if (!impl_->context || !impl_->stream) return nullptr;
  return cuda::make_matte_renderer (impl_->context.get (), impl_->stream->get (), impl_->stream);
}

std::unique_ptr<Adapter> Device::make_adapter () { return std::make_unique<DeviceTile> (*this); }

bool Device::decide (GstQuery *query)
{
  const std::lock_guard guard (impl_->lock);
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  GstVideoInfo info;
  if (!impl_->context || !impl_->stream || !caps || !gst_video_info_from_caps (&info, caps))
    return false;
  GstBufferPool *offered = nullptr;
  guint size = 0, min = 0, max = 0;
  const bool any = gst_query_get_n_allocation_pools (query) > 0;
  if (any) gst_query_parse_nth_allocation_pool (query, 0, &offered, &size, &min, &max);
  size = std::max (size, static_cast<guint> (GST_VIDEO_INFO_SIZE (&info)));
  // Allocate buffers when they are needed. If a pool cannot preallocate all of its buffers, it
  // leaks the first ones.
  min = 0;
  const Owned<GstBufferPool> pool =
      impl_->pool_for (caps, size, min, max, Owned<GstBufferPool>{offered});
  if (!pool) return false;
  if (any)
    gst_query_set_nth_allocation_pool (query, 0, pool.get (), size, min, max);
  else
    gst_query_add_allocation_pool (query, pool.get (), size, min, max);
  return true;
}

void Device::propose (GstQuery *query, guint min)
{
  const std::lock_guard guard (impl_->lock);
  GstCaps *caps = nullptr;
  gboolean need_pool = FALSE;
  gst_query_parse_allocation (query, &caps, &need_pool);
  GstVideoInfo info;
  if (!impl_->context || !impl_->stream || !caps || !gst_video_info_from_caps (&info, caps) ||
      gst_query_get_n_allocation_pools (query) > 0)
    return;
  auto size = static_cast<guint> (GST_VIDEO_INFO_SIZE (&info));
  Owned<GstBufferPool> pool;
  if (need_pool) pool = impl_->pool_for (caps, size, min, 0, nullptr);
  if (need_pool && !pool) return;
  gst_query_add_allocation_pool (query, pool.get (), size, min, 0);
}

const char *Device::problem_of (GstBuffer *buffer)
{
  const std::lock_guard guard (impl_->lock);
  const GstCudaMemory *memory = cuda_memory_in (buffer);
  if (!memory) return "lies in no CUDA memory, as its caps say";
  // All planes are expected in the first memory.
  if (gst_buffer_n_memory (buffer) > 1)
    return "consists of several memories, where a frame in CUDA memory has to be one: the "
           "element that makes it is at fault, and cudadownload in between may help";
  if (!impl_->context || gst_cuda_context_get_handle (memory->context) !=
                             gst_cuda_context_get_handle (impl_->context.get ()))
    return "lies in another CUDA context, or on another GPU: give all elements the same "
           "cuda-device-id and put them in one pipeline, or put cudadownload in between";
  return nullptr;
}

Status Device::begin (std::span<GstBuffer *const> inputs, GstBuffer *output)
{
  const cuda::Current current (impl_->context.get ());
  if (!current) return Status::device_failed;
  for (GstBuffer *in : inputs)
    if (const Status s = impl_->stream->wait_for (in); s != Status::ok) return s;
  return output ? impl_->stream->wait_for (output) : Status::ok;
}

Status Device::end (std::span<GstBuffer *const> inputs, GstBuffer *output)
{
  const cuda::Current current (impl_->context.get ());
  if (!current) return Status::device_failed;
  return impl_->stream->hand_over (inputs, output);
}

}  // namespace quad
