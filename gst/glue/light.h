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

// The brightest light of the pictures, in cd/m2, by the caps' content-light-level (MaxCLL of
// CTA-861.3) or mastering-display-info (SMPTE ST 2086); 0: they do not say.
double peak_of (const GstCaps *caps);

// The conversion of one kind of picture, kept between frames. Not thread safe.
class Conversion {
 public:
  // Makes the tile, whose source is of `from`, one on a canvas of `to`. `peak`: as light_between.
  void set (Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to, double peak = 0);

  void clear () { known_ = false; }

 private:
  bool known_ = false;
  // What counts of a GstVideoInfo.
  struct Kind {
    GstVideoFormat format = GST_VIDEO_FORMAT_UNKNOWN;
    GstVideoColorimetry colors = {};
  };
  static Kind kind_of (const GstVideoInfo &info)
  {
    return {GST_VIDEO_INFO_FORMAT (&info), info.colorimetry};
  }
  static bool equal (const Kind &a, const Kind &b)
  {
    return a.format == b.format && gst_video_colorimetry_is_equal (&a.colors, &b.colors);
  }

  Kind from_, to_;
  double peak_ = 0;
  std::optional<ColorMap> colors_;
  std::shared_ptr<const LightMap> light_;
};

}  // namespace quad
