// quadmux-grid's signal `apply`: many properties on one output frame.
#include <atomic>
#include <thread>

#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

// Why `text` was not applied; empty: it was.
std::string asked (GstElement *grid, const std::string &text)
{
  const Owned<GstStructure> change{gst_structure_from_string (text.c_str (), nullptr)};
  if (!change) g_error ("no structure: %s", text.c_str ());
  gchar *why = nullptr;
  g_signal_emit_by_name (grid, "apply", change.get (), &why);
  const Owned<char> owned{why};
  return why ? why : "";
}

// A red and a green input side by side, of `frames` frames.
class Two : public GridPipeline {
 public:
  explicit Two (int frames, const std::string &properties = "")
      : GridPipeline ("rows=1 columns=2 " + properties, kOutput)
  {
    add_solid (kInput, kRed, frames);
    add_solid (kInput, kGreen, frames);
  }
};

TEST (GridApply, SwappedCellsAreNeverSeenTwiceOrNotAtAll)
{
  constexpr int kFrames = 300;
  Two p (kFrames);
  g_object_set (p.out (), "max-buffers", 2, nullptr);
  p.set_pad (0, "cell", 0, nullptr);
  p.set_pad (1, "cell", 1, nullptr);
  std::atomic<bool> over{false};
  std::atomic<int> swaps{0};
  std::thread swapper ([&] {
    for (int n = 0; !over; n++) {
      const bool straight = n % 2 == 1;
      EXPECT_EQ (asked (p.grid (), straight ? "swap,pads=<[sink_0,cell=0],[sink_1,cell=1]>"
                                            : "swap,pads=<[sink_0,cell=1],[sink_1,cell=0]>"),
                 "");
      swaps++;
      std::this_thread::yield ();
    }
  });
  p.play ();
  int straight = 0, swapped = 0;
  while (const auto picture = p.pull ()) {
    const Values left = picture->at (8, 8), right = picture->at (24, 8);
    if (left == kRed && right == kGreen)
      straight++;
    else if (left == kGreen && right == kRed)
      swapped++;
    else
      ADD_FAILURE () << left[0] << " " << right[0];
  }
  over = true;
  swapper.join ();
  EXPECT_EQ (straight + swapped, kFrames);
  EXPECT_GT (swaps, 2);
  EXPECT_EQ (p.error (), "");
}

TEST (GridApply, TakesEffectAtARunningTime)
{
  Two p (20);
  EXPECT_EQ (asked (p.grid (),
                    "later,running-time=(guint64)1000000000,gap=(int)8,"
                    "pads=<[sink_1,alpha=(double)0.0]>"),
             "");
  EXPECT_EQ (asked (p.grid (), "later,running-time=1500000000,gap=0"), "");
  const Pictures pictures = p.run ();
  ASSERT_EQ (pictures.size (), 20u);
  for (std::size_t n = 0; n < 20; n++) {
    EXPECT_EQ (pictures[n]->at (30, 8), n < 10 ? kGreen : kBlack) << n;
    EXPECT_EQ (pictures[n]->at (14, 8), n >= 10 && n < 15 ? kBlack : kRed) << n;
  }
}

TEST (GridApply, AllOrNothing)
{
  const struct {
    const char *rest, *why;
  } cases[] = {
      {"nonsense=1", "has no property \"nonsense\""},
      {"n-threads=2", "n-threads cannot be changed together"},
      {"name=other", "name cannot be changed together"},
      {"rows=1000", "out of range"},
      {"background-color=-1", "background-color cannot be -1"},
      {"method=cubist", "method cannot be cubist"},
      {"pads=7", "pads is no array of structures."},
      {"pads=<7>", "pads is no array of structures."},
      {"pads=<[sink_7,cell=1]>", "There is no sink pad \"sink_7\"."},
      {"pads=<[src,cell=1]>", "There is no sink pad \"src\"."},
      {"pads=<[sink_0,color=1]>", "sink_0 has no property \"color\"."},
      {"pads=<[sink_0,state=live]>", "sink_0::state cannot be changed"},
      {"running-time=soon", "running-time is no time in nanoseconds."},
      {"running-time=-1", "running-time is no time in nanoseconds."},
      {"state-border=(structure)[c,gone=1]", "\"gone\" is no state"},
      {"running-time=0,state-border=(structure)[c,gone=1]", "\"gone\" is no state"},
      {"running-time=0,areas=\"a a / b\"", "areas: row 2 has 1 column"},
      {"rows=(gint64)4294967298", "rows cannot be 4294967298"},
      {"rows=2.7", "rows cannot be 2.7"},
      {"pads=<[sink_0,cell=(uint)4294967295]>", "sink_0::cell cannot be 4294967295"},
      {"running-time=(guint64)18446744073709551615", "running-time is no time in nanoseconds."},
      {"running-time=-5.0", "running-time is no time in nanoseconds."},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE (c.rest);
    Two p (2);
    const std::string why = asked (
        p.grid (), std::string ("change,columns=1,rows=2,pads=<[sink_0,alpha=0.5]>,") + c.rest);
    EXPECT_NE (why.find (c.why), std::string::npos) << why;
    gint rows = 0, columns = 0;
    gdouble alpha = 0;
    g_object_get (p.grid (), "rows", &rows, "columns", &columns, nullptr);
    g_object_get (p.pad (0).get (), "alpha", &alpha, nullptr);
    EXPECT_EQ (rows, 1);
    EXPECT_EQ (columns, 2);
    EXPECT_EQ (alpha, 1);
    const Pictures pictures = p.run ();
    ASSERT_EQ (pictures.size (), 2u);
    EXPECT_EQ (pictures[1]->at (8, 8), kRed);
    EXPECT_EQ (pictures[1]->at (24, 8), kGreen);
    EXPECT_TRUE (p.warnings ().empty ()) << "the caller was told";
  }
  gchar *why = nullptr;
  g_signal_emit_by_name (new_grid ().get (), "apply", nullptr, &why);
  EXPECT_STREQ (why, "There is no structure.");
  g_free (why);
}

