// What quadmux-grid negotiates, with upstream and downstream.
#include "core/format.h"
#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

// The caps that pad `i` of the grid asks for, depending on its peers.
std::string wish (GridPipeline &p, std::size_t i = 0)
{
  const Owned<GstCaps> caps{gst_pad_query_caps (p.pad (i).get (), nullptr)};
  GstStructure *s = gst_caps_get_structure (caps.get (), 0);
  gst_structure_remove_fields (s, "format", "framerate", nullptr);
  return Owned<char>{gst_structure_to_string (s)}.get ();
}

std::unique_ptr<Picture8> first (GridPipeline &p)
{
  p.play ();
  auto picture = p.pull ();
  if (!picture) g_error ("no picture: %s", p.error ().c_str ());
  return picture;
}

TEST (GridCaps, UpstreamIsToldTheSizeOfItsCell)
{
  GridPipeline p ("gap=10 margin=5 border-width=2",
                  "video/x-raw,width=1300,height=740,format=I420");
  for (int i = 0; i < 4; i++) p.add_input (raw ("I420", 64, 64));
  // Cells of 640x360; the picture gets 636x356 of them.
  const Owned<GstCaps> caps{gst_pad_query_caps (p.pad (0).get (), nullptr)};
  ASSERT_EQ (gst_caps_get_size (caps.get ()), 2u);
  EXPECT_EQ (wish (p),
             "video/x-raw, pixel-aspect-ratio=(fraction)1/1, width=(int)[ 1, 636 ], "
             "height=(int)[ 1, 356 ];");
  p.set_pad (0, "fit", 2);
  EXPECT_EQ (wish (p),
             "video/x-raw, pixel-aspect-ratio=(fraction)1/1, width=(int)636, height=(int)356;");
  p.set_pad (0, "fit", 1);
  EXPECT_EQ (wish (p),
             "video/x-raw, pixel-aspect-ratio=(fraction)1/1, width=(int)[ 636, 16384 ], "
             "height=(int)[ 356, 16384 ];");
  p.set_pad (0, "fit", 0, "orientation", 1);
  EXPECT_EQ (wish (p),
             "video/x-raw, pixel-aspect-ratio=(fraction)1/1, width=(int)[ 1, 356 ], "
             "height=(int)[ 1, 636 ];");
  p.set_pad (0, "orientation", 0, "column-span", 2);
  EXPECT_EQ (wish (p),
             "video/x-raw, pixel-aspect-ratio=(fraction)1/1, width=(int)[ 1, 1286 ], "
             "height=(int)[ 1, 356 ];");
}

TEST (GridCaps, TheOutputsFormatComesFirstAndAnythingElseIsTakenToo)
{
  GridPipeline p ("", "video/x-raw,width=640,height=360,format={NV12,RGBA}");
  p.add_input (raw ("I420", 64, 64));
  const Owned<GstCaps> caps{gst_pad_query_caps (p.pad (0).get (), nullptr)};
  const GValue *formats =
      gst_structure_get_value (gst_caps_get_structure (caps.get (), 0), "format");
  EXPECT_STREQ (g_value_get_string (gst_value_list_get_value (formats, 0)), "NV12");
  EXPECT_STREQ (g_value_get_string (gst_value_list_get_value (formats, 1)), "RGBA");
  EXPECT_EQ (gst_value_list_get_size (formats), quad::all_formats ().size ());
  for (const char *any : {"video/x-raw,format=BGR,width=16384,height=1,framerate=0/1",
                          "video/x-raw,format=I420,width=99,height=99,framerate=1/1,"
                          "pixel-aspect-ratio=12/11"}) {
    EXPECT_TRUE (gst_caps_can_intersect (caps.get (), caps_of (any).get ())) << any;
    EXPECT_TRUE (gst_pad_query_accept_caps (p.pad (0).get (), caps_of (any).get ())) << any;
  }
  EXPECT_FALSE (gst_caps_can_intersect (
      caps.get (), caps_of ("video/x-raw,format=AYUV64,width=9,height=9,framerate=1/1").get ()));
}

TEST (GridCaps, NothingIsAskedForWhereTheInputsDecideTheSize)
{
  GridPipeline p;
  p.add_input (raw ("I420", 64, 64));
  EXPECT_NE (wish (p).find ("width=(int)[ 1, 16384 ], height=(int)[ 1, 16384 ]"), std::string::npos)
      << wish (p);
}

