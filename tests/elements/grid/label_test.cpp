// quadmux-grid's labels: where they lie, what they say, their colours, and what is told of them.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/controller/gsttimedvaluecontrolsource.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <string_view>

#include "elements/grid/label_wall.h"

using namespace quad::test;
using quad::Owned;
using quad::Rect;
using quad::Size;

namespace {

using GridLabel = LabelTest;

const Values kGray = {100, 128, 128, 0};

// A grid of `n` solid inputs, ten frames a second.
struct Wall : GridPipeline {
  Wall (const std::string &properties, const std::string &output, std::size_t n = 1, int frames = 1)
      : GridPipeline (properties, output)
  {
    for (std::size_t i = 0; i < n; i++)
      add_solid (raw ("I420", 32, 32, "framerate=(fraction)10/1"), kGray, frames);
  }
  std::unique_ptr<Picture8> first ()
  {
    Pictures all = run ();
    if (all.empty ()) g_error ("no picture: %s", error ().c_str ());
    return std::move (all[0]);
  }
};

const std::string kOutput = raw ("I420", 320, 240, "framerate=(fraction)10/1");

std::unique_ptr<Picture8> shown (const std::string &properties, const std::string &output = kOutput,
                                 std::size_t n = 1)
{
  return Wall (properties, output, n).first ();
}

const char *const kPlaces[] = {"top-left", "top",         "top-right", "left",        "center",
                               "right",    "bottom-left", "bottom",    "bottom-right"};

TEST_F (GridLabel, LieAtNinePlaces)
{
  constexpr int kMargin = 10;
  // An opaque background makes all of the box differ. The cell is 320x240, in a border of 6.
  const std::string base = "rows=1 columns=1 border-width=6 sink_0::fit=fill";
  const std::string label =
      " label=Text label-background=0xff20ff20 label-margin=" + std::to_string (kMargin);
  for (const char *format : {"I420", "RGBA", "YUY2"}) {
    const std::string output = raw (format, 320, 240);
    const auto without = shown (base, output);
    Size size;
    for (int i = 0; i < 9; i++) {
      SCOPED_TRACE (std::string (format) + " " + kPlaces[i]);
      const auto with = shown (base + label + " label-position=" + kPlaces[i], output);
      const Rect box = difference (*with, *without);
      ASSERT_FALSE (box.empty ());
      if (i == 0) size = box.size ();
      EXPECT_EQ (box.size (), size);
      const Rect room = {6 + kMargin, 6 + kMargin, 320 - 32, 240 - 32};
      const int row = i / 3, column = i % 3;
      EXPECT_NEAR (box.x, room.x + (room.width - size.width) * column / 2, 1);
      EXPECT_NEAR (box.y, room.y + (room.height - size.height) * row / 2, 1);
    }
  }
}

TEST_F (GridLabel, EndWithAnEllipsisWhereTheCellEnds)
{
  const std::string properties =
      "rows=1 columns=2 sink_0::fit=fill sink_1::fit=fill label-background=0xff00ff00 label=";
  const auto without = shown ("rows=1 columns=2 sink_0::fit=fill sink_1::fit=fill", kOutput, 2);
  const auto with =
      shown (properties + "\"A label that is much too long for this cell\"", kOutput, 2);
  for (int x = 0; x < 320; x++) {
    const bool margin = x < 8 || (x >= 152 && x < 168) || x >= 312;
    if (!margin) continue;
    for (int y = 0; y < 240; y++) ASSERT_EQ (with->at (x, y), without->at (x, y)) << x << "," << y;
  }
  EXPECT_GT (difference (*with, *without).width, 280);
}

TEST_F (GridLabel, PadsHaveTheirOwn)
{
  auto picture = [] (const std::string &properties) {
    return shown ("rows=1 columns=1 " + properties);
  };
  const auto one = picture ("label=one");
  EXPECT_TRUE (same (*picture ("label=two sink_0::label=one"), *one));
  EXPECT_TRUE (same (*picture ("sink_0::label=one"), *one));
  EXPECT_TRUE (same (*picture ("label={name} sink_0::label-name=one"), *one));
  EXPECT_TRUE (same (*picture ("label={name}"), *picture ("label=sink_0")));
  const auto styled = picture (
      "label=one label-position=top label-color=0xff00ff00 label-background=0xffff0000 "
      "label-margin=20 font-desc=\"Serif 20\"");
  EXPECT_FALSE (same (*styled, *one));
  EXPECT_TRUE (same (*picture ("label=one sink_0::label-position=top "
                               "sink_0::label-color=0xff00ff00 sink_0::label-background=0xffff0000 "
                               "sink_0::label-margin=20 sink_0::font-desc=\"Serif 20\""),
                     *styled));
  EXPECT_TRUE (
      same (*picture ("label=one label-color=0xff00ff00 sink_0::label-color=0xffffffff"), *one));

  // Empty: none. NULL and -1: the element's again.
  const auto none = picture ("");
  Wall empty ("rows=1 columns=1 label=one", kOutput);
  empty.set_pad (0, "label", "");
  EXPECT_TRUE (same (*empty.first (), *none));
  Wall again (
      "rows=1 columns=1 label=one sink_0::label=two sink_0::label-position=top "
      "sink_0::label-color=0xff00ff00 sink_0::label-background=0 sink_0::label-margin=30 "
      "sink_0::font-desc=\"Serif 40\"",
      kOutput);
  again.set_pad (0, "label", nullptr, "font-desc", nullptr, "label-position", -1, "label-margin",
                 -1, "label-color", gint64{-1}, "label-background", gint64{-1});
  EXPECT_TRUE (same (*again.first (), *one));
}

TEST_F (GridLabel, PropertiesAreReadAsTheyWereSet)
{
  const Owned<GstElement> grid = new_grid ();
  const Owned<GstPad> pad = request (grid.get ());
  auto text = [] (gpointer object, const char *name) {
    gchar *value = nullptr;
    g_object_get (object, name, &value, nullptr);
    const std::string copy = value ? value : "NULL";
    g_free (value);
    return copy;
  };
  EXPECT_EQ (text (grid.get (), "label"), "NULL");
  EXPECT_EQ (text (grid.get (), "font-desc"), "Sans 14");
  for (const char *name : {"label", "font-desc", "label-name", "placeholder-text"}) {
    EXPECT_EQ (text (pad.get (), name), "NULL");
    for (const char *value : {"x", "", "a longer text that is set"}) {
      g_object_set (pad.get (), name, value, nullptr);
      EXPECT_EQ (text (pad.get (), name), value);
    }
    g_object_set (pad.get (), name, nullptr, nullptr);
    EXPECT_EQ (text (pad.get (), name), "NULL");
  }
  g_object_set (pad.get (), "label-color", gint64{0xffffffff}, "label-background", gint64{0},
                nullptr);
  gint64 color = 1, background = 1;
  g_object_get (pad.get (), "label-color", &color, "label-background", &background, nullptr);
  EXPECT_EQ (color, 0xffffffff);
  EXPECT_EQ (background, 0);
}

// A grid's own background is converted as colours are.
TEST_F (GridLabel, ColoursAreThoseOfTheGridsBackground)
{
  for (const std::string &output :
       {raw ("I420", 160, 80, "colorimetry=bt709"), raw ("I420", 160, 80, "colorimetry=bt601"),
        raw ("RGBA", 160, 80), raw ("NV12", 160, 80, "colorimetry=1:4:0:1"), raw ("GBR", 160, 80)})
    for (const char *color : {"0xff2080ff", "0xffffffff", "0xff000000", "0xff804020"}) {
      SCOPED_TRACE (output + " " + color);
      const auto plain =
          Wall (std::string ("rows=1 columns=1 background-color=") + color, output).first ();
      Wall p (std::string ("rows=1 columns=2 label-position=center label-color=0 label=XXXX "
                           "sink_0::alpha=1 label-background=") +
                  color,
              output);
      const auto with = p.first ();
      // The middle of the first cell lies in the label.
      const Values a = with->at (40, 40),
                   b = Wall (std::string ("rows=1 columns=2 background-color=") + color, output)
                           .first ()
                           ->at (120, 40);
      for (std::size_t i = 0; i < 4; i++) EXPECT_NEAR (a[i], b[i], 1) << i;
    }
}

TEST_F (GridLabel, AreBlendedWithThePad)
{
  const std::string output = raw ("RGBA", 160, 80);
  const std::string base =
      "rows=1 columns=1 background-color=0xff000000 label=X label-color=0 label-position=left "
      "label-margin=0 label-background=0xffff0000 sink_0::width=160 sink_0::height=80 "
      "sink_0::alpha=";
  const auto half = shown (base + "0.5", output);
  EXPECT_NEAR (half->at (2, 40)[0], 128, 1);
  EXPECT_TRUE (
      same (*shown (base + "0", output), *shown ("rows=1 columns=1 sink_0::alpha=0", output)));
}

TEST_F (GridLabel, LieOverFreePadsAndCellsWithoutAPicture)
{
  // An input that has ended, beside one that goes on.
  Wall p ("rows=1 columns=2 label=Text label-background=0xffffffff", kOutput, 0);
  p.add_solid (raw ("I420", 32, 32, "framerate=(fraction)10/1"), kGray, 1);
  p.add_solid (raw ("I420", 32, 32, "framerate=(fraction)10/1"), kGray, 3);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 3u);
  EXPECT_EQ (all[2]->at (40, 120), (Values{16, 128, 128, 0}));
  EXPECT_EQ (all[2]->at (9, 230), all[0]->at (9, 230));
  EXPECT_GT (all[2]->at (9, 230)[0], 200);

