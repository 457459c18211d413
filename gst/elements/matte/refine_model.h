// The step of refine=model: a second model makes a mask finer.
#pragma once

#include <memory>

#include "elements/matte/mask_model.h"

namespace quad {

class RefineModel {
 public:
  // Loads the model if it is not the one that is loaded.
  infer::Problem load (const infer::Settings &settings, const infer::Log &log);

  // Replaces `mask`, which covers a part of `picture`, by a finer one of the same part.
  infer::Problem refine (Matting &matting, GstBuffer *picture, Mask &mask, Problem &problem);

  void unload ()
  {
    model_.reset ();
    file_.clear ();
  }

 private:
  std::unique_ptr<MaskModel> model_;
  std::string file_;
  SmallFrame finer_;
};

}  // namespace quad