TEST (GridCaps, OutputSizeIsThatOfTheLargestInputInEveryCell)
{
  GridPipeline p ("rows=2 columns=3 gap=4 margin=6");
  p.add_solid (raw ("I420", 64, 48), kRed, 1);
  p.add_solid (raw ("I420", 100, 80), kRed, 1);
  p.add_solid (raw ("I420", 90, 20), kRed, 1);
  const auto picture = first (p);
  EXPECT_EQ (picture->size (), "320x176");
  EXPECT_EQ (picture->info ().par_n, picture->info ().par_d);
}

TEST (GridCaps, OutputSizeTakesSampleShapeAndOrientationIn)
{
  GridPipeline p ("rows=1 columns=1");
  // 100x80 samples of 2:1 are 200x80, and turned 80x200.
  p.add_solid (raw ("I420", 100, 80, "framerate=(fraction)10/1,pixel-aspect-ratio=(fraction)2/1"),
               kRed, 1);
  p.set_pad (0, "orientation", 1);
  EXPECT_EQ (first (p)->size (), "80x200");
}

struct Sizes {
  const char *downstream;
  const char *expected;
};

TEST (GridCaps, DownstreamDecidesTheSizeAsFarAsItWants)
{
  // Without it: 400x300.
  for (const Sizes &s :
       {Sizes{"video/x-raw,width=123,height=45", "123x45"},
        Sizes{"video/x-raw,width=200", "200x150"}, Sizes{"video/x-raw,height=600", "800x600"},
        Sizes{"video/x-raw,width=[1,100],height=[1,200]", "100x75"},
        Sizes{"video/x-raw,width=[600,2000],height=[1,2000]", "600x450"},
        Sizes{"video/x-raw,width=[1,2000],height=[1,2000]", "400x300"},
        Sizes{"video/x-raw,pixel-aspect-ratio=2/1", "200x300"}}) {
    SCOPED_TRACE (s.downstream);
    GridPipeline p ("", s.downstream);
    p.add_solid (raw ("I420", 200, 150), kRed, 1);
    EXPECT_EQ (first (p)->size (), s.expected);
  }
}

std::string format_of (const Picture8 &p)
{
  return gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&p.info ()));
}

TEST (GridCaps, OutputFormatIsWhatMostPixelsHave)
{
  GridPipeline p;
  p.add_solid (raw ("NV12", 64, 64), kRed, 1);
  p.add_solid (raw ("NV12", 64, 64), kRed, 1);
  p.add_solid (raw ("I420", 80, 80), kRed, 1);
  EXPECT_EQ (format_of (*first (p)), "NV12");
  GridPipeline q ("", "video/x-raw,format={YV12,I420}");
  q.add_solid (raw ("NV12", 64, 64), kRed, 1);
  q.add_solid (raw ("I420", 16, 16), kRed, 1);
  EXPECT_EQ (format_of (*first (q)), "I420");
  GridPipeline alpha;
  alpha.add_solid (raw ("I420", 64, 64), kRed, 1);
  alpha.add_solid (raw ("ARGB", 16, 16), kRed, 1);
  EXPECT_EQ (format_of (*first (alpha)), "ARGB");
  GridPipeline opaque ("", "video/x-raw,format={Y444,I420}");
  opaque.add_solid (raw ("I420", 64, 64), kRed, 1);
  opaque.add_solid (raw ("ARGB", 16, 16), kRed, 1);
  EXPECT_EQ (format_of (*first (opaque)), "I420");
}

TEST (GridCaps, ColorimetryAndChromaSiteAreThoseOfTheLargestInputOfTheFormat)
{
  const std::string rest =
      "framerate=(fraction)10/1,colorimetry=bt2020,chroma-site=v-cosited+h-cosited";
  GridPipeline p ("", "video/x-raw,format=I420");
  p.add_solid (raw ("I420", 64, 64, rest), kRed, 1);
  p.add_solid (raw ("I420", 32, 32), kRed, 1);
  p.add_solid (raw ("NV12", 128, 128), kRed, 1);
  const auto picture = first (p);
  const Owned<char> colorimetry{gst_video_colorimetry_to_string (&picture->info ().colorimetry)};
  EXPECT_STREQ (colorimetry.get (), "bt2020");
  EXPECT_EQ (picture->info ().chroma_site,
             GST_VIDEO_CHROMA_SITE_V_COSITED | GST_VIDEO_CHROMA_SITE_H_COSITED);
  GridPipeline q ("", "video/x-raw,format=I420,colorimetry=bt601");
  q.add_solid (raw ("I420", 64, 64, rest), kRed, 1);
  EXPECT_EQ (first (q)->info ().colorimetry.matrix, GST_VIDEO_COLOR_MATRIX_BT601);
}