  const Rect free = {100, 60, 120, 90};
  const std::string laid =
      "rows=1 columns=1 sink_0::xpos=100 sink_0::ypos=60 sink_0::width=120 sink_0::height=90 "
      "sink_0::fit=fill label-margin=4";
  const Rect box =
      difference (*shown (laid + " label=Text label-background=0xffffffff"), *shown (laid));
  EXPECT_EQ (box.x, free.x + 4);
  EXPECT_EQ (box.bottom (), free.bottom () - 4);

  // Beyond the canvas it is cut.
  shown (
      "rows=1 columns=1 label=Text sink_0::xpos=-20 sink_0::ypos=-9 sink_0::width=70 "
      "sink_0::height=50 label-position=top-left");
  // Without a cell there is none.
  const auto two = shown ("rows=1 columns=1 label={name}", kOutput, 2);
  EXPECT_TRUE (same (*two, *shown ("rows=1 columns=1 label={name}", kOutput, 1)));
}

TEST_F (GridLabel, SayWhatIsShown)
{
  const std::string output = raw ("I420", 640, 120, "framerate=(fraction)10/1");
  auto frames = [&] (const char *label) {
    return Wall (std::string ("rows=1 columns=1 label=\"") + label + "\"", output, 1, 3).run ();
  };
  const Pictures live = frames ("{name} {state} {pts} {rate} {age} {width}x{height} {{x}");
  ASSERT_EQ (live.size (), 3u);
  EXPECT_TRUE (same (*live[0], *frames ("sink_0 live 0:00:00.000 10 0 32x32 {{x}")[0]));
  EXPECT_TRUE (same (*live[2], *frames ("sink_0 live 0:00:00.200 10 0 32x32 {{x}")[2]));
  // The frame came while this ran.
  auto day = [] {
    GDateTime *now = g_date_time_new_now_local ();
    const Owned<char> text{g_date_time_format (now, "%F")};
    g_date_time_unref (now);
    return std::string (text.get ());
  };
  const std::string before = day ();
  const Pictures clock = frames ("{clock:%F}");
  const Pictures a = frames (before.c_str ()), b = frames (day ().c_str ());
  EXPECT_TRUE (same (*clock[0], *a[0]) || same (*clock[0], *b[0]));
}

