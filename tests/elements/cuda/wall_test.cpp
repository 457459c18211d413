// What quadmux-grid shows beside its inputs' pictures, in CUDA memory as on the host.
#include "elements/cuda/pipeline.h"

using namespace quad::test;
using quad::Owned;

namespace {

using CudaWall = CudaTest;

Owned<GstSample> placeholder (const std::string &format)
{
  const std::string caps = "video/x-raw,width=30,height=22,framerate=0/1,format=" + format;
  const GstVideoInfo info = info_of_caps (caps);
  const Owned<GstBuffer> picture =
      painted (info, [] (int c, int, int x, int y) { return 40 + c * 30 + x * 4 + y; });
  return Owned<GstSample>{gst_sample_new (picture.get (), caps_of (caps).get (), nullptr, nullptr)};
}

// A background, an input that begins after 0.3 s, and one that is always there.
Frames wall (bool cuda, const std::string &out, const std::string &format)
{
  const char *upload = cuda ? kUpload : "";
  const std::string line =
      "quadmux-grid name=grid rows=1 columns=3 gap=4 margin=4 border-width=4 "
      "state-border=\"colors,waiting=(uint)0xc0ff8000,live=(uint)0xff00ff00\" "
      "sink_0::placeholder-while-waiting=true ! video/x-raw" +
      std::string (cuda ? "(memory:CUDAMemory)" : "") + ",width=192,height=80,format=" + out +
      " ! " + kSink + " " + source ("NV12", 96, 40, 6) + upload + "grid.background " +
      source ("NV12", 80, 60, 3, "timestamp-offset=300000000") + upload + "grid.sink_0 " +
      source ("NV12", 80, 60, 6) + upload + "grid.sink_1";
  Launch p (line);
  g_object_set (p.pad ("grid", "sink_0").get (), "placeholder", placeholder (format).get (),
                nullptr);
  Frames all = p.run ();
  EXPECT_EQ (p.error (), "") << line;
  EXPECT_TRUE (p.warnings ().empty ());
  return all;
}

int largest_difference (const Frame &a, const Frame &b)
{
  int most = a.bytes.size () == b.bytes.size () ? 0 : 256;
  for (std::size_t i = 0; i < a.bytes.size () && most < 256; i++)
    most = std::max (most, std::abs (a.bytes[i] - b.bytes[i]));
  return most;
}

TEST_F (CudaWall, PlaceholdersBordersAndTheBackgroundHaveTheHostsBytes)
{
  for (const char *out : {"NV12", "I420", "RGBA"})
    for (const char *format : {"NV12", "I420", "RGBA", "BGRx", "GRAY8"}) {
      SCOPED_TRACE (std::string (out) + " " + format);
      const Frames host = wall (false, out, format), cuda = wall (true, out, format);
      ASSERT_EQ (host.size (), 6u);
      ASSERT_EQ (cuda.size (), 6u);
      for (std::size_t i = 0; i < 6; i++) {
        EXPECT_TRUE (cuda[i].cuda_memory);
        // A host's picture with alpha is scaled to RGBA before it is uploaded: it is rounded twice.
        const bool alpha = std::string_view (format).find ('A') != std::string_view::npos &&
                           std::string_view (format) != "GRAY8";
        EXPECT_LE (largest_difference (cuda[i], host[i]), alpha ? 3 : 0) << i;
      }
      EXPECT_NE (host[2].bytes, host[3].bytes) << "the placeholder is gone";
    }
}

}  // namespace
