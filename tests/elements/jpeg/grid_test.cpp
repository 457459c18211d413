// quadjpegdec before quaddownscale and quadmux-grid: a picture is decoded no larger than it is
// shown.
#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

#include <fstream>

#include "elements/jpeg/harness.h"
#include "jpeg/scale.h"
#include "support/jpeg_maker.h"

using namespace quad;
using namespace quad::test;

namespace {

// A file that is gone with the object.
class File {
 public:
  explicit File (const JpegBytes &bytes) : path_ (std::string (g_get_tmp_dir ()) + "/quadXXXXXX")
  {
    close (g_mkstemp (path_.data ()));
    std::ofstream out (path_, std::ios::binary);
    out.write (reinterpret_cast<const char *> (bytes.data ()),
               static_cast<std::streamsize> (bytes.size ()));
  }
  ~File () { std::remove (path_.c_str ()); }
  const std::string &path () const { return path_; }

 private:
  std::string path_;
};

struct Seen {
  std::vector<std::string> decoded;  // the sizes of the frames that the decoder gave
  std::vector<std::string> scaled;   // and of those that quaddownscale gave
  int caps = 0;                      // events that the sink got
  std::string shown;                 // the size of the last output
  std::string pixels;                // and its bytes
};

std::string size_of (GstPad *pad)
{
  const Owned<GstCaps> caps{gst_pad_get_current_caps (pad)};
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps (&info, caps.get ())) return "none";
  return std::to_string (info.width) + "x" + std::to_string (info.height);
}

// The size of each frame that leaves `element`.
void collect_sizes (GstElement *element, std::vector<std::string> &sizes)
{
  const Owned<GstPad> src{gst_element_get_static_pad (element, "src")};
  gst_pad_add_probe (
      src.get (), GST_PAD_PROBE_TYPE_BUFFER,
      [] (GstPad *pad, GstPadProbeInfo *, gpointer data) {
        static_cast<std::vector<std::string> *> (data)->push_back (size_of (pad));
        return GST_PAD_PROBE_OK;
      },
      &sizes, nullptr);
}

// Plays `line`, which has an appsink called `sink`. The decoder is found in bins too.
Seen played (const std::string &line)
{
  Seen seen;
  GError *error = nullptr;
  const Owned<GstElement> pipeline{
      GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (line.c_str (), &error)))};
  if (error) g_error ("%s: %s", line.c_str (), error->message);
  g_signal_connect (pipeline.get (), "deep-element-added",
                    G_CALLBACK (+[] (GstBin *, GstBin *, GstElement *element, Seen *to) {
                      const GstElementFactory *factory = gst_element_get_factory (element);
                      const std::string name = factory ? GST_OBJECT_NAME (factory) : "";
                      if (name == "quadjpegdec") collect_sizes (element, to->decoded);
                      if (name == "quaddownscale") collect_sizes (element, to->scaled);
                    }),
                    &seen);
  for (const char *name : {"dec", "down"})
    if (const Owned<GstElement> named{gst_bin_get_by_name (GST_BIN (pipeline.get ()), name)})
      g_signal_emit_by_name (pipeline.get (), "deep-element-added", pipeline.get (), named.get ());
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "sink")};
  const Owned<GstPad> shown{gst_element_get_static_pad (sink.get (), "sink")};
  gst_pad_add_probe (
      shown.get (), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer data) {
        if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS)
          static_cast<Seen *> (data)->caps++;
        return GST_PAD_PROBE_OK;
      },
      &seen, nullptr);
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstSample> sample{
      gst_app_sink_try_pull_sample (GST_APP_SINK (sink.get ()), 20 * GST_SECOND)};
  if (sample) {
    seen.shown = size_of (shown.get ());
    GstMapInfo map;
    GstBuffer *buffer = gst_sample_get_buffer (sample.get ());
    if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
      seen.pixels.assign (reinterpret_cast<const char *> (map.data), map.size);
      gst_buffer_unmap (buffer, &map);
    }
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return seen;
}

using Sizes = std::vector<std::string>;

// The mean difference of bytes. What is scaled twice has another size in between if the tag alone
// says that it will be turned.
double difference (const std::string &a, const std::string &b)
{
  if (a.size () != b.size () || a.empty ()) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.size (); i++)
    sum += std::abs (static_cast<unsigned char> (a[i]) - static_cast<unsigned char> (b[i]));
  return sum / static_cast<double> (a.size ());
}

const std::string kGrid =
    " ! quadmux-grid name=g rows=1 columns=1 ! video/x-raw,width=160,height=90 ! appsink name=sink "
    "sync=false";