// One input in the middle of the output, and a background of one picture.
std::unique_ptr<Picture8> before_a_background (const std::string &properties, const char *own)
{
  GridPipeline p ("rows=1 columns=1 margin=100 " + properties, kOutput);
  p.add_solid (raw ("I420", 32, 32, "framerate=(fraction)10/1"), kGray, 1);
  const Owned<GstPad> pad = request (p.grid (), "background");
  g_object_set (pad.get (), "label", own, nullptr);
  GstElement *src = gst_element_factory_make ("videotestsrc", nullptr);
  g_object_set (src, "num-buffers", 1, "pattern", 2, nullptr);  // black
  gst_bin_add (GST_BIN (p.pipeline ()), src);
  const Owned<GstPad> from{gst_element_get_static_pad (src, "src")};
  EXPECT_EQ (gst_pad_link (from.get (), pad.get ()), GST_PAD_LINK_OK);
  Pictures all = p.run ();
  if (all.empty ()) g_error ("no picture: %s", p.error ().c_str ());
  return std::move (all[0]);
}

TEST_F (GridLabel, TheBackgroundHasOnlyItsOwn)
{
  const auto plain = before_a_background ("", nullptr);
  EXPECT_TRUE (same (*before_a_background ("label=x label-margin=60", nullptr), *plain));
  const auto own = before_a_background ("", "Own");
  const Rect box = difference (*own, *plain);
  ASSERT_FALSE (box.empty ());
  EXPECT_LT (box.right (), 100);
  EXPECT_GT (box.y, 140);
}

