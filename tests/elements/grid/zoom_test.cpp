// The zoom of quadmux-grid's pads: crop-x, crop-y, crop-width, crop-height.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>
#include <gst/video/navigation.h>

#include <atomic>
#include <cmath>
#include <utility>

#include "elements/grid/pipeline.h"

using namespace quad::test;
using quad::Owned;

namespace {

struct Crop {
  double x, y, width, height;
};

void set (GridPipeline &p, const Crop &c)
{
  p.set_pad (0, "crop-x", c.x, "crop-y", c.y, "crop-width", c.width, "crop-height", c.height);
}

// Different everywhere.
int marked (int plane, int x, int y, int channel)
{
  return (x * 7 + y * 31 + plane * 50 + channel * 13) & 255;
}

void feed_marked (GridPipeline &p, std::uint64_t n = 0)
{
  p.push (0, timed (painted (p.info (0), marked), frame_time (n, 10), GST_SECOND / 10));
}

int ramp (int, int x, int, int) { return x; }

std::unique_ptr<Picture8> one_frame (GridPipeline &p)
{
  Pictures all = p.run ();
  if (all.size () != 1) g_error ("%zu frames: %s", all.size (), p.error ().c_str ());
  return std::move (all[0]);
}

// Counts events of a type that go through a pad.
class Watch {
 public:
  Watch (GstPad *pad, GstEventType event) : event_ (event), pad_{GST_PAD (gst_object_ref (pad))}
  {
    id_ = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_BOTH, seen, this, nullptr);
  }
  ~Watch () { gst_pad_remove_probe (pad_.get (), id_); }
  Watch (const Watch &) = delete;
  Watch &operator= (const Watch &) = delete;

  std::atomic<int> events{0};

 private:
  static GstPadProbeReturn seen (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto *self = static_cast<Watch *> (data);
    self->events += GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == self->event_;
    return GST_PAD_PROBE_OK;
  }

  GstEventType event_;
  Owned<GstPad> pad_;
  gulong id_ = 0;
};

Owned<GstPad> source_pad (GridPipeline &p)
{
  return Owned<GstPad>{gst_element_get_static_pad (p.source (0), "src")};
}

// --- Samples ---

// For every orientation: a quarter of the picture as it is seen, bit for bit.
TEST (GridZoom, AQuarterOfTheUprightPictureIsCopied)
{
  for (const char *format : {"GRAY8", "RGBA", "I420"})
    for (int orientation = 0; orientation < 8; orientation++) {
      SCOPED_TRACE (std::string (format) + " " + std::to_string (orientation));
      const bool swap = orientation == 1 || orientation == 3 || orientation > 5;
      const int width = swap ? 16 : 32, height = swap ? 32 : 16;
      const auto drawn = [&] (int w, int h, const Crop &crop) {
        GridPipeline p ("rows=1 columns=1", raw (format, w, h));
        p.add_input (raw (format, 32, 16));
        p.set_pad (0, "orientation", orientation);
        set (p, crop);
        feed_marked (p);
        p.end (0);
        return one_frame (p);
      };
      const auto whole = drawn (width, height, {0, 0, 1, 1});
      for (const double left : {0.0, 0.25, 0.5})
        for (const double top : {0.0, 0.5}) {
          const auto part = drawn (width / 2, height / 2, {left, top, 0.5, 0.5});
          for (int y = 0; y < height / 2; y++)
            for (int x = 0; x < width / 2; x++)
              ASSERT_EQ (part->at (x, y), whole->at (x + static_cast<int> (width * left),
                                                     y + static_cast<int> (height * top)))
                  << x << "," << y << " of " << left << "," << top;
        }
    }
}

TEST (GridZoom, IsAFractionOfWhatACropMetaLeaves)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 8, 4));
  p.add_input (raw ("GRAY8", 32, 16));
  set (p, {0.5, 0.25, 0.5, 0.5});
  Owned<GstBuffer> in = painted (p.info (0), marked);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (in.get ());
  crop->x = 8, crop->y = 4, crop->width = 16, crop->height = 8;
  p.push (0, timed (std::move (in), 0, GST_SECOND / 10));
  p.end (0);
  const auto picture = one_frame (p);
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 8; x++)
      ASSERT_EQ (picture->at (x, y)[0], marked (0, 16 + x, 6 + y, 0)) << x << "," << y;
}

