// quadmux-grid's pads: their properties, and pads that come and go.
#include <cmath>
#include <thread>

#include "elements/grid/pipeline.h"
#include "support/offered_pool.h"

using namespace quad::test;
using quad::Owned;

namespace {

TEST (GridPads, ChildProxy)
{
  const Owned<GstElement> grid = new_grid ();
  request (grid.get ());
  request (grid.get (), "sink_7");
  auto *proxy = GST_CHILD_PROXY (grid.get ());
  EXPECT_EQ (gst_child_proxy_get_children_count (proxy), 2u);
  gst_child_proxy_set (proxy, "sink_7::fit", 1, "sink_7::xalign", 0.25, nullptr);
  gint fit = 0;
  gdouble xalign = 0;
  gst_child_proxy_get (proxy, "sink_7::fit", &fit, "sink_7::xalign", &xalign, nullptr);
  EXPECT_EQ (fit, 1);
  EXPECT_EQ (xalign, 0.25);
}

TEST (GridPads, NotANumberIsNoAlignment)
{
  const Owned<GstElement> grid = new_grid ();
  const Owned<GstPad> pad = request (grid.get ());
  for (const char *name : {"xalign", "yalign", "alpha"}) {
    g_object_set (pad.get (), name, 0.25, nullptr);
    set_nan (pad.get (), name);
    gdouble value = -1;
    g_object_get (pad.get (), name, &value, nullptr);
    EXPECT_EQ (value, 0.25) << name;
  }
}

TEST (GridPads, PropertiesKeepTheirValuesAndRanges)
{
  const Owned<GstElement> grid = new_grid ();
  const Owned<GstPad> pad = request (grid.get ());
  for (GObject *object : {G_OBJECT (grid.get ()), G_OBJECT (pad.get ())}) {
    guint count = 0;
    GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &count);
    for (guint i = 0; i < count; i++) {
      GParamSpec *spec = specs[i];
      if (!(spec->flags & G_PARAM_WRITABLE) || (spec->flags & G_PARAM_CONSTRUCT_ONLY) ||
          !(spec->flags & G_PARAM_READABLE) || spec->value_type == G_TYPE_STRING ||
          g_type_is_a (spec->value_type, G_TYPE_OBJECT) ||
          g_type_is_a (spec->value_type, G_TYPE_BOXED))
        continue;
      SCOPED_TRACE (spec->name);
      GValue value = G_VALUE_INIT, read = G_VALUE_INIT;
      g_value_init (&value, spec->value_type);
      g_value_init (&read, spec->value_type);
      std::vector<double> numbers;
      if (auto *s = G_IS_PARAM_SPEC_INT (spec) ? G_PARAM_SPEC_INT (spec) : nullptr)
        numbers = {double (s->minimum), double (s->maximum), double (s->default_value)};
      else if (auto *d = G_IS_PARAM_SPEC_DOUBLE (spec) ? G_PARAM_SPEC_DOUBLE (spec) : nullptr)
        numbers = {d->minimum, d->maximum, d->default_value};
      for (double number : numbers) {
        if (G_VALUE_HOLDS_INT (&value)) g_value_set_int (&value, static_cast<gint> (number));
        if (G_VALUE_HOLDS_DOUBLE (&value)) g_value_set_double (&value, number);
        g_object_set_property (object, spec->name, &value);
        g_object_get_property (object, spec->name, &read);
        EXPECT_EQ (g_param_values_cmp (spec, &value, &read), 0) << number;
      }
      g_param_value_set_default (spec, &value);
      g_object_set_property (object, spec->name, &value);
      g_object_get_property (object, spec->name, &read);
      EXPECT_EQ (g_param_values_cmp (spec, &value, &read), 0);
      g_value_unset (&value);
      g_value_unset (&read);
    }
    g_free (specs);
  }
}

TEST (GridPads, ReleaseWhilePlayingUnderLoad)
{
  GridPipeline p ("rows=0 columns=0", raw ("GRAY8", 64, 64));
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (p.pipeline ()), "out")};
  g_object_set (sink.get (), "max-buffers", 2u, "drop", TRUE, nullptr);
  GstElement *steady = gst_element_factory_make ("videotestsrc", nullptr);
  g_object_set (steady, "is-live", TRUE, nullptr);
  gst_bin_add (GST_BIN (p.pipeline ()), steady);
  ASSERT_TRUE (gst_element_link (steady, p.grid ()));
  p.play ();
  for (int i = 0; i < 40; i++) {
    GstElement *src = gst_element_factory_make ("videotestsrc", nullptr);
    // The pipeline is on its way to PLAYING itself, and must not start the source before that is
    // linked.
    gst_element_set_locked_state (src, TRUE);
    gst_bin_add (GST_BIN (p.pipeline ()), src);
    ASSERT_TRUE (gst_element_link (src, p.grid ()));
    gst_element_set_locked_state (src, FALSE);
    gst_element_sync_state_with_parent (src);
    if (i % 4 == 0) {
      ASSERT_TRUE (p.pull ()) << p.error ();
    }
    const Owned<GstPad> src_pad{gst_element_get_static_pad (src, "src")};
    const Owned<GstPad> pad{gst_pad_get_peer (src_pad.get ())};
    gst_pad_unlink (src_pad.get (), pad.get ());
    gst_element_release_request_pad (p.grid (), pad.get ());
    gst_element_set_locked_state (src, TRUE);
    gst_element_set_state (src, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (p.pipeline ()), src);
  }
  ASSERT_TRUE (p.pull ()) << p.error ();
}