// 640x480 on 120x90: twice that is 240x180, and 320x240 is the smallest scale that has it.
TEST (JpegInGrid, IsDecodedAsSmallAsItIsShown)
{
  const File file (make_jpeg ({640, 480}));
  const std::string source = "filesrc location=" + file.path () + " ! quadjpegdec name=dec";
  for (const char *between : {"", " ! queue", " ! quaddownscale ! queue", " ! videoconvert ! queue",
                              " ! imagefreeze num-buffers=3", " ! tee ! queue ! quaddownscale",
                              " ! frameextract ! queue"})
    for (const auto &[headroom, size] :
         {std::pair{"1", "160x120"}, std::pair{"2", "320x240"}, std::pair{"5", "640x480"}}) {
      const Seen seen = played (source + " headroom=" + headroom + between + kGrid);
      EXPECT_EQ (seen.decoded, Sizes{size}) << between;
      EXPECT_EQ (seen.shown, "160x90") << between;
    }
}

// A photo that lies on its side is decoded as small as one that does not, and drawn as one that is
// turned by hand.
TEST (JpegInGrid, IsUprightAndSmall)
{
  const JpegBytes plain = make_jpeg ({640, 480});
  const File upright (plain);
  const char *const methods[] = {"identity", "horiz", "180",   "vert",
                                 "ul-lr",    "90r",   "ur-ll", "90l"};
  for (const std::string between : {"", " ! quaddownscale name=down ! queue"})
    for (int value = 1; value <= 8; value++) {
      SCOPED_TRACE (std::string{between} + " " + std::to_string (value));
      const File turned (with_segment (plain, 0xe1, exif (value, value % 2 == 0)));
      const auto line = [&] (const File &file, const char *orientation) {
        return "filesrc location=" + file.path () + " ! quadjpegdec name=dec headroom=1" + between +
               " ! g.sink_0 quadmux-grid name=g rows=1 columns=1 sink_0::orientation=" +
               orientation + " ! video/x-raw,width=160,height=90 ! appsink name=sink sync=false";
      };
      const Seen seen = played (line (turned, "auto"));
      // Upright 480x640 is 68x90 in the cell, so 90x68 as it lies.
      EXPECT_EQ (seen.decoded, Sizes{"160x120"});
      EXPECT_EQ (seen.scaled, between.empty () ? Sizes{} : Sizes{value < 5 ? "120x90" : "90x68"});
      const Seen by_hand = played (line (upright, methods[value - 1]));
      EXPECT_LT (difference (seen.pixels, by_hand.pixels), 2);
    }
}

// A lone photo, where the decoder is found by decodebin.
TEST (JpegInGrid, IsDecodedSmallInDecodebin)
{
  const File file (make_jpeg ({640, 480}));
  GstRegistry *registry = gst_registry_get ();
  const Owned<GstPluginFeature> feature{
      gst_registry_find_feature (registry, "quadjpegdec", GST_TYPE_ELEMENT_FACTORY)};
  ASSERT_TRUE (feature);
  const guint rank = gst_plugin_feature_get_rank (feature.get ());
  gst_plugin_feature_set_rank (feature.get (), GST_RANK_PRIMARY + 100);
  for (const char *bin : {"decodebin", "decodebin3"})
    for (const char *between : {"", " ! quaddownscale ! queue"}) {
      const Seen seen = played ("filesrc location=" + file.path () + " ! " + bin + between + kGrid);
      EXPECT_EQ (seen.decoded, Sizes{"320x240"}) << bin << between;
      EXPECT_EQ (seen.shown, "160x90") << bin << between;
    }
  gst_plugin_feature_set_rank (feature.get (), rank);
}

TEST (JpegInGrid, WithoutTheRankDecodebinTakesAnother)
{
  const File file (make_jpeg ({640, 480}));
  const Seen seen = played ("filesrc location=" + file.path () + " ! decodebin" + kGrid);
  EXPECT_EQ (seen.decoded, Sizes{});
  EXPECT_EQ (seen.shown, "160x90");
}

// Each frame is decoded for the layout that it meets: larger at once, smaller when that lasts.
TEST (JpegInGrid, FollowsALayoutThatChanges)
{
  const Harness harness{gst_harness_new_parse (
      "quadjpegdec name=dec headroom=1 ! quadmux-grid name=g rows=1 columns=1 ! "
      "capsfilter caps=video/x-raw,width=160,height=90 ! identity")};
  gst_harness_set_live (harness.get (), FALSE);
  const auto named = [&] (const char *name) {
    return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (harness->element), name)};
  };
  const Owned<GstElement> grid = named ("g"), decoder = named ("dec");
  const Owned<GstPad> decoded{gst_element_get_static_pad (decoder.get (), "src")};
  gst_harness_set_src_caps_str (harness.get (), "image/jpeg,framerate=10/1");
  const JpegBytes photo = make_jpeg ({640, 480});
  GstClockTime now = 0;
  const auto size = [&] {
    EXPECT_EQ (gst_harness_push (harness.get (), buffer_of (photo, now).release ()), GST_FLOW_OK);
    now += GST_SECOND / 10;
    return size_of (decoded.get ());
  };
  EXPECT_EQ (size (), "160x120");
  for (int round = 0; round < 2; round++) {
    g_object_set (grid.get (), "columns", 4, nullptr);
    EXPECT_EQ (size (), "160x120");
    std::string last;
    for (int i = 0; i < jpeg::SteadyScale::kPatience; i++) last = size ();
    EXPECT_EQ (last, "80x60");
    g_object_set (grid.get (), "columns", 1, nullptr);
    EXPECT_EQ (size (), "160x120");
  }
}

