// quaddownscale's digital zoom: crop-x, crop-y, crop-width, crop-height.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>
#include <gst/video/navigation.h>

#include <cmath>

#include "core/format.h"
#include "elements/downscale/downscaler.h"
#include "glue/target.h"

namespace quad::test {
namespace {

struct Crop {
  double x, y, width, height;
};

std::string text (const Crop &c)
{
  return "crop-x=" + std::to_string (c.x) + " crop-y=" + std::to_string (c.y) +
         " crop-width=" + std::to_string (c.width) + " crop-height=" + std::to_string (c.height);
}

void set (Downscaler &d, const Crop &c)
{
  g_object_set (d.element (), "crop-x", c.x, "crop-y", c.y, "crop-width", c.width, "crop-height",
                c.height, nullptr);
}

std::string size_of (const GstVideoInfo &info)
{
  return std::to_string (info.width) + "x" + std::to_string (info.height);
}

// Different everywhere.
int marked (int plane, int x, int y, int channel)
{
  return (x * 7 + y * 31 + plane * 50 + channel * 13) & 255;
}

// What passes through a pad of the harness.
class Watch {
 public:
  Watch (GstPad *pad, GstEventType event) : event_ (event), pad_{GST_PAD (gst_object_ref (pad))}
  {
    id_ =
        gst_pad_add_probe (pad,
                           static_cast<GstPadProbeType> (int{GST_PAD_PROBE_TYPE_EVENT_BOTH} |
                                                         int{GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM} |
                                                         int{GST_PAD_PROBE_TYPE_PUSH}),
                           seen, this, nullptr);
  }
  ~Watch () { gst_pad_remove_probe (pad_.get (), id_); }
  Watch (const Watch &) = delete;
  Watch &operator= (const Watch &) = delete;

  int events = 0;
  int queries = 0;

 private:
  static GstPadProbeReturn seen (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto *self = static_cast<Watch *> (data);
    if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM)
      self->queries++;
    else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == self->event_)
      self->events++;
    return GST_PAD_PROBE_OK;
  }

  GstEventType event_;
  Owned<GstPad> pad_;
  gulong id_ = 0;
};

Owned<GstPad> pad_of (Downscaler &d, const char *name)
{
  return Owned<GstPad>{gst_element_get_static_pad (d.element (), name)};
}

// --- Samples ---

TEST (DownscaleZoom, AQuarterIsCopiedBitForBit)
{
  for (const char *format : {"GRAY8", "I420", "NV12", "RGBA", "YUY2"})
    for (const double x : {0.0, 0.25, 0.5})
      for (const double y : {0.0, 0.25, 0.5}) {
        SCOPED_TRACE (std::string (format) + " " + std::to_string (x) + " " + std::to_string (y));
        Downscaler d{raw (format, 32, 16), "video/x-raw", "divisor=1 " + text ({x, y, 0.5, 0.5})};
        const std::vector<int> all = d.scaled_samples (painted (d.in (), marked));
        ASSERT_EQ (size_of (d.out ()), "16x8");
        const int left = static_cast<int> (32 * x), top = static_cast<int> (16 * y);
        const GstVideoFormatInfo *f = d.in ().finfo;
        const auto part = [&] (int p, int at_x, int at_y, int k) {
          guint c = 0;
          while (GST_VIDEO_FORMAT_INFO_PLANE (f, c) != static_cast<guint> (p)) c++;
          return marked (p, at_x + (left >> GST_VIDEO_FORMAT_INFO_W_SUB (f, c)),
                         at_y + (top >> GST_VIDEO_FORMAT_INFO_H_SUB (f, c)), k);
        };
        EXPECT_EQ (all, samples_of (d.out (), painted (d.out (), part).get ()));
      }
}

