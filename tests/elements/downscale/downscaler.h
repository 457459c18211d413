// Shared by the tests of quaddownscale.
#pragma once

#include <gtest/gtest.h>

#include "core/format.h"
#include "support/gst_helpers.h"

namespace quad::test {

// quaddownscale in a harness, with its caps and messages.
class Downscaler {
 public:
  explicit Downscaler (const std::string &in, const std::string &downstream = "video/x-raw",
                       const std::string &properties = "")
      : harness_{harness_of ("quaddownscale " + properties)},
        bus_{harness_->element},
        in_{info_of_caps (in)}
  {
    gst_harness_set_sink_caps (get (), caps_of (downstream).release ());
    gst_harness_set_src_caps (get (), caps_of (in).release ());
  }

  GstHarness *get () const { return harness_.get (); }
  GstElement *element () const { return harness_->element; }
  Bus &bus () { return bus_; }
  const GstVideoInfo &in () const { return in_; }

  void change_caps (const std::string &in)
  {
    in_ = info_of_caps (in);
    gst_harness_set_src_caps (get (), caps_of (in).release ());
  }

  GstVideoInfo out () const
  {
    const Owned<GstCaps> caps{gst_pad_get_current_caps (harness_->sinkpad)};
    return info_of_caps (to_string (caps.get ()));
  }

  GstFlowReturn push (Owned<GstBuffer> buffer)
  {
    return gst_harness_push (get (), buffer.release ());
  }
  // Pushes a buffer and takes the output, if there is any.
  Owned<GstBuffer> scale (Owned<GstBuffer> buffer)
  {
    if (push (std::move (buffer)) != GST_FLOW_OK) return nullptr;
    return Owned<GstBuffer>{gst_harness_try_pull (get ())};
  }
  std::vector<int> scaled_samples (Owned<GstBuffer> buffer)
  {
    const Owned<GstBuffer> result = scale (std::move (buffer));
    return result ? samples_of (out (), result.get ()) : std::vector<int>{};
  }

 private:
  Harness harness_;
  Bus bus_;
  GstVideoInfo in_;
};

inline std::string gray (int width, int height) { return raw ("GRAY8", width, height); }

inline Owned<GstBuffer> plain (const GstVideoInfo &info, int value = 100)
{
  return painted (info, [value] (int, int, int, int) { return value; });
}

inline void add_crop (GstBuffer *buffer, guint x, guint y, guint width, guint height)
{
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);
  crop->x = x;
  crop->y = y;
  crop->width = width;
  crop->height = height;
}

}  // namespace quad::test
