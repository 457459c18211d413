// quaddownscale: crops, metas and pools of buffers.
#include <gst/video/video.h>

#include "elements/downscale/downscaler.h"
#include "glue/late_query.h"
#include "support/offered_pool.h"
#include "support/stopping.h"

namespace quad::test {
namespace {

// --- Crops ---

// Caps have the crop's size and a video meta the whole frame's, as videocrop does it.
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

// A padded frame without a crop: the caps' size counts from the corner.
TEST (DownscaleCrop, PaddingIsNotShown)
{
  Downscaler d{gray (4, 2)};
  const GstVideoInfo frame = info_of_caps (gray (8, 6));
  Owned<GstBuffer> in =
      painted (frame, [] (int, int x, int y, int) { return x < 4 && y < 2 ? x / 2 * 50 : 255; });
  gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 8, 6);
  EXPECT_EQ (d.scaled_samples (std::move (in)), (std::vector<int>{0, 50}));
}

// What lies outside of the crop does not reach the converted picture either.
TEST (DownscaleCrop, CropOfAConvertedPicture)
{
  for (const char *to : {"RGBP", "GRAY8", "Y444", "YUY2"})
    for (const char *method : {"area", "lanczos"}) {
      Downscaler d{raw ("NV12", 32, 16), raw (to, 8, 4), std::string{"method="} + method};
      Downscaler plainly{raw ("NV12", 16, 8), raw (to, 8, 4), std::string{"method="} + method};
      Owned<GstBuffer> in = painted (d.in (), [] (int p, int x, int y, int) {
        const int scale = p ? 2 : 1;
        return x >= 8 / scale && x < 24 / scale && y >= 4 / scale && y < 12 / scale ? 90 : 255;
      });
      add_crop (in.get (), 8, 4, 16, 8);
      const std::vector<int> cropped = d.scaled_samples (std::move (in));
      EXPECT_FALSE (cropped.empty ()) << d.bus ().error ();
      EXPECT_EQ (cropped, plainly.scaled_samples (plain (plainly.in (), 90))) << to << method;
    }
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
  for (const FormatInfo &format : all_formats ()) {
    Downscaler d{raw (format.name, 31, 17), "video/x-raw", "divisor=1"};
    Owned<GstBuffer> in = plain (d.in ());
    const GstBuffer *pointer = in.get ();
    EXPECT_EQ (d.scale (std::move (in)).get (), pointer) << format.name;
  }
}

class DownscaleMetas : public ::testing::TestWithParam<const char *> {};

TEST_P (DownscaleMetas, TimesFlagsAndMetasSurvive)
{
  Downscaler d{raw ("I420", 64, 48), GetParam ()};
  static const gchar *no_tags[] = {nullptr};
  static const GstMetaInfo *const untagged =
      gst_meta_register_custom ("quad-test-untagged", no_tags, nullptr, nullptr, nullptr);
  ASSERT_TRUE (untagged);
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
  // The input's layout in memory is not copied to the output.
  const GstVideoMeta *meta = gst_buffer_get_video_meta (out.get ());
  if (meta) {
    EXPECT_EQ (meta->width, 32u);
  }
}

INSTANTIATE_TEST_SUITE_P (Downstream, DownscaleMetas,
                          ::testing::Values ("video/x-raw", "video/x-raw,format=RGBP",
                                             "video/x-raw,colorimetry=bt709"));

// Metas of the colours are kept as long as the colours are.
TEST (DownscaleBuffers, MetasOfColoursEndWithAConversion)
{
  static const gchar *tags[] = {GST_META_TAG_VIDEO_STR, GST_META_TAG_VIDEO_COLORSPACE_STR, nullptr};
  gst_meta_register_custom ("quad-test-colours", tags, nullptr, nullptr, nullptr);
  struct Row {
    const char *downstream;
    bool kept;
  };
  for (const Row &row : {Row{"video/x-raw,width=64", true}, Row{"video/x-raw,width=32", true},
                         Row{"video/x-raw,width=32,format=NV12", false},
                         Row{"video/x-raw,width=32,format=RGB", false},
                         Row{"video/x-raw,width=64,colorimetry=bt709", false}}) {
    Downscaler d{raw ("I420", 64, 48), row.downstream};
    Owned<GstBuffer> in = plain (d.in ());
    gst_buffer_add_custom_meta (in.get (), "quad-test-colours");
    const Owned<GstBuffer> out = d.scale (std::move (in));
    ASSERT_TRUE (out);
    EXPECT_EQ (gst_buffer_get_custom_meta (out.get (), "quad-test-colours") != nullptr, row.kept)
        << row.downstream;
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

// --- Allocation ---

Owned<GstQuery> asked_by_upstream (const Downscaler &d)
{
  const Owned<GstCaps> caps{gst_pad_get_current_caps (d.get ()->srcpad)};
  Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
  EXPECT_TRUE (gst_pad_peer_query (d.get ()->srcpad, query.get ()));
  return query;
}

TEST (DownscaleAllocation, ProposesMetasAndSaysWhatIsHeld)
{
  Downscaler d{raw ("I420", 64, 48)};
  const Owned<GstQuery> query = asked_by_upstream (d);
  EXPECT_TRUE (gst_query_find_allocation_meta (query.get (), GST_VIDEO_META_API_TYPE, nullptr));
  EXPECT_TRUE (
      gst_query_find_allocation_meta (query.get (), GST_VIDEO_CROP_META_API_TYPE, nullptr));
  const OfferedPool offer = offered_pool (query.get ());
  EXPECT_FALSE (offer.pool);
  EXPECT_EQ (offer.size, 64u * 48 * 3 / 2);
  EXPECT_EQ (offer.min, 1u);
}

TEST (DownscaleAllocation, OffersAPlainPoolForFramesThatAreDecodedIntoWiderOnes)
{
  Downscaler d{raw ("I420", 854, 480)};
  const OfferedPool offer = offered_pool (asked_by_upstream (d).get ());
  expect_plain (offer);
  EXPECT_EQ (offer.min, 1u);
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

TEST (DownscaleAllocation, PoolsAreFreedWhenItStops)
{
  expect_pools_are_freed ("quaddownscale", gray (8, 8), gray (4, 4));
  // An element of others.
  expect_pools_are_freed ("videoscale", gray (8, 8), gray (4, 4), refuse_late_queries);
}

}  // namespace
}  // namespace quad::test
