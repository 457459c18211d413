#include "elements/matte/matter.h"

#include <utility>

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
  return refine_model_.load (of, model_->inference ().warning ());
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
  load_time_ = now () - begin;
  told_ = false;
  post_warning (GST_ELEMENT (element_), model_->inference ().warning ());
  const infer::Problem p = load_refine_model (s);
  return p ? fail (p) : true;
}

// A picture waits for each look of the model, and for the model of refine=model.
void Matter::set_latency (const MatteSettings &s)
{
  const GstClockTime looks = s.region == MatteRegion::track ? 2 : 1;
  const GstClockTime refining = s.refine == Refine::model ? refine_model_.run_time () : 0;
  const GstClockTime latency = looks * runs_.usual + refining;
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange (latency_, latency) == latency) return;
  }
  GST_INFO_OBJECT (element_, "latency %" GST_TIME_FORMAT, GST_TIME_ARGS (latency));
  gst_element_post_message (GST_ELEMENT (element_),
                            gst_message_new_latency (GST_OBJECT (element_)));
}

// Measures the model. A provider that `auto` took may fail only here, for want of a library that it
// opens late or of memory; then the CPU goes on.
infer::Problem Matter::measure_model (const MatteSettings &s)
{
  const Size size = {in_.width, in_.height};
  infer::Problem failed = model_->measure (size, runs_);
  if (!failed || s.model.provider != infer::Provider::automatic ||
      model_->inference ().provider () == infer::Provider::cpu)
    return failed;
  infer::Settings on_cpu = s.model;
  on_cpu.provider = infer::Provider::cpu;
  on_cpu.threads = s.threads;
  const GstClockTime begin = now ();
  infer::Problem problem;
  auto model = MaskModel::open (on_cpu, Sees::picture, log_runtime, problem);
  if (!model) return problem;
  load_time_ = now () - begin;
  // What is wrong with the model is wrong there, too, and no warning.
  if (infer::Problem p = model->measure (size, runs_)) return p;
  model_ = std::move (model);
  post_warning (GST_ELEMENT (element_), failed.text + " So the CPU runs the model.");
  return {};
}

// Runs the models on black pictures, before a real one waits for them.
bool Matter::try_model ()
{
  const Size size = {in_.width, in_.height};
  const MatteSettings s = settings ();
  if (const infer::Problem p = measure_model (s)) return fail (p);
  if (!std::exchange (told_, true))
    tell_of_model (GST_ELEMENT (element_), s.model.model_file, model_->inference (), load_time_,
                   runs_);
  if (const infer::Problem p = load_refine_model (s)) return fail (p);
  if (s.refine == Refine::model)
    if (const infer::Problem p = refine_model_.measure (size)) return fail (p);
  set_latency (s);
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
    if (part != rect_of (size)) {
      failed = look (in, part, problem);
      if (!failed && !problem) fade_sides (mask_frame_.picture (), part, size);
    }
  }
  if (failed || problem || s.refine != Refine::model) return failed;
  failed = load_refine_model (s);
  if (!failed) failed = refine_model_.measure (size);
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
  // Properties may have changed.
  set_latency (s);
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
