// quaddownscale's pixels, and the layouts of memory that it reads.
#include <numeric>

#include "core/kernel.h"
#include "elements/downscale/downscaler.h"

namespace quad::test {
namespace {

// Each channel has its own constant value; rows have padding if the strides have any.
TEST (DownscalePixels, ConstantStaysConstantInEveryFormat)
{
  for (const FormatInfo &format : all_formats ())
    for (const filter::Kernel &method : filter::kernels ())
      for (const auto &[width, height] : {std::pair{37, 23}, std::pair{1, 1}, std::pair{64, 2}}) {
        SCOPED_TRACE (std::string{format.name} + " " + method.name + " " + std::to_string (width));
        Downscaler d{raw (format.name, width, height), "video/x-raw",
                     "divisor=3 method=" + std::string{method.name}};
        const bool wide = format.sample_bytes > 1;
        const auto value = [&] (int plane, int channel) {
          return wide ? (100 + 200 * plane + 300 * channel) << format.shift
                      : 200 - 40 * plane - 30 * channel;
        };
        Owned<GstBuffer> in = plain (d.in (), 0);
        const auto visit = [&] (const GstVideoInfo &info, GstBuffer *buffer, bool write) {
          GstVideoFrame frame;
          ASSERT_TRUE (
              gst_video_frame_map (&frame, &info, buffer, write ? GST_MAP_WRITE : GST_MAP_READ));
          int wrong = 0;
          const auto each = [&] (auto &sample, int p, int, int, int k) {
            if (write)
              sample = static_cast<std::remove_reference_t<decltype (sample)>> (value (p, k));
            else
              wrong += sample != value (p, k);
          };
          if (wide)
            visit_samples<std::uint16_t> (&frame, each);
          else
            visit_samples<std::uint8_t> (&frame, each);
          gst_video_frame_unmap (&frame);
          EXPECT_EQ (wrong, 0);
        };
        visit (d.in (), in.get (), true);
        const Owned<GstBuffer> out = d.scale (std::move (in));
        ASSERT_TRUE (out) << d.bus ().error ();
        visit (d.out (), out.get (), false);
      }
}

TEST (DownscalePixels, HalfIsTheMeanOfFour)
{
  Downscaler d{gray (8, 6)};
  const auto value = [] (int, int x, int y, int) { return (x * 37 + y * 91) % 256; };
  std::vector<int> means;
  for (int y = 0; y < 3; y++)
    for (int x = 0; x < 4; x++) {
      int sum = 0;
      for (int k = 0; k < 4; k++) sum += value (0, 2 * x + k % 2, 2 * y + k / 2, 0);
      means.push_back ((sum + 2) / 4);
    }
  EXPECT_EQ (d.scaled_samples (painted (d.in (), value)), means);
}

TEST (DownscalePixels, EveryPlaneOfI420)
{
  Downscaler d{raw ("I420", 16, 8) + ",chroma-site=jpeg"};
  // Each plane has blocks of 2x2 equal samples, so halving takes one sample of each block.
  const auto value = [] (int p, int x, int y, int) { return 10 + p * 60 + x / 2 * 5 + y / 2 * 9; };
  std::vector<int> wanted;
  for (int p = 0; p < 3; p++)
    for (int y = 0; y < (p ? 2 : 4); y++)
      for (int x = 0; x < (p ? 4 : 8); x++) wanted.push_back (value (p, 2 * x, 2 * y, 0));
  EXPECT_EQ (d.scaled_samples (painted (d.in (), value)), wanted);
}

TEST (DownscalePixels, ThreadsChangeNothing)
{
  std::vector<int> first;
  for (const char *threads : {"n-threads=1", "n-threads=3", "n-threads=0"}) {
    Downscaler d{raw ("NV12", 203, 155), "video/x-raw,width=64,height=48",
                 std::string{"method=lanczos "} + threads};
    const auto samples = d.scaled_samples (painted (d.in (), [] (int p, int x, int y, int k) {
      return (x * x + y * 7 + p * 11 + k * 5) % 256;
    }));
    ASSERT_FALSE (samples.empty ());
    if (first.empty ()) first = samples;
    EXPECT_EQ (samples, first) << threads;
  }
}

TEST (DownscalePixels, MethodAndThreadsChangeMidStream)
{
  Downscaler d{gray (32, 32)};
  const auto noise = [] (int, int x, int y, int) { return (x * 151 + y * 83 + x * y) % 256; };
  const auto area = d.scaled_samples (painted (d.in (), noise));
  gst_util_set_object_arg (G_OBJECT (d.element ()), "method", "lanczos");
  const auto lanczos = d.scaled_samples (painted (d.in (), noise));
  g_object_set (d.element (), "n-threads", 2, nullptr);
  EXPECT_EQ (d.scaled_samples (painted (d.in (), noise)), lanczos);
  gst_util_set_object_arg (G_OBJECT (d.element ()), "method", "area");
  EXPECT_EQ (d.scaled_samples (painted (d.in (), noise)), area);
  EXPECT_NE (area, lanczos);
}

// --- Memory ---

// A buffer of `bytes` with one GRAY8 plane of 8x4 at `offset` with `stride`.
Owned<GstBuffer> laid_out (gsize bytes, gsize offset, gint stride)
{
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, bytes, nullptr)};
  gst_buffer_memset (buffer.get (), 0, 255, bytes);
  gsize offsets[GST_VIDEO_MAX_PLANES] = {offset};
  gint strides[GST_VIDEO_MAX_PLANES] = {stride};
  gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8,
                                  8, 4, 1, offsets, strides);
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 8; x++) {
      const std::ptrdiff_t at =
          static_cast<std::ptrdiff_t> (offset) + std::ptrdiff_t{y} * stride + x;
      const auto value = static_cast<guint8> (x / 2 * 10 + y / 2 * 100);
      if (at >= 0 && at < static_cast<std::ptrdiff_t> (bytes))
        gst_buffer_fill (buffer.get (), static_cast<gsize> (at), &value, 1);
    }
  return buffer;
}

