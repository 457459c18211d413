// Pictures that glide and fade, pixel by pixel.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>

#include "core/geometry.h"
#include "elements/grid/pipeline.h"
#include "elements/grid/wished.h"

using namespace quad::test;
using quad::Owned;
using quad::Rect;

namespace {

// Ten frames a second: a transition of 0.4 s has its first step at the frame with the new layout.
const std::string kRate = "framerate=(fraction)10/1";
const std::string kGlides = " transition-duration=400000000 transition-mode=linear ";

Values color (std::size_t input)
{
  return {60 * (static_cast<int> (input) + 1), 200 - 50 * static_cast<int> (input), 30, 255};
}

struct Painted {
  Rect rect;
  std::size_t input;
  double opacity = 1;
};

// What an output of these pictures should be, the slow way.
std::vector<Values> painted_picture (quad::Size size, const std::vector<Painted> &pictures)
{
  std::vector<Values> out (std::size_t (size.width * size.height), Values{0, 0, 0, 255});
  for (const Painted &p : pictures) {
    const auto alpha = static_cast<int> (std::lround (p.opacity * 255));
    const Rect r = intersect (p.rect, quad::rect_of (size));
    for (int y = r.y; y < r.bottom (); y++)
      for (int x = r.x; x < r.right (); x++) {
        Values &v = out[std::size_t (y * size.width + x)];
        for (std::size_t c = 0; c < 3; c++)
          v[c] = (color (p.input)[c] * alpha + v[c] * (255 - alpha) + 127) / 255;
      }
  }
  return out;
}

struct GlidePipeline : GridPipeline {
  GlidePipeline (const std::string &properties, std::size_t inputs,
                 const std::string &format = "RGBA", quad::Size output = {80, 40})
      : GridPipeline (properties, raw (format.c_str (), output.width, output.height, kRate))
  {
    for (std::size_t i = 0; i < inputs; i++) add (i);
    play ();
  }
  void add (std::size_t i)
  {
    add_input (raw ("RGBA", 16, 16, kRate));
    set_pad (i, "fit", 2);
    on.push_back (i);
  }
  void remove (std::size_t i)
  {
    remove_input (*this, i);
    std::erase (on, i);
  }
  void feed_all ()
  {
    for (const std::size_t i : on)
      push (i, timed (solid (info (i), color (i)), frame_time (n, 10), GST_SECOND / 10));
    n++;
  }
  std::unique_ptr<Picture8> step ()
  {
    feed_all ();
    return pull ();
  }
  // The next frame shows these pictures, the last above.
  void expect (const std::vector<Painted> &pictures)
  {
    SCOPED_TRACE ("frame " + std::to_string (n));
    const auto picture = step ();
    ASSERT_TRUE (picture);
    const quad::Size size = {picture->info ().width, picture->info ().height};
    const std::vector<Values> expected = painted_picture (size, pictures);
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        ASSERT_EQ (picture->at (x, y), expected[std::size_t (y * size.width + x)]) << x << "," << y;
  }
  std::vector<std::size_t> on;
  std::uint64_t n = 0;
};

const Rect kLeft = {0, 0, 40, 40}, kRight = {40, 0, 40, 40};

TEST (GridGlides, ASwapOfCells)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 2);
  p.expect ({{kLeft, 0}, {kRight, 1}});
  p.set_pad (0, "cell", 1);
  // The first frame with the new layout shows the old place.
  p.expect ({{kLeft, 0}, {kRight, 1}});
  for (const int x : {10, 20, 30}) p.expect ({{{x, 0, 40, 40}, 0}, {{40 - x, 0, 40, 40}, 1}});
  for (int i = 0; i < 3; i++) p.expect ({{kRight, 0}, {kLeft, 1}});
  EXPECT_TRUE (p.warnings ().empty ());
}

TEST (GridGlides, EaseIsTheDefault)
{
  GlidePipeline p ("rows=1 columns=2 transition-duration=400000000", 1);
  p.expect ({{kLeft, 0}});
  p.set_pad (0, "cell", 1);
  // 40 times 3p2 - 2p3.
  for (const int x : {0, 6, 20, 34, 40}) p.expect ({{{x, 0, 40, 40}, 0}});
}

