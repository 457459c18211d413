// Conversion between formats and colorimetries in real numbers (ITU-T H.273 8.3). It uses only the
// description of the formats.
#pragma once

#include <gst/video/video.h>

#include <string>

#include "support/picture.h"

namespace quad::test {

class RealConversion {
 public:
  // All three must outlive this object.
  RealConversion (const Picture &in, const GstVideoInfo &from, const GstVideoInfo &to);

  // Names the first position where `out` is more than `limit` away; "" if there is none.
  std::string beyond (const Picture &out, double limit) const;

 private:
  // The code value that the channel should have; clamped, not rounded.
  double expected (const FormatInfo &out, int raster, int channel, int x, int y) const;

  const Picture &in_;
  const GstVideoInfo &from_, &to_;
};

// The code value of a component (Y U V A, or R G B A) at a position of its raster.
int component_of (const Picture &picture, int component, int x, int y);

// Paints a smooth picture near grey, inside both ranges.
void paint_mild (Picture &picture);

Picture converted_by_gstreamer (const Picture &in, const GstVideoInfo &from,
                                const GstVideoInfo &to);

// The greatest difference in code values, over all channels but padding.
int greatest_difference (const Picture &a, const Picture &b);

std::string describe_conversion (const GstVideoInfo &from, const GstVideoInfo &to);

}  // namespace quad::test
