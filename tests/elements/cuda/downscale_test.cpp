// quaddownscale with frames in CUDA memory, on the driver's double.
#include "core/kernel.h"
#include "elements/cuda/fed.h"

using namespace quad::test;
using hostcuda::calls;
using hostcuda::counters;
using quad::Owned;

namespace {

using CudaDownscale = CudaTest;

// The calls that the element itself made between two runs: those of the same pipeline without it
// are subtracted.
struct Cost {
  std::uint64_t launches, h2d, d2h, d2d, syncs, bytes;
};

Cost cost_of (const std::string &line, Frames *frames = nullptr)
{
  hostcuda::reset ();
  const Frames all = frames_of (line);
  if (frames) *frames = all;
  const hostcuda::Counters c = counters ();
  EXPECT_EQ (c.misuses, 0u);
  return {c.launches, c.copies_h2d, c.copies_d2h, c.copies_d2d, c.syncs, c.bytes_copied};
}

std::string both_ways (const std::string &from, const std::string &middle)
{
  return from + kUpload + middle + kDownload + kSink;
}

struct Shape {
  int width, height, to_width, to_height;
};

// --- Pixels ---

TEST_F (CudaDownscale, DrawsWhatTheHostDraws)
{
  for (const char *format : kCudaFormats)
    for (const quad::filter::Kernel &method : quad::filter::kernels ())
      for (const Shape &s : {Shape{64, 34, 32, 17}, Shape{67, 45, 21, 13}, Shape{6, 5, 1, 1}}) {
        const std::string size = "width=" + std::to_string (s.to_width) +
                                 ",height=" + std::to_string (s.to_height) +
                                 ",pixel-aspect-ratio=1/1";
        const std::string from = source (format, s.width, s.height, 2);
        const std::string scale = "quaddownscale method=" + std::string{method.name} + " ! ";
        SCOPED_TRACE (from + scale + size);
        const Frames host = frames_of (from + scale + "video/x-raw," + size + " ! " + kSink);
        const Frames device =
            frames_of (both_ways (from, scale + "video/x-raw(memory:CUDAMemory)," + size + " ! "));
        ASSERT_EQ (host.size (), 2u);
        EXPECT_NE (host[0].bytes, host[1].bytes);
        EXPECT_EQ (device, host);
      }
}

// In one launch for a frame.
TEST_F (CudaDownscale, ConvertsLikeTheHost)
{
  for (const char *from : kCudaFormats)
    for (const char *to : kCudaFormats)
      for (const char *colorimetry : {"", ",colorimetry=(string)1:4:0:0"}) {
        const std::string out = std::string{"format="} + to + ",width=23,height=14" + colorimetry;
        // Otherwise videotestsrc takes what it is asked for.
        const auto *info = gst_video_format_get_info (gst_video_format_from_string (from));
        if (*colorimetry && (to != std::string{"NV12"} || GST_VIDEO_FORMAT_INFO_IS_RGB (info)))
          continue;
        SCOPED_TRACE (std::string{from} + " to " + out);
        const std::string in = source (from, 67, 45, 2);
        const Frames host = frames_of (in + "quaddownscale ! video/x-raw," + out + " ! " + kSink);
        Frames device;
        const Cost cost = cost_of (
            both_ways (in, "quaddownscale ! video/x-raw(memory:CUDAMemory)," + out + " ! "),
            &device);
        ASSERT_EQ (host.size (), 2u);
        EXPECT_EQ (device, host);
        EXPECT_EQ (cost.launches, 2u);
      }
}

TEST_F (CudaDownscale, EnlargesLikeTheHost)
{
  for (const char *method : {"area", "lanczos"}) {
    const std::string from = source ("NV12", 20, 10, 2);
    const std::string scale = "quaddownscale upscale=true method=" + std::string{method} + " ! ";
    const Frames host = frames_of (from + scale + "video/x-raw,width=50,height=25 ! " + kSink);
    ASSERT_EQ (host.size (), 2u);
    EXPECT_EQ (host[0].width, 50);
    EXPECT_EQ (frames_of (both_ways (
                   from, scale + "video/x-raw(memory:CUDAMemory),width=50,height=25 ! ")),
               host);
  }
}

TEST_F (CudaDownscale, ZoomsLikeTheHost)
{
  for (const char *format : {"NV12", "RGBA", "I420_10LE"})
    for (const char *zoom : {"divisor=1 crop-x=0.5 crop-y=0.25 crop-width=0.5 crop-height=0.5",
                             "crop-x=0.13 crop-y=0.31 crop-width=0.33 crop-height=0.41"}) {
      SCOPED_TRACE (std::string{format} + " " + zoom);
      const std::string from = source (format, 64, 48, 2);
      const std::string scale = "quaddownscale method=lanczos " + std::string{zoom} + " ! ";
      const Frames host = frames_of (from + scale + kSink);
      ASSERT_EQ (host.size (), 2u);
      EXPECT_LT (host[0].width, 33);
      EXPECT_EQ (frames_of (both_ways (from, scale)), host);
    }
}

TEST_F (CudaDownscale, BlocksInEitherOrder)
{
  const std::string line = both_ways (source ("I420", 90, 62, 2), "quaddownscale ! ");
  const Frames forward = frames_of (line);
  hostcuda::set_block_order (hostcuda::Order::backward);
  hostcuda::set_poison (0x3C);
  EXPECT_EQ (frames_of (line), forward);
}

TEST_F (CudaDownscale, MemoryInIsMemoryOut)
{
  const std::string from = source ("NV12", 64, 48, 3);
  const Frames device = frames_of (from + kUpload + "quaddownscale ! " + kSink);
  ASSERT_EQ (device.size (), 3u);
  for (const Frame &f : device) {
    EXPECT_TRUE (f.cuda_caps && f.cuda_memory);
    EXPECT_EQ (f.width, 32);
    EXPECT_EQ (f.duration, GST_SECOND / 10);
  }
  EXPECT_EQ (device[2].pts, GST_SECOND / 5);
  for (const Frame &f : frames_of (from + "quaddownscale ! " + kSink))
    EXPECT_FALSE (f.cuda_caps || f.cuda_memory);
}

// It scales; it does not move frames between memories.
TEST_F (CudaDownscale, OtherMemoryBehindItIsRefused)
{
  Launch p (source ("NV12", 64, 48, 1) + kUpload + "quaddownscale ! capsfilter name=filter ! " +
            kSink);
  g_object_set (p.element ("filter").get (), "caps", caps_of ("video/x-raw").get (), nullptr);
  EXPECT_TRUE (p.run ().empty ());
  EXPECT_NE (p.error (), "");
}

// --- What it costs ---

TEST_F (CudaDownscale, OneLaunchAndOneWaitForAFrameAndNoCopies)
{
  for (const char *format : kCudaFormats) {
    SCOPED_TRACE (format);
    const std::string small = source (format, 40, 20, 12), large = source (format, 80, 40, 12);
    // Both pipelines upload and download as many planes as a frame has.
    const Cost plain = cost_of (both_ways (small, ""));
    const Cost scaling = cost_of (both_ways (large, "quaddownscale ! "));
    EXPECT_EQ (plain.launches, 0u);
    EXPECT_EQ (scaling.launches, 12u);
    EXPECT_EQ (scaling.h2d - plain.h2d, 1u) << "the tables of one shape";
    EXPECT_EQ (scaling.d2h, plain.d2h);
    EXPECT_EQ (scaling.d2d, plain.d2d);
    // Waits outside of the frames: one for the tables, one before they are freed.
    EXPECT_LE (scaling.syncs - plain.syncs, 12u + 2u);
  }
}

TEST_F (CudaDownscale, CopiesDoNotGrowWithTheStream)
{
  const auto own = [] (int count) {
    const Cost plain = cost_of (both_ways (source ("RGBA", 40, 20, count), ""));
    const Cost scaling = cost_of (both_ways (source ("RGBA", 80, 40, count), "quaddownscale ! "));
    // A source's frame is four times the size of the result.
    return scaling.bytes - plain.bytes - std::uint64_t (count) * (80 * 40 - 40 * 20) * 4;
  };
  EXPECT_EQ (own (2), own (30));
  EXPECT_LT (own (2), 16384u);
}

// --- Passthrough ---

GstPadProbeReturn note_memory (GstPad *, GstPadProbeInfo *info, gpointer list)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  auto *noted = static_cast<std::vector<std::pair<gpointer, gpointer>> *> (list);
  noted->emplace_back (buffer, gst_buffer_peek_memory (buffer, 0));
  return GST_PAD_PROBE_OK;
}