TEST (GridCaps, EveryFormatWithSubsampledChromaKeepsItsSiting)
{
  for (const quad::FormatInfo &format : quad::all_formats ()) {
    if (format.chroma_unit () == quad::Size{1, 1}) continue;
    SCOPED_TRACE (format.name);
    const std::string input =
        raw (format.name, 64, 64,
             "framerate=(fraction)10/1,colorimetry=bt601,chroma-site=v-cosited+h-cosited");
    GridPipeline p ("", std::string ("video/x-raw,format=") + format.name);
    p.add_solid (input, kRed, 1);
    EXPECT_EQ (first (p)->info ().chroma_site,
               GST_VIDEO_CHROMA_SITE_V_COSITED | GST_VIDEO_CHROMA_SITE_H_COSITED);
  }
}

// A real pipeline: quaddownscale gets the grid's wish, and the frames between them have the size
// that is shown.
TEST (GridCaps, QuaddownscaleDeliversTheCellsSize)
{
  GError *error = nullptr;
  const Owned<GstElement> pipeline{gst_parse_launch (
      "quadmux-grid name=grid sink_1::fit=fill ! video/x-raw,width=1280,height=720 ! fakesink "
      "videotestsrc num-buffers=3 ! video/x-raw,width=1920,height=1080 ! quaddownscale ! queue ! "
      "grid.sink_0 "
      "videotestsrc num-buffers=3 ! video/x-raw,width=800,height=800 ! quaddownscale ! queue ! "
      "grid.sink_1 "
      "videotestsrc num-buffers=3 ! video/x-raw,width=800,height=800 ! quaddownscale ! queue ! "
      "grid.sink_2 "
      "videotestsrc num-buffers=3 ! video/x-raw,width=320,height=180 ! quaddownscale ! queue ! "
      "grid.sink_3",
      &error)};
  ASSERT_FALSE (error) << error->message;
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  const Owned<GstMessage> end{gst_bus_timed_pop_filtered (
      bus.get (), 30 * GST_SECOND,
      static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
  ASSERT_TRUE (end);
  EXPECT_EQ (GST_MESSAGE_TYPE (end.get ()), GST_MESSAGE_EOS);
  const Owned<GstElement> grid{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "grid")};
  const struct {
    const char *pad;
    int width, height;
  } expected[] = {
      {"sink_0", 640, 360}, {"sink_1", 640, 360}, {"sink_2", 360, 360}, {"sink_3", 320, 180}};
  for (const auto &e : expected) {
    const Owned<GstPad> pad{gst_element_get_static_pad (grid.get (), e.pad)};
    const Owned<GstCaps> caps{gst_pad_get_current_caps (pad.get ())};
    GstVideoInfo info;
    ASSERT_TRUE (gst_video_info_from_caps (&info, caps.get ()));
    EXPECT_EQ (info.width, e.width) << e.pad;
    EXPECT_EQ (info.height, e.height) << e.pad;
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
}

// Counts the RECONFIGURE events that reach a source.
GstPadProbeReturn count_reconfigure (GstPad *, GstPadProbeInfo *info, gpointer count)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_RECONFIGURE)
    ++*static_cast<int *> (count);
  return GST_PAD_PROBE_OK;
}

