// quaddownscale: its pixels, buffers, metas, events and errors.
#include <gst/app/gstappsink.h>
#include <gst/video/gstvideopool.h>
#include <gtest/gtest.h>

#include <numeric>

#include "support/gst_helpers.h"

namespace quad::test {
namespace {

// quaddownscale in a harness, with its caps and messages.
class Downscaler {
 public:
  explicit Downscaler (const std::string &in, const std::string &downstream = "video/x-raw",
                       const std::string &properties = "")
      : harness_{harness_of ("quaddownscale " + properties)},
        bus_{harness_->element},
        in_{info_of_caps (in)}
  {
    gst_harness_set_sink_caps (get (), caps_of (downstream).release ());
    gst_harness_set_src_caps (get (), caps_of (in).release ());
  }

  GstHarness *get () const { return harness_.get (); }
  GstElement *element () const { return harness_->element; }
  Bus &bus () { return bus_; }
  const GstVideoInfo &in () const { return in_; }

  void change_caps (const std::string &in)
  {
    in_ = info_of_caps (in);
    gst_harness_set_src_caps (get (), caps_of (in).release ());
  }

  GstVideoInfo out () const
  {
    const Owned<GstCaps> caps{gst_pad_get_current_caps (harness_->sinkpad)};
    return info_of_caps (to_string (caps.get ()));
  }

  GstFlowReturn push (Owned<GstBuffer> buffer)
  {
    return gst_harness_push (get (), buffer.release ());
  }
  // Pushes and takes what comes out, if anything does.
  Owned<GstBuffer> scale (Owned<GstBuffer> buffer)
  {
    if (push (std::move (buffer)) != GST_FLOW_OK) return nullptr;
    return Owned<GstBuffer>{gst_harness_try_pull (get ())};
  }
  std::vector<int> scaled_samples (Owned<GstBuffer> buffer)
  {
    const Owned<GstBuffer> result = scale (std::move (buffer));
    return result ? samples_of (out (), result.get ()) : std::vector<int>{};
  }

