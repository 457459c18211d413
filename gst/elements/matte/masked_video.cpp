#include "elements/matte/masked_video.h"

#include "elements/matte/caps.h"
#include "elements/matte/log.h"
#include "elements/matte/model_messages.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

namespace quad {
namespace {

constexpr ProblemWords kWords = {"quadmatterefine", "matte", "matted"};

}  // namespace

infer::Problem MaskedVideo::load_refine_model (const RefineSettings &s)
{
  if (s.refine != Refine::model) return {};
  return refine_model_.load ({.model_file = s.refine_model_file, .threads = s.threads});
}

// Loads and measures the model where that was not done, and reports its time as latency.
infer::Problem MaskedVideo::ready_refine_model (const RefineSettings &s)
{
  infer::Problem problem = load_refine_model (s);
  if (!problem && s.refine == Refine::model)
    problem = refine_model_.measure ({video_.width, video_.height});
  if (problem) return problem;
  const GstClockTime latency = s.refine == Refine::model ? refine_model_.run_time () : 0;
  gst_aggregator_set_latency (GST_AGGREGATOR (element_), latency, latency);
  return {};
}

bool MaskedVideo::start () { return post_unless_none (element_, load_refine_model (settings ())); }

bool MaskedVideo::set_video_caps (const GstCaps *caps)
{
  negotiated_ = false;
  video_caps_.reset ();
  if (const std::string why = matte_refusal (caps, "quadmatterefine"); !why.empty ()) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT, ("%s", why.c_str ()), (nullptr));
    return false;
  }
  memory_ = memory_of (caps);
  if (!gst_video_info_from_caps (&video_, caps)) return false;
  video_caps_.reset (gst_caps_copy (caps));
  return true;
}

bool MaskedVideo::set_mask_caps (const GstCaps *caps)
{
  mask_is_known_ = gst_video_info_from_caps (&next_mask_info_, caps);
  if (mask_is_known_) return true;
  const Owned<char> all{gst_caps_to_string (caps)};
  GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                     ("The masks' caps do not describe whole pictures. Send progressive masks of "
                      "GRAY8, as video/x-raw,format=GRAY8,width=256,height=144."),
                     ("%s", all.get ()));
  return false;
}

bool MaskedVideo::set_output_caps (const GstCaps *caps)
{
  if (!video_caps_ || !gst_video_info_from_caps (&out_, caps)) return false;
  const Memory memory = memory_of (caps);
  matting_.set_threads (settings ().threads);
  matting_.prepare ({video_, memory_}, {out_, memory});
  return negotiated_ = post_unless_none (element_, ready_refine_model (settings ()));
}

bool MaskedVideo::set_mask (GstBuffer *mask)
{
  if (!mask_is_known_) return false;
  kept_.reset (gst_buffer_ref (mask));
  mask_.buffer = mask;
  mask_.info = next_mask_info_;
  mask_.fresh = true;
  return true;
}

void MaskedVideo::forget ()
{
  kept_.reset ();
  mask_ = {};
  matting_.forget_masks ();
}

void MaskedVideo::warn_of_no_mask ()
{
  if (std::exchange (warned_of_none_, true)) return;
  GST_ELEMENT_WARNING (
      element_, STREAM, FAILED,
      ("There is no mask for the first pictures: they are transparent. Link a stream of GRAY8 "
       "masks, whose times are those of the video, to the pad mask of quadmatterefine%s.",
       AnalyticsMask::advice ()),
      (nullptr));
}

void MaskedVideo::warn_of_unusable (const std::string &why)
{
  warned_of_none_ = true;
  if (std::exchange (warned_of_unusable_, true)) return;
  GST_ELEMENT_WARNING (element_, STREAM, FAILED,
                       ("%s Pictures without a mask are transparent.", why.c_str ()), (nullptr));
}

// The mask of a picture, whose buffer is null if there is none.
Mask MaskedVideo::mask_of (GstBuffer *picture, bool brings_own)
{
  Mask mask = mask_;
  mask.area = {0, 0, video_.width, video_.height};
  if (brings_own) {
    std::string why;
    switch (analytics_.find (picture, video_, mask, why)) {
      case AnalyticsMask::Found::mask:
        // What looks for somebody may see nobody in a later picture.
        warned_of_none_ = true;
        return mask;
      case AnalyticsMask::Found::unusable: warn_of_unusable (why); break;
      case AnalyticsMask::Found::none: break;
    }
  }
  if (!mask.buffer) warn_of_no_mask ();
  return mask;
}

GstFlowReturn MaskedVideo::draw (GstBuffer *picture, bool brings_own, GstBuffer *out)
{
  const RefineSettings s = settings ();
  matting_.set_threads (s.threads);
  Mask mask = mask_of (picture, brings_own);
  const bool is_kept = mask.buffer == kept_.get ();
  MatteLook look = look_of (s);
  Problem problem;
  // Properties may have changed.
  infer::Problem failed = ready_refine_model (s);
  if (!mask.buffer) {
    nothing_.set (GST_VIDEO_FORMAT_GRAY8, {1, 1});
    mask = {nothing_.buffer (), nothing_.info (), mask.area};
    look = {.refined = false};
  } else if (!failed && s.refine == Refine::model) {
    failed = refine_model_.refine (matting_, picture, mask, problem);
  }
  if (!post_unless_none (element_, failed)) return GST_FLOW_ERROR;
  if (!problem) problem = matting_.draw (picture, mask, look, out);
  // After another mask, the one that is kept is taken again.
  mask_.fresh = !is_kept;
  return post_problem (element_, problem, kWords, picture, video_);
}

void MaskedVideo::stop ()
{
  flushed_ = false;
  forget ();
  refine_model_.unload ();
  matting_.reset ();
  backends_.close ();
  warned_of_none_ = warned_of_unusable_ = negotiated_ = mask_is_known_ = false;
  tags_.clear ();
  video_caps_.reset ();
  video_ = out_ = next_mask_info_ = {};
}

}  // namespace quad