// The zoomed part's shape decides where it lies.
TEST (GridZoom, ContainHasTheShapeOfThePart)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 64, 64));
  p.add_solid (raw ("GRAY8", 64, 32), {200, 0, 0, 0}, 1);
  set (p, {0.25, 0, 0.25, 1});
  const auto picture = one_frame (p);
  for (int x = 0; x < 64; x++)
    for (int y : {0, 63}) ASSERT_EQ (picture->at (x, y)[0], x >= 16 && x < 48 ? 200 : 0) << x;
}

TEST (GridZoom, OfNoWidthIsOneSample)
{
  for (const Crop &crop : {Crop{0.5, 0.5, 0, 0}, {1, 1, 1, 1}, {0.5, 0.5, 1e-300, 0}}) {
    GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 8, 8));
    p.add_solid (raw ("GRAY8", 32, 32), {123, 0, 0, 0}, 1);
    p.set_pad (0, "fit", 2);
    set (p, crop);
    const auto picture = one_frame (p);
    EXPECT_EQ (picture->at (0, 0)[0], 123);
    EXPECT_EQ (picture->at (7, 7)[0], 123);
  }
}

TEST (GridZoom, NanIsIgnored)
{
  GridPipeline p;
  p.add_input (raw ("GRAY8", 32, 32));
  for (const char *name : {"crop-x", "crop-y", "crop-width", "crop-height"}) {
    gdouble now = -1;
    p.set_pad (0, name, 0.5);
    set_nan (p.pad (0).get (), name);
    g_object_get (p.pad (0).get (), name, &now, nullptr);
    EXPECT_EQ (now, 0.5) << name;
  }
}

// Only the picture changes: an output that follows its inputs keeps its size.
TEST (GridZoom, ChangesWhilePlaying)
{
  GridPipeline p ("rows=1 columns=1");
  p.add_input (raw ("GRAY8", 64, 64));
  p.play ();
  auto shown = [&, n = 0] (const Crop &crop) mutable {
    set (p, crop);
    p.push (0, timed (painted (p.info (0),
                               [] (int, int x, int y, int) {
                                 return (x < 32 ? 10 : 60) + (y < 32 ? 0 : 100);
                               }),
                      frame_time (static_cast<std::uint64_t> (n), 10), GST_SECOND / 10));
    n++;
    const auto picture = p.pull ();
    if (!picture) return std::string{"none: "} + p.error ();
    return picture->size () + " " + std::to_string (picture->at (8, 8)[0]) + " " +
           std::to_string (picture->at (56, 56)[0]);
  };
  EXPECT_EQ (shown ({0, 0, 1, 1}), "64x64 10 160");
  EXPECT_EQ (shown ({0, 0, 0.5, 0.5}), "64x64 10 10");
  EXPECT_EQ (shown ({0.5, 0, 0.5, 0.5}), "64x64 60 60");
  EXPECT_EQ (shown ({0.25, 0.5, 0.5, 0.5}), "64x64 110 160");
  EXPECT_EQ (shown ({0, 0, 1, 1}), "64x64 10 160");
}

// --- Animation ---