TEST (DownscaleBuffers, StridesInBounds)
{
  struct Row {
    gsize bytes, offset;
    gint stride;
  };
  for (const Row &row : {Row{32, 0, 8},        // tight
                         Row{47, 0, 13},       // odd, the last row unpadded
                         Row{100, 5, 17},      // and not from the beginning
                         Row{32, 24, -8},      // upside down
                         Row{60, 50, -14}}) {  // upside down with padding
    SCOPED_TRACE (row.stride);
    Downscaler d{gray (8, 4)};
    EXPECT_EQ (d.scaled_samples (laid_out (row.bytes, row.offset, row.stride)),
               (std::vector<int>{0, 10, 20, 30, 100, 110, 120, 130}))
        << d.bus ().error ();
  }
}

TEST (DownscaleBuffers, StridesOutOfBounds)
{
  struct Row {
    gsize bytes, offset;
    gint stride;
  };
  for (const Row &row :
       {Row{31, 0, 8}, Row{46, 0, 13}, Row{100, 69, 8}, Row{32, 23, -8}, Row{32, 0, -8},
        Row{32, 0, G_MAXINT}, Row{32, 0, G_MININT}, Row{32, 40, 8}}) {
    SCOPED_TRACE (row.stride);
    Downscaler d{gray (8, 4)};
    EXPECT_EQ (d.push (laid_out (row.bytes, row.offset, row.stride)), GST_FLOW_ERROR);
    const std::string error = d.bus ().error ();
    EXPECT_NE (error.find ("smaller than its caps"), std::string::npos) << error;
    EXPECT_EQ (d.bus ().error (), "") << "once";
  }
}

TEST (DownscaleBuffers, SmallerThanItsCaps)
{
  for (const FormatInfo &format : all_formats ()) {
    Downscaler d{raw (format.name, 16, 16)};
    Owned<GstBuffer> in = plain (d.in ());
    gst_buffer_set_size (in.get (), static_cast<gssize> (d.in ().size - 1));
    EXPECT_EQ (d.push (std::move (in)), GST_FLOW_ERROR) << format.name;
    const std::string error = d.bus ().error ();
    EXPECT_NE (error.find ("smaller than its caps"), std::string::npos) << format.name << error;
  }
  Downscaler empty{raw ("I420", 16, 16)};
  EXPECT_EQ (empty.push (Owned<GstBuffer>{gst_buffer_new ()}), GST_FLOW_ERROR);
}

TEST (DownscaleBuffers, LargerThanItsCapsIsFine)
{
  Downscaler d{gray (4, 4)};
  Owned<GstBuffer> in{gst_buffer_new_allocate (nullptr, 1000, nullptr)};
  gst_buffer_memset (in.get (), 0, 7, 1000);
  EXPECT_EQ (d.scaled_samples (std::move (in)), (std::vector<int>{7, 7, 7, 7}));
}

TEST (DownscaleBuffers, MemoryInPieces)
{
  Downscaler d{raw ("I420", 8, 8)};
  Owned<GstBuffer> in{gst_buffer_new ()};
  for (const gsize size : {50, 14, 31, 1}) {
    GstMemory *memory = gst_allocator_alloc (nullptr, size, nullptr);
    gst_buffer_append_memory (in.get (), memory);
  }
  gst_buffer_memset (in.get (), 0, 90, 96);
  const auto samples = d.scaled_samples (std::move (in));
  ASSERT_EQ (samples.size (), 24u);
  EXPECT_EQ (std::accumulate (samples.begin (), samples.end (), 0), 24 * 90);
}

}  // namespace
}  // namespace quad::test
