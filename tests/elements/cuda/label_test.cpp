// quadmux-grid's labels over frames in CUDA memory, on the driver's double.
#include "elements/cuda/pipeline.h"

using namespace quad::test;
using hostcuda::counters;

namespace {

using CudaLabel = CudaTest;

constexpr int kFrames = 5;

// Three inputs with labels, of which the second has its own.
std::string wall (const char *format, const std::string &properties, bool cuda)
{
  std::string line = "quadmux-grid name=grid rows=2 columns=2 " + properties + " ! video/x-raw" +
                     (cuda ? "(memory:CUDAMemory)" : "") +
                     ",width=320,height=240,format=" + format + " ! " + (cuda ? kDownload : "") +
                     kSink;
  for (int i = 0; i < 3; i++)
    line.append (" ")
        .append (source (format, 64, 48, kFrames))
        .append (cuda ? kUpload : "")
        .append ("grid.");
  return line;
}

const char *const kLabels =
    "label=\"{name} {state}\" sink_1::label-position=top-right sink_1::label-background=0x40ff8020 "
    "sink_1::label-color=0xc020ff20 sink_2::label=\"\u65e5 Text\" sink_2::alpha=0.6";

TEST_F (CudaLabel, AreTheHostsInTheSameLaunchAndUploadedOnce)
{
  for (const char *format : {"NV12", "I420", "RGBA", "P010_10LE", "BGR"}) {
    SCOPED_TRACE (format);
    const Frames host = frames_of (wall (format, kLabels, false));
    ASSERT_EQ (host.size (), std::size_t{kFrames});
    if (host == frames_of (wall (format, "", false)))
      GTEST_SKIP () << "no text can be rendered here";
    hostcuda::reset ();
    (void)frames_of (wall (format, "", true));
    const auto plain = counters ();
    hostcuda::reset ();
    EXPECT_EQ (frames_of (wall (format, kLabels, true)), host);
    EXPECT_EQ (counters ().launches, std::uint64_t{kFrames});
    EXPECT_EQ (counters ().misuses, 0u);
    // Each label once, besides the tables of the larger scene.
    EXPECT_LE (counters ().copies_h2d, plain.copies_h2d + 3 + 3);
  }
}

TEST_F (CudaLabel, ChangeWithEachFrame)
{
  const char *const changing = "label=\"{pts}\"";
  const Frames host = frames_of (wall ("NV12", changing, false));
  EXPECT_EQ (frames_of (wall ("NV12", changing, true)), host);
  EXPECT_EQ (counters ().misuses, 0u);
}

}  // namespace
