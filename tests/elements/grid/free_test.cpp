// Pictures of quadmux-grid that lie freely: where they are shown, and that they change nothing
// else.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>
#include <gst/video/navigation.h>

#include <functional>
#include <string_view>
#include <thread>

#include "elements/grid/pipeline.h"
#include "support/picture.h"

using namespace quad::test;
using quad::Owned;
using quad::Rect;

namespace {

Rect square (int x, int y, int side) { return {x, y, side, side}; }

void lay (GridPipeline &p, std::size_t i, const Rect &r)
{
  p.set_pad (i, "xpos", r.x, "ypos", r.y, "width", r.width, "height", r.height);
}

std::unique_ptr<Picture8> only_frame (GridPipeline &p)
{
  Pictures all = p.run ();
  EXPECT_EQ (all.size (), 1u) << p.error ();
  if (all.empty ()) g_error ("no picture: %s", p.error ().c_str ());
  return std::move (all[0]);
}

// A frame with detail everywhere, shown in `rect` of the canvas.
std::unique_ptr<Picture8> drawn (const std::string &input, const std::string &output,
                                 const Rect &rect, int orientation, int fit)
{
  GridPipeline p ("border-width=6 background-color=0xff336699", output);
  p.add_input (input);
  lay (p, 0, rect);
  p.set_pad (0, "orientation", orientation, "fit", fit, "xalign", 0.3);
  p.push (0, timed (painted (p.info (0),
                             [] (int plane, int x, int y, int k) {
                               return (x * 37 + y * 101 + plane * 50 + k * 70 + x * y) & 255;
                             }),
                    0, GST_SECOND / 10));
  p.end (0);
  return only_frame (p);
}

// A picture that the canvas cuts has the same pixels as on a larger canvas, at every edge.
TEST (GridFree, ACutPictureIsThatOfACanvasWithRoom)
{
  constexpr int kRoom = 64;
  const Rect rects[] = {{10, 6, 31, 23},  {-9, -7, 40, 30},  {41, 33, 40, 30},
                        {-20, 5, 111, 9}, {7, -31, 3, 100},  {-40, -40, 150, 160},
                        {62, 46, 20, 20}, {-30, 11, 31, 25}, {1, 1, 1, 1}};
  Random random (23);
  for (const char *format : {"I420", "NV12", "Y42B", "RGBA", "GRAY8"})
    for (const Rect &r : rects) {
      const int orientation = random.below (8), fit = random.below (3);
      SCOPED_TRACE (std::string (format) + " at " + std::to_string (r.x) + "," +
                    std::to_string (r.y) + " orientation " + std::to_string (orientation) +
                    " fit " + std::to_string (fit));
      const std::string input = raw (format, 48, 26);
      const auto all = drawn (input, raw (format, 64 + 2 * kRoom, 48 + 2 * kRoom),
                              {r.x + kRoom, r.y + kRoom, r.width, r.height}, orientation, fit);
      const auto some = drawn (input, raw (format, 64, 48), r, orientation, fit);
      for (int y = 0; y < 48; y++)
        for (int x = 0; x < 64; x++)
          ASSERT_EQ (some->at (x, y), all->at (x + kRoom, y + kRoom)) << x << "," << y;
    }
}

// Odd positions go down by one pixel and odd sizes up, but for the canvas's own edge.
TEST (GridFree, EdgesLieOnWholeChromaSamples)
{
  const Values back = {16, 128, 128, 0}, white = {235, 128, 128, 0};
  const struct {
    int x, width, first, end;
  } cases[] = {{0, 10, 0, 10},  {3, 10, 2, 12},  {-3, 10, 0, 6},  {5, 1, 4, 6}, {30, 9, 30, 33},
               {29, 4, 28, 33}, {32, 1, 32, 33}, {33, 5, 33, 33}, {-8, 8, 0, 0}};
  for (const auto &c : cases)
    for (const bool across : {true, false}) {
      SCOPED_TRACE (c.x);
      GridPipeline p ("", raw ("I420", 33, 33));
      p.add_solid (raw ("I420", 16, 16), white, 1);
      lay (p, 0, across ? Rect{c.x, 4, c.width, 12} : Rect{4, c.x, 12, c.width});
      p.set_pad (0, "fit", 2);
      const auto picture = only_frame (p);
      for (int i = 0; i < 33; i++)
        EXPECT_EQ (across ? picture->at (i, 8) : picture->at (8, i),
                   i >= c.first && i < c.end ? white : back)
            << i;
    }
}

TEST (GridFree, OtherFormatsAreConverted)
{
  GridPipeline p ("", raw ("RGBA", 64, 64));
  p.add_input (raw ("BGRA", 40, 40));
  lay (p, 0, {-20, 44, 40, 40});
  p.push (0,
          timed (painted (p.info (0), [] (int, int x, int y,
                                          int k) { return k == 3 ? 255 : 2 * x + 3 * y + 10 * k; }),
                 0, GST_SECOND / 10));
  p.end (0);
  const auto picture = only_frame (p);
  for (int y = 44; y < 64; y++)
    for (int x = 0; x < 20; x++)
      EXPECT_NEAR (picture->at (x, y)[1], 2 * (x + 20) + 3 * (y - 44) + 10, 1) << x << "," << y;
  EXPECT_EQ (picture->at (20, 50), (Values{0, 0, 0, 255}));
}

TEST (GridFree, FarAwayAndHugeAreNothingSpecial)
{
  for (const char *format : {"I420", "GRAY8", "RGBA"})
    for (const int fit : {0, 1, 2})
      for (const int at : {G_MININT, -1000000, -1, 0, 63, 1000000, G_MAXINT})
        for (const int length : {1, 1000000, G_MAXINT}) {
          SCOPED_TRACE (std::string (format) + " " + std::to_string (at) + " " +
                        std::to_string (length));
          GridPipeline p ("", raw ("I420", 64, 64));
          p.add_solid (raw (format, 16, 16), {200, 100, 150, 255}, 1);
          lay (p, 0, {at, 10, length, 20});
          p.set_pad (0, "fit", fit);
          EXPECT_EQ (only_frame (p)->size (), "64x64");
          EXPECT_EQ (p.warnings ().size (), 0u);
        }
}

// Whenever the pad is requested, and whatever the grid is.
TEST (GridFree, NoCellIsTaken)
{
  for (std::size_t which = 0; which < 5; which++)
    for (const int rows : {2, 0}) {
      SCOPED_TRACE (which);
      GridPipeline p ("columns=2 rows=" + std::to_string (rows), raw ("GRAY8", 64, 64));
      std::vector<int> cells;
      for (std::size_t i = 0; i < 5; i++) {
        p.add_solid (raw ("GRAY8", 32, 32), shade (i), 1);
        if (i == which) lay (p, i, square (28, 28, 8));
      }
      for (std::size_t i = 0; i < 5; i++) cells.push_back (current_cell (p.pad (i).get ()));
      std::vector<int> expected = {0, 1, 2, 3};
      expected.insert (expected.begin () + std::ptrdiff_t (which), -1);
      EXPECT_EQ (cells, expected);
      p.set_pad (which, "zorder", 9u);
      const auto picture = only_frame (p);
      EXPECT_EQ (p.warnings ().size (), 0u);
      EXPECT_EQ (picture->at (27, 27)[0], shade (which == 0 ? 1 : 0)[0]);
      EXPECT_EQ (picture->at (36, 36)[0], shade (which == 4 ? 3 : 4)[0]);
      for (const int at : {28, 31, 32, 35})
        EXPECT_EQ (picture->at (at, at), (Values{shade (which)[0], 0, 0, 0}));
    }
}

TEST (GridFree, AlphaAndZorder)
{
  for (const bool above : {true, false}) {
    GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 64, 64));
    p.add_solid (raw ("GRAY8", 32, 32), {100, 0, 0, 0}, 1);
    p.add_solid (raw ("GRAY8", 32, 32), {200, 0, 0, 0}, 1);
    lay (p, 1, square (-10, -10, 30));
    p.set_pad (1, "alpha", 0.4, "zorder", above ? 5u : 0u);
    p.set_pad (0, "zorder", 1u);
    const auto picture = only_frame (p);
    EXPECT_EQ (picture->at (19, 19)[0], above ? 140 : 100);
    EXPECT_EQ (picture->at (20, 19)[0], 100);
  }
}