TEST_F (CudaDownscale, NothingToDoPassesTheSameBuffers)
{
  Launch p (both_ways (source ("NV12", 40, 20, 5), "quaddownscale name=scale divisor=1 ! "));
  std::vector<std::pair<gpointer, gpointer>> before, after;
  gst_pad_add_probe (p.pad ("scale", "sink").get (), GST_PAD_PROBE_TYPE_BUFFER, note_memory,
                     &before, nullptr);
  gst_pad_add_probe (p.pad ("scale", "src").get (), GST_PAD_PROBE_TYPE_BUFFER, note_memory, &after,
                     nullptr);
  const Frames passed = p.run ();
  const hostcuda::Counters with = counters ();
  EXPECT_EQ (before.size (), 5u);
  EXPECT_EQ (before, after);
  EXPECT_EQ (with.launches, 0u);
  p.stop ();
  EXPECT_EQ (passed, frames_of (source ("NV12", 40, 20, 5) + kSink));
  const Cost plain = cost_of (both_ways (source ("NV12", 40, 20, 5), ""));
  EXPECT_EQ (with.copies_h2d, plain.h2d);
  EXPECT_EQ (with.copies_d2h, plain.d2h);
}

// --- Frames of the test's own making ---

const std::string kFed = std::string{"appsrc name=in ! quaddownscale name=scale ! "} + kSink;