void control (GridPipeline &p, const char *property, double from, double to)
{
  const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
  g_object_set (source.get (), "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  auto *points = GST_TIMED_VALUE_CONTROL_SOURCE (source.get ());
  gst_timed_value_control_source_set (points, 0, from);
  gst_timed_value_control_source_set (points, 10 * GST_SECOND, to);
  GstObject *pad = GST_OBJECT (p.pad (0).get ());
  ASSERT_TRUE (gst_object_add_control_binding (
      pad, gst_direct_control_binding_new_absolute (pad, property, source.get ())));
}

// Each frame shows its own zoom. Upstream is told only as it passes a power of two.
TEST (GridZoom, AnAnimationMovesSmoothlyAndTellsUpstreamAFewTimes)
{
  GridPipeline p ("rows=1 columns=1 method=bilinear", raw ("GRAY8", 32, 16));
  p.add_input (raw ("GRAY8", 256, 128));
  for (const char *name : {"crop-width", "crop-height"}) control (p, name, 0.9, 0.2);
  for (const char *name : {"crop-x", "crop-y"}) control (p, name, 0.05, 0.4);
  const auto send = [&] (int n) {
    p.push (0, timed (painted (p.info (0), ramp), frame_time (static_cast<std::uint64_t> (n), 10),
                      GST_SECOND / 10));
  };
  // The first two frames come before anything is counted.
  p.play ();
  send (0);
  send (1);
  ASSERT_TRUE (p.pull ()) << p.error ();
  const Owned<GstPad> src = source_pad (p), out{gst_element_get_static_pad (p.out (), "sink")};
  const Owned<GstCaps> wish{gst_pad_query_caps (p.pad (0).get (), nullptr)};
  Watch upstream (src.get (), GST_EVENT_RECONFIGURE), downstream (out.get (), GST_EVENT_CAPS);
  for (int n = 2; n <= 100; n++) send (n);
  p.end (0);
  for (int i = 1; i <= 100; i++) {
    const auto picture = p.pull ();
    ASSERT_TRUE (picture) << i << p.error ();
    const double width = 0.9 - 0.007 * i, x = 0.05 + 0.0035 * i;
    for (int k : {4, 16, 28})
      ASSERT_NEAR (picture->at (k, 8)[0], 256 * (x + width * (k + 0.5) / 32) - 0.5, 0.51)
          << k << " of " << i;
  }
  // Width and height pass 1/2 and 1/4, one after the other.
  EXPECT_EQ (upstream.events, 4);
  EXPECT_EQ (downstream.events, 0);
}

// --- What upstream is asked for ---

// The caps that the pad asks for.
std::string wish (GridPipeline &p)
{
  const Owned<GstCaps> caps{gst_pad_query_caps (p.pad (0).get (), nullptr)};
  GstStructure *s = gst_caps_get_structure (caps.get (), 0);
  const Owned<char> width{gst_value_serialize (gst_structure_get_value (s, "width"))};
  const Owned<char> height{gst_value_serialize (gst_structure_get_value (s, "height"))};
  return std::string (width.get ()) + " x " + height.get ();
}

// The whole picture is larger than the cell of 320x180, so that its part fills the cell.
TEST (GridZoom, TheWishIsForTheWholePicture)
{
  const struct {
    Crop crop;
    int fit, orientation;
    const char *wish;
  } cases[] = {
      {{0, 0, 1, 1}, 0, 0, "[ 1, 320 ] x [ 1, 180 ]"},
      {{0.2, 0.2, 0.5, 0.5}, 0, 0, "[ 1, 640 ] x [ 1, 360 ]"},
      {{0, 0, 0.51, 0.99}, 0, 0, "[ 1, 640 ] x [ 1, 360 ]"},
      {{0, 0, 1, 0.3}, 0, 0, "[ 1, 320 ] x [ 1, 720 ]"},
      {{0.5, 0.75, 1, 1}, 0, 0, "[ 1, 640 ] x [ 1, 720 ]"},
      {{0, 0, 1, 0.25}, 0, 1, "[ 1, 720 ] x [ 1, 320 ]"},
      {{0, 0, 0.5, 0.25}, 2, 0, "640 x 720"},
      {{0, 0, 0.5, 0.25}, 2, 7, "720 x 640"},
      {{0, 0, 0.5, 0.25}, 1, 0, "[ 640, 16384 ] x [ 720, 16384 ]"},
      {{0.1, 0.1, 0, 1e-9}, 0, 0, "[ 1, 16384 ] x [ 1, 16384 ]"},
  };
  for (const auto &c : cases) {
    GridPipeline p ("", raw ("I420", 640, 360));
    p.add_input (raw ("I420", 64, 48));
    p.set_pad (0, "fit", c.fit, "orientation", c.orientation);
    set (p, c.crop);
    EXPECT_EQ (wish (p), c.wish) << c.crop.width << "x" << c.crop.height << " of " << c.fit << " "
                                 << c.orientation;
  }
}

TEST (GridZoom, UpstreamIsToldWhenTheWishChanges)
{
  GridPipeline p ("", raw ("I420", 640, 360));
  p.add_input (raw ("I420", 64, 48));
  p.play ();
  const Owned<GstPad> src = source_pad (p);
  Watch watch (src.get (), GST_EVENT_RECONFIGURE);
  const auto told = [&] (const char *property, double value) {
    wish (p);
    watch.events = 0;
    p.set_pad (0, property, value);
    return watch.events.load ();
  };
  EXPECT_EQ (told ("crop-width", 0.9), 1);
  EXPECT_EQ (told ("crop-width", 0.5), 0);
  EXPECT_EQ (told ("crop-x", 0.2), 0);
  EXPECT_EQ (told ("crop-x", 0.7), 1) << "less is left";
  EXPECT_EQ (told ("crop-height", 0.2), 1);
  EXPECT_EQ (told ("crop-height", 1), 1);
}

// quaddownscale in front keeps what the zoom needs.
TEST (GridZoom, AScalerInFrontMakesThePictureLargeEnough)
{
  GridPipeline p ("", raw ("GRAY8", 64, 32));
  GstElement *src = p.add_input (raw ("GRAY8", 256, 128));
  GstElement *scale = gst_element_factory_make ("quaddownscale", nullptr);
  gst_bin_add (GST_BIN (p.pipeline ()), scale);
  const Owned<GstPad> pad = p.pad (0);
  gst_element_unlink (src, p.grid ());
  ASSERT_TRUE (gst_element_link (src, scale));
  const Owned<GstPad> scaled{gst_element_get_static_pad (scale, "src")};
  ASSERT_EQ (gst_pad_link (scaled.get (), pad.get ()), GST_PAD_LINK_OK);
  p.play ();
  const struct {
    double part;
    int width;
  } steps[] = {{1, 32}, {0.6, 64}, {0.5, 64}, {0.2, 256}, {0.01, 256}, {1, 32}};
  std::uint64_t pushed = 0, pulled = 0;
  for (const auto &step : steps) {
    g_object_set (pad.get (), "crop-width", step.part, "crop-height", step.part, nullptr);
    // A frame of new caps is shown when the next one is there.
    for (int i = 0; i < 2; i++, pushed++)
      p.push (0, timed (painted (p.info (0), ramp), frame_time (pushed, 10), GST_SECOND / 10));
    for (; pulled + 1 < pushed; pulled++) ASSERT_TRUE (p.pull ()) << p.error ();
    const Owned<GstCaps> caps{gst_pad_get_current_caps (scaled.get ())};
    EXPECT_EQ (info_of_caps (to_string (caps.get ())).width, step.width) << step.part;
  }
}

// --- The query ---

// Where the source's picture has what is seen at (u, v) of the upright one.
std::pair<double, double> undone (int orientation, double u, double v)
{
  switch (orientation) {
    case 1: return {v, 1 - u};
    case 2: return {1 - u, 1 - v};
    case 3: return {1 - v, u};
    case 4: return {1 - u, v};
    case 5: return {u, 1 - v};
    case 6: return {v, u};
    case 7: return {1 - v, 1 - u};
    default: return {u, v};
  }
}

// For crops, orientations and fits: the part that is shown, and the whole picture's size.
TEST (GridZoom, TheAnswerIsInThePicturesOwnOrientation)
{
  constexpr Crop kCrops[] = {
      {0, 0, 1, 1}, {0.25, 0.5, 0.5, 0.5}, {0.5, 0.125, 0.25, 0.75}, {0.8, 0, 0.9, 0.5}};
  const int width = 4000, height = 3000;
  for (const Crop &crop : kCrops)
    for (int orientation = 0; orientation < 8; orientation++)
      for (int fit = 0; fit < 3; fit++) {
        SCOPED_TRACE (std::to_string (crop.x) + " turned " + std::to_string (orientation) +
                      " fit " + std::to_string (fit));
        GridPipeline p ("", raw ("GRAY8", 640, 360));
        p.add_input (raw ("GRAY8", 64, 48));
        p.set_pad (0, "fit", fit, "orientation", orientation);
        set (p, crop);
        const Owned<GstQuery> query{gst_query_new_custom (
            GST_QUERY_CUSTOM, gst_structure_new ("quad-target", "width", G_TYPE_INT, width,
                                                 "height", G_TYPE_INT, height, nullptr))};
        ASSERT_TRUE (gst_pad_query (p.pad (0).get (), query.get ()));
        const GstStructure *s = gst_query_get_structure (query.get ());
        int target_width = 0, target_height = 0;
        Crop part = {};
        ASSERT_TRUE (gst_structure_get (s, "target-width", G_TYPE_INT, &target_width,
                                        "target-height", G_TYPE_INT, &target_height, "crop-x",
                                        G_TYPE_DOUBLE, &part.x, "crop-y", G_TYPE_DOUBLE, &part.y,
                                        "crop-width", G_TYPE_DOUBLE, &part.width, "crop-height",
                                        G_TYPE_DOUBLE, &part.height, nullptr));
        const bool swap = orientation == 1 || orientation == 3 || orientation > 5;
        // In the upright picture.
        const double all_width = swap ? height : width, all_height = swap ? width : height;
        double w = std::min (crop.width, 1 - crop.x), h = std::min (crop.height, 1 - crop.y);
        double x = crop.x, y = crop.y;
        const double across = 320 / (w * all_width), down = 180 / (h * all_height);
        const double scale = fit == 0 ? std::min (across, down) : std::max (across, down);
        double shown_width = fit == 2 ? 320 : std::min (320.0, w * all_width * scale);
        double shown_height = fit == 2 ? 180 : std::min (180.0, h * all_height * scale);
        if (fit == 1) {
          const double seen_w = 320 / scale / all_width, seen_h = 180 / scale / all_height;
          x += (w - seen_w) / 2, y += (h - seen_h) / 2;
          w = seen_w, h = seen_h;
        }
        const auto [x0, y0] = undone (orientation, x, y);
        const auto [x1, y1] = undone (orientation, x + w, y + h);
        if (swap) std::swap (shown_width, shown_height);
        EXPECT_NEAR (part.x, std::min (x0, x1), 1e-3);
        EXPECT_NEAR (part.y, std::min (y0, y1), 1e-3);
        EXPECT_NEAR (part.width, std::abs (x1 - x0), 1e-3);
        EXPECT_NEAR (part.height, std::abs (y1 - y0), 1e-3);
        EXPECT_NEAR (target_width, shown_width, 1);
        EXPECT_NEAR (target_height, shown_height, 1);
      }
}

// --- The pointer ---

struct Clicks {
  double x = -1, y = -1;
};

GstPadProbeReturn note_click (GstPad *, GstPadProbeInfo *info, gpointer data)
{
  auto *clicks = static_cast<Clicks *> (data);
  gst_navigation_event_get_coordinates (GST_PAD_PROBE_INFO_EVENT (info), &clicks->x, &clicks->y);
  return GST_PAD_PROBE_OK;
}

TEST (GridZoom, ThePointerFollows)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 64, 64));
  p.add_input (raw ("GRAY8", 64, 32));
  set (p, {0.5, 0, 0.25, 1});  // 16x32, which lies in the middle as 32x64
  feed_marked (p);
  p.play ();
  ASSERT_TRUE (p.pull ()) << p.error ();
  Clicks clicks;
  const Owned<GstPad> src = source_pad (p);
  gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, note_click, &clicks, nullptr);
  const Owned<GstPad> out{gst_element_get_static_pad (p.grid (), "src")};
  const auto click = [&] (double x, double y) {
    gst_pad_send_event (out.get (), gst_navigation_event_new_mouse_button_press (
                                        1, x, y, GST_NAVIGATION_MODIFIER_NONE));
    return std::pair{std::exchange (clicks.x, -1), std::exchange (clicks.y, -1)};
  };
  EXPECT_EQ (click (24, 16), (std::pair{36.0, 8.0}));
  EXPECT_EQ (click (8, 16), (std::pair{-1.0, -1.0})) << "a bar";
  GstPad *pad = nullptr;
  g_signal_emit_by_name (p.grid (), "pad-at-position", 40.0, 60.0, &pad);
  EXPECT_EQ (pad, p.pad (0).get ());
  gst_clear_object (&pad);
}

}  // namespace