 private:
  Harness harness_;
  Bus bus_;
  GstVideoInfo in_;
};

std::string raw (const char *format, int width, int height)
{
  return "video/x-raw,format=" + std::string{format} + ",width=" + std::to_string (width) +
         ",height=" + std::to_string (height) + ",framerate=30/1";
}

std::string gray (int width, int height) { return raw ("GRAY8", width, height); }

Owned<GstBuffer> plain (const GstVideoInfo &info, int value = 100)
{
  return painted (info, [value] (int, int, int, int) { return value; });
}

const char *const kFormats[] = {
    "I420", "YV12", "NV12", "NV21", "Y42B", "Y444", "GRAY8", "RGBA",      "BGRA",      "ARGB",
    "ABGR", "RGBx", "BGRx", "xRGB", "xBGR", "RGB",  "BGR",   "GRAY16_LE", "I420_10LE", "P010_10LE"};

// --- Pixels ---

// Each channel its own constant, with padding in rows where strides have any.
TEST (DownscalePixels, ConstantStaysConstantInEveryFormat)
{
  for (const char *format : kFormats)
    for (const char *method : {"area", "bilinear", "bicubic", "lanczos"})
      for (const auto &[width, height] : {std::pair{37, 23}, std::pair{1, 1}, std::pair{64, 2}}) {
        SCOPED_TRACE (std::string{format} + " " + method + " " + std::to_string (width));
        Downscaler d{raw (format, width, height), "video/x-raw",
                     "divisor=3 method=" + std::string{method}};
        const bool wide = GST_VIDEO_INFO_COMP_DEPTH (&d.in (), 0) > 8;
        const int shift = std::string{format} == "P010_10LE" ? 6 : 0;
        const auto value = [&] (int plane, int channel) {
          return wide ? (100 + 200 * plane + 300 * channel) << shift
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
  // Blocks of 2x2 equal samples in each plane: halving takes one of each.
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

// --- Crops ---

void add_crop (GstBuffer *buffer, guint x, guint y, guint width, guint height)
{
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);
  crop->x = x;
  crop->y = y;
  crop->width = width;
  crop->height = height;
}

// Caps tell the crop's size, a video meta the whole frame's, as videocrop has it.
TEST (DownscaleCrop, CropInALargerFrame)
{
  Downscaler d{gray (8, 4)};
  const GstVideoInfo frame = info_of_caps (gray (20, 12));
  // 255 around what is shown.
  Owned<GstBuffer> in = painted (frame, [] (int, int x, int y, int) {
    return x >= 5 && x < 13 && y >= 3 && y < 7 ? (x - 5) / 2 * 20 + (y - 3) / 2 * 7 : 255;
  });
  gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 20, 12);
  add_crop (in.get (), 5, 3, 8, 4);
  Owned<GstBuffer> out = d.scale (std::move (in));
  ASSERT_TRUE (out) << d.bus ().error ();
  EXPECT_EQ (samples_of (d.out (), out.get ()), (std::vector<int>{0, 20, 40, 60, 7, 27, 47, 67}));
  EXPECT_FALSE (gst_buffer_get_video_crop_meta (out.get ()));
}

// Some elements leave the caps at the whole frame's size.
TEST (DownscaleCrop, CropInAFrameOfTheCapsSize)
{
  Downscaler d{gray (16, 8)};
  Owned<GstBuffer> in =
      painted (d.in (), [] (int, int x, int y, int) { return x < 8 && y < 4 ? x * 9 + y : 255; });
  add_crop (in.get (), 0, 0, 8, 4);
  std::vector<int> wanted;  // 8x4 shown at 8x4: as it is
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 8; x++) wanted.push_back (x * 9 + y);
  EXPECT_EQ (d.scaled_samples (std::move (in)), wanted);
}

// A frame that is padded, but nothing tells of a crop: the caps' size from the corner.
TEST (DownscaleCrop, PaddingIsNotShown)
{
  Downscaler d{gray (4, 2)};
  const GstVideoInfo frame = info_of_caps (gray (8, 6));
  Owned<GstBuffer> in =
      painted (frame, [] (int, int x, int y, int) { return x < 4 && y < 2 ? x / 2 * 50 : 255; });
  gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 8, 6);
  EXPECT_EQ (d.scaled_samples (std::move (in)), (std::vector<int>{0, 50}));
}

TEST (DownscaleCrop, OutsideOfTheFrameIsAnError)
{
  Downscaler d{gray (16, 8)};
  Owned<GstBuffer> in = plain (d.in ());
  add_crop (in.get (), 4000000000u, 0, 8, 4);
  EXPECT_EQ (d.push (std::move (in)), GST_FLOW_ERROR);
  EXPECT_NE (d.bus ().error ().find ("crop"), std::string::npos);
}

TEST (DownscaleCrop, PartlyOutsideIsCut)
{
  Downscaler d{gray (4, 4)};
  Owned<GstBuffer> in = painted (d.in (), [] (int, int x, int, int) { return x < 2 ? 255 : 70; });
  add_crop (in.get (), 2, 0, 4294967295u, 4294967295u);
  EXPECT_EQ (d.scaled_samples (std::move (in)), (std::vector<int>{70, 70, 70, 70}));
}

TEST (DownscaleCrop, PassesUntouchedWithEqualCaps)
{
  Downscaler d{gray (8, 4), "video/x-raw", "divisor=1"};
  Owned<GstBuffer> in = plain (d.in ());
  add_crop (in.get (), 1, 1, 4, 2);
  const GstBuffer *pointer = in.get ();
  const Owned<GstBuffer> out = d.scale (std::move (in));
  EXPECT_EQ (out.get (), pointer);
  const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (out.get ());
  ASSERT_TRUE (crop);
  EXPECT_EQ (crop->x, 1u);
  EXPECT_EQ (crop->width, 4u);
}

// --- Buffers ---

TEST (DownscaleBuffers, NothingToDoIsPassthrough)
{
  for (const char *format : kFormats) {
    Downscaler d{raw (format, 31, 17), "video/x-raw", "divisor=1"};
    Owned<GstBuffer> in = plain (d.in ());
    const GstBuffer *pointer = in.get ();
    EXPECT_EQ (d.scale (std::move (in)).get (), pointer) << format;
  }
}

TEST (DownscaleBuffers, TimesFlagsAndMetasSurvive)
{
  Downscaler d{raw ("I420", 64, 48)};
  static const gchar *no_tags[] = {nullptr};
  gst_meta_register_custom ("quad-test-untagged", no_tags, nullptr, nullptr, nullptr);
  Owned<GstBuffer> in = plain (d.in ());
  GST_BUFFER_PTS (in.get ()) = 5 * GST_SECOND;
  GST_BUFFER_DTS (in.get ()) = 4 * GST_SECOND;
  GST_BUFFER_DURATION (in.get ()) = GST_SECOND / 30;
  GST_BUFFER_OFFSET (in.get ()) = 77;
  GST_BUFFER_FLAG_SET (in.get (), GST_BUFFER_FLAG_MARKER);
  GST_BUFFER_FLAG_SET (in.get (), GST_BUFFER_FLAG_CORRUPTED);
  gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 64, 48);
  gst_buffer_add_custom_meta (in.get (), "quad-test-untagged");
  const Owned<GstCaps> reference = caps_of ("timestamp/x-test");
  gst_buffer_add_reference_timestamp_meta (in.get (), reference.get (), 123, 4);
  gst_buffer_add_video_time_code_meta_full (in.get (), 30, 1, nullptr,
                                            GST_VIDEO_TIME_CODE_FLAGS_NONE, 1, 2, 3, 4, 0);
  GstVideoRegionOfInterestMeta *region =
      gst_buffer_add_video_region_of_interest_meta (in.get (), "face", 10, 20, 30, 16);
  region->id = 9;

