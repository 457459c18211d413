#include "elements/matte/refine_model.h"

namespace quad {

infer::Problem RefineModel::load (const infer::Settings &settings, const infer::Log &log)
{
  if (model_ && file_ == settings.model_file) return {};
  unload ();
  if (settings.model_file.empty ())
    return {infer::Problem::Kind::no_model,
            "refine=model needs a model: set refine-model-file to one that makes a mask of a "
            "picture and a mask."};
  infer::Problem problem;
  model_ = MaskModel::open (settings, Sees::picture_and_mask, log, problem);
  file_ = settings.model_file;
  return problem;
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
