// quadmatte as an element: properties, states, messages, latency, metas, pools.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>

#include <cstdlib>

#include "elements/matte/harness.h"
#include "support/offered_pool.h"
#include "support/stopping.h"

namespace quad::test {
namespace {

const std::string kModel = model_of ("fill 51", "1x?x?x3", "1x?x?x1", "float32", "uint8");

Owned<GstElement> made (const char *name)
{
  return Owned<GstElement>{
      GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make (name, nullptr)))};
}

// --- Properties ---

constexpr int kControlled = GST_PARAM_CONTROLLABLE;

struct PropertyRow {
  const char *name, *least, *most, *initial;
  int flags;
};

void expect_properties (const char *element, std::span<const PropertyRow> rows)
{
  const Owned<GstElement> e = made (element);
  guint count = 0;
  const std::unique_ptr<GParamSpec *, decltype (&g_free)> specs{
      g_object_class_list_properties (G_OBJECT_GET_CLASS (e.get ()), &count), g_free};
  guint own = 0;
  for (guint i = 0; i < count; i++) own += specs.get ()[i]->owner_type == G_OBJECT_TYPE (e.get ());
  EXPECT_EQ (own, rows.size ());
  for (const PropertyRow &row : rows) {
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (e.get ()), row.name);
    ASSERT_TRUE (spec) << row.name;
    EXPECT_EQ ((spec->flags & GST_PARAM_CONTROLLABLE) != 0, (row.flags & kControlled) != 0)
        << row.name;
    EXPECT_EQ ((spec->flags & GST_PARAM_MUTABLE_PLAYING) != 0,
               (row.flags & GST_PARAM_MUTABLE_PLAYING) != 0)
        << row.name;
    if (G_IS_PARAM_SPEC_INT (spec)) {
      const auto *ints = G_PARAM_SPEC_INT (spec);
      EXPECT_EQ (ints->minimum, std::atoi (row.least)) << row.name;
      EXPECT_EQ (ints->maximum, std::atoi (row.most)) << row.name;
      EXPECT_EQ (ints->default_value, std::atoi (row.initial)) << row.name;
    } else if (G_IS_PARAM_SPEC_DOUBLE (spec)) {
      const auto *doubles = G_PARAM_SPEC_DOUBLE (spec);
      EXPECT_EQ (doubles->minimum, std::atof (row.least)) << row.name;
      EXPECT_EQ (doubles->maximum, std::atof (row.most)) << row.name;
      EXPECT_EQ (doubles->default_value, std::atof (row.initial)) << row.name;
    } else if (G_IS_PARAM_SPEC_ENUM (spec)) {
      const auto *enums = G_PARAM_SPEC_ENUM (spec);
      EXPECT_STREQ (g_enum_get_value (enums->enum_class, enums->default_value)->value_nick,
                    row.initial);
      for (const char *nick : {row.least, row.most})
        EXPECT_TRUE (g_enum_get_value_by_nick (enums->enum_class, nick)) << nick;
    }
    GValue value = G_VALUE_INIT;
    g_value_init (&value, spec->value_type);
    g_object_get_property (G_OBJECT (e.get ()), row.name, &value);
    EXPECT_TRUE (g_param_value_defaults (spec, &value) || G_IS_PARAM_SPEC_STRING (spec))
        << row.name;
    g_value_unset (&value);
  }
}

constexpr int kPlaying = GST_PARAM_MUTABLE_PLAYING;

TEST (MatteProperties, NamesRangesAndDefaults)
{
  const PropertyRow rows[] = {
      {"refine", "none", "model", "guided", kPlaying},
      {"refine-model-file", "", "", "", kPlaying},
      {"radius", "1", "32", "4", kPlaying | kControlled},
      {"epsilon", "1e-6", "1", "1e-4", kPlaying | kControlled},
      {"smoothing", "0", "0.99", "0.75", kPlaying | kControlled},
      {"foreground", "keep", "estimate", "keep", kPlaying},
      {"invert", "", "", "", kPlaying | kControlled},
      {"n-threads", "0", "256", "1", kPlaying},
      {"model-file", "", "", "", 0},
      {"execution-provider", "auto", "tensorrt", "auto", 0},
      {"device-id", "0", "2147483647", "0", 0},
      {"optimization-level", "none", "all", "all", 0},
      {"model-cache-dir", "", "", "", 0},
      {"region", "full", "track", "full", kPlaying},
      {"interval", "1", "2147483647", "1", kPlaying},
  };
  expect_properties ("quadmatte", rows);
  expect_properties ("quadmatterefine", std::span (rows).first (8));
}