  const Owned<GstBuffer> out = d.scale (std::move (in));
  ASSERT_TRUE (out);
  EXPECT_EQ (GST_BUFFER_PTS (out.get ()), 5 * GST_SECOND);
  EXPECT_EQ (GST_BUFFER_DTS (out.get ()), 4 * GST_SECOND);
  EXPECT_EQ (GST_BUFFER_DURATION (out.get ()), GST_SECOND / 30);
  EXPECT_TRUE (GST_BUFFER_FLAG_IS_SET (out.get (), GST_BUFFER_FLAG_MARKER));
  EXPECT_TRUE (GST_BUFFER_FLAG_IS_SET (out.get (), GST_BUFFER_FLAG_CORRUPTED));
  EXPECT_TRUE (gst_buffer_get_custom_meta (out.get (), "quad-test-untagged"));
  const auto *stamp = gst_buffer_get_reference_timestamp_meta (out.get (), reference.get ());
  ASSERT_TRUE (stamp);
  EXPECT_EQ (stamp->timestamp, 123u);
  const GstVideoTimeCodeMeta *time_code = gst_buffer_get_video_time_code_meta (out.get ());
  ASSERT_TRUE (time_code);
  EXPECT_EQ (time_code->tc.frames, 4u);
  region = gst_buffer_get_video_region_of_interest_meta_id (out.get (), 9);
  ASSERT_TRUE (region);
  EXPECT_EQ (region->x, 5u);
  EXPECT_EQ (region->y, 10u);
  EXPECT_EQ (region->w, 15u);
  EXPECT_EQ (region->h, 8u);
  // The input's layout in memory is not the output's.
  const GstVideoMeta *meta = gst_buffer_get_video_meta (out.get ());
  if (meta) {
    EXPECT_EQ (meta->width, 32u);
  }
}