TEST (GridPads, StatesGoUpAndDown)
{
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  for (int i = 0; i < 2; i++) p.add_input (raw ("GRAY8", 32, 32));
  for (int round = 0; round < 5; round++) {
    p.play ();
    for (std::size_t i = 0; i < 2; i++) feed (p, i, 0);
    const auto picture = p.pull ();
    ASSERT_TRUE (picture) << p.error ();
    EXPECT_EQ (picture->at (0, 0)[0], 40);
    EXPECT_EQ (gst_element_set_state (p.pipeline (), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  }
}

// How many buffers the pad asks upstream's pool for.
guint wanted_buffers (GstPad *pad, const std::string &caps, bool plain = false)
{
  const Owned<GstQuery> query{gst_query_new_allocation (caps_of (caps).get (), FALSE)};
  if (!gst_pad_query (pad, query.get ())) return 0;
  const OfferedPool offer = offered_pool (query.get ());
  if (plain)
    expect_plain (offer);
  else
    EXPECT_FALSE (offer.pool);
  EXPECT_EQ (offer.size, info_of_caps (caps).size);
  EXPECT_EQ (offer.max, 0u);
  return offer.min;
}

TEST (GridPads, OfferAPlainPoolForFramesThatAreDecodedIntoWiderOnes)
{
  GridPipeline p ("rows=1 columns=1", raw ("I420", 16, 16));
  const std::string caps = raw ("I420", 854, 480, "framerate=25/1");
  p.add_input (caps);
  p.play ();
  EXPECT_EQ (wanted_buffers (p.pad (0).get (), caps, true), 3u);
}

// A decoder that hands out its own surfaces has no more than it was asked for.
TEST (GridPads, AnInputWithNoMoreBuffersThanAreAskedFor)
{
  const std::string caps = raw ("GRAY8", 16, 16, "framerate=25/1");
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 16, 16));
  p.add_input (caps);
  p.set_pad (0, "repeat-after-eos", TRUE);
  p.play ();
  const guint count = wanted_buffers (p.pad (0).get (), caps);
  ASSERT_GE (count, 1u);
  const Owned<GstBufferPool> pool{gst_buffer_pool_new ()};
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_set_params (config, nullptr, 256, count, count);
  ASSERT_TRUE (gst_buffer_pool_set_config (pool.get (), config));
  ASSERT_TRUE (gst_buffer_pool_set_active (pool.get (), TRUE));
  std::thread upstream ([&] {
    for (std::uint64_t n = 0; n < 50; n++) {
      GstBuffer *made = nullptr;
      if (gst_buffer_pool_acquire_buffer (pool.get (), &made, nullptr) != GST_FLOW_OK) return;
      gst_buffer_memset (made, 0, static_cast<guint8> (n), 256);
      p.push (0, timed (Owned<GstBuffer>{made}, frame_time (n, 25), frame_time (1, 25)));
    }
    p.end (0);
  });
  // Each shows the input's frame at its beginning.
  int frames = 0;
  for (; const auto picture = p.pull (); frames++)
    EXPECT_EQ (picture->at (8, 8)[0], 5 * frames / 2) << frames;
  EXPECT_EQ (frames, 20);
  EXPECT_TRUE (p.eos ()) << p.error ();
  // Threads that still wait for a buffer get none.
  gst_buffer_pool_set_flushing (pool.get (), TRUE);
  upstream.join ();
  gst_element_set_state (p.pipeline (), GST_STATE_NULL);
  gst_buffer_pool_set_active (pool.get (), FALSE);
}

TEST (GridPads, SamplesSelected)
{
  GridPipeline p ("emit-signals=true rows=1 columns=2", raw ("GRAY8", 64, 32));
  p.add_solid (raw ("GRAY8", 32, 32), shade (0), 1);
  p.add_solid (raw ("GRAY8", 32, 32), shade (1), 3);
  p.set_pad (0, "repeat-after-eos", TRUE);
  struct Seen {
    GstPad *pad;
    std::vector<GstClockTime> frames, samples;
  } seen = {p.pad (0).get (), {}, {}};
  auto selected = +[] (GstElement *grid, GstSegment *, guint64 pts, guint64, guint64,
                       GstStructure *, gpointer data) {
    auto &s = *static_cast<Seen *> (data);
    s.frames.push_back (pts);
    const Owned<GstSample> sample{
        gst_aggregator_peek_next_sample (GST_AGGREGATOR (grid), GST_AGGREGATOR_PAD (s.pad))};
    s.samples.push_back (sample ? GST_BUFFER_PTS (gst_sample_get_buffer (sample.get ())) : kNone);
  };
  g_signal_connect (p.grid (), "samples-selected", G_CALLBACK (selected), &seen);
  EXPECT_EQ (p.run ().size (), 3u);
  EXPECT_EQ (seen.frames, (std::vector<GstClockTime>{0, frame_time (1, 10), frame_time (2, 10)}));
  EXPECT_EQ (seen.samples, (std::vector<GstClockTime>{0, 0, 0})) << "the still is repeated";
}

}  // namespace
