// Downstream's buffers: frames are decoded right into them, wherever their planes lie.
#include "harness.h"

namespace quad::test {
namespace {

struct Way {
  const char *name;
  bool meta;  // downstream says that it understands GstVideoMeta
  guint left, top, right, bottom;
  guint stride_align;
};

constexpr Way kWays[] = {
    {"plain", false, 0, 0, 0, 0, 0},
    {"with metas", true, 0, 0, 0, 0, 0},
    {"with borders", true, 3, 5, 7, 2, 0},
    {"with long rows", true, 0, 0, 0, 0, 63},
};

// Answers allocation queries with a pool of its own.
struct Downstream {
  Way way;
  Owned<GstBufferPool> pool;
};

GstPadProbeReturn answer (GstPad *, GstPadProbeInfo *info, gpointer data)
{
  auto &downstream = *static_cast<Downstream *> (data);
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
  GstCaps *caps;
  gst_query_parse_allocation (query, &caps, nullptr);
  GstVideoInfo video;
  if (!gst_video_info_from_caps (&video, caps)) return GST_PAD_PROBE_OK;
  const Way &way = downstream.way;
  downstream.pool.reset (gst_video_buffer_pool_new ());
  GstBufferPool *pool = downstream.pool.get ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstVideoAlignment align;
  gst_video_alignment_reset (&align);
  align.padding_left = way.left;
  align.padding_top = way.top;
  align.padding_right = way.right;
  align.padding_bottom = way.bottom;
  for (guint &a : align.stride_align) a = way.stride_align;
  gst_buffer_pool_config_set_params (config, caps, static_cast<guint> (video.size), 2, 0);
  if (way.meta) {
    gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
    gst_buffer_pool_config_set_video_alignment (config, &align);
  }
  if (!gst_buffer_pool_set_config (pool, config)) g_error ("cannot configure the pool");
  gst_query_add_allocation_pool (query, pool, static_cast<guint> (video.size), 2, 0);
  if (way.meta) gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  return GST_PAD_PROBE_HANDLED;
}

TEST (JpegMemory, PoolsOfDownstream)
{
  const JpegKind kinds[] = {{.sampling = TJSAMP_420},  {.sampling = TJSAMP_422},
                            {.sampling = TJSAMP_444},  {.sampling = TJSAMP_440},
                            {.sampling = TJSAMP_GRAY}, {.rgb = true}};
  for (const Way &way : kWays)
    for (const JpegKind &kind : kinds)
      for (const Size size : {Size{1, 1}, Size{31, 17}, Size{33, 18}, Size{40, 24}}) {
        JpegDecoding decoding;
        Downstream downstream{way, {}};
        gst_pad_add_probe (decoding.harness ()->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
                           answer, &downstream, nullptr);
        const JpegBytes jpeg = make_jpeg (size, kind);
        for (int i = 0; i < 3; i++) {
          ASSERT_EQ (decoding.push (jpeg, 0), GST_FLOW_OK) << decoding.bus ().error ();
          const auto frame = decoding.pull ();
          ASSERT_TRUE (frame);
          EXPECT_EQ (frame->buffer->pool, downstream.pool.get ());
          EXPECT_EQ (gst_buffer_get_video_meta (frame->buffer.get ()) != nullptr, way.meta);
          EXPECT_EQ (frame->samples (), expected_samples (jpeg, kind))
              << way.name << " " << size.width << "x" << size.height;
        }
      }
}

}  // namespace
}  // namespace quad::test