// Four quarters of one brightness each: the middle of each quarter shows it alone.
TEST (DownscaleZoom, APartIsShrunkAlone)
{
  for (const auto &[crop, value] : {std::pair{Crop{0, 0, 0.5, 0.5}, 10},
                                    {Crop{0.5, 0, 0.5, 0.5}, 60},
                                    {Crop{0, 0.5, 0.5, 0.5}, 110},
                                    {Crop{0.5, 0.5, 0.5, 0.5}, 160}}) {
    Downscaler d{gray (32, 32), "video/x-raw", "divisor=2 " + text (crop)};
    const std::vector<int> all = d.scaled_samples (painted (
        d.in (), [] (int, int x, int y, int) { return (x < 16 ? 10 : 60) + (y < 16 ? 0 : 100); }));
    EXPECT_EQ (all, std::vector<int> (64, value)) << text (crop);
  }
}

TEST (DownscaleZoom, IsAFractionOfWhatACropMetaLeaves)
{
  Downscaler d{gray (8, 4), "video/x-raw", "divisor=1 " + text ({0.5, 0.25, 0.5, 0.5})};
  const GstVideoInfo frame = info_of_caps (gray (20, 12));
  Owned<GstBuffer> in = painted (frame, marked);
  gst_buffer_add_video_meta (in.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8, 20, 12);
  add_crop (in.get (), 5, 3, 8, 4);
  const std::vector<int> all = d.scaled_samples (std::move (in));
  ASSERT_EQ (size_of (d.out ()), "4x2");
  EXPECT_EQ (all, samples_of (d.out (), painted (d.out (), [] (int, int x, int y, int) {
                                          return marked (0, x + 9, y + 4, 0);
                                        }).get ()));
}

// The upright picture's upper right part, whose sides are a half and a quarter. Frames stay as they
// lie.
TEST (DownscaleZoom, IsAFractionOfTheUprightPicture)
{
  const struct {
    const char *tag;
    int left, top, width, height;  // of a frame of 16x8
  } cases[] = {{"rotate-0", 8, 0, 8, 2},        {"rotate-90", 0, 0, 4, 4},
               {"rotate-180", 0, 6, 8, 2},      {"rotate-270", 12, 4, 4, 4},
               {"flip-rotate-0", 0, 0, 8, 2},   {"flip-rotate-180", 8, 6, 8, 2},
               {"flip-rotate-270", 0, 4, 4, 4}, {"flip-rotate-90", 12, 0, 4, 4}};
  Downscaler d{gray (16, 8), "video/x-raw", "divisor=1 " + text ({0.5, 0, 0.5, 0.25})};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.tag);
    gst_harness_push_event (
        d.get (), gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION, c.tag, nullptr)));
    const std::vector<int> all = d.scaled_samples (painted (d.in (), marked));
    ASSERT_EQ (d.bus ().error (), "");
    EXPECT_EQ (size_of (d.out ()), std::to_string (c.width) + "x" + std::to_string (c.height));
    EXPECT_EQ (all, samples_of (d.out (), painted (d.out (), [&] (int, int x, int y, int) {
                                            return marked (0, x + c.left, y + c.top, 0);
                                          }).get ()));
  }
  // Another stream says it anew.
  gst_harness_push_event (d.get (), gst_event_new_stream_start ("another"));
  gst_harness_set_src_caps (d.get (), caps_of (gray (16, 8)).release ());
  EXPECT_EQ (d.scaled_samples (painted (d.in (), marked))[0], marked (0, 8, 0, 0));
}

TEST (DownscaleZoom, TheAnswerTurnsThePart)
{
  Downscaler d{gray (8, 6), "video/x-raw", "divisor=1 " + text ({0.5, 0, 0.5, 0.25})};
  const Owned<GstQuery> query{gst_query_new_custom (
      GST_QUERY_CUSTOM,
      gst_structure_new ("quad-target", "width", G_TYPE_INT, 400, "height", G_TYPE_INT, 600,
                         "orientation", GST_TYPE_VIDEO_ORIENTATION_METHOD,
                         GST_VIDEO_ORIENTATION_90R, nullptr))};
  const Owned<GstPad> sink = pad_of (d, "sink");
  ASSERT_TRUE (gst_pad_query (sink.get (), query.get ()));
  int width = 0, height = 0;
  double x = -1, y = -1;
  ASSERT_TRUE (gst_structure_get (
      gst_query_get_structure (query.get ()), "target-width", G_TYPE_INT, &width, "target-height",
      G_TYPE_INT, &height, "crop-x", G_TYPE_DOUBLE, &x, "crop-y", G_TYPE_DOUBLE, &y, nullptr));
  EXPECT_EQ (x, 0);
  EXPECT_EQ (y, 0);
  EXPECT_EQ (width, 100);
  EXPECT_EQ (height, 300);
}

