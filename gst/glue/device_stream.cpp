#include "glue/device_stream.h"

#include <algorithm>

#if GST_CHECK_VERSION(1, 24, 0)
#include <gst/cuda/gstcudastream.h>
#endif

namespace quad {

GstCudaMemory *cuda_memory_in (GstBuffer *buffer)
{
  GstMemory *memory =
      gst_buffer_n_memory (buffer) > 0 ? gst_buffer_peek_memory (buffer, 0) : nullptr;
  return gst_is_cuda_memory (memory) ? GST_CUDA_MEMORY_CAST (memory) : nullptr;
}

#if GST_CHECK_VERSION(1, 24, 0)

struct WorkStream::State {
  GstCudaStream *stream = nullptr;
  CUevent event = nullptr;
  bool finish = false;  // the next hand_over must wait

  ~State ()
  {
    if (!stream) return;
    {
      const cuda::Current current (stream->context);
      if (current && event)
        (void)cuda::status_of (cuda::Driver::get ().event_destroy (event), "cuEventDestroy");
    }
    gst_cuda_stream_unref (stream);
  }
  CUstream handle () const { return gst_cuda_stream_get_handle (stream); }

  // Work queued in `later` from now on runs after all work queued in `earlier` so far.
  Status order (CUstream later, CUstream earlier)
  {
    const cuda::Driver &driver = cuda::Driver::get ();
    if (const Status s = cuda::status_of (driver.event_record (event, earlier), "cuEventRecord");
        s != Status::ok)
      return s;
    return cuda::status_of (driver.stream_wait_event (later, event, 0), "cuStreamWaitEvent");
  }
  // Whoever refills the inputs' memory or uses the output runs after the queued work.
  Status order_before (std::span<GstBuffer *const> inputs, GstCudaStream *output);
  // Waits until the queued work is done. Then `output`, if any, is ready.
  Status wait (GstCudaMemory *output);
};

std::shared_ptr<WorkStream> WorkStream::make (GstCudaContext *context)
{
  auto state = std::make_unique<State> ();
  state->stream = gst_cuda_stream_new (context);
  const cuda::Driver &driver = cuda::Driver::get ();
  const cuda::Current current (context);
  if (!state->stream || !current || !driver.has_events ||
      cuda::status_of (driver.event_create (&state->event, CU_EVENT_DISABLE_TIMING),
                       "cuEventCreate") != Status::ok)
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

Status WorkStream::State::wait (GstCudaMemory *output)
{
  const Status s = cuda::status_of (CuStreamSynchronize (handle ()), "cuStreamSynchronize");
  if (s != Status::ok) return s;
  finish = false;
  if (output) GST_MEMORY_FLAG_UNSET (output, GST_CUDA_MEMORY_TRANSFER_NEED_SYNC);
  return Status::ok;
}

Status WorkStream::State::order_before (std::span<GstBuffer *const> inputs, GstCudaStream *output)
{
  const auto order_one = [this] (GstCudaStream *other) {
    if (!other || other == stream) return Status::ok;
    return order (gst_cuda_stream_get_handle (other), handle ());
  };
  for (GstBuffer *in : inputs)
    if (GstCudaMemory *memory = cuda_memory_in (in))
      if (const Status s = order_one (gst_cuda_memory_get_stream (memory)); s != Status::ok)
        return s;
  return order_one (output);
}

Status WorkStream::hand_over (std::span<GstBuffer *const> inputs, GstBuffer *output)
{
  GstCudaMemory *memory = output ? cuda_memory_in (output) : nullptr;
  GstCudaStream *of_output = memory ? gst_cuda_memory_get_stream (memory) : nullptr;
  // Memory without a stream may be refilled as soon as its buffer is released.
  const bool finish = state_->finish || !of_output ||
                      std::any_of (inputs.begin (), inputs.end (), [] (GstBuffer *in) {
                        GstCudaMemory *of_input = cuda_memory_in (in);
                        return of_input && !gst_cuda_memory_get_stream (of_input);
                      });
  // After a synchronize no event ordering is needed.
  if (finish) return state_->wait (memory);
  if (const Status s = state_->order_before (inputs, of_output); s != Status::ok) {
    // The inputs are released in any case, so wait.
    (void)state_->wait (memory);
    return s;
  }
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
