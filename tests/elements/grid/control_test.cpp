// quadmux-grid's properties: their ranges, their extremes, and how they are controlled.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "elements/grid/pipeline.h"

using namespace quad::test;
using quad::Owned;

namespace {

// A value from a time on, in tenths of a second.
struct Point {
  std::uint64_t tenth;
  double value;
};

void control (gpointer object, const char *property, GstInterpolationMode mode,
              const std::vector<Point> &points)
{
  const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
  g_object_set (source.get (), "mode", mode, nullptr);
  for (const Point &p : points)
    gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source.get ()),
                                        frame_time (p.tenth, 10), p.value);
  ASSERT_TRUE (gst_object_add_control_binding (
      GST_OBJECT (object),
      gst_direct_control_binding_new_absolute (GST_OBJECT (object), property, source.get ())));
}

const auto kStep = GST_INTERPOLATION_MODE_NONE;
const auto kLinear = GST_INTERPOLATION_MODE_LINEAR;

TEST (GridControl, BackgroundColor)
{
  GridPipeline p ("rows=1 columns=2", raw ("RGBA", 64, 32));
  p.add_solid (raw ("RGBA", 32, 32), {9, 9, 9, 255}, 6);
  control (p.grid (), "background-color", kStep,
           {{0, double (0xff102030)}, {2, double (0xff405060)}, {5, double (0x80ff0001)}});
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 6u);
  for (std::size_t i = 0; i < 6; i++) {
    EXPECT_EQ (all[i]->at (40, 8), i < 2   ? (Values{0x10, 0x20, 0x30, 255})
                                   : i < 5 ? (Values{0x40, 0x50, 0x60, 255})
                                           : (Values{255, 0, 1, 0x80}))
        << i;
    EXPECT_EQ (all[i]->at (8, 8), (Values{9, 9, 9, 255}));
  }
}

TEST (GridControl, GapOfACanvasWithAFixedSize)
{
  GridPipeline p ("rows=1 columns=2", raw ("GRAY8", 64, 32));
  for (int i = 0; i < 2; i++) {
    p.add_solid (raw ("GRAY8", 32, 32), {200, 0, 0, 0}, 5);
    p.set_pad (std::size_t (i), "fit", 2);
  }
  control (p.grid (), "gap", kLinear, {{0, 0}, {4, 16}});
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 5u);
  for (int i = 0; i < 5; i++) {
    // Grows by four pixels every frame, half of them on either side.
    int gap = 0;
    for (int x = 0; x < 64; x++) gap += all[std::size_t (i)]->at (x, 16)[0] == 0;
    EXPECT_EQ (gap, 4 * i) << i;
    EXPECT_EQ (all[std::size_t (i)]->at (31 - 2 * i, 16)[0], 200) << i;
    EXPECT_EQ (all[std::size_t (i)]->at (32 + 2 * i, 16)[0], 200) << i;
  }
}

TEST (GridControl, GapOfACanvasThatFollows)
{
  GridPipeline p ("rows=1 columns=2");
  for (int i = 0; i < 2; i++) p.add_solid (raw ("GRAY8", 32, 32), {200, 0, 0, 0}, 6);
  control (p.grid (), "gap", kStep, {{0, 0}, {2, 16}});
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 6u) << p.error ();
  EXPECT_EQ (all[1]->size (), "64x32");
  // The size changes with the first frame of the new value, or the next one.
  for (std::size_t i = 3; i < 6; i++) {
    EXPECT_EQ (all[i]->size (), "80x32") << i;
    EXPECT_EQ (all[i]->at (31, 8)[0], 200) << i;
    EXPECT_EQ (all[i]->at (32, 8)[0], 0) << i;
    EXPECT_EQ (all[i]->at (47, 8)[0], 0) << i;
    EXPECT_EQ (all[i]->at (48, 8)[0], 200) << i;
  }
}

// The output's time counts: a still picture fades although it never changes.
TEST (GridControl, AlphaOfAStill)
{
  GridPipeline p ("rows=1 columns=1", raw ("RGBA", 32, 32));
  p.add_input (raw ("RGBA", 32, 32));
  p.push (0, timed (solid (p.info (0), {200, 100, 50, 255}), 0, frame_time (6, 10)));
  p.end (0);
  control (p.pad (0).get (), "alpha", kLinear, {{0, 0}, {5, 1}});
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 6u);
  for (int i = 0; i < 6; i++) {
    SCOPED_TRACE (i);
    const int alpha = 51 * i;  // of 255
    auto over_black = [&] (int v) { return (v * alpha + 127) / 255; };
    EXPECT_EQ (all[std::size_t (i)]->at (8, 8),
               (Values{over_black (200), over_black (100), over_black (50), 255}));
  }
}