TEST (GridGlides, WithoutADurationOrAModeAtOnce)
{
  for (const char *how :
       {"transition-mode=linear", "transition-duration=400000000 transition-mode=none"}) {
    GlidePipeline p (std::string ("rows=1 columns=2 ") + how, 2);
    p.expect ({{kLeft, 0}, {kRight, 1}});
    p.set_pad (0, "cell", 1);
    p.expect ({{kRight, 0}, {kLeft, 1}});
    p.remove (0);
    p.expect ({{kLeft, 1}});
    p.add (2);
    gst_element_sync_state_with_parent (p.source (2));
    p.expect ({{kLeft, 1}, {kRight, 2}});
  }
}

TEST (GridGlides, Templates)
{
  GlidePipeline p ("areas=\"a b\"" + kGlides, 2);
  p.expect ({{kLeft, 0}, {kRight, 1}});
  g_object_set (p.grid (), "areas", "b / a", nullptr);
  p.expect ({{kLeft, 0}, {kRight, 1}});
  p.expect ({{{0, 5, 50, 35}, 0}, {{30, 0, 50, 35}, 1}});
  p.expect ({{{0, 10, 60, 30}, 0}, {{20, 0, 60, 30}, 1}});
  p.expect ({{{0, 15, 70, 25}, 0}, {{10, 0, 70, 25}, 1}});
  p.expect ({{{0, 20, 80, 20}, 0}, {{0, 0, 80, 20}, 1}});
}

TEST (GridGlides, FromACellToAFreePlaceAndOn)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 1);
  p.expect ({{kLeft, 0}});
  p.set_pad (0, "xpos", 60, "ypos", 20, "width", 20, "height", 20);
  p.expect ({{kLeft, 0}});
  p.expect ({{{15, 5, 35, 35}, 0}});
  // A change on the way begins where the picture is.
  p.set_pad (0, "xpos", 90);
  p.expect ({{{30, 10, 30, 30}, 0}});
  p.expect ({{{45, 13, 28, 27}, 0}});
  p.expect ({{{60, 15, 25, 25}, 0}});
}

TEST (GridGlides, EdgesLieOnWholeChromaSamples)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 1, "I420", {84, 40});
  p.step ();
  p.set_pad (0, "cell", 1);
  // By 10.5 a frame, each edge rounded once.
  for (const int x : {0, 10, 22, 32, 42}) {
    const auto picture = p.step ();
    for (int i = 0; i < 84; i++)
      ASSERT_EQ (picture->at (i, 20)[0] > 16, i >= x && i < x + 42) << i << " of " << x;
    for (int i = 0; i < 84; i += 2)
      ASSERT_EQ (picture->at (i, 20)[2] != 128, i >= x && i < x + 42) << i << " of " << x;
  }
}

void drive (gpointer object, const char *property, double from, double to, std::uint64_t tenths)
{
  const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
  g_object_set (source.get (), "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  auto *timed = GST_TIMED_VALUE_CONTROL_SOURCE (source.get ());
  gst_timed_value_control_source_set (timed, 0, from);
  gst_timed_value_control_source_set (timed, frame_time (tenths, 10), to);
  ASSERT_TRUE (gst_object_add_control_binding (
      GST_OBJECT (object),
      gst_direct_control_binding_new_absolute (GST_OBJECT (object), property, source.get ())));
}

TEST (GridGlides, WhatAControlSourceDrivesDoesNotLag)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 2);
  p.set_pad (0, "width", 20, "height", 20);
  drive (p.pad (0).get (), "xpos", 0, 50, 5);
  for (const int x : {0, 10, 20, 30, 40, 50}) p.expect ({{{x, 0, 20, 20}, 0}, {kRight, 1}});
}

TEST (GridGlides, WhatAControlSourceDrivesInTheElementDoesNotLag)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 2);
  drive (p.grid (), "gap", 0, 20, 5);
  for (const int gap : {0, 4, 8, 12, 16, 20})
    p.expect ({{{0, 0, 40 - gap / 2, 40}, 0}, {{40 + gap / 2, 0, 40 - gap / 2, 40}, 1}});
}

// Another property's binding does not matter, nor a binding that is disabled.
TEST (GridGlides, OtherControlSourcesDoNotStopIt)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 1);
  drive (p.pad (0).get (), "alpha", 1, 1, 5);
  drive (p.pad (0).get (), "xpos", 0, 0, 5);
  gst_object_set_control_binding_disabled (GST_OBJECT (p.pad (0).get ()), "xpos", TRUE);
  p.expect ({{kLeft, 0}});
  p.set_pad (0, "cell", 1);
  for (const int x : {0, 10, 20, 30, 40}) p.expect ({{{x, 0, 40, 40}, 0}});
}

