// Where GStreamer's analytics library is not there, or too old.
#include "elements/matte/analytics_mask.h"

namespace quad {

const char *AnalyticsMask::advice () { return ""; }

AnalyticsMask::Found AnalyticsMask::find (GstBuffer *, const GstVideoInfo &, Mask &, std::string &)
{
  return Found::none;
}

}  // namespace quad
