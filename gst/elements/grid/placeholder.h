// A picture that a cell shows instead of its input's: the pad's property `placeholder`.
#pragma once

#include <gst/video/video.h>

#include <memory>
#include <string>

#include "glue/owned.h"

namespace quad {

struct Placeholder {
  Owned<GstSample> sample;
  GstVideoInfo info = {};
  double peak = 0;  // of its light, see Look

  GstBuffer *buffer () const { return gst_sample_get_buffer (sample.get ()); }
};

// Takes a reference to `sample`. Null if it cannot be shown: then `why` is a sentence that says
// why.
std::shared_ptr<const Placeholder> placeholder_of (GstSample *sample, std::string &why);

}  // namespace quad
