// Where GStreamer's analytics library is not there, or too old.
#include <gtest/gtest.h>

namespace {

TEST (AnalyticsMask, NeedsTheLibrary)
{
  GTEST_SKIP () << "Built without gstreamer-analytics-1.0 of GStreamer 1.26 or later: pictures "
                   "bring no masks along.";
}

}  // namespace
