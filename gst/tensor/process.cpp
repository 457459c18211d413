#include "tensor/process.h"

#include <pthread.h>

#include "tensor/frame.h"
#include "tensor/guard.h"

namespace quad::tensor {
namespace {

// The child sets it before it has a second thread.
bool forked = false;

// Runs in the child of every fork, from Python or C.
[[maybe_unused]] const int watching = pthread_atfork (nullptr, nullptr, [] {
  if (gst_is_initialized ()) forked = true;
});

}  // namespace

bool was_forked () { return forked; }

bool check_process (GError **error)
{
  if (!was_forked ()) return true;
  return refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
                 "This process was forked after GStreamer had started in its parent, where "
                 "GStreamer's threads stayed. Open videos in the child alone, or start it by "
                 "spawn: multiprocessing.get_context(\"spawn\"), for a DataLoader "
                 "multiprocessing_context=\"spawn\".");
}

bool start_gstreamer (GError **error)
{
  if (!check_process (error)) return false;
  // gst_is_initialized () is true even while another thread still initializes; this call waits for
  // it.
  if (gst_init_check (nullptr, nullptr, nullptr)) return true;
  return refuse (error, QUAD_TENSOR_ERROR_PIPELINE, "GStreamer does not start.");
}

}  // namespace quad::tensor

gboolean quad_tensor_check_process (GError **error)
{
  return quad::tensor::contain (FALSE, error,
                                [&] { return gboolean{quad::tensor::check_process (error)}; });
}