TEST (GridControl, AlignmentOfAStillAfterItsEnd)
{
  GridPipeline p ("rows=1 columns=2", raw ("GRAY8", 128, 32));
  p.add_input (raw ("GRAY8", 32, 32));
  p.push (0, timed (solid (p.info (0), {200, 0, 0, 0}), 0, frame_time (2, 10)));
  p.end (0);
  p.set_pad (0, "repeat-after-eos", TRUE);
  p.add_solid (raw ("GRAY8", 32, 32), {100, 0, 0, 0}, 5);
  control (p.pad (0).get (), "xalign", kLinear, {{0, 0}, {4, 1}});
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 5u);
  // 32 wide in a cell of 64: it goes 8 to the right with every frame.
  for (int i = 0; i < 5; i++)
    for (int x = 0; x < 64; x++)
      ASSERT_EQ (all[std::size_t (i)]->at (x, 16)[0], x >= 8 * i && x < 8 * i + 32 ? 200 : 0)
          << x << " of " << i;
}

TEST (GridControl, CellsByTheOutputsTime)
{
  GridPipeline p ("rows=1 columns=3", raw ("GRAY8", 96, 32));
  p.add_solid (raw ("GRAY8", 32, 32), {200, 0, 0, 0}, 6);
  control (p.pad (0).get (), "cell", kStep, {{0, 2}, {2, 0}, {4, 1}});
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 6u);
  const int cells[] = {2, 2, 0, 0, 1, 1};
  for (std::size_t i = 0; i < 6; i++)
    for (int c = 0; c < 3; c++)
      EXPECT_EQ (all[i]->at (32 * c + 16, 16)[0], c == cells[i] ? 200 : 0) << c << " of " << i;
}

TEST (GridControl, WhatCanBeControlled)
{
  GridPipeline p;
  p.add_input (raw ("GRAY8", 32, 32));
  auto controllable = [] (gpointer object) {
    std::vector<std::string> names;
    guint count = 0;
    GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &count);
    for (guint i = 0; i < count; i++)
      if (specs[i]->flags & GST_PARAM_CONTROLLABLE) names.push_back (specs[i]->name);
    g_free (specs);
    std::sort (names.begin (), names.end ());
    return names;
  };
  EXPECT_EQ (
      controllable (p.grid ()),
      (std::vector<std::string>{"background-color", "border-color", "border-width", "columns",
                                "gap", "label-background", "label-color", "label-margin",
                                "label-position", "margin", "method", "rows"}));
  EXPECT_EQ (controllable (p.pad (0).get ()), (std::vector<std::string>{"alpha",
                                                                        "cell",
                                                                        "column-span",
                                                                        "crop-height",
                                                                        "crop-width",
                                                                        "crop-x",
                                                                        "crop-y",
                                                                        "dim",
                                                                        "fit",
                                                                        "height",
                                                                        "label-background",
                                                                        "label-color",
                                                                        "label-margin",
                                                                        "label-position",
                                                                        "orientation",
                                                                        "repeat-after-eos",
                                                                        "row-span",
                                                                        "width",
                                                                        "xalign",
                                                                        "xpos",
                                                                        "yalign",
                                                                        "ypos",
                                                                        "zorder"}));
}

// Least, greatest and default value.
struct Range {
  const char *name;
  double least, greatest, normal;
};

double number (const GValue *value)
{
  GValue v = G_VALUE_INIT;
  g_value_init (&v, G_TYPE_DOUBLE);
  EXPECT_TRUE (g_value_transform (value, &v));
  return g_value_get_double (&v);
}

Range range_of (GParamSpec *spec)
{
  const double normal = number (g_param_spec_get_default_value (spec));
  if (G_IS_PARAM_SPEC_INT (spec))
    return {spec->name, double (G_PARAM_SPEC_INT (spec)->minimum),
            double (G_PARAM_SPEC_INT (spec)->maximum), normal};
  if (G_IS_PARAM_SPEC_UINT (spec))
    return {spec->name, double (G_PARAM_SPEC_UINT (spec)->minimum),
            double (G_PARAM_SPEC_UINT (spec)->maximum), normal};
  if (G_IS_PARAM_SPEC_INT64 (spec))
    return {spec->name, double (G_PARAM_SPEC_INT64 (spec)->minimum),
            double (G_PARAM_SPEC_INT64 (spec)->maximum), normal};
  if (G_IS_PARAM_SPEC_UINT64 (spec))
    return {spec->name, double (G_PARAM_SPEC_UINT64 (spec)->minimum),
            double (G_PARAM_SPEC_UINT64 (spec)->maximum), normal};
  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return {spec->name, G_PARAM_SPEC_DOUBLE (spec)->minimum, G_PARAM_SPEC_DOUBLE (spec)->maximum,
            normal};
  return {spec->name, 0, 0, normal};
}