// How often texts are rendered, from the element's log.
class Renderings {
 public:
  Renderings ()
  {
    // In parentheses: the functions, not the macros, which are no valid C++.
    (gst_debug_remove_log_function) (gst_debug_log_default);  // which would print it all
    gst_debug_set_threshold_for_name ("quadmux-grid", GST_LEVEL_DEBUG);
    (gst_debug_add_log_function) (count, this, nullptr);
  }
  ~Renderings ()
  {
    gst_debug_remove_log_function_by_data (this);
    gst_debug_unset_threshold_for_name ("quadmux-grid");
    (gst_debug_add_log_function) (gst_debug_log_default, nullptr, nullptr);
  }
  int n () const { return n_; }

 private:
  static void count (GstDebugCategory *, GstDebugLevel, const gchar *, const gchar *, gint,
                     GObject *, GstDebugMessage *message, gpointer data)
  {
    if (begins (gst_debug_message_get (message), "shows the text "))
      static_cast<Renderings *> (data)->n_++;
  }
  std::atomic<int> n_{0};
};

TEST_F (GridLabel, AreRenderedOnlyWhenTheyChange)
{
  struct Case {
    const char *label;
    int n;
  };
  for (const Case &c : {Case{"{name} {state} {rate} {age}", 2}, {"{pts}", 2 * 8}, {"", 0}}) {
    const Renderings renderings;
    Wall p (std::string ("rows=1 columns=2 label=\"") + c.label + "\"", kOutput, 2, 8);
    EXPECT_EQ (p.run ().size (), 8u);
    EXPECT_EQ (renderings.n (), c.n) << c.label;
  }
}

void control (gpointer object, const char *property, const std::vector<double> &values)
{
  const Owned<GstControlSource> source{gst_interpolation_control_source_new ()};
  for (std::size_t i = 0; i < values.size (); i++)
    gst_timed_value_control_source_set (GST_TIMED_VALUE_CONTROL_SOURCE (source.get ()),
                                        frame_time (i, 10), values[i]);
  ASSERT_TRUE (gst_object_add_control_binding (
      GST_OBJECT (object),
      gst_direct_control_binding_new_absolute (GST_OBJECT (object), property, source.get ())));
}

// The cell shrinks with each frame.
TEST_F (GridLabel, ARoomThatMakesNoDifferenceCostsNothing)
{
  struct Case {
    const char *label;
    int n;
  };
  for (const Case &c : {Case{"ab", 1}, {"a label that is much too long for this small cell", 4}}) {
    const Renderings renderings;
    Wall p (std::string ("rows=1 columns=1 label=\"") + c.label + "\"", kOutput, 1, 4);
    control (p.grid (), "margin", {0, 10, 20, 30});
    EXPECT_EQ (p.run ().size (), 4u);
    EXPECT_EQ (renderings.n (), c.n) << c.label;
  }
}

TEST_F (GridLabel, ColoursCanBeControlled)
{
  const std::string output = raw ("RGBA", 160, 80, "framerate=(fraction)10/1");
  const std::vector<double> colors = {double (0xffff0000), double (0xff00ff00),
                                      double (0xff0000ff)};
  for (const bool of_pad : {false, true})
    for (const char *property : {"label-color", "label-background"}) {
      SCOPED_TRACE (std::string (property) + (of_pad ? " of the pad" : ""));
      Wall p (
          "rows=1 columns=1 label=\"\u2588\u2588\u2588\u2588\" label-position=center "
          "label-color=0 font-desc=\"Sans Bold 30\"",
          output, 1, 3);
      const Owned<GstPad> pad = p.pad (0);
      control (of_pad ? static_cast<gpointer> (pad.get ()) : p.grid (), property, colors);
      const Pictures all = p.run ();
      ASSERT_EQ (all.size (), 3u);
      EXPECT_EQ (all[0]->at (80, 40), (Values{255, 0, 0, 255}));
      EXPECT_EQ (all[1]->at (80, 40), (Values{0, 255, 0, 255}));
      EXPECT_EQ (all[2]->at (80, 40), (Values{0, 0, 255, 255}));
    }
}

