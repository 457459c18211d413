#include "glue/video.h"

#include <gtest/gtest.h>

namespace quad::test {
namespace {

Ratio aspect (int width, int height, int par_n, int par_d)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_I420, static_cast<guint> (width),
                             static_cast<guint> (height));
  info.par_n = par_n;
  info.par_d = par_d;
  return display_aspect_of (info);
}

TEST (DisplayAspect, OfSizeAndSamples)
{
  EXPECT_EQ (aspect (1920, 1080, 1, 1), (Ratio{16, 9}));
  EXPECT_EQ (aspect (720, 576, 16, 15), (Ratio{4, 3}));
  EXPECT_EQ (aspect (720, 480, 0, 0), (Ratio{3, 2}));
}

// Samples so odd that no fraction of 32 bits holds the picture's shape are ignored.
TEST (DisplayAspect, SamplesOutOfRangeCountAsSquare)
{
  EXPECT_EQ (aspect (1920, 1080, G_MAXINT, 1), (Ratio{1920, 1080}));
  EXPECT_EQ (aspect (1920, 1080, 1, G_MAXINT), (Ratio{1920, 1080}));
  EXPECT_EQ (aspect (4093, 4091, 999983, 999979), (Ratio{4093, 4091}));
  EXPECT_EQ (aspect (1, 1, G_MAXINT, 1), (Ratio{G_MAXINT, 1}));
}

}  // namespace
}  // namespace quad::test
