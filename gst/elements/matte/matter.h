// What quadmatte does with caps and frames.
#pragma once

#include <gst/base/gstbasetransform.h>

#include <memory>
#include <mutex>

#include "elements/matte/mask_model.h"
#include "elements/matte/refine_model.h"
#include "elements/matte/settings.h"
#include "elements/matte/tracking.h"
#include "glue/backend.h"
#include "glue/matting.h"
#include "glue/problem.h"

namespace quad {

struct MatteSettings : RefineSettings, ModelSettings {};

// The state of an instance. Any thread may read and write settings, under the lock, and read the
// latency; the rest belongs to the streaming thread and to changes of state. The function that
// meets an error posts it.
class Matter {
 public:
  explicit Matter (GstBaseTransform *element)
      : element_ (element),
        backends_ (GST_ELEMENT (element)),
        matting_ (backends_),
        refine_model_ (GST_ELEMENT (element))
  {
  }

  MatteSettings settings () const
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

  // Loads the model. False: an error was posted.
  bool start ();
  bool set_caps (GstCaps *in, GstCaps *out);
  // What came before has nothing to do with the next frame.
  void forget ();
  GstFlowReturn transform (GstBuffer *in, GstBuffer *out);
  void stop ();

  // How long the models take for a frame: measured when caps are set.
  GstClockTime latency () const
  {
    const std::lock_guard lock{mutex_};
    return latency_;
  }

  Backends &backends () { return backends_; }

 private:
  bool take_caps (GstCaps *in, GstCaps *out);
  bool fail (const infer::Problem &problem);
  bool try_model ();
  infer::Problem measure_model (const MatteSettings &s);
  void set_latency (const MatteSettings &s);
  infer::Problem load_refine_model (const MatteSettings &s);
  infer::Problem look (GstBuffer *in, const Rect &area, Problem &problem);
  infer::Problem make_mask (GstBuffer *in, const MatteSettings &s, Problem &problem);

  GstBaseTransform *element_;
  mutable std::mutex mutex_;
  MatteSettings settings_;
  GstClockTime latency_ = 0;
  Backends backends_;
  Matting matting_;
  GstVideoInfo in_ = {}, out_ = {};
  std::unique_ptr<MaskModel> model_;
  GstClockTime load_time_ = 0;
  RunTimes runs_;
  bool told_ = false;
  RefineModel refine_model_;
  Tracking tracking_;
  SmallFrame mask_frame_;
  Mask mask_;               // the last one
  int age_ = 0;             // pictures since then
  Owned<GstCaps> refused_;  // the last ones, if an error was posted about them
};

}  // namespace quad