TEST (DownscaleBuffers, RegionsFollowTheCrop)
{
  Downscaler d{gray (20, 10)};
  Owned<GstBuffer> in =
      painted (info_of_caps (gray (40, 40)), [] (int, int, int, int) { return 1; });
  gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 40, 40);
  add_crop (in.get (), 10, 20, 20, 10);
  gst_buffer_add_video_region_of_interest_meta (in.get (), "inside", 14, 22, 6, 4)->id = 1;
  gst_buffer_add_video_region_of_interest_meta (in.get (), "cut", 0, 0, 14, 24)->id = 2;
  gst_buffer_add_video_region_of_interest_meta (in.get (), "outside", 0, 0, 10, 20)->id = 3;
  const Owned<GstBuffer> out = d.scale (std::move (in));
  ASSERT_TRUE (out);
  const auto *inside = gst_buffer_get_video_region_of_interest_meta_id (out.get (), 1);
  ASSERT_TRUE (inside);
  EXPECT_EQ ((std::vector<guint>{inside->x, inside->y, inside->w, inside->h}),
             (std::vector<guint>{2, 1, 3, 2}));
  const auto *cut = gst_buffer_get_video_region_of_interest_meta_id (out.get (), 2);
  ASSERT_TRUE (cut);
  EXPECT_EQ ((std::vector<guint>{cut->x, cut->y, cut->w, cut->h}),
             (std::vector<guint>{0, 0, 2, 2}));
  EXPECT_FALSE (gst_buffer_get_video_region_of_interest_meta_id (out.get (), 3));
}

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
  for (const char *format : kFormats) {
    Downscaler d{raw (format, 16, 16)};
    Owned<GstBuffer> in = plain (d.in ());
    gst_buffer_set_size (in.get (), static_cast<gssize> (d.in ().size - 1));
    EXPECT_EQ (d.push (std::move (in)), GST_FLOW_ERROR) << format;
    const std::string error = d.bus ().error ();
    EXPECT_NE (error.find ("smaller than its caps"), std::string::npos) << format << error;
  }
  Downscaler empty{raw ("I420", 16, 16)};
  EXPECT_EQ (empty.push (Owned<GstBuffer>{gst_buffer_new ()}), GST_FLOW_ERROR);
}

TEST (DownscaleBuffers, MetaOfAnotherFormat)
{
  for (const auto &[format, width] :
       {std::pair{GST_VIDEO_FORMAT_NV12, 16}, std::pair{GST_VIDEO_FORMAT_I420, 15}}) {
    Downscaler d{raw ("I420", 16, 16)};
    Owned<GstBuffer> in = plain (d.in ());
    gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, format,
                               static_cast<guint> (width), 16);
    EXPECT_EQ (d.push (std::move (in)), GST_FLOW_ERROR);
    EXPECT_NE (d.bus ().error ().find ("meta"), std::string::npos);
  }
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

// --- Allocation ---

Owned<GstQuery> asked_by_upstream (const Downscaler &d)
{
  const Owned<GstCaps> caps{gst_pad_get_current_caps (d.get ()->srcpad)};
  Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
  EXPECT_TRUE (gst_pad_peer_query (d.get ()->srcpad, query.get ()));
  return query;
}

TEST (DownscaleAllocation, ProposesAPoolAndMetas)
{
  Downscaler d{raw ("I420", 64, 48)};
  const Owned<GstQuery> query = asked_by_upstream (d);
  EXPECT_TRUE (gst_query_find_allocation_meta (query.get (), GST_VIDEO_META_API_TYPE, nullptr));
  EXPECT_TRUE (
      gst_query_find_allocation_meta (query.get (), GST_VIDEO_CROP_META_API_TYPE, nullptr));
  ASSERT_EQ (gst_query_get_n_allocation_pools (query.get ()), 1u);
  GstBufferPool *pool = nullptr;
  guint size = 0;
  gst_query_parse_nth_allocation_pool (query.get (), 0, &pool, &size, nullptr, nullptr);
  const Owned<GstBufferPool> owned{pool};
  EXPECT_TRUE (pool);
  EXPECT_EQ (size, 64u * 48 * 3 / 2);
}

