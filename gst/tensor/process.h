// Checks for processes that were forked after GStreamer had started.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// True in a process that was forked after GStreamer had started. GStreamer's threads are not in it,
// so calls would wait for ever.
bool was_forked ();
// False in such a process, with an error that says what to do.
bool check_process (GError **error);

// Initializes GStreamer. False with an error if that fails, or in a forked process.
bool start_gstreamer (GError **error);

}  // namespace quad::tensor
