// What quadmatterefine does with caps and frames.
#pragma once

#include <gst/base/gstaggregator.h>

#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "elements/matte/analytics_mask.h"
#include "elements/matte/refine_model.h"
#include "elements/matte/settings.h"
#include "glue/backend.h"
#include "glue/matting.h"
#include "glue/problem.h"

namespace quad {

// The state of an instance. Any thread may read and write settings, under their lock. The rest
// belongs to the thread that makes the output, and to stop (), which may come while that thread
// works: so both hold the output's lock. The function that meets an error posts it.
class MaskedVideo {
 public:
  explicit MaskedVideo (GstElement *element)
      : element_ (element), backends_ (element), matting_ (backends_), refine_model_ (element)
  {
  }

  RefineSettings settings () const
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

  // Hold this while you call what follows, but flush () and backends ().
  std::unique_lock<std::mutex> output_lock () { return std::unique_lock{output_}; }

  // Loads the model of refine=model, if that is chosen. False: an error was posted.
  bool start ();
  // Caps of the pads. False: an error was posted.
  bool set_video_caps (const GstCaps *caps);
  bool set_mask_caps (const GstCaps *caps);
  bool set_output_caps (const GstCaps *caps);
  // False between new caps of the video and those of the output. Live, pictures may come before
  // downstream took the latter.
  bool is_negotiated () const { return negotiated_; }
  // Of the next picture, or null. The pad's current caps may be those of later pictures, which
  // wait.
  const GstCaps *video_caps () const { return video_caps_.get (); }
  const GstVideoInfo &video () const { return video_; }

  // The mask of the pictures that follow. False if its caps are not known: they never came, or were
  // refused.
  bool set_mask (GstBuffer *mask);
  // What came before has nothing to do with the next picture: any thread says so, and the one that
  // makes the output forgets it before that picture.
  void flush () { flushed_ = true; }
  void forget_flushed ()
  {
    if (flushed_.exchange (false)) forget ();
  }
  // Writes the picture with its alpha; without a mask it is transparent. `brings_own`: its mask may
  // be a meta of its buffer.
  GstFlowReturn draw (GstBuffer *picture, bool brings_own, GstBuffer *out);
  void stop ();

  // Tags of the video that were not yet sent on.
  void keep_tags (GstEvent *event) { tags_.emplace_back (gst_event_ref (event)); }
  std::vector<Owned<GstEvent>> take_tags () { return std::exchange (tags_, {}); }

  Backends &backends () { return backends_; }

 private:
  void forget ();
  infer::Problem load_refine_model (const RefineSettings &s);
  infer::Problem ready_refine_model (const RefineSettings &s);
  Mask mask_of (GstBuffer *picture, bool brings_own);
  void warn_of_no_mask ();
  void warn_of_unusable (const std::string &why);

  std::mutex output_;
  GstElement *element_;
  mutable std::mutex mutex_;
  RefineSettings settings_;
  Backends backends_;
  Matting matting_;
  std::atomic<bool> flushed_ = false;
  RefineModel refine_model_;
  Owned<GstCaps> video_caps_;
  GstVideoInfo video_ = {}, out_ = {};
  Memory memory_ = Memory::host;  // of the video
  GstVideoInfo next_mask_info_ = {};
  bool mask_is_known_ = false;  // next_mask_info_ is of caps that were taken
  Mask mask_;                   // its buffer is kept_
  Owned<GstBuffer> kept_;
  SmallFrame nothing_;  // the mask if there is none
  AnalyticsMask analytics_;
  bool warned_of_none_ = false;
  bool warned_of_unusable_ = false;
  bool negotiated_ = false;
  std::vector<Owned<GstEvent>> tags_;
};

}  // namespace quad
