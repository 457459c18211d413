// What quaddownscale does with caps, frames and metas.
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <memory>
#include <mutex>
#include <string>

#include "core/renderer.h"
#include "core/size_choice.h"
#include "glue/backend.h"
#include "glue/stage.h"

namespace quad {

struct DownscaleSettings {
  Filter method = Filter::area;
  guint divisor = 2;
  int max_width = 0;
  int max_height = 0;
  bool upscale = false;
  guint threads = 1;
};

inline constexpr DownscaleSettings kDownscaleDefaults;

// What an instance holds. Settings are read and written by any thread under the
// lock; all else belongs to the streaming thread, but for the two infos, which
// events read under the lock too. Errors are posted by the function that meets
// them, on behalf of `element`.
class Downscale {
 public:
  explicit Downscale (GstBaseTransform *element)
      : element_ (element), backends_ (GST_ELEMENT (element)), stage_ (backends_)
  {
  }

  DownscaleSettings settings () const
  {
    const std::lock_guard lock{mutex_};
    return settings_;
  }
  template <typename Change>
  void change (Change change)
  {
    const std::lock_guard lock{mutex_};
    change (settings_);
  }

  // Whether caps on the sink pad are refused, and then says why.
  bool refuses (const GstCaps *in);
  // Caps on the sink pad failed: says so where downstream's are the reason.
  void report_unwanted (GstCaps *in);
  Owned<GstCaps> fixate (GstCaps *in, Owned<GstCaps> allowed);
  bool set_caps (const GstCaps *in, const GstCaps *out);
  GstFlowReturn transform (GstBuffer *in, GstBuffer *out);
  // True where the base class shall copy `meta`.
  bool transform_meta (GstBuffer *out, GstMeta *meta, GstBuffer *in) const;
  // Pointer positions on the output become positions on the input.
  void translate_pointer (GstEvent *event) const;
  void stop ();
  // There is no buffer for a frame: said once, until stopped.
  void report_no_memory ();

  Backends &backends () { return backends_; }

 private:
  bool agree (const GstCaps *in_caps, const GstVideoInfo &in, const GstVideoInfo &out);
  void report_caps (const std::string &text);
  Look look (const DownscaleSettings &settings, const Rect &crop) const;
  GstFlowReturn fail (const Problem &problem, GstBuffer *in);
  void add_cropped_region (GstBuffer *out, const GstVideoRegionOfInterestMeta &region,
                           const Rect &crop) const;

  GstBaseTransform *element_;
  mutable std::mutex mutex_;
  DownscaleSettings settings_;
  GstVideoInfo in_ = {};
  GstVideoInfo out_ = {};
  std::string reported_;  // what is wrong with the caps, as the bus knows it
  bool reported_no_memory_ = false;
  bool insisted_ = false;  // downstream left but one kind of caps
  Backends backends_;
  Stage stage_;
  Input input_;
};

}  // namespace quad