// These properties, and no others of the class itself.
void expect_ranges (gpointer object, std::initializer_list<Range> expected)
{
  std::vector<std::string> names;
  for (const Range &e : expected) {
    SCOPED_TRACE (e.name);
    names.push_back (e.name);
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (object), e.name);
    ASSERT_TRUE (spec);
    const Range r = range_of (spec);
    EXPECT_EQ (r.least, e.least);
    EXPECT_EQ (r.greatest, e.greatest);
    EXPECT_EQ (r.normal, e.normal);
    GValue now = G_VALUE_INIT;
    g_value_init (&now, spec->value_type);
    g_object_get_property (G_OBJECT (object), e.name, &now);
    // zorder and cell depend on the order of the requests.
    const std::string_view name = e.name;
    if (name != "zorder" && name != "current-cell") {
      EXPECT_EQ (number (&now), e.normal);
    }
  }
  guint count = 0;
  GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &count);
  for (guint i = 0; i < count; i++)
    if (specs[i]->owner_type == G_OBJECT_TYPE (object) &&
        (G_IS_PARAM_SPEC_INT (specs[i]) || G_IS_PARAM_SPEC_UINT (specs[i]) ||
         G_IS_PARAM_SPEC_INT64 (specs[i]) || G_IS_PARAM_SPEC_UINT64 (specs[i]) ||
         G_IS_PARAM_SPEC_DOUBLE (specs[i]))) {
      EXPECT_EQ (std::count (names.begin (), names.end (), specs[i]->name), 1) << specs[i]->name;
    }
  g_free (specs);
}

constexpr double kMaxUint = std::numeric_limits<guint>::max ();
constexpr double kMaxTime = static_cast<double> (std::numeric_limits<guint64>::max ());

TEST (GridProperties, RangesOfTheElement)
{
  GridPipeline p;
  expect_ranges (p.grid (), {{"rows", 0, 128, 2},
                             {"columns", 0, 128, 2},
                             {"gap", 0, 16384, 0},
                             {"cuda-device-id", -1, G_MAXINT, -1},
                             {"margin", 0, 16384, 0},
                             {"border-width", 0, 16384, 0},
                             {"border-color", 0, kMaxUint, double (0xffffffff)},
                             {"background-color", 0, kMaxUint, double (0xff000000)},
                             {"n-threads", 0, 256, 0},
                             {"transition-duration", 0, kMaxTime, 0},
                             {"label-color", 0, kMaxUint, double (0xffffffff)},
                             {"label-background", 0, kMaxUint, double (0x80000000)},
                             {"label-margin", 0, 16384, 8},
                             {"latency", 0, kMaxTime, 0},
                             {"min-upstream-latency", 0, kMaxTime, 0},
                             {"start-time", 0, kMaxTime, kMaxTime}});
}

TEST (GridProperties, RangesOfAPad)
{
  GridPipeline p;
  p.add_input (raw ("GRAY8", 32, 32));
  expect_ranges (p.pad (0).get (), {{"cell", -1, 128 * 128 - 1, -1},
                                    {"row-span", 1, 128, 1},
                                    {"column-span", 1, 128, 1},
                                    {"current-cell", -1, G_MAXINT, -1},
                                    {"xpos", G_MININT, G_MAXINT, 0},
                                    {"ypos", G_MININT, G_MAXINT, 0},
                                    {"width", G_MININT, G_MAXINT, 0},
                                    {"height", G_MININT, G_MAXINT, 0},
                                    {"xalign", 0, 1, 0.5},
                                    {"yalign", 0, 1, 0.5},
                                    {"alpha", 0, 1, 1},
                                    {"crop-x", 0, 1, 0},
                                    {"crop-y", 0, 1, 0},
                                    {"crop-width", 0, 1, 1},
                                    {"crop-height", 0, 1, 1},
                                    {"late-after", 0, kMaxTime, 0},
                                    {"lost-after", 0, kMaxTime, 0},
                                    {"dim", 0, 1, 0},
                                    {"label-color", -1, kMaxUint, -1},
                                    {"label-background", -1, kMaxUint, -1},
                                    {"label-margin", -1, 16384, -1},
                                    {"zorder", 0, kMaxUint, 0},
                                    {"max-last-buffer-repeat", 0, kMaxTime, kMaxTime}});
}