// Elements that hold events back until the first frame do not hide what was decoded.
TEST (JpegInGrid, TheFirstCapsAreRight)
{
  const File file (make_jpeg ({640, 480}));
  for (const char *between :
       {"", " ! queue", " ! video/x-raw,format=I420", " ! video/x-raw,format=I420 ! queue",
        " ! tee ! queue ! video/x-raw,format=I420"}) {
    const Seen seen = played ("filesrc location=" + file.path () + " ! quadjpegdec name=dec" +
                              between + " ! quaddownscale divisor=8 ! appsink name=sink");
    EXPECT_EQ (seen.decoded, Sizes{"160x120"}) << between;
    EXPECT_EQ (seen.shown, "80x60") << between;
    EXPECT_EQ (seen.caps, 1) << between;
  }
}

// A gray picture that becomes bright at its right and lower edges: what is stretched is darker.
JpegBytes ramps (Size size)
{
  std::vector<unsigned char> samples;
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++)
      samples.push_back (static_cast<unsigned char> (
          std::max (0, 200 - 2 * std::min (size.width - x, size.height - y))));
  tjhandle handle = tjInitCompress ();
  unsigned char *jpeg = nullptr;
  unsigned long bytes = 0;
  tjCompress2 (handle, samples.data (), size.width, 0, size.height, TJPF_GRAY, &jpeg, &bytes,
               TJSAMP_GRAY, 95, 0);
  const JpegBytes all (jpeg, jpeg + bytes);
  tjFree (jpeg);
  tjDestroy (handle);
  return all;
}

// 401x301 is decoded at 1/8 to 51x38, of which the last column and row are mostly not the
// picture's.
TEST (JpegInGrid, PartialSamplesAtTheEdgeStretchNothing)
{
  for (const Size size : {Size{401, 301}, {400, 296}, {407, 303}}) {
    const File file (ramps (size));
    for (const char *rest :
         {" ! quaddownscale ! video/x-raw,width=48,height=36 ! appsink name=sink",
          " ! quaddownscale ! video/x-raw,width=20,height=15 ! appsink name=sink",
          " ! g. quadmux-grid name=g rows=1 columns=1 sink_0::fit=fill ! "
          "video/x-raw,format=GRAY8,width=20,height=16 ! appsink name=sink"}) {
      const std::string line = "filesrc location=" + file.path () + " ! quadjpegdec name=dec ";
      const Seen small = played (line + "headroom=1" + rest);
      const Seen whole = played (line + "ignore-target=true" + rest);
      EXPECT_NE (small.decoded, whole.decoded);
      EXPECT_LT (difference (small.pixels, whole.pixels), 1) << size.width << rest;
    }
  }
}

// The output's size is that of the full picture, whatever was decoded.
TEST (JpegInGrid, SizesByDivisorAreThoseOfTheFullPicture)
{
  const File file (make_jpeg ({642, 481}));
  const std::string line = "filesrc location=" + file.path () +
                           " ! quadjpegdec name=dec headroom=1 ! quaddownscale divisor=";
  const std::string sink = " ! appsink name=sink sync=false";
  for (const auto &[divisor, decoded, shown] :
       {std::tuple{"1", "642x481", "642x481"}, std::tuple{"3", "321x241", "214x160"},
        std::tuple{"8", "81x61", "80x60"}}) {
    const Seen seen = played (line + divisor + sink);
    EXPECT_EQ (seen.decoded, Sizes{decoded}) << divisor;
    EXPECT_EQ (seen.shown, shown) << divisor;
  }
}

TEST (JpegInGrid, IsDecodedWholeWhereAllOfItIsNeeded)
{
  const File file (make_jpeg ({640, 480}));
  const std::string line = "filesrc location=" + file.path () + " ! quadjpegdec name=dec";
  for (const char *rest :
       {" ! appsink name=sink", " ! videoflip ! quaddownscale divisor=8 ! appsink name=sink",
        " ! quadmux-grid rows=1 columns=1 ! appsink name=sink"})
    EXPECT_EQ (played (line + rest).decoded, Sizes{"640x480"}) << rest;
}

}  // namespace