TEST (DownscaleAllocation, PassthroughLetsDownstreamAnswer)
{
  const Harness h = harness_of ("quaddownscale divisor=1");
  gst_harness_add_propose_allocation_meta (h.get (), GST_VIDEO_AFFINE_TRANSFORMATION_META_API_TYPE,
                                           nullptr);
  gst_harness_set_src_caps (h.get (), caps_of (gray (8, 8)).release ());
  const Owned<GstCaps> caps = caps_of (gray (8, 8));
  const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
  ASSERT_TRUE (gst_pad_peer_query (h->srcpad, query.get ()));
  EXPECT_TRUE (gst_query_find_allocation_meta (
      query.get (), GST_VIDEO_AFFINE_TRANSFORMATION_META_API_TYPE, nullptr));
  EXPECT_FALSE (
      gst_query_find_allocation_meta (query.get (), GST_VIDEO_CROP_META_API_TYPE, nullptr));
}

// Answers the allocation query as a sink with a pool of padded frames does.
struct PaddedSink {
  Owned<GstBufferPool> pool{gst_video_buffer_pool_new ()};
  bool video_meta = true;

  static GstPadProbeReturn answer (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto *self = static_cast<PaddedSink *> (data);
    GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
    if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
    GstCaps *caps;
    gst_query_parse_allocation (query, &caps, nullptr);
    GstVideoInfo video;
    gst_video_info_from_caps (&video, caps);
    GstVideoAlignment padding;
    gst_video_alignment_reset (&padding);
    padding.padding_right = 96;
    padding.padding_bottom = 5;
    GstStructure *config = gst_buffer_pool_get_config (self->pool.get ());
    gst_buffer_pool_config_set_params (config, caps, static_cast<guint> (video.size), 0, 0);
    if (self->video_meta) {
      gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
      gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
      gst_buffer_pool_config_set_video_alignment (config, &padding);
      gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
    }
    gst_buffer_pool_set_config (self->pool.get (), config);
    gst_query_add_allocation_pool (query, self->pool.get (), static_cast<guint> (video.size), 2, 0);
    return GST_PAD_PROBE_HANDLED;
  }
};

TEST (DownscaleAllocation, UsesDownstreamsPool)
{
  for (const bool video_meta : {true, false}) {
    PaddedSink sink;
    sink.video_meta = video_meta;
    const Harness h{gst_harness_new ("quaddownscale")};
    gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, PaddedSink::answer, &sink,
                       nullptr);
    const GstVideoInfo in = info_of_caps (gray (64, 8));
    gst_harness_set_src_caps (h.get (), caps_of (gray (64, 8)).release ());
    ASSERT_EQ (gst_harness_push (h.get (), plain (in, 33).release ()), GST_FLOW_OK);
    const Owned<GstBuffer> out{gst_harness_pull (h.get ())};
    EXPECT_EQ (out->pool, sink.pool.get ());
    const GstVideoMeta *meta = gst_buffer_get_video_meta (out.get ());
    EXPECT_EQ (meta != nullptr, video_meta);
    if (meta) {
      EXPECT_GE (meta->stride[0], 32 + 96);
    }
    EXPECT_EQ (samples_of (info_of_caps (gray (32, 4)), out.get ()), std::vector<int> (128, 33));
  }
}

// --- Caps changes, states, events ---

TEST (DownscaleStream, CapsChangeAtEveryFrame)
{
  Downscaler d{gray (8, 8)};
  for (int i = 0; i < 60; i++) {
    const char *format = kFormats[i % 17];  // those of 8 bits
    const int width = 1 + i * 7 % 50, height = 1 + i * 11 % 40;
    d.change_caps (raw (format, width, height));
    const Owned<GstBuffer> out = d.scale (plain (d.in (), 60));
    ASSERT_TRUE (out) << format << " " << d.bus ().error ();
    const GstVideoInfo info = d.out ();
    EXPECT_STREQ (gst_video_format_to_string (info.finfo->format), format);
    for (const int sample : samples_of (info, out.get ())) ASSERT_EQ (sample, 60);
  }
}

TEST (DownscaleStream, LongStripsAndStills)
{
  for (const auto &[width, height] : {std::pair{16384, 2}, std::pair{3, 16384}, std::pair{1, 1}}) {
    Downscaler d{"video/x-raw,format=NV12,framerate=0/1,width=" + std::to_string (width) +
                 ",height=" + std::to_string (height)};
    const auto samples = d.scaled_samples (plain (d.in (), 44));
    ASSERT_FALSE (samples.empty ());
    for (const int sample : samples) ASSERT_EQ (sample, 44);
  }
}

