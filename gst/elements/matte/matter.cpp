#include "elements/matte/matter.h"

#include <array>

#include "elements/matte/caps.h"
#include "elements/matte/log.h"
#include "glue/drawable_caps.h"

namespace quad {
namespace {

constexpr ProblemWords kWords = {"quadmatte", "matte", "matted"};

GstClockTime now () { return static_cast<GstClockTime> (g_get_monotonic_time ()) * GST_USECOND; }

const char *name_of (infer::Provider provider)
{
  switch (provider) {
    case infer::Provider::automatic: return "auto";
    case infer::Provider::cpu: return "cpu";
    case infer::Provider::cuda: return "cuda";
    case infer::Provider::tensorrt: return "tensorrt";
  }
  return "";
}

void log_runtime (infer::Severity severity, const std::string &line)
{
  constexpr std::array kLevels = {GST_LEVEL_DEBUG, GST_LEVEL_INFO, GST_LEVEL_WARNING,
                                  GST_LEVEL_WARNING};
  GST_CAT_LEVEL_LOG (matte_debug (), kLevels[static_cast<std::size_t> (severity)], nullptr,
                     "ONNX Runtime: %s", line.c_str ());
}

}  // namespace

// Posts it; false for callers to return.
bool Matter::fail (const infer::Problem &problem)
{
  using Kind = infer::Problem::Kind;
  const char *text = problem.text.c_str ();
  switch (problem.kind) {
    case Kind::none: return true;
    case Kind::no_runtime:
      GST_ELEMENT_ERROR (element_, RESOURCE, NOT_FOUND, ("%s", text), (nullptr));
      break;
    case Kind::no_model:
      GST_ELEMENT_ERROR (element_, RESOURCE, OPEN_READ, ("%s", text), (nullptr));
      break;
    case Kind::no_provider:
      GST_ELEMENT_ERROR (element_, RESOURCE, SETTINGS, ("%s", text), (nullptr));
      break;
    case Kind::out_of_memory:
      GST_ELEMENT_ERROR (element_, RESOURCE, NO_SPACE_LEFT, ("%s", text), (nullptr));
      break;
    case Kind::wrong_tensor:
    case Kind::failed: GST_ELEMENT_ERROR (element_, STREAM, FAILED, ("%s", text), (nullptr)); break;
  }
  return false;
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
  model_ = MaskModel::open (s.model, log_runtime, problem);
  if (!model_) return fail (problem);
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
  black.set (GST_VIDEO_FORMAT_RGBP, model_->seen_size ({in_.width, in_.height}), {});
  const GstClockTime begin = now ();
  if (const infer::Problem p = model_->run (black.picture (), mask_)) return fail (p);
  const GstClockTime first = now () - begin;
  if (const infer::Problem p = model_->run (black.picture (), mask_)) return fail (p);
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
  if (const std::string why = matte_refusal (in, "quadmatte"); !why.empty ()) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT, ("%s", why.c_str ()), (nullptr));
    return false;
  }
  if (!gst_video_info_from_caps (&in_, in) || !gst_video_info_from_caps (&out_, out)) return false;
  forget ();
  matting_.set_threads (settings ().threads);
  const Problem problem = matting_.prepare ({in_, memory_of (in)}, {out_, memory_of (out)});
  if (problem) return post_problem (GST_ELEMENT (element_), problem, kWords, nullptr, in_), false;
  return try_model ();
}

void Matter::forget ()
{
  has_mask_ = false;
  matting_.forget_masks ();
}

// Has the model look at `area`.
Problem Matter::look (GstBuffer *in, Rect area, infer::Problem &problem)
{
  const matte::SmallPicture *rgb = nullptr;
  const Size size = model_->seen_size ({in_.width, in_.height});
  if (Problem p = matting_.sees (in, area, size, rgb)) return p;
  problem = model_->run (*rgb, mask_);
  return {};
}

GstFlowReturn Matter::transform (GstBuffer *in, GstBuffer *out)
{
  const MatteSettings s = settings ();
  matting_.set_threads (s.threads);
  const Rect whole = {0, 0, in_.width, in_.height};
  const bool fresh = !has_mask_ || ++age_ >= s.interval;
  Problem problem;
  if (fresh) {
    infer::Problem failed;
    problem = look (in, whole, failed);
    if (failed) return fail (failed), GST_FLOW_ERROR;
    has_mask_ = true;
    age_ = 0;
  }
  if (!problem)
    problem = matting_.draw (in, {mask_.buffer (), mask_.info (), whole, fresh}, look_of (s), out);
  return post_problem (GST_ELEMENT (element_), problem, kWords, in, in_);
}

void Matter::stop ()
{
  model_.reset ();
  matting_.reset ();
  backends_.close ();
  has_mask_ = false;
  const std::lock_guard lock{mutex_};
  latency_ = 0;
}

}  // namespace quad