TEST (GridGlides, ANewPictureFadesIn)
{
  GlidePipeline p ("rows=1 columns=0" + kGlides, 1);
  const Rect whole = {0, 0, 80, 40};
  p.expect ({{whole, 0}});
  p.add (1);
  gst_element_sync_state_with_parent (p.source (1));
  // The first picture makes room while the new one comes.
  for (const int i : {0, 1, 2, 3, 4})
    p.expect ({{{0, 0, 80 - 10 * i, 40}, 0}, {kRight, 1, i / 4.0}});
  p.expect ({{kLeft, 0}, {kRight, 1}});
}

// Counts what happens to a buffer.
void count_end (gpointer count, GstMiniObject *) { ++*static_cast<std::atomic<int> *> (count); }

TEST (GridGlides, TheLastPictureOfAReleasedPadFadesOut)
{
  GlidePipeline p ("rows=1 columns=0" + kGlides, 2);
  p.expect ({{kLeft, 0}, {kRight, 1}});
  std::atomic<int> freed = 0;
  Owned<GstBuffer> last =
      timed (solid (p.info (1), color (1)), frame_time (p.n, 10), GST_SECOND / 10);
  gst_mini_object_weak_ref (GST_MINI_OBJECT (last.get ()), count_end, &freed);
  p.push (1, std::move (last));
  p.on = {0};
  p.expect ({{kLeft, 0}, {kRight, 1}});
  p.remove (1);
  for (const int i : {0, 1, 2, 3}) {
    p.expect ({{{0, 0, 40 + 10 * i, 40}, 0}, {kRight, 1, 1 - i / 4.0}});
    EXPECT_EQ (freed, 0);
  }
  p.expect ({{{0, 0, 80, 40}, 0}});
  p.expect ({{{0, 0, 80, 40}, 0}});
  EXPECT_EQ (freed, 1);
  EXPECT_TRUE (p.warnings ().empty ());
}

TEST (GridGlides, AReleasedPadKeepsItsZorder)
{
  GlidePipeline p ("rows=1 columns=1" + kGlides, 3);
  for (std::size_t i = 0; i < 3; i++) p.set_pad (i, "cell", 0);
  p.set_pad (1, "width", 20, "height", 20);
  p.set_pad (2, "xpos", 10, "width", 20, "height", 20);
  const Rect whole = {0, 0, 80, 40}, one = {0, 0, 20, 20}, two = {10, 0, 20, 20};
  p.expect ({{whole, 0}, {one, 1}, {two, 2}});
  p.remove (1);
  p.expect ({{whole, 0}, {one, 1}, {two, 2}});
  p.expect ({{whole, 0}, {one, 1, 0.75}, {two, 2}});
}

TEST (GridGlides, AStopLetsGoOfPicturesThatFade)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 1);
  p.add (1);
  gst_element_sync_state_with_parent (p.source (1));
  std::atomic<int> freed = 0;
  Owned<GstBuffer> last = timed (solid (p.info (1), color (1)), 0, GST_SECOND / 10);
  gst_mini_object_weak_ref (GST_MINI_OBJECT (last.get ()), count_end, &freed);
  p.push (1, std::move (last));
  p.on = {0};
  p.expect ({{kLeft, 0}, {kRight, 1}});
  p.remove (1);
  p.expect ({{kLeft, 0}, {kRight, 1}});
  EXPECT_EQ (freed, 0);
  gst_element_set_state (p.pipeline (), GST_STATE_NULL);
  EXPECT_EQ (freed, 1);
}

TEST (GridGlides, APictureThatLosesItsAreaFadesOut)
{
  GlidePipeline p ("areas=\"a b\"" + kGlides, 2);
  p.expect ({{kLeft, 0}, {kRight, 1}});
  g_object_set (p.grid (), "areas", "a", nullptr);
  p.expect ({{kLeft, 0}, {kRight, 1}});
  p.expect ({{{0, 0, 50, 40}, 0}, {kRight, 1, 0.75}});
  p.expect ({{{0, 0, 60, 40}, 0}, {kRight, 1, 0.5}});
  p.expect ({{{0, 0, 70, 40}, 0}, {kRight, 1, 0.25}});
  p.expect ({{{0, 0, 80, 40}, 0}});
  EXPECT_EQ (p.warnings ().size (), 1u);
}

