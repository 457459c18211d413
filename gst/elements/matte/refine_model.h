// The step of refine=model: a second model makes a mask finer.
#pragma once

#include <memory>
#include <string>

#include "elements/matte/mask_model.h"

namespace quad {

class RefineModel {
 public:
  explicit RefineModel (GstElement *element) : element_ (element) {}

  // Loads the model if it is not the one that is loaded. Posts its warning, but not `said`, which
  // the user knows.
  infer::Problem load (const infer::Settings &settings, const std::string &said = {});

  // Once after it was loaded: runs it to measure its time, for pictures of `picture`, and says what
  // runs it.
  infer::Problem measure (Size picture);

  // How long it takes for a picture; 0 before measure ().
  GstClockTime run_time () const { return runs_.usual; }

  // Replaces `mask`, which covers a part of `picture`, by a finer one of the same part.
  infer::Problem refine (Matting &matting, GstBuffer *picture, Mask &mask, Problem &problem);

  void unload ()
  {
    model_.reset ();
    file_.clear ();
    runs_ = {};
    measured_ = false;
  }

 private:
  GstElement *element_;
  std::unique_ptr<MaskModel> model_;
  std::string file_;
  GstClockTime load_time_ = 0;
  RunTimes runs_;
  bool measured_ = false;
  SmallFrame finer_;
};

}  // namespace quad