TEST (GridApply, ValuesMayBeOfOtherTypes)
{
  const Owned<GstElement> grid = new_grid ();
  EXPECT_EQ (asked (grid.get (),
                    "change,rows=(string)3,columns=(gint64)4,gap=(uint)5,method=lanczos,"
                    "border-color=(int)255,background-color=0xff203040,post-cell-size=true"),
             "");
  gint rows = 0, columns = 0, gap = 0, method = 0;
  guint color = 0;
  gboolean post = FALSE;
  g_object_get (grid.get (), "rows", &rows, "columns", &columns, "gap", &gap, "method", &method,
                "border-color", &color, "post-cell-size", &post, nullptr);
  EXPECT_EQ (rows, 3);
  EXPECT_EQ (columns, 4);
  EXPECT_EQ (gap, 5);
  EXPECT_EQ (method, 3);
  EXPECT_EQ (color, 255u);
  EXPECT_TRUE (post);
}

// Handlers see all of the change, and may change the grid themselves.
TEST (GridApply, IsNotifiedAtTheEnd)
{
  const Owned<GstElement> grid = new_grid ();
  std::string seen;
  const auto see = +[] (GObject *object, GParamSpec *, std::string *s) {
    gint rows = 0, columns = 0;
    g_object_get (object, "rows", &rows, "columns", &columns, nullptr);
    s->append (std::to_string (rows)).append ("x").append (std::to_string (columns)).append (" ");
    if (rows == 3) g_object_set (object, "rows", 5, nullptr);
  };
  g_signal_connect (grid.get (), "notify::rows", G_CALLBACK (see), &seen);
  EXPECT_EQ (asked (grid.get (), "change,rows=3,columns=4"), "");
  EXPECT_EQ (seen, "3x4 5x4 ");
}

TEST (GridApply, APadThatIsGoneByThenLeavesTheChangeOut)
{
  Two p (20);
  const Owned<GstElement> grid{GST_ELEMENT (gst_object_ref (p.grid ()))};
  const Owned<GstPad> third = request (grid.get ());
  EXPECT_EQ (asked (grid.get (), "later,running-time=1000000000,gap=8,pads=<[sink_2,cell=0]>"), "");
  gst_element_release_request_pad (grid.get (), third.get ());
  const Pictures pictures = p.run ();
  ASSERT_EQ (pictures.size (), 20u);
  EXPECT_EQ (pictures[15]->at (14, 8), kRed) << "no gap";
  ASSERT_EQ (p.warnings ().size (), 1u);
  EXPECT_NE (p.warnings ()[0].find ("0:00:01"), std::string::npos) << p.warnings ()[0];
  EXPECT_NE (p.warnings ()[0].find ("a pad is gone"), std::string::npos) << p.warnings ()[0];
}

// What waits holds no reference to the element.
TEST (GridApply, WhatWaitsEndsWithTheElement)
{
  GstElement *grid = new_grid ().release ();
  const Owned<GstPad> pad = request (grid);
  EXPECT_EQ (asked (grid, "later,running-time=1,gap=8,pads=<[sink_0,cell=0]>"), "");
  bool gone = false;
  g_object_weak_ref (
      G_OBJECT (grid), [] (gpointer g, GObject *) { *static_cast<bool *> (g) = true; }, &gone);
  gst_object_unref (grid);
  EXPECT_TRUE (gone);
}

}  // namespace