// On a canvas of 64x64: the picture's colour (200) in the corner, or a warning that the picture is
// not shown.
TEST (GridProperties, ExtremesOfTheElementAreDrawn)
{
  const struct {
    const char *properties;
    int seen;
  } cases[] = {{"gap=16384", 0},
               {"margin=16384", 0},
               {"border-width=16384", 255},
               {"gap=16384 margin=16384 border-width=16384", 0},
               {"rows=128 columns=128", 0},
               {"rows=1 columns=1 gap=16384", 200},
               {"rows=1 columns=1 n-threads=256", 200}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.properties);
    GridPipeline p (c.properties, raw ("GRAY8", 64, 64));
    p.add_solid (raw ("GRAY8", 64, 64), {200, 0, 0, 0}, 1);
    const Pictures all = p.run ();
    ASSERT_EQ (all.size (), 1u) << p.error ();
    EXPECT_EQ (all[0]->at (0, 0)[0], c.seen);
    EXPECT_EQ (p.warnings ().size (), c.seen == 200 ? 0u : 1u);
    for (const std::string &warning : p.warnings ())
      EXPECT_NE (warning.find ("nothing is left of cell 0"), std::string::npos) << warning;
  }
}

// If the inputs decided the size, it would be too large.
TEST (GridProperties, ExtremesThatMakeTheGridTooLargeAreRefused)
{
  for (const char *properties : {"gap=16384", "margin=16384", "rows=128 columns=128"}) {
    SCOPED_TRACE (properties);
    GridPipeline p (properties);
    p.add_solid (raw ("GRAY8", 640, 480), {200, 0, 0, 0}, 1);
    EXPECT_EQ (p.run ().size (), 0u);
    EXPECT_NE (p.error ().find ("16384 is the most for a side"), std::string::npos) << p.error ();
  }
}

TEST (GridProperties, ExtremesOfThePadAreDrawn)
{
  const struct {
    const char *name;
    gint value;
    bool shown;
  } cases[] = {{"row-span", 128, true}, {"column-span", 128, true}, {"cell", 128 * 128 - 1, false}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.name);
    GridPipeline p ("", raw ("GRAY8", 64, 64));
    p.add_solid (raw ("GRAY8", 64, 64), {200, 0, 0, 0}, 1);
    p.set_pad (0, c.name, c.value, "fit", 2, "zorder", G_MAXUINT, "max-last-buffer-repeat",
               G_MAXUINT64);
    const Pictures all = p.run ();
    ASSERT_EQ (all.size (), 1u) << p.error ();
    EXPECT_EQ (all[0]->at (0, 0)[0], c.shown ? 200 : 0);
    EXPECT_EQ (p.warnings ().size (), c.shown ? 0u : 1u);
  }
}

// A controlled value is set while a frame is made. A handler of the new cell may still release a
// pad.
TEST (GridControl, WhoIsToldOfACellMayReleaseAPad)
{
  for (const bool of_pad : {true, false}) {
    SCOPED_TRACE (of_pad);
    GridPipeline p ("", raw ("GRAY8", 64, 64));
    for (int i = 0; i < 3; i++) p.add_solid (raw ("GRAY8", 32, 32), {200, 0, 0, 0}, 6);
    const Owned<GstPad> told = p.pad (of_pad ? 1 : 2);
    Owned<GstPad> other = p.pad (of_pad ? 2 : 1);
    auto release = +[] (GstPad *, GParamSpec *, gpointer data) {
      auto &pad = *static_cast<Owned<GstPad> *> (data);
      const Owned<GstElement> grid{pad ? gst_pad_get_parent_element (pad.get ()) : nullptr};
      if (grid) gst_element_release_request_pad (grid.get (), pad.get ());
      pad.reset ();
    };
    g_signal_connect (told.get (), "notify::current-cell", G_CALLBACK (release), &other);
    if (of_pad)
      control (told.get (), "cell", kStep, {{0, 1}, {2, 3}});
    else
      control (p.grid (), "columns", kStep, {{0, 2}, {2, 1}});
    EXPECT_EQ (p.run ().size (), 6u) << p.error ();
    EXPECT_FALSE (other) << "nobody was told";
  }
}

}  // namespace