// A ramp shows where a sample was taken from: a quarter of a sample further each time.
TEST (DownscaleZoom, MovesByFractionsOfASample)
{
  Downscaler d{gray (64, 4), "video/x-raw,width=32,height=4", "method=bilinear"};
  for (int i = 0; i < 40; i++) {
    set (d, {(4 + i / 4.0) / 64, 0, 0.5, 1});
    const std::vector<int> all =
        d.scaled_samples (painted (d.in (), [] (int, int x, int, int) { return 4 * x; }));
    ASSERT_EQ (all.size (), 128u) << d.bus ().error ();
    for (int x = 0; x < 32; x++) ASSERT_EQ (all[std::size_t (x)], 4 * (4 + x) + i) << i;
  }
}

TEST (DownscaleZoom, OfNoWidthIsOneSample)
{
  Downscaler d{gray (16, 8), "video/x-raw", "divisor=1 " + text ({0.5, 0.5, 0, 0})};
  const std::vector<int> all = d.scaled_samples (plain (d.in (), 77));
  EXPECT_EQ (size_of (d.out ()), "1x1");
  EXPECT_EQ (all, std::vector<int>{77});
  set (d, {1, 1, 1, 1});
  EXPECT_EQ (d.scaled_samples (painted (d.in (), marked)), std::vector<int>{marked (0, 15, 7, 0)});
}

TEST (DownscaleZoom, NanIsIgnored)
{
  Downscaler d{gray (16, 8), "video/x-raw", "divisor=1"};
  for (const char *name : {"crop-x", "crop-y", "crop-width", "crop-height"}) {
    gdouble now = -1;
    g_object_set (d.element (), name, 0.5, nullptr);
    set_nan (d.element (), name);
    g_object_get (d.element (), name, &now, nullptr);
    EXPECT_EQ (now, 0.5) << name;
  }
  EXPECT_EQ (d.scaled_samples (plain (d.in ())).size (), 32u);
}

// --- Sizes ---

TEST (DownscaleZoom, TheSizeIsThatOfThePart)
{
  const struct {
    Crop crop;
    const char *properties, *downstream, *size, *par;
  } cases[] = {
      {{0.25, 0.25, 0.5, 0.5}, "", "video/x-raw", "160x90", "1/1"},
      {{0.25, 0.25, 0.5, 0.5}, "divisor=1", "video/x-raw", "320x180", "1/1"},
      {{0, 0, 0.5, 1}, "divisor=4", "video/x-raw", "80x90", "1/1"},
      {{0.75, 0, 0.5, 1}, "divisor=1", "video/x-raw", "160x360", "1/1"},
      {{0.25, 0.25, 0.5, 0.5}, "divisor=1 max-width=100", "video/x-raw", "100x56", "1/1"},
      {{0.25, 0, 0.5, 1}, "divisor=1 max-height=90", "video/x-raw", "80x90", "1/1"},
      {{0.25, 0.25, 0.5, 0.5}, "", "video/x-raw,width=64", "64x36", "1/1"},
      {{0, 0, 1, 0.5}, "", "video/x-raw,width=[1,320],height=[1,320]", "320x90", "1/1"},
      {{0, 0, 0.25, 0.25}, "", "video/x-raw,width=[1,320],height=[1,320]", "160x90", "1/1"},
      {{0, 0, 0.25, 0.25},
       "upscale=true",
       "video/x-raw,width=[1,320],height=[1,320]",
       "320x180",
       "1/1"},
      {{0, 0, 0.5, 1}, "", "video/x-raw,width=160,height=90", "160x90", "1/2"},
      {{0, 0, 0.5, 0.3}, "", "video/x-raw,width=160,height=90", "160x90", "5/3"},
      // A zoom may enlarge up to the picture's size; a size that keeps the part's comes first.
      {{0, 0, 0.25, 0.25}, "", "video/x-raw,width=320,height=180", "320x180", "1/1"},
      {{0, 0, 0.25, 0.25}, "", "video/x-raw,width=320,height=180;video/x-raw", "160x90", "1/1"},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE (text (c.crop) + " " + c.properties + " " + c.downstream);
    Downscaler d{gray (640, 360), c.downstream, text (c.crop) + " " + c.properties};
    ASSERT_TRUE (d.scale (plain (d.in ()))) << d.bus ().error ();
    const GstVideoInfo out = d.out ();
    EXPECT_EQ (size_of (out), c.size);
    EXPECT_EQ (std::to_string (out.par_n) + "/" + std::to_string (out.par_d), c.par);
    EXPECT_EQ (d.bus ().warning (), "");
  }
}