TEST (GridCaps, UpstreamRenegotiatesWhenItsCellChanges)
{
  GridPipeline p ("rows=1 columns=0", "video/x-raw,width=1200,height=600,format=I420");
  p.add_input (raw ("I420", 64, 64));
  p.play ();
  const Owned<GstPad> src{gst_element_get_static_pad (p.source (0), "src")};
  int count = 0;
  gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, count_reconfigure, &count,
                     nullptr);
  EXPECT_NE (wish (p).find ("width=(int)[ 1, 1200 ]"), std::string::npos);
  count = 0;
  p.add_input (raw ("I420", 64, 64));
  EXPECT_EQ (count, 1);
  EXPECT_NE (wish (p).find ("width=(int)[ 1, 600 ]"), std::string::npos);
  g_object_set (p.grid (), "margin", 20, nullptr);
  EXPECT_EQ (count, 2);
  g_object_set (p.grid (), "margin", 20, nullptr);
  p.set_pad (0, "alpha", 0.5);
  EXPECT_EQ (count, 2) << "nothing changed";
  p.set_pad (0, "fit", 2);
  EXPECT_EQ (count, 3);
  const Owned<GstPad> second = p.pad (1);
  const Owned<GstPad> peer{gst_pad_get_peer (second.get ())};
  gst_pad_unlink (peer.get (), second.get ());
  gst_element_release_request_pad (p.grid (), second.get ());
  EXPECT_EQ (count, 4);
  EXPECT_NE (wish (p).find ("width=(int)1160"), std::string::npos) << wish (p);
}

TEST (GridCaps, InputCapsChangeAtEveryFrame)
{
  GridPipeline p ("rows=1 columns=2", "video/x-raw,format=I420,width=64,height=32");
  p.add_input (raw ("I420", 32, 32));
  p.add_solid (raw ("I420", 32, 32), kRed, 8);
  const char *formats[] = {"I420", "RGBA", "NV12", "GRAY8"};
  for (std::uint64_t i = 0; i < 8; i++) {
    const std::string caps = raw (formats[i % 4], 16 + 2 * int (i), 40 - 2 * int (i));
    const GstVideoInfo info = info_of_caps (caps);
    const Owned<GstBuffer> buffer =
        timed (solid (info, {100, 100, 100, 255}), frame_time (i, 10), GST_SECOND / 10);
    const Owned<GstSample> sample{
        gst_sample_new (buffer.get (), caps_of (caps).get (), nullptr, nullptr)};
    ASSERT_EQ (gst_app_src_push_sample (GST_APP_SRC (p.source (0)), sample.get ()), GST_FLOW_OK);
  }
  p.end (0);
  const Pictures all = p.run ();
  EXPECT_EQ (p.error (), "");
  ASSERT_EQ (all.size (), 8u);
  for (const auto &picture : all) EXPECT_EQ (picture->at (48, 16), kRed);
}

TEST (GridCaps, TheOutputFollowsAChangeOfTheInputsSize)
{
  GridPipeline p ("rows=1 columns=1");
  p.add_input (raw ("I420", 32, 32));
  for (std::uint64_t i = 0; i < 4; i++) {
    const std::string caps = raw ("I420", i < 2 ? 32 : 48, 32);
    const Owned<GstBuffer> buffer =
        timed (solid (info_of_caps (caps), kRed), frame_time (i, 10), GST_SECOND / 10);
    const Owned<GstSample> sample{
        gst_sample_new (buffer.get (), caps_of (caps).get (), nullptr, nullptr)};
    gst_app_src_push_sample (GST_APP_SRC (p.source (0)), sample.get ());
  }
  p.end (0);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 4u);
  EXPECT_EQ (all[0]->size (), "32x32");
  EXPECT_EQ (all[3]->size (), "48x32");
}

TEST (GridCaps, DownstreamChangesItsMindWhilePlaying)
{
  GridPipeline p ("rows=1 columns=1", "capsfilter name=filter caps=video/x-raw,width=32,height=32");
  p.add_input (raw ("I420", 32, 32));
  auto send = [&] (std::uint64_t i) {
    p.push (0, timed (solid (p.info (0), kRed), frame_time (i, 10), GST_SECOND / 10));
  };
  send (0);
  p.play ();
  EXPECT_EQ (p.pull ()->size (), "32x32");
  const Owned<GstElement> filter{gst_bin_get_by_name (GST_BIN (p.pipeline ()), "filter")};
  g_object_set (filter.get (), "caps", caps_of ("video/x-raw,width=64,height=48").get (), nullptr);
  std::string size;
  for (std::uint64_t i = 1; i < 4 && size != "64x48"; i++) {
    send (i);
    size = p.pull ()->size ();
  }
  EXPECT_EQ (size, "64x48");
}

}  // namespace
