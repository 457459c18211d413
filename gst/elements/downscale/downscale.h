// How quaddownscale handles caps, frames and metas.
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/placement.h"
#include "core/renderer.h"
#include "core/size_choice.h"
#include "elements/downscale/choice.h"
#include "elements/downscale/colors.h"
#include "glue/backend.h"
#include "glue/stage.h"
#include "glue/target.h"

namespace quad {

struct DownscaleSettings {
  Filter method = Filter::area;
  guint divisor = 2;
  int max_width = 0;
  int max_height = 0;
  bool upscale = false;
  guint threads = 1;
  Zoom zoom = {};
};

inline constexpr DownscaleSettings kDownscaleDefaults;

// The state of an instance. Any thread may read and write settings, under the lock. The rest
// belongs to the streaming thread, except the two infos and what says which part is shown: events
// read them under the lock, too. The function that meets an error posts it on `element`.
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

  // True if caps on the sink pad are refused; the reason has been posted.
  bool refuses (const GstCaps *in);
  // Caps on the sink pad failed: posts a message if downstream is the reason.
  void report_unwanted (GstCaps *in);
  // What upstream tells of its pictures. Call these before the base class gets the event.
  void begin_stream ();
  void take_tags (GstEvent *event);
  void take_reduced (const ReducedPicture &reduced);
  // The caps of the pictures that follow.
  void look_upstream (const GstCaps *in);
  // Answers the query `quad-target`. False if it is another query, or if the size is not known.
  bool answer_target (GstQuery *query) const;
  // Takes the zoom from the settings. Call it before the base class gets caps.
  void take_zoom ();
  // The same before it gets a frame. Renegotiates where the zoom makes a difference. False: an
  // error was posted.
  bool follow_zoom ();
  Owned<GstCaps> fixate (GstCaps *in, Owned<GstCaps> allowed);
  bool set_caps (const GstCaps *in, const GstCaps *out);
  GstFlowReturn transform (GstBuffer *in, GstBuffer *out);
  // True if the base class must copy `meta`.
  bool transform_meta (GstBuffer *out, GstMeta *meta, GstBuffer *in) const;
  // Translates pointer positions from the output to the input.
  void translate_pointer (GstEvent *event) const;
  void stop ();
  // Posts that there is no memory for a frame; once until stop ().
  void report_no_memory ();

  Backends &backends () { return backends_; }

 private:
  Shape whole_shape (const GstVideoInfo &in) const
  {
    return downscale_shape (in, reduced_ ? &*reduced_ : nullptr);
  }
  Owned<GstCaps> fixated (GstCaps *in, Owned<GstCaps> allowed) const;
  Owned<GstCaps> for_turned (GstCaps *allowed, const Shape &source, Orientation orientation,
                             Size unit) const;
  void set_reduced (const std::optional<ReducedPicture> &reduced);
  void turn (Orientation orientation);
  // Whether nothing of the input's picture is cut off.
  bool shows_all () const;
  bool begin_scaling (const GstCaps *in_caps, const GstCaps *out_caps);
  bool agree (const GstVideoInfo &in, const GstVideoInfo &out, const Reading &reading);
  void report_caps (const std::string &text);
  // What is shown of the frame's part `crop`.
  Picture picture_of (const Rect &crop) const;
  Look look (const DownscaleSettings &settings, const Rect &crop) const;
  // Posts the problem with a frame. `in` may be null.
  GstFlowReturn fail (const Problem &problem, GstBuffer *in);
  void add_cropped_region (GstBuffer *out, const GstVideoRegionOfInterestMeta &region,
                           const FineRect &crop) const;

  GstBaseTransform *element_;
  mutable std::mutex mutex_;
  DownscaleSettings settings_;
  GstVideoInfo in_ = {};  // both with what caps leave open of colours
  GstVideoInfo out_ = {};
  Zoom zoom_;                                        // of the frame as it is upright
  Orientation orientation_ = Orientation::identity;  // for that alone: frames are not turned
  bool unchanged_ = false;                           // a picture without a zoom stays as it is
  bool converts_ = false;                            // format, range, matrix or light change
  double peak_ = 0;                                  // of the input's light, see Look
  std::optional<ReducedPicture> reduced_;
  std::string reported_;  // the last problem with caps that was posted
  bool reported_no_memory_ = false;
  Owned<GstCaps> allowed_;  // what downstream took when the output's caps were chosen
  Backends backends_;
  Stage stage_;
  Input input_;
};

}  // namespace quad