TEST (DownscaleStream, StateCycles)
{
  const Owned<GstElement> element{gst_element_factory_make ("quaddownscale", nullptr)};
  gst_object_ref_sink (element.get ());
  for (int i = 0; i < 3; i++)
    for (const GstState state :
         {GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_PAUSED, GST_STATE_NULL})
      EXPECT_EQ (gst_element_set_state (element.get (), state), GST_STATE_CHANGE_SUCCESS);
}

TEST (DownscaleStream, StopAndGoAgain)
{
  const Owned<GstElement> pipeline{
      gst_parse_launch ("videotestsrc num-buffers=4 pattern=white ! "
                        "video/x-raw,format=GRAY8,width=64,height=64,framerate=25/1 ! "
                        "quaddownscale ! appsink name=out sync=false",
                        nullptr)};
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
  for (int i = 0; i < 3; i++) {
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    int frames = 0;
    while (GstSample *sample = gst_app_sink_pull_sample (GST_APP_SINK (sink.get ()))) {
      EXPECT_EQ (GST_BUFFER_PTS (gst_sample_get_buffer (sample)),
                 static_cast<GstClockTime> (frames) * 40 * GST_MSECOND);
      EXPECT_EQ (gst_buffer_get_size (gst_sample_get_buffer (sample)), 32u * 32);
      gst_sample_unref (sample);
      frames++;
    }
    EXPECT_EQ (frames, 4);
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
}

TEST (DownscaleStream, FlushingSeek)
{
  const Owned<GstElement> pipeline{
      gst_parse_launch ("videotestsrc ! video/x-raw,format=I420,width=64,height=64,framerate=10/1 "
                        "! quaddownscale ! appsink name=out sync=false max-buffers=1",
                        nullptr)};
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
  gst_element_set_state (pipeline.get (), GST_STATE_PAUSED);
  ASSERT_EQ (gst_element_get_state (pipeline.get (), nullptr, nullptr, 20 * GST_SECOND),
             GST_STATE_CHANGE_SUCCESS);
  ASSERT_TRUE (gst_element_seek_simple (pipeline.get (), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                        7 * GST_SECOND));
  ASSERT_EQ (gst_element_get_state (pipeline.get (), nullptr, nullptr, 20 * GST_SECOND),
             GST_STATE_CHANGE_SUCCESS);
  const Owned<GstSample> sample{
      gst_app_sink_try_pull_preroll (GST_APP_SINK (sink.get ()), 20 * GST_SECOND)};
  ASSERT_TRUE (sample);
  EXPECT_EQ (GST_BUFFER_PTS (gst_sample_get_buffer (sample.get ())), 7 * GST_SECOND);
  EXPECT_EQ (gst_buffer_get_size (gst_sample_get_buffer (sample.get ())), 32u * 32 * 3 / 2);
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
}

TEST (DownscaleStream, EosBeforeTheFirstFrame)
{
  Downscaler d{gray (8, 8)};
  EXPECT_TRUE (gst_harness_push_event (d.get (), gst_event_new_eos ()));
  bool eos = false;
  while (GstEvent *event = gst_harness_try_pull_event (d.get ())) {
    eos |= GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
  EXPECT_TRUE (eos);
  EXPECT_EQ (gst_harness_buffers_received (d.get ()), 0u);
}

// Late frames are dropped before the work, and a QoS message says so.
TEST (DownscaleStream, QosSkipsLateFrames)
{
  Downscaler d{gray (8, 8)};
  gst_harness_push_upstream_event (
      d.get (), gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 0, 5 * GST_SECOND));
  Owned<GstBuffer> late = plain (d.in ());
  GST_BUFFER_PTS (late.get ()) = GST_SECOND;
  EXPECT_FALSE (d.scale (std::move (late)));
  Owned<GstBuffer> early = plain (d.in ());
  GST_BUFFER_PTS (early.get ()) = 9 * GST_SECOND;
  EXPECT_TRUE (d.scale (std::move (early)));
}

TEST (DownscaleStream, PointersAreTranslated)
{
  Downscaler d{raw ("I420", 64, 48), "video/x-raw,width=16,height=24"};
  ASSERT_TRUE (d.scale (plain (d.in ())));
  gst_harness_push_upstream_event (
      d.get (), gst_event_new_navigation (gst_structure_new (
                    "application/x-gst-navigation", "event", G_TYPE_STRING, "mouse-move", "button",
                    G_TYPE_INT, 0, "pointer_x", G_TYPE_DOUBLE, 4.0, "pointer_y", G_TYPE_DOUBLE, 6.0,
                    nullptr)));
  bool seen = false;
  while (GstEvent *pulled = gst_harness_try_pull_upstream_event (d.get ())) {
    const Owned<GstEvent> event{pulled};
    if (GST_EVENT_TYPE (pulled) != GST_EVENT_NAVIGATION) continue;
    gdouble x = 0, y = 0;
    ASSERT_TRUE (gst_structure_get_double (gst_event_get_structure (pulled), "pointer_x", &x));
    ASSERT_TRUE (gst_structure_get_double (gst_event_get_structure (pulled), "pointer_y", &y));
    EXPECT_DOUBLE_EQ (x, 16);
    EXPECT_DOUBLE_EQ (y, 12);
    seen = true;
  }
  EXPECT_TRUE (seen);
}

// Keys and the like have no position, and pointers may move before the caps come.
TEST (DownscaleStream, OtherNavigationPasses)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  gst_harness_play (h.get ());
  gst_harness_push_upstream_event (
      h.get (), gst_event_new_navigation (gst_structure_new ("application/x-gst-navigation",
                                                             "event", G_TYPE_STRING, "key-press",
                                                             "key", G_TYPE_STRING, "a", nullptr)));
  gst_harness_push_upstream_event (
      h.get (), gst_event_new_navigation (gst_structure_new (
                    "application/x-gst-navigation", "event", G_TYPE_STRING, "mouse-move",
                    "pointer_x", G_TYPE_DOUBLE, 4.0, "pointer_y", G_TYPE_DOUBLE, 6.0, nullptr)));
  int seen = 0;
  while (GstEvent *event = gst_harness_try_pull_upstream_event (h.get ())) {
    seen += GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION;
    gst_event_unref (event);
  }
  EXPECT_EQ (seen, 2);
}

