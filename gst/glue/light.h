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

 private:
  // What counts of a GstVideoInfo. The colorimetry is completed: what caps leave open may follow
  // from the size.
  struct Kind {
    GstVideoFormat format = GST_VIDEO_FORMAT_UNKNOWN;  // nothing is known yet
    GstVideoColorimetry colors = {};

    bool operator== (const Kind &o) const
    {
      return format == o.format && gst_video_colorimetry_is_equal (&colors, &o.colors);
    }
  };

  Kind from_, to_;
  double peak_ = 0;
  std::optional<ColorMap> colors_;
  std::shared_ptr<const LightMap> light_;
};

}  // namespace quad