TEST_F (CudaDownscale, ShowsTheCropAlone)
{
  Fed f (kFed);
  Input &in = f.input ("in");
  in.in_cuda ("format=Y444,width=16,height=8");
  // 255 outside of what is shown.
  Owned<GstBuffer> picture = painted (in.info (), [] (int p, int x, int y, int) {
    return x >= 8 && y < 4 ? 20 * p + (x - 8) / 2 * 9 + y / 2 * 5 : 255;
  });
  Owned<GstBuffer> buffer = in.make (std::move (picture), 0);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer.get ());
  crop->x = 8;
  crop->y = 0;
  crop->width = 8;
  crop->height = 4;
  in.push (std::move (buffer));
  in.end ();
  g_object_set (f.launch ().element ("scale").get (), "divisor", 4, nullptr);
  const Frames all = f.launch ().run ();
  ASSERT_EQ (all.size (), 1u) << f.launch ().error ();
  std::vector<guint8> wanted;  // 8x4 at 4x2
  for (int p = 0; p < 3; p++)
    for (int y = 0; y < 2; y++)
      for (int x = 0; x < 4; x++) wanted.push_back (static_cast<guint8> (20 * p + 9 * x + 5 * y));
  EXPECT_EQ (all[0].bytes, wanted);
}

TEST_F (CudaDownscale, SizeFormatAndMemoryChangeMidStream)
{
  Fed f (kFed);
  Input &in = f.input ("in");
  in.in_cuda ("format=NV12,width=32,height=16");
  const auto plain = [] (const Frame &frame) {
    return std::vector<guint8> (frame.bytes.size (), frame.bytes.at (0)) == frame.bytes
               ? int{frame.bytes[0]}
               : -1;
  };
  in.push (50, 0);
  in.in_cuda ("format=NV12,width=64,height=16");
  in.push (60, 1);
  in.in_cuda ("format=RGBA,width=64,height=16");
  in.push (70, 2);
  in.on_host ("format=RGBA,width=64,height=16");
  in.push (80, 3);
  in.in_cuda ("format=I420,width=20,height=12");
  in.push (90, 4);
  in.end ();
  const Frames all = f.launch ().run ();
  EXPECT_EQ (f.launch ().error (), "");
  ASSERT_EQ (all.size (), 5u);
  const struct {
    const char *format;
    int width, height, value;
    bool cuda;
  } wanted[] = {{"NV12", 16, 8, 50, true},
                {"NV12", 32, 8, 60, true},
                {"RGBA", 32, 8, 70, true},
                {"RGBA", 32, 8, 80, false},
                {"I420", 10, 6, 90, true}};
  for (std::size_t i = 0; i < 5; i++) {
    SCOPED_TRACE (i);
    EXPECT_EQ (all[i].format, wanted[i].format);
    EXPECT_EQ (all[i].width, wanted[i].width);
    EXPECT_EQ (all[i].height, wanted[i].height);
    EXPECT_EQ (all[i].cuda_memory, wanted[i].cuda);
    EXPECT_EQ (all[i].cuda_caps, wanted[i].cuda);
    EXPECT_EQ (all[i].pts, i * GST_SECOND / 10);
    EXPECT_EQ (plain (all[i]), wanted[i].value);
  }
  EXPECT_EQ (counters ().launches, 4u);
}

