#include "elements/matte/matter.h"

#include "elements/matte/caps.h"
#include "elements/matte/log.h"
#include "elements/matte/model_messages.h"
#include "glue/drawable_caps.h"

namespace quad {
namespace {

constexpr ProblemWords kWords = {"quadmatte", "matte", "matted"};

GstClockTime now () { return static_cast<GstClockTime> (g_get_monotonic_time ()) * GST_USECOND; }

}  // namespace

bool Matter::fail (const infer::Problem &problem)
{
  return post_unless_none (GST_ELEMENT (element_), problem);
}

// Loads the model of refine=model, if that is chosen.
infer::Problem Matter::load_refine_model (const MatteSettings &s)
{
  if (s.refine != Refine::model) return {};
  infer::Settings of = s.model;
  of.model_file = s.refine_model_file;
  of.threads = s.threads;
  return refine_model_.load (of, log_runtime);
}

bool Matter::start ()
{
  MatteSettings s = settings ();
  s.model.threads = s.threads;
  if (s.model.model_file.empty ())
    return fail ({infer::Problem::Kind::no_provider,
                  "quadmatte has no model: set model-file to an ONNX model that makes a mask of a "
                  "picture. `quad-models fetch selfie-landscape` gets one for people."});
  const GstClockTime begin = now ();
  infer::Problem problem;
  model_ = MaskModel::open (s.model, Sees::picture, log_runtime, problem);
  if (!model_) return fail (problem);
  if (const infer::Problem p = load_refine_model (s)) return fail (p);
  load_time_ = now () - begin;
  told_ = false;
  const std::string &warning = model_->inference ().warning ();
  if (!warning.empty ())
    GST_ELEMENT_WARNING (element_, RESOURCE, NOT_FOUND, ("%s", warning.c_str ()), (nullptr));
  return true;
}

// Says once which unit runs the model.
void Matter::tell (GstClockTime first_run) const
{
  const infer::Inference &inference = model_->inference ();
  const MatteSettings s = settings ();
  GST_INFO_OBJECT (element_,
                   "%s runs on %s (%s): loaded in %" G_GUINT64_FORMAT
                   " us, first run %" G_GUINT64_FORMAT " us, latency %" GST_TIME_FORMAT,
                   s.model.model_file.c_str (), name_of (inference.provider ()),
                   inference.runtime ().c_str (), load_time_ / GST_USECOND, first_run / GST_USECOND,
                   GST_TIME_ARGS (latency ()));
  GstStructure *said = gst_structure_new (
      "model-loaded", "model-file", G_TYPE_STRING, s.model.model_file.c_str (),
      "execution-provider", G_TYPE_STRING, name_of (inference.provider ()), "runtime",
      G_TYPE_STRING, inference.runtime ().c_str (), "load-time", G_TYPE_UINT64, load_time_,
      "first-run-time", G_TYPE_UINT64, first_run, nullptr);
  gst_element_post_message (GST_ELEMENT (element_),
                            gst_message_new_element (GST_OBJECT (element_), said));
}

// Runs the model on a black picture, twice: the first run may compile and allocate.
bool Matter::try_model ()
{
  SmallFrame black;
  black.set (GST_VIDEO_FORMAT_RGBP, model_->seen_size ({in_.width, in_.height}));
  const GstClockTime begin = now ();
  if (const infer::Problem p = model_->run (black.picture (), nullptr, mask_frame_))
    return fail (p);
  const GstClockTime first = now () - begin;
  if (const infer::Problem p = model_->run (black.picture (), nullptr, mask_frame_))
    return fail (p);
  const GstClockTime usual = now () - begin - first;
  {
    const std::lock_guard lock{mutex_};
    latency_ = usual;
  }
  if (!told_) tell (first);
  told_ = true;
  gst_element_post_message (GST_ELEMENT (element_),
                            gst_message_new_latency (GST_OBJECT (element_)));
  return true;
}

bool Matter::set_caps (GstCaps *in, GstCaps *out)
{
  // Upstream sends caps that were refused again with each buffer. Their error was said.
  if (refused_ && gst_caps_is_equal (refused_.get (), in)) return false;
  const bool taken = take_caps (in, out);
  refused_.reset (taken ? nullptr : gst_caps_ref (in));
  return taken;
}

bool Matter::take_caps (GstCaps *in, GstCaps *out)
{
  if (const std::string why = matte_refusal (in, "quadmatte"); !why.empty ()) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT, ("%s", why.c_str ()), (nullptr));
    return false;
  }
  if (!gst_video_info_from_caps (&in_, in) || !gst_video_info_from_caps (&out_, out)) return false;
  forget ();
  matting_.set_threads (settings ().threads);
  matting_.prepare ({in_, memory_of (in)}, {out_, memory_of (out)});
  return try_model ();
}

void Matter::forget ()
{
  mask_ = {};
  tracking_.forget ();
  matting_.forget_masks ();
}

// Has the model look at `area`.
infer::Problem Matter::look (GstBuffer *in, const Rect &area, Problem &problem)
{
  const matte::SmallPicture *rgb = nullptr;
  problem = matting_.sees (in, area, model_->seen_size ({in_.width, in_.height}), rgb);
  if (problem) return {};
  infer::Problem failed = model_->run (*rgb, nullptr, mask_frame_);
  mask_ = {mask_frame_.buffer (), mask_frame_.info (), area};
  return failed;
}

// Makes the mask of the picture.
infer::Problem Matter::make_mask (GstBuffer *in, const MatteSettings &s, Problem &problem)
{
  const Size size = {in_.width, in_.height};
  infer::Problem failed = look (in, rect_of (size), problem);
  if (!failed && !problem && s.region == MatteRegion::track) {
    const Rect part = tracking_.follow (mask_frame_.picture (), size, model_->seen_size (size));
    if (part != rect_of (size)) failed = look (in, part, problem);
  }
  if (failed || problem || s.refine != Refine::model) return failed;
  failed = load_refine_model (s);
  return failed ? failed : refine_model_.refine (matting_, in, mask_, problem);
}

GstFlowReturn Matter::transform (GstBuffer *in, GstBuffer *out)
{
  const MatteSettings s = settings ();
  matting_.set_threads (s.threads);
  Problem problem;
  mask_.fresh = !mask_.buffer || ++age_ >= s.interval;
  if (mask_.fresh) {
    age_ = 0;
    if (const infer::Problem failed = make_mask (in, s, problem))
      return fail (failed), GST_FLOW_ERROR;
  }
  if (!problem) problem = matting_.draw (in, mask_, look_of (s), out);
  return post_problem (GST_ELEMENT (element_), problem, kWords, in, in_);
}

void Matter::stop ()
{
  forget ();
  model_.reset ();
  refine_model_.unload ();
  matting_.reset ();
  backends_.close ();
  refused_.reset ();
  const std::lock_guard lock{mutex_};
  latency_ = 0;
}

}  // namespace quad
