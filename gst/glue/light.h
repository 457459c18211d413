// Where light differs between two pictures: transfer functions and primaries (docs/pixels.md,
// "Light").
#pragma once

#include <gst/video/video.h>

#include <memory>

#include "core/scene.h"

namespace quad {

// How the engine makes the light of `to` of pictures of `from`; null if it is the same light
// (same_light). `peak` is the brightest light of `from`, in cd/m2; 0: what its transfer function
// makes usual.
std::shared_ptr<const LightMap> light_between (const GstVideoInfo &from, const GstVideoInfo &to,
                                               double peak = 0);

// The conversion of one kind of picture, kept between frames. Not thread safe.
class Conversion {
 public:
  // Makes the tile, whose source is of `from`, one on a canvas of `to`.
  void set (Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to);

  void clear () { known_ = false; }

 private:
  bool known_ = false;
  GstVideoInfo from_ = {}, to_ = {};
  std::optional<ColorMap> colors_;
  std::shared_ptr<const LightMap> light_;
};

}  // namespace quad
