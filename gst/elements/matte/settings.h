// The settings of quadmatte and quadmatterefine.
#pragma once

#include <string>

#include "glue/matting.h"
#include "infer/inference.h"
#include "matte/guided_filter.h"
#include "matte/smoothing.h"

namespace quad {

enum class Refine { none, guided, model };
enum class MatteRegion { full, track };
enum class ForegroundColors { keep, estimate };

// How a mask becomes alpha: both elements.
struct RefineSettings {
  Refine refine = Refine::guided;
  std::string refine_model_file = {};  // for Refine::model
  int radius = matte::Refinement{}.radius;
  double epsilon = matte::Refinement{}.epsilon;
  double smoothing = 0.75;
  ForegroundColors foreground = ForegroundColors::keep;
  bool invert = false;
  int threads = 1;  // 0: one per processor
};
inline const RefineSettings kRefineDefaults;

inline MatteLook look_of (const RefineSettings &s)
{
  return {.refined = s.refine == Refine::guided,
          .refinement = {s.radius, s.epsilon},
          .smoothing = s.smoothing,
          .inverted = s.invert,
          .cleaned = s.foreground == ForegroundColors::estimate};
}

// Where the mask comes from: quadmatte.
struct ModelSettings {
  infer::Settings model;
  MatteRegion region = MatteRegion::full;
  int interval = 1;  // a new mask for each n frames
};

}  // namespace quad