TEST (GridFree, TheOutputsSizeIsThatOfTheCells)
{
  const struct {
    std::vector<Rect> rects;  // an empty one: in a cell
    const char *size;
  } cases[] = {{{{}, {0, 0, 500, 400}}, "32x32"},
               {{{0, 0, 500, 400}, {}, {}}, "64x32"},
               // None has a cell: the output is as large as they need.
               {{{10, 20, 100, 50}}, "110x70"},
               {{{-10, 20, 100, 50}, {0, 0, 8, 90}}, "90x90"},
               {{{-100, -100, 50, 50}}, "1x1"},
               {{{0, 0, 99999, 10}}, "16384x10"}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.size);
    GridPipeline p ("rows=0 columns=0");
    for (std::size_t i = 0; i < c.rects.size (); i++) {
      const bool free = !c.rects[i].empty ();
      p.add_solid (raw ("GRAY8", free ? 200 : 32, free ? 200 : 32), shade (i), 1);
      if (free) lay (p, i, c.rects[i]);
    }
    EXPECT_EQ (only_frame (p)->size (), c.size);
  }
}

// If no pad has a cell, the size follows the free pictures.
TEST (GridFree, TheOutputsSizeFollowsAMove)
{
  GridPipeline p;
  p.add_input (raw ("GRAY8", 32, 32));
  lay (p, 0, square (0, 0, 40));
  p.play ();
  feed (p, 0, 0);
  auto picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (picture->size (), "40x40");
  p.set_pad (0, "xpos", 24);
  feed (p, 0, 1);
  picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (picture->size (), "64x40");
}

