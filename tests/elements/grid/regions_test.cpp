// Regions of interest on quadmux-grid's output, and the message `cell-selected`.
#include <gst/video/navigation.h>

#include <ostream>

#include "core/geometry.h"

#include "elements/grid/pipeline.h"

using namespace quad::test;
using quad::Owned;
using quad::Rect;

namespace {

const Values kGray = {100, 128, 128, 0};

struct Region {
  std::string type;
  Rect at;
  int id = 0, parent = 0;
  std::string params;

  bool operator== (const Region &) const = default;
};
std::ostream &operator<< (std::ostream &out, const Region &r)
{
  return out << r.type << " " << r.at.x << "," << r.at.y << " " << r.at.width << "x" << r.at.height
             << " " << r.id << " " << r.parent << " " << r.params;
}

std::vector<Region> regions_of (GstBuffer *buffer)
{
  std::vector<Region> all;
  gpointer state = nullptr;
  while (GstMeta *meta = gst_buffer_iterate_meta_filtered (
             buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
    const auto &r = *reinterpret_cast<GstVideoRegionOfInterestMeta *> (meta);
    Region region = {g_quark_to_string (r.roi_type),
                     {static_cast<int> (r.x), static_cast<int> (r.y), static_cast<int> (r.w),
                      static_cast<int> (r.h)},
                     r.id,
                     r.parent_id,
                     ""};
    for (const GList *p = r.params; p; p = p->next)
      region.params +=
          Owned<char>{gst_structure_to_string (static_cast<GstStructure *> (p->data))}.get ();
    all.push_back (region);
  }
  return all;
}

Owned<GstBuffer> with_region (Owned<GstBuffer> buffer, const Rect &at)
{
  auto *meta = gst_buffer_add_video_region_of_interest_meta (
      buffer.get (), "face", static_cast<guint> (at.x), static_cast<guint> (at.y),
      static_cast<guint> (at.width), static_cast<guint> (at.height));
  meta->id = 7;
  meta->parent_id = 3;
  gst_video_region_of_interest_meta_add_param (
      meta, gst_structure_new ("detection", "sure", G_TYPE_INT, 90, nullptr));
  return buffer;
}

TEST (GridRegions, AreFoundWhereTheirInputIsShown)
{
  GridPipeline p ("rows=1 columns=4 gap=20", raw ("GRAY8", 460, 100));
  for (std::size_t i = 0; i < 4; i++) {
    p.add_input (raw ("GRAY8", 400, 200));
    p.push (i, timed (with_region (solid (p.info (i), kGray), {200, 0, 100, 50}), 0, GST_SECOND));
  }
  p.set_pad (1, "fit", 1);                    // shows the middle 200x200
  p.set_pad (2, "fit", 2, "orientation", 1);  // turned clockwise
  p.set_pad (3, "alpha", 0.0);
  p.play ();
  const auto picture = p.pull ();
  ASSERT_TRUE (picture);
  const std::string params = "detection, sure=(int)90;";
  const std::vector<Region> want = {
      {"face", {50, 25, 25, 13}, 7, 3, params},
      {"face", {120 + 50, 0, 50, 25}, 7, 3, params},
      // A quarter down from the top of the source is at the right of the turned picture.
      {"face", {240 + 75, 50, 25, 25}, 7, 3, params},
  };
  EXPECT_EQ (regions_of (picture->buffer ()), want);
}

TEST (GridRegions, ACellsRegionSaysWhatItShows)
{
  GridPipeline p ("rows=1 columns=3 gap=20 cell-metas=true",
                  raw ("GRAY8", 340, 100, "framerate=(fraction)10/1"));
  for (std::size_t i = 0; i < 3; i++)
    p.add_input (raw ("GRAY8", 40, 20, "framerate=(fraction)10/1"));
  for (std::uint64_t n = 0; n < 2; n++)
    p.push (0, timed (solid (p.info (0), kGray), frame_time (n, 10), GST_SECOND / 10));
  p.push (1, timed (solid (p.info (1), kGray), 0, GST_SECOND / 5));
  for (std::size_t i = 0; i < 3; i++) p.end (i);
  const Pictures pictures = p.run ();
  ASSERT_EQ (pictures.size (), 2u);
  auto params = [] (const std::string &pad, const char *state, const char *pts, const char *age) {
    return "cell, pad=(string)" + pad + ", state=(GstQuadCellState)" + state + ", pts=(guint64)" +
           pts + ", age=(guint64)" + age + ";";
  };
  const std::vector<Region> want = {
      {"cell", {0, 0, 100, 100}, 0, 0, params ("sink_0", "live", "100000000", "0")},
      {"cell", {120, 0, 100, 100}, 0, 0, params ("sink_1", "live", "0", "100000000")},
      {"cell",
       {240, 0, 100, 100},
       0,
       0,
       params ("sink_2", "ended", "18446744073709551615", "18446744073709551615")},
  };
  std::vector<Region> got = regions_of (pictures[1]->buffer ());
  for (Region &r : got) r.id = 0;
  EXPECT_EQ (got, want);
  EXPECT_TRUE (regions_of (pictures[0]->buffer ()).size () == 3);
}

TEST (GridRegions, NoneWithoutThem)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 100, 100));
  p.add_solid (raw ("GRAY8", 40, 20), kGray, 2);
  for (const auto &picture : p.run ()) EXPECT_TRUE (regions_of (picture->buffer ()).empty ());
}

