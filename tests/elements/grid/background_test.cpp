// The pad `background` of quadmux-grid.
#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

const std::string kWide = bt601 (64, 32);

// A pipeline with a red background of `width` by `height`, of `frames` frames.
class Backed : public GridPipeline {
 public:
  Backed (const std::string &properties, const std::string &output, int width, int height,
          int frames)
      : GridPipeline (properties, output), pad_ (request (grid (), "background"))
  {
    const std::string caps = bt601 (width, height);
    src_ = gst_element_factory_make ("appsrc", nullptr);
    g_object_set (src_, "caps", caps_of (caps).get (), "format", GST_FORMAT_TIME, nullptr);
    gst_bin_add (GST_BIN (pipeline ()), src_);
    const Owned<GstPad> from{gst_element_get_static_pad (src_, "src")};
    EXPECT_EQ (gst_pad_link (from.get (), pad_.get ()), GST_PAD_LINK_OK);
    GstVideoInfo info;
    if (!gst_video_info_from_caps (&info, caps_of (caps).get ())) g_error ("no caps");
    for (int n = 0; n < frames; n++)
      gst_app_src_push_buffer (
          GST_APP_SRC (src_),
          timed (solid (info, kRed), frame_time (static_cast<guint64> (n), 10), GST_SECOND / 10)
              .release ());
    gst_app_src_end_of_stream (GST_APP_SRC (src_));
  }
  GstPad *background () { return pad_.get (); }

 private:
  Owned<GstPad> pad_;
  GstElement *src_;
};

// Requested before and after the others, with any zorder.
TEST (GridBackground, LiesBehindAllCells)
{
  for (const guint zorder : {0u, 100u}) {
    Backed p ("rows=1 columns=2 gap=8", kWide, 64, 32, 3);
    g_object_set (p.background (), "zorder", zorder, nullptr);
    p.add_solid (kInput, kGreen, 3);
    p.set_pad (0, "fit", 2, nullptr);
    const Pictures pictures = p.run ();
    ASSERT_EQ (pictures.size (), 3u);
    for (const auto &picture : pictures) {
      EXPECT_EQ (picture->at (4, 4), kGreen) << "the first cell: the background takes none";
      EXPECT_EQ (picture->at (32, 4), kRed) << "the gap";
      EXPECT_EQ (picture->at (50, 4), kRed) << "a cell without an input";
    }
    EXPECT_EQ (current_cell (p.background ()), -1);
    EXPECT_EQ (current_cell (p.pad (0).get ()), 0);
    EXPECT_TRUE (p.warnings ().empty ());
  }
}

TEST (GridBackground, CoversTheOutputUnlessItFitsOtherwise)
{
  for (const int fit : {-1, 0, 1, 2}) {
    Backed p ("rows=1 columns=1", kWide, 32, 32, 1);
    if (fit >= 0) g_object_set (p.background (), "fit", fit, nullptr);
    const Pictures pictures = p.run ();
    ASSERT_EQ (pictures.size (), 1u);
    EXPECT_EQ (pictures[0]->at (4, 16), fit == 0 ? kBlack : kRed) << fit;
    EXPECT_EQ (pictures[0]->at (32, 16), kRed) << fit;
  }
}

// A still lies there for as long as the others play, and an endless clip does not keep them.
TEST (GridBackground, DoesNotDecideHowLongTheOutputLasts)
{
  for (const char *policy : {"longest", "shortest"})
    for (const int frames : {1, 30}) {
      Backed p (std::string ("rows=1 columns=2 eos-policy=") + policy, kWide, 64, 32, frames);
      p.add_solid (kInput, kGreen, 5);
      const Pictures pictures = p.run ();
      ASSERT_EQ (pictures.size (), 5u) << policy << " " << frames;
      EXPECT_EQ (pictures[4]->at (50, 4), kRed);
      EXPECT_TRUE (p.eos ());
    }
}

// Its size counts only where there is nothing else.
TEST (GridBackground, TheOutputHasTheSizeOfTheCells)
{
  Backed alone ("rows=2 columns=2", "", 64, 32, 1);
  Pictures pictures = alone.run ();
  ASSERT_EQ (pictures.size (), 1u);
  EXPECT_EQ (pictures[0]->size (), "64x32");
  Backed beside ("rows=2 columns=2", "", 640, 320, 1);
  beside.add_solid (kInput, kGreen, 1);
  pictures = beside.run ();
  ASSERT_EQ (pictures.size (), 1u);
  EXPECT_EQ (pictures[0]->size (), "32x32");
}

TEST (GridBackground, IsAskedForAtTheOutputsSize)
{
  GridPipeline p ("rows=2 columns=2", kWide);
  const Owned<GstPad> pad = request (p.grid (), "background");
  const Owned<GstCaps> caps{gst_pad_query_caps (pad.get (), nullptr)};
  const Owned<char> text{gst_structure_to_string (gst_caps_get_structure (caps.get (), 0))};
  EXPECT_NE (std::string (text.get ()).find ("width=(int)[ 64, "), std::string::npos)
      << text.get ();
}

TEST (GridBackground, ThereIsOneAtATime)
{
  const Owned<GstElement> grid = new_grid ();
  Owned<GstPad> first = request (grid.get (), "background");
  ASSERT_TRUE (first);
  GstPadTemplate *templ = gst_element_get_pad_template (grid.get (), "background");
  EXPECT_FALSE (gst_element_request_pad (grid.get (), templ, nullptr, nullptr));
  gst_element_release_request_pad (grid.get (), first.get ());
  first = request (grid.get (), "background");
  EXPECT_TRUE (first);
  const Owned<GstPad> other = request (grid.get ());
  EXPECT_STREQ (GST_PAD_NAME (other.get ()), "sink_0");
}

}  // namespace