TEST (MatteProperties, WhatIsSetIsGot)
{
  for (const char *element : {"quadmatte", "quadmatterefine"}) {
    const Owned<GstElement> e = made (element);
    for (const auto &[name, value] : {std::pair{"refine", "none"},
                                      {"radius", "9"},
                                      {"epsilon", "0.25"},
                                      {"smoothing", "0.5"},
                                      {"foreground", "estimate"},
                                      {"invert", "true"},
                                      {"n-threads", "7"}}) {
      gst_util_set_object_arg (G_OBJECT (e.get ()), name, value);
      GValue got = G_VALUE_INIT;
      g_object_get_property (G_OBJECT (e.get ()), name, &got);
      EXPECT_STREQ (Owned<char>{gst_value_serialize (&got)}.get (), value) << name;
      g_value_unset (&got);
    }
  }
  const Owned<GstElement> e = made ("quadmatte");
  g_object_set (e.get (), "model-file", "/a/b.onnx", "model-cache-dir", "/c", "interval", 5,
                "device-id", 3, nullptr);
  gchar *file = nullptr, *folder = nullptr;
  gint interval = 0, device = 0;
  g_object_get (e.get (), "model-file", &file, "model-cache-dir", &folder, "interval", &interval,
                "device-id", &device, nullptr);
  EXPECT_STREQ (Owned<char>{file}.get (), "/a/b.onnx");
  EXPECT_STREQ (Owned<char>{folder}.get (), "/c");
  EXPECT_EQ (interval, 5);
  EXPECT_EQ (device, 3);
}

TEST (MatteProperties, ReachTheRuntime)
{
  Matte m (kModel, raw ("I420", 16, 12), "video/x-raw", "n-threads=3 optimization-level=basic");
  const std::string session = quad_fake_ort_session ();
  EXPECT_TRUE (contains (session, "threads=3")) << session;
  EXPECT_TRUE (contains (session, "level=1")) << session;
}

void control (gpointer object, const char *property,
              std::initializer_list<std::pair<GstClockTime, double>> points)
{
  const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
  g_object_set (source.get (), "mode", GST_INTERPOLATION_MODE_NONE, nullptr);
  for (const auto &[time, value] : points)
    gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source.get ()), time,
                                        value);
  ASSERT_TRUE (gst_object_add_control_binding (
      GST_OBJECT (object),
      gst_direct_control_binding_new_absolute (GST_OBJECT (object), property, source.get ())));
}

TEST (MatteProperties, AreControlledByStreamTime)
{
  Matte m (kModel, raw ("I420", 16, 12), "video/x-raw,format=GRAY8");
  control (m.element (), "invert", {{0, 0}, {200 * GST_MSECOND, 1}, {400 * GST_MSECOND, 0}});
  for (GstClockTime n = 0; n < 6; n++) {
    const GstClockTime duration = 100 * GST_MSECOND;
    const MatteFrame out = m.show (timed (plain (m.in (), 99), n * duration, duration));
    EXPECT_EQ (out.alpha ().front (), n == 2 || n == 3 ? 204 : 51) << n;
  }
}

TEST (MatteProperties, ControlledSmoothing)
{
  Matte m (model_of ("count", "1x?x?x3", "1x?x?x1", "float32", "uint8"), raw ("I420", 16, 12),
           "video/x-raw,format=GRAY8", "refine=none");
  control (m.element (), "smoothing", {{0, 0.99}, {GST_SECOND, 0}});
  for (GstClockTime n = 0; n < 12; n++) {
    const GstClockTime duration = 100 * GST_MSECOND;
    const int level =
        m.show (timed (plain (m.in (), 99), n * duration, duration)).alpha ().front ();
    if (n < 10)
      EXPECT_LE (level, 4) << n;
    else
      EXPECT_EQ (level, int (n) + 3);
  }
}

// --- States and messages ---

TEST (MatteStates, RepeatedWithoutALeak)
{
  const ModelFile file (kModel);
  const Owned<GstElement> pipeline{GST_ELEMENT (gst_object_ref_sink (
      gst_parse_launch (("videotestsrc num-buffers=3 ! video/x-raw,width=32,height=24 ! quadmatte "
                         "name=m model-file=" +
                         file.file () + " ! fakesink sync=false")
                            .c_str (),
                        nullptr)))};
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  int before = -1;
  for (int round = 0; round < 6; round++) {
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    int loaded = 0;
    for (bool ended = false; !ended;) {
      const Owned<GstMessage> m{gst_bus_timed_pop_filtered (
          bus.get (), 20 * GST_SECOND,
          static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT))};
      ASSERT_TRUE (m);
      ASSERT_NE (GST_MESSAGE_TYPE (m.get ()), GST_MESSAGE_ERROR);
      ended = GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_EOS;
      loaded += !ended && gst_message_has_name (m.get (), "model-loaded");
    }
    EXPECT_EQ (loaded, 1) << round;
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
    // The environment of the runtime stays.
    if (round == 0) before = quad_fake_ort_live ();
    EXPECT_EQ (quad_fake_ort_live (), before) << round;
  }
}