TEST_F (CudaDownscale, GoesOnAfterAFlush)
{
  Fed f (kFed + " async=false");
  Input &in = f.input ("in");
  in.in_cuda ("format=NV12,width=32,height=16");
  f.launch ().play ();
  Frame frame;
  for (int round = 0; round < 4; round++) {
    for (std::uint64_t n = 0; n < 3; n++) in.push (40 + 10 * round, n);
    ASSERT_TRUE (f.launch ().pull (frame)) << f.launch ().error ();
    EXPECT_EQ (frame.bytes[0], 40 + 10 * round);
    EXPECT_EQ (frame.pts, 0u);
    EXPECT_TRUE (gst_element_send_event (in.element (), gst_event_new_flush_start ()));
    EXPECT_TRUE (gst_element_send_event (in.element (), gst_event_new_flush_stop (TRUE)));
  }
  EXPECT_EQ (f.launch ().error (), "");
}

TEST_F (CudaDownscale, MethodChangesMidStream)
{
  Fed f (kFed);
  Input &in = f.input ("in");
  in.in_cuda ("format=RGBA,width=33,height=17");
  const Owned<GstBuffer> noise = painted (
      in.info (), [] (int, int x, int y, int k) { return (x * 151 + y * 83 + x * y + k) % 256; });
  f.launch ().play ();
  const char *const methods[] = {"area", "lanczos", "area"};
  Frame frame[3];
  for (std::uint64_t i = 0; i < 3; i++) {
    gst_util_set_object_arg (G_OBJECT (f.launch ().element ("scale").get ()), "method", methods[i]);
    in.push (in.make (Owned<GstBuffer>{gst_buffer_copy_deep (noise.get ())}, i));
    ASSERT_TRUE (f.launch ().pull (frame[i])) << f.launch ().error ();
  }
  EXPECT_EQ (frame[0].bytes, frame[2].bytes);
  EXPECT_NE (frame[0].bytes, frame[1].bytes);
}

TEST_F (CudaDownscale, PlaysFiveTimes)
{
  Launch p (both_ways (source ("NV12", 64, 34, 3), "quaddownscale ! "));
  Frames first;
  for (int round = 0; round < 5; round++) {
    p.play ();
    Frames all;
    for (Frame f; all.size () < 3 && p.pull (f);) all.push_back (f);
    EXPECT_EQ (p.error (), "");
    ASSERT_EQ (all.size (), 3u);
    if (round == 0) first = all;
    EXPECT_EQ (all, first);
    p.stop ();
    expect_nothing_left (1);
  }
  EXPECT_EQ (calls ("cuCtxCreate"), 1u);
}

}  // namespace
