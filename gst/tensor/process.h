// The process that GStreamer runs in.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// Whether this process was forked after GStreamer had started. Its threads and locks are not
// there: what is called would wait for ever.
bool was_forked ();
// False, with an error that says what to do, in such a process.
bool check_process (GError **error);

// gst_init for libraries; false where GStreamer does not start, or in a forked process.
bool start_gstreamer (GError **error);

}  // namespace quad::tensor