TEST (MatteStates, PoolsAreFreed)
{
  const ModelFile file (kModel);
  expect_pools_are_freed ("quadmatte model-file=" + file.file (),
                          "video/x-raw,format=I420,width=16,height=16,framerate=25/1",
                          "video/x-raw,format=AYUV");
}

TEST (MatteStates, WithoutAFrame)
{
  const ModelFile file (kModel);
  {
    Matte first (kModel, raw ("I420", 16, 12));
  }
  const int before = quad_fake_ort_live ();
  const Owned<GstElement> e = made ("quadmatte");
  g_object_set (e.get (), "model-file", file.file ().c_str (), nullptr);
  for (const GstState state : {GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_PLAYING, GST_STATE_NULL,
                               GST_STATE_PAUSED, GST_STATE_NULL}) {
    EXPECT_EQ (gst_element_set_state (e.get (), state), GST_STATE_CHANGE_SUCCESS);
    EXPECT_EQ (quad_fake_ort_live () > before, state >= GST_STATE_PAUSED) << state;
  }
}

TEST (MatteMessages, ModelLoaded)
{
  const ModelFile file (kModel);
  const Owned<GstElement> e = made ("quadmatte");
  const Owned<GstBus> bus{gst_bus_new ()};
  g_object_set (e.get (), "model-file", file.file ().c_str (), nullptr);
  const Harness h{gst_harness_new_with_element (e.get (), "sink", "src")};
  gst_element_set_bus (e.get (), bus.get ());
  for (const int width : {16, 32}) {
    const std::string caps = raw ("I420", width, 12);
    gst_harness_set_src_caps (h.get (), caps_of (caps).release ());
    gst_harness_push (h.get (), plain (info_of_caps (caps), 99).release ());
  }
  const Owned<GstMessage> message{gst_bus_pop_filtered (bus.get (), GST_MESSAGE_ELEMENT)};
  ASSERT_TRUE (message);
  EXPECT_EQ (GST_MESSAGE_SRC (message.get ()), GST_OBJECT (e.get ()));
  const GstStructure *s = gst_message_get_structure (message.get ());
  EXPECT_TRUE (gst_structure_has_name (s, "model-loaded"));
  EXPECT_EQ (gst_structure_get_string (s, "model-file"), file.file ());
  EXPECT_STREQ (gst_structure_get_string (s, "execution-provider"), "cpu");
  EXPECT_STREQ (gst_structure_get_string (s, "runtime"), "ONNX Runtime 1.99.0");
  guint64 load = 0, first = 0;
  EXPECT_TRUE (gst_structure_get_uint64 (s, "load-time", &load));
  EXPECT_TRUE (gst_structure_get_uint64 (s, "first-run-time", &first));
  EXPECT_LT (load, 60 * GST_SECOND);
  EXPECT_LT (first, 60 * GST_SECOND);
  EXPECT_FALSE (Owned<GstMessage>{gst_bus_pop_filtered (bus.get (), GST_MESSAGE_ELEMENT)});
  gst_bus_set_flushing (bus.get (), TRUE);
}

// --- Latency ---

TEST (MatteLatency, IsWhatARunTakes)
{
  constexpr GstClockTime kUpstream = 7 * GST_MSECOND;
  for (const int ms : {0, 30}) {
    Matte m (model_of ("fill 1\noperation sleep " + std::to_string (ms)), raw ("I420", 16, 12));
    gst_harness_set_upstream_latency (m.get (), kUpstream);
    const GstClockTime latency = gst_harness_query_latency (m.get ());
    EXPECT_GE (latency, kUpstream + static_cast<GstClockTime> (ms) * GST_MSECOND);
    EXPECT_LT (latency, kUpstream + static_cast<GstClockTime> (ms) * GST_MSECOND + 5 * GST_SECOND);
  }
}

TEST (MatteLatency, IsSaidWhenItIsKnown)
{
  const ModelFile file (model_of ("fill 1\noperation sleep 20"));
  const Owned<GstElement> e = made ("quadmatte");
  const Owned<GstBus> bus{gst_bus_new ()};
  g_object_set (e.get (), "model-file", file.file ().c_str (), nullptr);
  const Harness h{gst_harness_new_with_element (e.get (), "sink", "src")};
  gst_element_set_bus (e.get (), bus.get ());
  EXPECT_EQ (gst_harness_query_latency (h.get ()), 0u);
  const std::string caps = raw ("I420", 16, 12);
  gst_harness_set_src_caps (h.get (), caps_of (caps).release ());
  gst_harness_push (h.get (), plain (info_of_caps (caps), 99).release ());
  EXPECT_TRUE (Owned<GstMessage>{gst_bus_pop_filtered (bus.get (), GST_MESSAGE_LATENCY)});
  EXPECT_GE (gst_harness_query_latency (h.get ()), 20 * GST_MSECOND);
  gst_bus_set_flushing (bus.get (), TRUE);
}

