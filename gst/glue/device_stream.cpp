#include "glue/device_impl.h"

#include <utility>

#if GST_CHECK_VERSION(1, 24, 0)
#include <dlfcn.h>
#include <gst/cuda/gstcudastream.h>
#endif

namespace quad {

#if GST_CHECK_VERSION(1, 24, 0)

namespace {

// What libgstcuda does not wrap: a stream that waits for another one's event.
struct Events {
  CUresult (*create) (CUevent *, unsigned) = nullptr;
  CUresult (*destroy) (CUevent) = nullptr;
  CUresult (*record) (CUevent, CUstream) = nullptr;
  CUresult (*wait) (CUstream, CUevent, unsigned) = nullptr;

  Events ()
  {
    // libgstcuda has loaded it; the handle is kept, as there.
    void *driver = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!driver) return;
    create = reinterpret_cast<decltype (create)> (dlsym (driver, "cuEventCreate"));
    destroy = reinterpret_cast<decltype (destroy)> (dlsym (driver, "cuEventDestroy_v2"));
    record = reinterpret_cast<decltype (record)> (dlsym (driver, "cuEventRecord"));
    wait = reinterpret_cast<decltype (wait)> (dlsym (driver, "cuStreamWaitEvent"));
  }
  bool complete () const { return create && destroy && record && wait; }
  static const Events &get ()
  {
    static const Events events;
    return events;
  }
};

}  // namespace

struct WorkStream::State {
  GstCudaStream *stream = nullptr;
  CUevent event = nullptr;
  bool finish = false;  // the next hand_over waits

  ~State ()
  {
    if (!stream) return;
    {
      const cuda::Current current (stream->context);
      if (current && event)
        (void)cuda::status_of (Events::get ().destroy (event), "cuEventDestroy");
    }
    gst_cuda_stream_unref (stream);
  }
  CUstream handle () const { return gst_cuda_stream_get_handle (stream); }

  // `later` comes after what `earlier` has queued so far.
  Status order (CUstream later, CUstream earlier)
  {
    const Events &events = Events::get ();
    if (const Status s = cuda::status_of (events.record (event, earlier), "cuEventRecord");
        s != Status::ok)
      return s;
    return cuda::status_of (events.wait (later, event, 0), "cuStreamWaitEvent");
  }
};

std::shared_ptr<WorkStream> WorkStream::make (GstCudaContext *context)
{
  auto state = std::make_unique<State> ();
  state->stream = gst_cuda_stream_new (context);
  const Events &events = Events::get ();
  const cuda::Current current (context);
  if (!state->stream || !current || !events.complete () ||
      cuda::status_of (events.create (&state->event, CU_EVENT_DISABLE_TIMING), "cuEventCreate") !=
          Status::ok)
    return nullptr;
  return std::shared_ptr<WorkStream> (new WorkStream (std::move (state)));
}

CUstream WorkStream::get () const { return state_->handle (); }

void WorkStream::configure (GstStructure *pool_config) const
{
  gst_buffer_pool_config_set_cuda_stream (pool_config, state_->stream);
}

Status WorkStream::wait_for (GstBuffer *buffer)
{
  GstCudaMemory *memory = cuda_memory_in (buffer);
  GstCudaStream *other = memory ? gst_cuda_memory_get_stream (memory) : nullptr;
  if (!other || other == state_->stream) return Status::ok;
  return state_->order (state_->handle (), gst_cuda_stream_get_handle (other));
}

void WorkStream::finish_with_frame () { state_->finish = true; }

Status WorkStream::hand_over (std::span<GstBuffer *const> inputs, GstBuffer *output)
{
  // Memory without a stream can be filled anew as soon as its buffer is let go.
  bool finish = std::exchange (state_->finish, false);
  for (GstBuffer *in : inputs) {
    GstCudaMemory *memory = cuda_memory_in (in);
    if (!memory) continue;
    GstCudaStream *other = gst_cuda_memory_get_stream (memory);
    finish = finish || !other;
    if (!other || other == state_->stream) continue;
    if (const Status s = state_->order (gst_cuda_stream_get_handle (other), state_->handle ());
        s != Status::ok)
      return s;
  }
  GstCudaMemory *memory = output ? cuda_memory_in (output) : nullptr;
  GstCudaStream *other = memory ? gst_cuda_memory_get_stream (memory) : nullptr;
  if (finish || !other) {
    const Status s =
        cuda::status_of (CuStreamSynchronize (state_->handle ()), "cuStreamSynchronize");
    if (s == Status::ok && memory)
      GST_MEMORY_FLAG_UNSET (memory, GST_CUDA_MEMORY_TRANSFER_NEED_SYNC);
    return s;
  }
  if (other != state_->stream)
    if (const Status s = state_->order (gst_cuda_stream_get_handle (other), state_->handle ());
        s != Status::ok)
      return s;
  GST_MINI_OBJECT_FLAG_SET (memory, GST_CUDA_MEMORY_TRANSFER_NEED_SYNC);
  return Status::ok;
}

#else

struct WorkStream::State {
  explicit State (GstCudaContext *context) : stream (context) {}
  cuda::Stream stream;
};

std::shared_ptr<WorkStream> WorkStream::make (GstCudaContext *context)
{
  auto state = std::make_unique<State> (context);
  if (!state->stream.get ()) return nullptr;
  return std::shared_ptr<WorkStream> (new WorkStream (std::move (state)));
}

CUstream WorkStream::get () const { return state_->stream.get (); }

void WorkStream::configure (GstStructure *) const {}

Status WorkStream::wait_for (GstBuffer *) { return Status::ok; }

void WorkStream::finish_with_frame () {}

Status WorkStream::hand_over (std::span<GstBuffer *const>, GstBuffer *)
{
  return cuda::status_of (CuStreamSynchronize (get ()), "cuStreamSynchronize");
}

#endif

WorkStream::WorkStream (std::unique_ptr<State> state) : state_ (std::move (state)) {}
WorkStream::~WorkStream () = default;

}  // namespace quad
