// The mask that a picture brings along, as elements of GStreamer's analytics library attach it.
#pragma once

#include <string>

#include "glue/matting.h"

namespace quad {

// Needs that library, of GStreamer 1.26 or later. Without it no picture has a mask.
class AnalyticsMask {
 public:
  enum class Found { none, mask, unusable };

  // What the warning of pictures without a mask says of those that bring one along: the end of a
  // sentence, or nothing where none can.
  static const char *advice ();

  // Finds the mask of a picture of `frame`. The mask's levels are valid until the next call. If
  // what was found is unusable, `why` is a sentence for the user.
  //
  // All segmentations (GstAnalyticsSegmentationMtd) of a picture make one mask, which covers the
  // part of the picture that they lie in. What is of another region than the first one, the
  // background, is foreground. If there is none, the first tensor (GstTensorMeta) that is one
  // image of one channel is the mask of the whole picture.
  Found find (GstBuffer *picture, const GstVideoInfo &frame, Mask &mask, std::string &why);

 private:
  SmallFrame levels_;
};

}  // namespace quad