TEST (GridFree, PositionsAreControlled)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 64, 64));
  p.add_solid (raw ("GRAY8", 32, 32), {100, 0, 0, 0}, 5);
  p.add_solid (raw ("GRAY8", 32, 32), {200, 0, 0, 0}, 5);
  const Owned<GstPad> pad = p.pad (1);
  lay (p, 1, square (0, 0, 8));
  for (const char *property : {"xpos", "ypos", "width", "height"}) {
    const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
    g_object_set (source.get (), "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
    auto *values = GST_TIMED_VALUE_CONTROL_SOURCE (source.get ());
    const bool position = property[1] == 'p';
    gst_timed_value_control_source_set (values, 0, position ? -8 : 8);
    gst_timed_value_control_source_set (values, frame_time (4, 10), position ? 56 : 24);
    ASSERT_TRUE (gst_object_add_control_binding (
        GST_OBJECT (pad.get ()), gst_direct_control_binding_new_absolute (
                                     GST_OBJECT (pad.get ()), property, source.get ())));
  }
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 5u) << p.error ();
  for (int n = 0; n < 5; n++) {
    const int first = -8 + 16 * n, end = first + 8 + 4 * n;
    for (int i = 0; i < 64; i++)
      EXPECT_EQ (all[std::size_t (n)]->at (i, i)[0], i >= first && i < end ? 200 : 100)
          << n << " at " << i;
  }
}

int reconfigures (GridPipeline &p, std::size_t i, const std::function<void ()> &change)
{
  int count = 0;
  auto probe = +[] (GstPad *, GstPadProbeInfo *info, gpointer data) {
    if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_RECONFIGURE)
      ++*static_cast<int *> (data);
    return GST_PAD_PROBE_OK;
  };
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (i), "src")};
  const gulong id =
      gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, probe, &count, nullptr);
  change ();
  gst_pad_remove_probe (src.get (), id);
  return count;
}