TEST (DownscaleZoom, MoreThanThePictureIsAnError)
{
  Downscaler d{gray (64, 36), "video/x-raw,width=128,height=72", text ({0, 0, 0.5, 0.5})};
  EXPECT_NE (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_NE (d.bus ().error ().find ("more than the video's 64x36"), std::string::npos);
}

TEST (DownscaleZoom, OfAReducedPictureHasTheFullPicturesSize)
{
  Downscaler d{gray (3, 3), "video/x-raw", "divisor=4 " + text ({0.5, 0.5, 0.5, 0.25})};
  gst_harness_push_event (d.get (), full_picture_event ({{1600, 1200}, {200, 150}}).release ());
  d.change_caps (gray (200, 150));
  ASSERT_TRUE (d.scale (plain (d.in ()))) << d.bus ().error ();
  EXPECT_EQ (size_of (d.out ()), "200x75");
}

TEST (DownscaleZoom, ChangesWhilePlaying)
{
  Downscaler d{gray (64, 32), "video/x-raw", "divisor=1"};
  const auto shown = [&] (const Crop &crop) {
    set (d, crop);
    const std::vector<int> all = d.scaled_samples (painted (d.in (), marked));
    EXPECT_FALSE (all.empty ()) << d.bus ().error ();
    return size_of (d.out ()) + " " + std::to_string (all.empty () ? -1 : all[0]);
  };
  const auto first = [] (int x, int y) { return " " + std::to_string (marked (0, x, y, 0)); };
  EXPECT_EQ (shown ({0, 0, 1, 1}), "64x32" + first (0, 0));
  EXPECT_EQ (shown ({0.5, 0.5, 0.5, 0.5}), "32x16" + first (32, 16));
  EXPECT_EQ (shown ({0.25, 0.5, 0.5, 0.5}), "32x16" + first (16, 16));
  EXPECT_EQ (shown ({0.25, 0.5, 0.25, 0.5}), "16x16" + first (16, 16));
  EXPECT_EQ (shown ({0, 0, 1, 1}), "64x32" + first (0, 0));
}

// At the picture's own size a zoom ends passing, and the picture without it passes again.
TEST (DownscaleZoom, IsNoPassthrough)
{
  Downscaler d{gray (64, 32), "video/x-raw,width=64,height=32"};
  for (int round = 0; round < 3; round++) {
    set (d, {0, 0, 1, 1});
    const Owned<GstBuffer> whole = painted (d.in (), marked);
    EXPECT_EQ (d.scale (Owned<GstBuffer>{gst_buffer_ref (whole.get ())}).get (), whole.get ());
    set (d, {0.5, 0, 0.5, 1});
    if (round == 1) d.change_caps (gray (64, 32));  // no new caps for the base class
    const std::vector<int> part =
        d.scaled_samples (painted (d.in (), [] (int, int x, int, int) { return x < 32 ? 0 : 90; }));
    ASSERT_EQ (part.size (), 64u * 32) << d.bus ().error ();
    EXPECT_EQ (part[63], 90);
    EXPECT_NE (part[0], 0);
    set (d, {0, 0, 0.5, 0.5});
    EXPECT_EQ (d.scaled_samples (plain (d.in (), 55)), std::vector<int> (64 * 32, 55));
  }
  EXPECT_EQ (d.bus ().error (), "");
}

// --- Animation ---

void control (GstElement *element, const char *property, double from, double to)
{
  const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
  g_object_set (source.get (), "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  auto *points = GST_TIMED_VALUE_CONTROL_SOURCE (source.get ());
  gst_timed_value_control_source_set (points, 0, from);
  gst_timed_value_control_source_set (points, 10 * GST_SECOND, to);
  ASSERT_TRUE (gst_object_add_control_binding (
      GST_OBJECT (element),
      gst_direct_control_binding_new_absolute (GST_OBJECT (element), property, source.get ())));
}

Owned<GstBuffer> at (Owned<GstBuffer> buffer, int frame)
{
  GST_BUFFER_PTS (buffer.get ()) = static_cast<GstClockTime> (frame) * GST_SECOND / 10;
  return buffer;
}

// Each frame shows its own zoom, and nobody is asked for anything.
TEST (DownscaleZoom, AnAnimationOntoAFixedSizeOnlyMovesTheCrop)
{
  for (const char *downstream : {"video/x-raw,width=64,height=32,pixel-aspect-ratio=1/1",
                                 "video/x-raw,width=64,height=32"}) {
    SCOPED_TRACE (downstream);
    Downscaler d{gray (256, 128), downstream, "method=bilinear"};
    for (const char *name : {"crop-width", "crop-height"}) control (d.element (), name, 0.9, 0.6);
    for (const char *name : {"crop-x", "crop-y"}) control (d.element (), name, 0.05, 0.2);
    const auto ramp = [] (int, int x, int, int) { return x; };
    ASSERT_TRUE (d.scale (at (painted (d.in (), ramp), 0))) << d.bus ().error ();
    const Owned<GstPad> src = pad_of (d, "src");
    Watch watch (src.get (), GST_EVENT_CAPS);
    const Owned<GstPad> sink = pad_of (d, "sink");
    Watch upstream (sink.get (), GST_EVENT_RECONFIGURE);
    for (int i = 0; i <= 100; i++) {
      const std::vector<int> all = d.scaled_samples (at (painted (d.in (), ramp), i));
      ASSERT_EQ (all.size (), 64u * 32) << d.bus ().error ();
      const double width = 0.9 - 0.003 * i, x = 0.05 + 0.0015 * i;
      for (int k : {8, 32, 56})
        ASSERT_NEAR (all[std::size_t (k)], 256 * (x + width * (k + 0.5) / 64) - 0.5, 0.51)
            << k << " of " << i;
    }
    EXPECT_EQ (watch.events, 0);
    EXPECT_EQ (watch.queries, 0);
    EXPECT_EQ (upstream.events, 0);
    EXPECT_EQ (d.bus ().warning (), "");
  }
}

// Whoever decodes as small as is shown is told a few times.
TEST (DownscaleZoom, UpstreamIsToldAtPowersOfTwo)
{
  Downscaler d{gray (256, 128), "video/x-raw,width=64,height=32"};
  control (d.element (), "crop-width", 1, 0.1);
  control (d.element (), "crop-height", 1, 0.1);
  const Owned<GstPad> sink = pad_of (d, "sink"), src = pad_of (d, "src");
  ASSERT_TRUE (d.scale (at (plain (d.in ()), 0)));
  Watch upstream (sink.get (), GST_EVENT_RECONFIGURE);
  Watch downstream (src.get (), GST_EVENT_CAPS);
  for (int i = 0; i <= 100; i++) ASSERT_TRUE (d.scale (at (plain (d.in ()), i)));
  EXPECT_EQ (upstream.events, 4) << "below 1, 1/2, 1/4, 1/8";
  EXPECT_EQ (downstream.events, 0);
}

// A size that follows the zoom begins with the frame that has it.
TEST (DownscaleZoom, AnAnimationOfAnOpenSizeChangesItWithTheFrame)
{
  Downscaler d{gray (100, 100), "video/x-raw", "divisor=1"};
  control (d.element (), "crop-width", 1, 0.5);
  for (int i = 0; i <= 100; i += 10) {
    ASSERT_TRUE (d.scale (at (plain (d.in ()), i))) << d.bus ().error ();
    EXPECT_EQ (d.out ().width, 100 - i / 2) << i;
    EXPECT_EQ (d.out ().height, 100) << i;
  }
}

// --- What follows ---

TEST (DownscaleZoom, RegionsFollow)
{
  Downscaler d{gray (64, 64), "video/x-raw", "divisor=2 " + text ({0.25, 0.5, 0.5, 0.5})};
  Owned<GstBuffer> in = plain (d.in ());
  gst_buffer_add_video_region_of_interest_meta (in.get (), "inside", 24, 40, 16, 8)->id = 1;
  gst_buffer_add_video_region_of_interest_meta (in.get (), "cut", 0, 0, 20, 36)->id = 2;
  gst_buffer_add_video_region_of_interest_meta (in.get (), "outside", 0, 0, 16, 64)->id = 3;
  const Owned<GstBuffer> out = d.scale (std::move (in));
  ASSERT_TRUE (out);
  const auto region = [&] (gint id) {
    const auto *r = gst_buffer_get_video_region_of_interest_meta_id (out.get (), id);
    return r ? std::vector<guint>{r->x, r->y, r->w, r->h} : std::vector<guint>{};
  };
  EXPECT_EQ (region (1), (std::vector<guint>{4, 4, 8, 4}));
  EXPECT_EQ (region (2), (std::vector<guint>{0, 0, 2, 2}));
  EXPECT_EQ (region (3), std::vector<guint>{});
}

TEST (DownscaleZoom, ThePointerFollows)
{
  Downscaler d{gray (64, 32), "video/x-raw", "divisor=2 " + text ({0.25, 0.5, 0.5, 0.5})};
  ASSERT_TRUE (d.scale (plain (d.in ())));
  gst_harness_push_upstream_event (
      d.get (), gst_navigation_event_new_mouse_move (4, 6, GST_NAVIGATION_MODIFIER_NONE));
  int seen = 0;
  while (GstEvent *pulled = gst_harness_try_pull_upstream_event (d.get ())) {
    const Owned<GstEvent> event{pulled};
    gdouble x = 0, y = 0;
    if (!gst_navigation_event_get_coordinates (pulled, &x, &y)) continue;
    seen++;
    EXPECT_DOUBLE_EQ (x, 16 + 8);
    EXPECT_DOUBLE_EQ (y, 16 + 12);
  }
  EXPECT_EQ (seen, 1);
}

TEST (DownscaleZoom, TheAnswerSaysWhatIsShown)
{
  const struct {
    const char *downstream, *properties;
    int width, height;
  } cases[] = {{"video/x-raw", "divisor=2", 100, 150},
               {"video/x-raw,width=40,height=60", "", 40, 60},
               {"video/x-raw,width=[1,100],height=[1,100],pixel-aspect-ratio=1/1", "", 66, 100}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.downstream);
    Downscaler d{gray (8, 6), c.downstream, c.properties + (" " + text ({0.25, 0.5, 0.5, 1}))};
    set (d, {0.25, 0.5, 0.5, 1});
    const Owned<GstQuery> query{gst_query_new_custom (
        GST_QUERY_CUSTOM, gst_structure_new ("quad-target", "width", G_TYPE_INT, 400, "height",
                                             G_TYPE_INT, 600, nullptr))};
    const Owned<GstPad> sink = pad_of (d, "sink");
    ASSERT_TRUE (gst_pad_query (sink.get (), query.get ()));
    const GstStructure *s = gst_query_get_structure (query.get ());
    int width = 0, height = 0;
    double x = 0, y = 0, part_width = 0, part_height = 0;
    ASSERT_TRUE (gst_structure_get (s, "target-width", G_TYPE_INT, &width, "target-height",
                                    G_TYPE_INT, &height, "crop-x", G_TYPE_DOUBLE, &x, "crop-y",
                                    G_TYPE_DOUBLE, &y, "crop-width", G_TYPE_DOUBLE, &part_width,
                                    "crop-height", G_TYPE_DOUBLE, &part_height, nullptr));
    EXPECT_EQ (x, 0.25);
    EXPECT_EQ (y, 0.5);
    EXPECT_EQ (part_width, 0.5);
    EXPECT_EQ (part_height, 0.5);
    EXPECT_NEAR (width, c.width, 1);
    EXPECT_NEAR (height, c.height, 1);
  }
}

}  // namespace
}  // namespace quad::test