// The names of the pads that output frames have regions of cells for.
std::string regions_of (GstBuffer *buffer)
{
  std::string names;
  gpointer state = nullptr;
  while (GstMeta *meta = gst_buffer_iterate_meta_filtered (
             buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
    auto *region = reinterpret_cast<GstVideoRegionOfInterestMeta *> (meta);
    const GstStructure *cell = gst_video_region_of_interest_meta_get_param (region, "cell");
    names.append (gst_structure_get_string (cell, "pad")).append (" ");
  }
  return names;
}

TEST (GridGlides, AReleasedPadHasNoRegion)
{
  GlidePipeline p ("rows=1 columns=2 cell-metas=true" + kGlides, 2);
  EXPECT_EQ (regions_of (p.step ()->buffer ()), "sink_0 sink_1 ");
  p.remove (1);
  EXPECT_EQ (regions_of (p.step ()->buffer ()), "sink_0 ");
}

// Many changes in mid-glide, and pads that come and go: it ends where the layout says.
TEST (GridGlides, AfterManyChangesAllIsInItsPlace)
{
  GlidePipeline p ("areas=\"a b c / d d d\"" + kGlides, 4);
  const char *const layouts[] = {"d a / b c", "a / b / c / d", "c c d / a b d", "a b", "a b c d"};
  for (std::size_t i = 0; i < 25; i++) {
    g_object_set (p.grid (), "areas", layouts[i % std::size (layouts)], nullptr);
    if (i % 4 == 1) p.set_pad (0, "width", 30, "height", 20, "xpos", static_cast<int> (i));
    if (i % 4 == 3) p.set_pad (0, "width", 0);
    for (std::size_t k = 0; k <= i % 3; k++) ASSERT_TRUE (p.step ());
  }
  p.set_pad (0, "width", 0);
  for (int i = 0; i < 5; i++) ASSERT_TRUE (p.step ());
  auto area = [&] (std::size_t i) {
    gchar *name = nullptr;
    g_object_get (p.pad (i).get (), "current-area", &name, nullptr);
    const Owned<char> owned{name};
    return name ? *name - 'a' : -1;
  };
  std::vector<Painted> places;
  for (std::size_t i = 0; i < 4; i++) places.push_back ({{20 * area (i), 0, 20, 40}, i});
  p.expect (places);
}

GstPadProbeReturn count_reconfigure (GstPad *, GstPadProbeInfo *info, gpointer count)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_RECONFIGURE)
    ++*static_cast<std::atomic<int> *> (count);
  return GST_PAD_PROBE_OK;
}

TEST (GridGlides, UpstreamKeepsTheLargerSizeUntilTheEnd)
{
  GlidePipeline p ("areas=\"a b / a c\" post-cell-size=true" + kGlides, 3);
  p.step ();
  const Owned<GstPad> large = p.pad (0), small = p.pad (1), same = p.pad (2);
  std::atomic<int> asked[3] = {0, 0, 0};
  GstPad *const pads[] = {large.get (), small.get (), same.get ()};
  for (int i = 0; i < 3; i++) {
    wished (pads[i]);
    gst_pad_add_probe (pads[i], GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, count_reconfigure, &asked[i],
                       nullptr);
  }
  EXPECT_EQ (wished (large.get ()), "40x40");
  EXPECT_EQ (wished (small.get ()), "40x20");
  g_object_set (p.grid (), "areas", "b a / b c", nullptr);
  for (int i = 0; i < 4; i++) {
    EXPECT_EQ (wished (large.get ()), "40x40") << i;
    EXPECT_EQ (wished (small.get ()), "40x40") << i;
    EXPECT_EQ (wished (same.get ()), "40x20") << i;
    p.step ();
  }
  EXPECT_EQ (asked[0], 0);
  EXPECT_EQ (asked[1], 1);
  p.step ();
  // It is told after the frame.
  p.step ();
  EXPECT_EQ (wished (large.get ()), "40x20");
  EXPECT_EQ (wished (small.get ()), "40x40");
  EXPECT_EQ (asked[0], 1);
  EXPECT_EQ (asked[1], 1);
  EXPECT_EQ (asked[2], 0);
}

TEST (GridGlides, PadAtPositionFollows)
{
  GlidePipeline p ("rows=1 columns=2" + kGlides, 1);
  auto pad_at = [&] (double x) {
    GstPad *pad = nullptr;
    g_signal_emit_by_name (p.grid (), "pad-at-position", x, 20.0, &pad);
    return Owned<GstPad>{pad} != nullptr;
  };
  p.step ();
  p.set_pad (0, "cell", 1);
  for (const int x : {0, 10, 20, 30, 40}) {
    p.step ();
    EXPECT_EQ (pad_at (x - 1), false);
    EXPECT_EQ (pad_at (x + 1), true);
    EXPECT_EQ (pad_at (x + 39), true);
  }
}

}  // namespace