TEST_F (GridLabel, WarnOnce)
{
  Wall p ("rows=2 columns=2 label=\"{name} {foo}\" font-desc=\"Quadnowhere 14\"", kOutput, 3, 4);
  EXPECT_EQ (p.run ().size (), 4u);
  ASSERT_EQ (p.warnings ().size (), 2u);
  EXPECT_EQ (p.warnings ()[0],
             "A label has a field that is not known: {foo}. There are {name}, "
             "{state}, {pts}, {clock}, {rate}, {age}, {width}, {height}; write {{ for a brace.");
  EXPECT_TRUE (begins (p.warnings ()[1], "The font Quadnowhere is missing: "));
}

TEST_F (GridLabel, BadTextsAreShownAsFarAsTheyGo)
{
  const std::string longest (100000, 'x');
  for (const std::string &text :
       {std::string ("\xff\xfe"), longest, std::string ("a\nb"), std::string (" ")}) {
    Wall p ("rows=1 columns=1 sink_0::fit=fill", kOutput);
    p.set_pad (0, "label", text.c_str ());
    EXPECT_FALSE (same (*p.first (), *shown ("rows=1 columns=1 sink_0::fit=fill")))
        << text.substr (0, 9);
    EXPECT_TRUE (p.warnings ().empty ());
  }
  // No room: no label.
  for (const char *margin : {"159", "16384"})
    EXPECT_TRUE (same (*shown (std::string ("rows=1 columns=1 label=Text label-margin=") + margin),
                       *shown ("rows=1 columns=1")));
  for (const char *font : {"Sans 100000", "14", "Sans 0"})
    shown (std::string ("rows=1 columns=1 label=Text font-desc=\"") + font + "\"");
}

// A copy of the plugin, beside which there is no module.
TEST (GridLabelModule, IsMissedWithOneWarning)
{
  namespace fs = std::filesystem;
  const fs::path folder = fs::path (::testing::TempDir ()) / "quad-alone" / "plugins";
  fs::create_directories (folder);
  const char *const plugins = std::getenv ("GST_PLUGIN_PATH");
  const char *const installed = std::getenv ("QUAD_TEXT_INSTALLED");
  ASSERT_TRUE (plugins);
  if (installed && fs::exists (installed)) GTEST_SKIP () << "gst-quad is installed";
  fs::copy_file (fs::path (plugins) / "libgstquad.so", folder / "libgstquad.so",
                 fs::copy_options::overwrite_existing);
  // A program that is not built with the sanitizers of the plugin must load them first.
  const char *const preload = std::getenv ("QUAD_PRELOAD");
  const std::string sanitizer =
      preload ? "ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=" + std::string (preload) + " " : "";
  const std::string line =
      sanitizer + "GST_PLUGIN_PATH=" + folder.string () +
      " GST_REGISTRY=" + (folder / "registry.bin").string () +
      " gst-launch-1.0 -m quadmux-grid name=grid label={name} ! fakesink "
      "videotestsrc num-buffers=5 ! grid. videotestsrc num-buffers=5 ! grid. 2>&1";
  FILE *out = popen (line.c_str (), "r");
  ASSERT_TRUE (out);
  std::string said;
  for (int c = fgetc (out); c != EOF; c = fgetc (out)) said += static_cast<char> (c);
  EXPECT_EQ (pclose (out), 0) << said;
  const std::string missing = "Text cannot be rendered: there is no module ";
  const std::size_t first = said.find (missing);
  ASSERT_NE (first, said.npos) << said;
  EXPECT_NE (said.find ("libpango1.0-dev"), said.npos) << said;
  // gst-launch-1.0 prints the message and the warning.
  const std::string begin = "WARNING: from element";
  EXPECT_EQ (said.find (begin, said.find (begin) + 1), said.npos) << said;
  fs::remove_all (folder.parent_path ());
}

}  // namespace
