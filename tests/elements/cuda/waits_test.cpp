// How often quadmux-grid waits for the device, and what it allocates.
#include "elements/cuda/fed.h"

using namespace quad::test;
using hostcuda::counters;
using quad::Owned;

namespace {

using CudaWaits = CudaTest;

constexpr const char *kToHost = "video/x-raw,format=NV12,width=64,height=48 ! ";
constexpr const char *kToCuda = "video/x-raw(memory:CUDAMemory),format=NV12,width=64,height=48 ! ";

struct Source {
  bool cuda;
  const char *caps;
};

// Scaled, as it is, converted.
const Source kCuda[] = {{true, "format=NV12,width=64,height=48"},
                        {true, "format=NV12,width=32,height=24"},
                        {true, "format=RGBA,width=40,height=30"},
                        {true, "format=I420,width=64,height=24"}};
const Source kHost[] = {{false, "format=NV12,width=64,height=48"},
                        {false, "format=NV12,width=32,height=24"},
                        {false, "format=RGBA,width=40,height=30"},
                        {false, "format=I420,width=64,height=24"}};

// The waits for the device while a grid of `sources` drew `frames`, which all existed before.
// Nobody maps the output.
std::uint64_t waits_of (const std::vector<Source> &sources, const std::string &downstream,
                        std::uint64_t frames)
{
  std::string line = "quadmux-grid name=grid ! " + downstream + kSink;
  for (std::size_t i = 0; i < sources.size (); i++)
    line.append (" appsrc name=in").append (std::to_string (i)).append (" ! grid.");
  Fed f (line);
  for (std::size_t i = 0; i < sources.size (); i++) {
    Input &in = f.input ("in" + std::to_string (i));
    if (sources[i].cuda)
      in.in_cuda (sources[i].caps);
    else
      in.on_host (sources[i].caps);
    for (std::uint64_t n = 0; n < frames; n++) in.push (100, n);
    in.end ();
  }
  const std::uint64_t before = counters ().syncs;
  f.launch ().play ();
  std::uint64_t count = 0;
  while (f.launch ().pull_sample ()) count++;
  EXPECT_EQ (count, frames) << f.launch ().error ();
  return counters ().syncs - before;
}

// A frame's share: tables are uploaded with the first one.
std::uint64_t waits_of_ten (const std::vector<Source> &sources, const std::string &downstream)
{
  return waits_of (sources, downstream, 12) - waits_of (sources, downstream, 2);
}

TEST_F (CudaWaits, OnceAFrameForAllThatIsDownloaded)
{
  EXPECT_EQ (waits_of_ten ({kCuda[0]}, kToHost), 10u);
  EXPECT_EQ (waits_of_ten ({kCuda[0], kCuda[1], kCuda[2], kCuda[3]}, kToHost), 10u);
  EXPECT_EQ (waits_of_ten ({kCuda[0], kHost[1], kHost[2], kCuda[2]}, kToHost), 10u);
}

TEST_F (CudaWaits, OnceAFrameForAllThatIsUploaded)
{
  EXPECT_EQ (waits_of_ten ({kHost[0]}, kToCuda), 10u);
  EXPECT_EQ (waits_of_ten ({kHost[0], kHost[1], kHost[2], kHost[3]}, kToCuda), 10u);
  EXPECT_EQ (waits_of_ten ({kCuda[0], kHost[1], kHost[2], kHost[3]}, kToCuda), 10u);
  EXPECT_EQ (waits_of_ten ({kCuda[0], kCuda[1], kCuda[2], kHost[0]}, kToCuda), 10u);
}

TEST_F (CudaWaits, AtMostOnceAFrameWhereNothingIsMoved)
{
  EXPECT_LE (waits_of_ten ({kCuda[0], kCuda[1], kCuda[2], kCuda[3]}, kToCuda), 10u);
}

// The scene changes its shape with each frame: new tables, and no wait for them.
TEST_F (CudaWaits, AtMostOnceAFrameWithAnAlphaThatChanges)
{
  constexpr std::uint64_t kFrames = 12;
  Frames drawn[2];
  for (const bool looks : {false, true})
    for (const bool cuda : {false, true}) {
      if (!looks && !cuda) continue;
      Fed f (std::string{"quadmux-grid name=grid rows=1 columns=2 ! "} +
             (cuda ? kToCuda : kToHost) + kSink + " appsrc name=a ! grid. appsrc name=b ! grid.");
      const Owned<GstPad> pad = f.launch ().pad ("grid", "sink_1");
      for (const char *name : {"sink_0", "sink_1"})
        g_object_set (f.launch ().pad ("grid", name).get (), "cell", 0, nullptr);
      for (const char *name : {"a", "b"}) {
        Input &in = f.input (name);
        if (cuda)
          in.in_cuda (kCuda[1].caps);
        else
          in.on_host (kHost[1].caps);
      }
      f.launch ().play ();
      std::uint64_t before = 0;
      for (std::uint64_t n = 0; n < kFrames; n++) {
        g_object_set (pad.get (), "alpha", 0.1 + 0.05 * double (n), nullptr);
        Owned<GstBuffer> a = f.input ("a").make (40, n), b = f.input ("b").make (200, n);
        before = hostcuda::counters ().syncs;
        f.input ("a").push (std::move (a));
        f.input ("b").push (std::move (b));
        const Owned<GstSample> sample = f.launch ().pull_sample ();
        ASSERT_TRUE (sample) << f.launch ().error ();
        if (n > 0 && cuda) {
          EXPECT_LE (counters ().syncs - before, 1u) << n;
        }
        if (looks) drawn[cuda].push_back (frame_of (sample.get ()));
      }
    }
  ASSERT_EQ (drawn[1].size (), kFrames);
  for (std::size_t n = 0; n < kFrames; n++) {
    EXPECT_EQ (drawn[1][n].bytes, drawn[0][n].bytes) << n;
    if (n > 0) {
      EXPECT_NE (drawn[1][n].bytes, drawn[1][n - 1].bytes) << n;
    }
  }
}

TEST_F (CudaWaits, NeverForTheHostAlone)
{
  EXPECT_EQ (waits_of ({kHost[0], kHost[1], kHost[2], kHost[3]}, kToHost, 12), 0u);
}

// Each frame has its own pixels, although memory is reused for the next one.
TEST_F (CudaWaits, WhatIsMovedIsTheFramesOwn)
{
  for (const char *out : {kToHost, kToCuda})
    for (const bool cuda : {false, true}) {
      SCOPED_TRACE (std::string{out} + (cuda ? "cuda" : "host"));
      Fed f (std::string{"quadmux-grid name=grid ! "} + out + kSink +
             " appsrc name=a ! grid. appsrc name=b ! grid.");
      for (const char *name : {"a", "b"}) {
        Input &in = f.input (name);
        if (cuda)
          in.in_cuda ("format=NV12,width=64,height=48");
        else
          in.on_host ("format=NV12,width=64,height=48");
        for (std::uint64_t n = 0; n < 6; n++) in.push (int (*name) + 5 * int (n), n);
        in.end ();
      }
      const Frames all = f.launch ().run ();
      ASSERT_EQ (all.size (), 6u) << f.launch ().error ();
      for (std::size_t n = 0; n < 6; n++) {
        EXPECT_EQ (all[n].bytes[5 * 64 + 5], 'a' + 5 * int (n));
        EXPECT_EQ (all[n].bytes[5 * 64 + 40], 'b' + 5 * int (n));
      }
    }
}

// Threads are used only for drawing on the host.
TEST_F (CudaWaits, ThreadsDoNotTouchTheDevicesRenderer)
{
  Fed f (std::string{"quadmux-grid name=grid ! "} + kToCuda + kSink +
         " appsrc name=a ! grid. appsrc name=b ! grid.");
  f.input ("a").in_cuda ("format=NV12,width=64,height=48");
  f.input ("b").on_host ("format=I420,width=64,height=48");
  f.launch ().play ();
  Frame first, later;
  std::uint64_t made[2] = {};
  for (std::uint64_t n = 0; n < 6; n++) {
    g_object_set (f.launch ().element ("grid").get (), "n-threads", int (1 + n % 3), nullptr);
    f.input ("a").push (90, n);
    f.input ("b").push (120, n);
    ASSERT_TRUE (f.pull (n == 0 ? first : later)) << f.launch ().error ();
    made[n > 0] = hostcuda::calls ("cuModuleLoadData") + hostcuda::calls ("cuMemAlloc");
  }
  EXPECT_EQ (made[1], made[0]);
  EXPECT_EQ (later.bytes, first.bytes);
}

}  // namespace