// --- Buffers ---

TEST (MatteBuffers, TimesAndFlagsStay)
{
  Matte m (kModel, raw ("I420", 16, 12));
  Owned<GstBuffer> in = timed (plain (m.in (), 99), 12345, 678);
  GST_BUFFER_DTS (in.get ()) = 12000;
  GST_BUFFER_OFFSET (in.get ()) = 5;
  GST_BUFFER_OFFSET_END (in.get ()) = 6;
  GST_BUFFER_FLAG_SET (in.get (), GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_MARKER);
  const MatteFrame out = m.show (std::move (in));
  EXPECT_EQ (out.pts (), 12345u);
  EXPECT_EQ (GST_BUFFER_DURATION (out.buffer.get ()), 678u);
  EXPECT_EQ (GST_BUFFER_DTS (out.buffer.get ()), 12000u);
  EXPECT_EQ (GST_BUFFER_OFFSET (out.buffer.get ()), 5u);
  EXPECT_EQ (GST_BUFFER_OFFSET_END (out.buffer.get ()), 6u);
  EXPECT_TRUE (GST_BUFFER_FLAG_IS_SET (out.buffer.get (), GST_BUFFER_FLAG_DISCONT));
  EXPECT_TRUE (GST_BUFFER_FLAG_IS_SET (out.buffer.get (), GST_BUFFER_FLAG_MARKER));
}

TEST (MatteBuffers, MetasStay)
{
  Matte m (kModel, raw ("I420", 16, 12));
  Owned<GstBuffer> in = plain (m.in (), 99);
  gst_buffer_add_video_region_of_interest_meta (in.get (), "face", 3, 4, 5, 6)->id = 9;
  gst_buffer_add_video_time_code_meta_full (in.get (), 25, 1, nullptr,
                                            GST_VIDEO_TIME_CODE_FLAGS_NONE, 1, 2, 3, 4, 0);
  const MatteFrame out = m.show (std::move (in));
  const auto *region = gst_buffer_get_video_region_of_interest_meta_id (out.buffer.get (), 9);
  ASSERT_TRUE (region);
  EXPECT_EQ ((std::vector<guint>{region->x, region->y, region->w, region->h}),
             (std::vector<guint>{3, 4, 5, 6}));
  const auto *code = gst_buffer_get_video_time_code_meta (out.buffer.get ());
  ASSERT_TRUE (code);
  EXPECT_EQ (code->tc.frames, 4u);
}

TEST (MatteBuffers, RegionsFollowTheCrop)
{
  Matte m (kModel, raw ("I420", 20, 10), "video/x-raw,format=A420");
  Owned<GstBuffer> in = plain (info_of_caps (raw ("I420", 40, 40)), 99);
  gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 40, 40);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (in.get ());
  crop->x = 10, crop->y = 20, crop->width = 20, crop->height = 10;
  gst_buffer_add_video_region_of_interest_meta (in.get (), "inside", 14, 22, 6, 4)->id = 1;
  gst_buffer_add_video_region_of_interest_meta (in.get (), "cut", 0, 0, 14, 24)->id = 2;
  gst_buffer_add_video_region_of_interest_meta (in.get (), "outside", 0, 0, 10, 20)->id = 3;
  const MatteFrame out = m.show (std::move (in));
  const auto region = [&] (gint id) -> std::vector<guint> {
    const auto *r = gst_buffer_get_video_region_of_interest_meta_id (out.buffer.get (), id);
    return r ? std::vector<guint>{r->x, r->y, r->w, r->h} : std::vector<guint>{};
  };
  EXPECT_EQ (region (1), (std::vector<guint>{4, 2, 6, 4}));
  EXPECT_EQ (region (2), (std::vector<guint>{0, 0, 4, 4}));
  EXPECT_EQ (region (3), std::vector<guint>{});
}

TEST (MatteBuffers, OffersUpstreamMetasAndAPool)
{
  for (const int width : {64, 854}) {
    Matte m (kModel, raw ("I420", width, 48));
    m.show (plain (m.in (), 99));
    const Owned<GstCaps> caps{gst_pad_get_current_caps (m.get ()->srcpad)};
    const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
    ASSERT_TRUE (gst_pad_peer_query (m.get ()->srcpad, query.get ()));
    EXPECT_TRUE (gst_query_find_allocation_meta (query.get (), GST_VIDEO_META_API_TYPE, nullptr));
    EXPECT_TRUE (
        gst_query_find_allocation_meta (query.get (), GST_VIDEO_CROP_META_API_TYPE, nullptr));
    EXPECT_EQ (offered_pool (query.get ()).min, 1u);
  }
}

}  // namespace
}  // namespace quad::test