// The pads that were selected, with the position.
std::string selections_of (GstBus *bus)
{
  std::string all;
  while (const Owned<GstMessage> m{gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT)}) {
    const GstStructure *s = gst_message_get_structure (m.get ());
    if (!gst_structure_has_name (s, "cell-selected")) continue;
    GstPad *pad = nullptr;
    gdouble x = 0, y = 0;
    EXPECT_TRUE (gst_structure_get (s, "pad", GST_TYPE_PAD, &pad, "x", G_TYPE_DOUBLE, &x, "y",
                                    G_TYPE_DOUBLE, &y, nullptr));
    const Owned<GstPad> owned{pad};
    all.append (GST_PAD_NAME (pad)).append (" ").append (std::to_string (int (x)));
    all.append (",").append (std::to_string (int (y))).append (" ");
  }
  return all;
}

TEST (GridRegions, AClickSelectsACell)
{
  for (const bool posts : {true, false}) {
    GridPipeline p ("rows=1 columns=2 gap=20 ignore-inactive-pads=true", raw ("GRAY8", 220, 100));
    g_object_set (p.grid (), "post-selections", posts, nullptr);
    p.add_input (raw ("GRAY8", 400, 200));
    p.push (0, timed (solid (p.info (0), kGray), 0, GST_SECOND));
    p.add_input (raw ("GRAY8", 400, 200));
    p.end (1);  // nothing is seen in the second cell
    p.play ();
    ASSERT_TRUE (p.pull ());
    const Owned<GstPad> src{gst_element_get_static_pad (p.grid (), "src")};
    const Owned<GstBus> bus{gst_element_get_bus (p.pipeline ())};
    constexpr auto kNone = GST_NAVIGATION_MODIFIER_NONE;
    GstEvent *events[] = {
        gst_navigation_event_new_mouse_button_press (1, 50, 50, kNone),
        gst_navigation_event_new_mouse_button_press (1, 50, 10, kNone),   // a bar
        gst_navigation_event_new_mouse_button_press (1, 110, 10, kNone),  // the gap
        gst_navigation_event_new_mouse_button_press (1, 150, 50, kNone),
        gst_navigation_event_new_mouse_button_press (3, 50, 50, kNone),
        gst_navigation_event_new_mouse_button_release (1, 50, 50, kNone),
        gst_navigation_event_new_mouse_move (50, 50, kNone),
        gst_navigation_event_new_touch_down (0, 160, 60, 1, kNone),
        gst_navigation_event_new_touch_up (0, 160, 60, kNone),
        gst_navigation_event_new_key_press ("a", kNone),
    };
    for (GstEvent *e : events) gst_pad_send_event (src.get (), e);
    EXPECT_EQ (selections_of (bus.get ()),
               posts ? "sink_0 50,50 sink_0 50,10 sink_1 150,50 sink_1 160,60 " : "");
  }
}

}  // namespace
