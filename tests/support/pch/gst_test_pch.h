// Compiled once a program: what most tests with GStreamer include. See test_pch.h.
#include <gst/app/app.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include "test_pch.h"