TEST (GridFree, UpstreamIsToldTheSize)
{
  GridPipeline p ("border-width=4", raw ("I420", 64, 64));
  p.add_input (raw ("I420", 300, 300));
  p.add_input (raw ("I420", 300, 300));
  lay (p, 0, {-101, 3, 201, 51});
  p.play ();
  auto wish = [&] {
    const Owned<GstCaps> caps{gst_pad_query_caps (p.pad (0).get (), nullptr)};
    GstStructure *s = gst_caps_get_structure (caps.get (), 0);
    const GValue *w = gst_structure_get_value (s, "width");
    const GValue *h = gst_structure_get_value (s, "height");
    const Owned<char> width{gst_value_serialize (w)}, height{gst_value_serialize (h)};
    return std::string (width.get ()) + " x " + height.get ();
  };
  EXPECT_EQ (wish (), "[ 1, 202 ] x [ 1, 52 ]");
  p.set_pad (0, "fit", 2);
  EXPECT_EQ (wish (), "202 x 52");
  p.set_pad (0, "orientation", 1);
  EXPECT_EQ (wish (), "52 x 202");
  p.set_pad (0, "fit", 1, "orientation", 0, "width", 40000);
  EXPECT_EQ (wish (), "16384 x [ 52, 16384 ]");
  p.set_pad (0, "width", 60);
  EXPECT_EQ (wish (), "[ 60, 16384 ] x [ 52, 16384 ]");
  // Its position does not matter to upstream.
  EXPECT_EQ (reconfigures (p, 0, [&] { p.set_pad (0, "xpos", 21, "ypos", -20); }), 0);
  EXPECT_EQ (reconfigures (p, 0, [&] { p.set_pad (0, "width", 80); }), 1);
  EXPECT_EQ (wish (), "[ 80, 16384 ] x [ 52, 16384 ]");
}

TEST (GridFree, APositionWithoutASizeIsWarnedOf)
{
  const struct {
    Rect rect;
    bool warned;
  } cases[] = {{{0, 0, 0, 0}, false},   {{5, 0, 0, 0}, true},   {{0, -5, 0, 0}, true},
               {{0, 0, 10, 0}, true},   {{0, 0, 0, 10}, true},  {{5, 5, 10, -1}, true},
               {{0, 0, -1, -1}, false}, {{0, 0, 10, 10}, false}};
  for (const auto &c : cases) {
    GridPipeline p ("", raw ("GRAY8", 64, 64));
    p.add_solid (raw ("GRAY8", 32, 32), shade (0), 3);
    lay (p, 0, c.rect);
    EXPECT_EQ (p.run ().size (), 3u);
    EXPECT_EQ (p.warnings ().size (), c.warned ? 1u : 0u) << c.rect.x << " " << c.rect.width;
  }
}

// Where a click lands in a source of 400x200; (-1, -1) if it does not reach it.
struct Clicks {
  double x = -1, y = -1;

  static GstPadProbeReturn probe (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto &clicks = *static_cast<Clicks *> (data);
    gst_navigation_event_get_coordinates (GST_PAD_PROBE_INFO_EVENT (info), &clicks.x, &clicks.y);
    return GST_PAD_PROBE_OK;
  }
};