TEST (DownscaleStream, Stress)
{
  const Harness h{gst_harness_new ("quaddownscale")};
  const Owned<GstCaps> caps = caps_of (raw ("I420", 64, 48));
  const GstVideoInfo info = info_of_caps (raw ("I420", 64, 48));
  gst_harness_set_src_caps (h.get (), gst_caps_ref (caps.get ()));
  gst_harness_set_drop_buffers (h.get (), TRUE);
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  const Owned<GstBuffer> buffer = plain (info);
  GValue one = G_VALUE_INIT;
  g_value_init (&one, G_TYPE_UINT);
  g_value_set_uint (&one, 3);
  const Owned<GstEvent> reconfigure{gst_event_new_reconfigure ()};
  GstHarnessThread *threads[] = {
      gst_harness_stress_push_buffer_start_full (h.get (), caps.get (), &segment, buffer.get (),
                                                 100),
      gst_harness_stress_property_start_full (h.get (), "divisor", &one, 300),
      gst_harness_stress_push_upstream_event_start_full (h.get (), reconfigure.get (), 500),
  };
  // Until enough frames went through, however slow the machine is.
  while (gst_harness_buffers_received (h.get ()) < 200) g_thread_yield ();
  guint runs = 0;
  for (GstHarnessThread *thread : threads) runs += gst_harness_stress_thread_stop (thread);
  EXPECT_GE (runs, 200u);
  g_value_unset (&one);
}

}  // namespace
}  // namespace quad::test
