#include "elements/matte/refine_model.h"

#include "elements/matte/model_messages.h"

namespace quad {

infer::Problem RefineModel::load (const infer::Settings &settings, const std::string &said)
{
  if (model_ && file_ == settings.model_file) return {};
  unload ();
  if (settings.model_file.empty ())
    return {infer::Problem::Kind::no_model,
            "refine=model needs a model: set refine-model-file to one that makes a mask of a "
            "picture and a mask."};
  const gint64 begin = g_get_monotonic_time ();
  infer::Problem problem;
  model_ = MaskModel::open (settings, Sees::picture_and_mask, log_runtime, problem);
  if (problem) return problem;
  load_time_ = static_cast<GstClockTime> (g_get_monotonic_time () - begin) * GST_USECOND;
  file_ = settings.model_file;
  const std::string &warning = model_->inference ().warning ();
  if (warning != said) post_warning (element_, warning);
  return {};
}

infer::Problem RefineModel::measure (Size picture)
{
  if (measured_) return {};
  if (infer::Problem p = model_->measure (picture, runs_)) return p;
  measured_ = true;
  tell_of_model (element_, file_, model_->inference (), load_time_, runs_);
  return {};
}

infer::Problem RefineModel::refine (Matting &matting, GstBuffer *picture, Mask &mask,
                                    Problem &problem)
{
  const Size size = model_->seen_size (mask.area.size ());
  const matte::SmallPicture *rgb = nullptr, *levels = nullptr;
  problem = matting.fits (mask, size, levels);
  if (!problem) problem = matting.sees (picture, mask.area, size, rgb);
  if (problem) return {};
  if (infer::Problem failed = model_->run (*rgb, levels, finer_)) return failed;
  mask.buffer = finer_.buffer ();
  mask.info = finer_.info ();
  mask.fresh = true;
  return {};
}

}  // namespace quad