TEST (GridFree, NavigationAndPadAtPosition)
{
  GridPipeline p ("rows=1 columns=2", raw ("GRAY8", 200, 100));
  Clicks clicks[3];
  for (std::size_t i = 0; i < 3; i++) {
    p.add_input (raw ("GRAY8", 400, 200));
    const Owned<GstPad> src{gst_element_get_static_pad (p.source (i), "src")};
    gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, Clicks::probe, &clicks[i],
                       nullptr);
    if (i == 0) lay (p, 0, {-100, 40, 200, 40});
  }
  // The first hangs over the left edge by half, and has bars at its sides; the second and third
  // have 100x50 in the middle of their cells.
  p.set_pad (0, "zorder", 9u);
  auto pad_at = [&] (double x, double y) {
    GstPad *pad = nullptr;
    g_signal_emit_by_name (p.grid (), "pad-at-position", x, y, &pad);
    const Owned<GstPad> owned{pad};
    return pad ? std::string (GST_PAD_NAME (pad)) : "none";
  };
  EXPECT_EQ (pad_at (10, 10), "none") << "before the first frame";
  for (std::uint64_t n = 0; n < 2; n++)
    for (std::size_t i = 0; i < 3; i++) feed (p, i, n);
  p.play ();
  ASSERT_TRUE (p.pull ()) << p.error ();
  const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
  auto click = [&] (double x, double y) {
    gst_pad_send_event (src.get (), gst_navigation_event_new_mouse_button_press (
                                        1, x, y, GST_NAVIGATION_MODIFIER_NONE));
  };
  click (20, 60);  // 60 of the 80 across that the picture has, half down
  EXPECT_NEAR (clicks[0].x, 400 * 60 / 80.0, 1e-9);
  EXPECT_NEAR (clicks[0].y, 100, 1e-9);
  EXPECT_EQ (clicks[1].x, -1);
  click (60, 60);  // its bar, and the second's picture
  EXPECT_NEAR (clicks[1].x, 240, 1e-9);
  EXPECT_NEAR (clicks[1].y, 140, 1e-9);

  EXPECT_EQ (pad_at (20, 60), "sink_0");
  EXPECT_EQ (pad_at (60, 60), "sink_1");
  EXPECT_EQ (pad_at (60, 78), "sink_0") << "no picture, but its rectangle lies above";
  EXPECT_EQ (pad_at (20, 5), "sink_1") << "a bar";
  EXPECT_EQ (pad_at (199.5, 99.5), "sink_2");
  for (const auto &[x, y] : {std::pair{-1.0, 50.0}, {200.0, 50.0}, {20.0, 100.0}, {0.0 / 0.0, 1.0}})
    EXPECT_EQ (pad_at (x, y), "none");
  p.set_pad (0, "alpha", 0.0);
  for (std::size_t i = 0; i < 3; i++) feed (p, i, 2);
  for (int n = 1; n < 3; n++) ASSERT_TRUE (p.pull ()) << p.error ();
  EXPECT_EQ (pad_at (20, 60), "sink_1") << "what is not to be seen is not there";
}

// A click while a frame is drawn uses the frame before.
TEST (GridFree, APadIsFoundAtAnyTime)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 64, 64));
  p.add_solid (raw ("GRAY8", 64, 64), {50, 0, 0, 0}, 3000);
  Clicks clicks;
  const Owned<GstPad> source{gst_element_get_static_pad (p.source (0), "src")};
  gst_pad_add_probe (source.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, Clicks::probe, &clicks,
                     nullptr);
  p.play ();
  ASSERT_TRUE (p.pull ()) << p.error ();
  std::thread drawing ([&p] {
    while (p.pull ()) {
    }
  });
  const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
  int lost = 0, sent = 0;
  for (; !gst_app_sink_is_eos (GST_APP_SINK (p.out ())); sent++) {
    clicks.x = -1;
    gst_pad_send_event (src.get (), gst_navigation_event_new_mouse_button_press (
                                        1, 32, 32, GST_NAVIGATION_MODIFIER_NONE));
    lost += clicks.x != 32;
  }
  drawing.join ();
  EXPECT_GT (sent, 100);
  EXPECT_EQ (lost, 0);
}

// Where a picture is transparent, the picture below is seen, whatever format the output has.
TEST (GridFree, PicturesAreSeenThroughTransparentOnes)
{
  for (const char *input : {"RGBA", "BGRA", "AYUV", "RGBx", "I420"})
    for (const char *output : {"RGBA", "ARGB", "RGBx", "I420", "NV12", "GRAY8", "YUY2"})
      for (const bool over : {true, false}) {
        SCOPED_TRACE (std::string (input) + " on " + output + (over ? " over" : " beside"));
        GridPipeline p ("rows=1 columns=2", raw (output, 64, 32));
        p.add_solid (raw ("I420", 32, 32), {235, 128, 128, 0}, 3);
        p.add_solid (raw (input, 32, 32), {60, 128, 128, 0}, 3);
        if (over) p.set_pad (0, "cell", 0);
        if (over) p.set_pad (1, "cell", 0);
        const Pictures all = p.run ();
        ASSERT_EQ (all.size (), 3u) << p.error ();
        EXPECT_EQ (p.warnings ().size (), 0u);
        const bool clear = std::string_view (input).find ('A') != std::string_view::npos;
        const Values v = all[2]->at (8, 8);
        const int seen = v[std::string_view (output) == "ARGB"];
        EXPECT_TRUE (!over || (clear ? seen >= 230 : seen <= 130)) << seen;
      }
}

}  // namespace
