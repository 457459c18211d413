// The elements between a decoder and the frames, chosen by what the file says of its pictures.
#include "tensor/picture.h"

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "support/gst_helpers.h"

using namespace quad::tensor;
using quad::Owned;
using quad::test::caps_of;

namespace {

// A pad that has received caps and a tag.
Source source_with (const std::string &caps, const char *orientation)
{
  const Owned<GstPad> pad{GST_PAD (gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC)))};
  gst_pad_set_active (pad.get (), TRUE);
  gst_pad_push_event (pad.get (), gst_event_new_stream_start ("test"));
  gst_pad_push_event (pad.get (), gst_event_new_caps (caps_of (caps).get ()));
  if (orientation)
    gst_pad_push_event (pad.get (), gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION,
                                                                         orientation, nullptr)));
  return source_of (pad.get ());
}

const std::string kCaps = "video/x-raw,format=I420,width=720,height=576,framerate=25/1";

TEST (Picture, TurnsAsGStreamerUnderstandsTheTag)
{
  for (const char *mirror : {"", "flip-"})
    for (const int rotation : {0, 90, 180, 270}) {
      const std::string tag = std::string{mirror} + "rotate-" + std::to_string (rotation);
      SCOPED_TRACE (tag);
      const Source source = source_with (kCaps, tag.c_str ());
      EXPECT_EQ (source.turn, (Turn{rotation, *mirror != 0}));
      const std::string line = lines_for (source, {}, -1).after;
      GstTagList *tags = gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION, tag.c_str (), nullptr);
      GstVideoOrientationMethod method = GST_VIDEO_ORIENTATION_IDENTITY;
      EXPECT_TRUE (gst_video_orientation_from_tag (tags, &method));
      gst_tag_list_unref (tags);
      if (method == GST_VIDEO_ORIENTATION_IDENTITY) {
        EXPECT_EQ (line.find ("videoflip"), std::string::npos) << line;
        continue;
      }
      auto *all = static_cast<GEnumClass *> (g_type_class_ref (GST_TYPE_VIDEO_ORIENTATION_METHOD));
      const std::string flip = std::string{"videoflip video-direction="} +
                               g_enum_get_value (all, method)->value_nick + " ";
      g_type_class_unref (all);
      EXPECT_NE (line.find (flip), std::string::npos) << line;
      const Picture stored{0, 0, "", false};
      EXPECT_EQ (lines_for (source, stored, -1).after.find ("videoflip"), std::string::npos);
    }
}

TEST (Picture, TagsThatSayNothing)
{
  for (const char *tag : {"", "rotate", "rotate-", "rotate-45", "flip-rotate-1000", "sideways"})
    EXPECT_EQ (source_with (kCaps, tag).turn.swaps_axes (), false) << tag;
}

TEST (Picture, SquarePixelsKeepTheRows)
{
  struct Case {
    const char *format, *par;
    const char *size;
  };
  for (const Case &c : {
           Case{"I420", "1/1", ""},
           Case{"I420", "16/15", ",width=768,height=576"},
           Case{"I420", "8/9", ",width=640,height=576"},
           Case{"I420", "1186/1000", ",width=854,height=576"},
           Case{"RGB", "1186/1000", ",width=854,height=576"},
           Case{"Y444", "1185/1000", ",width=853,height=576"},
           Case{"I420", "1/2147483647", ",width=1,height=576"},
           Case{"RGB", "1/2147483647", ",width=1,height=576"},
           // No side gets longer than what is scaled.
           Case{"I420", "2147483647/1", ",width=720,height=1"},
           Case{"I420", "30/1", ",width=720,height=19"},
       }) {
    SCOPED_TRACE (c.par);
    const Source source = source_with (std::string{"video/x-raw,width=720,height=576,format="} +
                                           c.format + ",pixel-aspect-ratio=" + c.par,
                                       nullptr);
    const std::string line = lines_for (source, {}, -1).after;
    if (*c.size)
      EXPECT_NE (line.find (std::string{c.size} + ",pixel-aspect-ratio=1/1"), std::string::npos)
          << line;
    else
      EXPECT_EQ (line.find ("quaddownscale"), std::string::npos) << line;
  }
}

TEST (Picture, DeinterlacesWhereItScalesOrTurns)
{
  const char *modes[] = {"progressive", "interleaved", "mixed"};
  for (const char *mode : modes)
    for (const bool sized : {false, true})
      for (const bool turned : {false, true}) {
        const Source source =
            source_with (kCaps + ",interlace-mode=" + mode, turned ? "rotate-90" : nullptr);
        const Picture picture{sized ? 100 : 0, 0, "", true};
        EXPECT_EQ (lines_for (source, picture, -1).before.empty (),
                   mode == modes[0] || (!sized && !turned));
      }
}

// The engine converts what it knows, with the same bytes in every memory.
TEST (Picture, ConvertsByTheEngine)
{
  const std::string nv12 = "format=NV12,width=720,height=576";
  const std::string host = "video/x-raw," + nv12, cuda = "video/x-raw(memory:CUDAMemory)," + nv12;
  struct Case {
    std::string caps;
    const char *format;
    int width, device;
    const char *last;
  };
  for (const Case &c : {
           Case{host, "RGB", 0, -1, "quaddownscale divisor=1 qos=false"},
           Case{host, "RGBP", 100, -1, "quaddownscale divisor=1 qos=false"},
           Case{host, "RGBA64_LE", 0, -1, "videoconvert dither=none"},
           // Fields are not mixed.
           Case{host + ",interlace-mode=interleaved", "RGB", 0, -1, "videoconvert dither=none"},
           Case{host + ",interlace-mode=interleaved", "RGB", 100, -1,
                "quaddownscale divisor=1 qos=false"},
           Case{cuda, "RGBP", 0, 0, "quaddownscale divisor=1 qos=false"},
           Case{host, "RGBA", 100, 0, "quaddownscale divisor=1 qos=false"},
           Case{cuda, "VUYA", 0, 0, "cudaconvert"},
       }) {
    const std::string line =
        lines_for (source_with (c.caps, nullptr), {c.width, 0, c.format, true}, c.device).after;
    const std::string end = std::string{c.last} + " ! " +
                            (c.device < 0 ? "video/x-raw" : "video/x-raw(memory:CUDAMemory)") +
                            ",format=" + c.format;
    EXPECT_TRUE (line.ends_with (end)) << line;
  }
}

TEST (Picture, OnADevice)
{
  const std::string cuda = "video/x-raw(memory:CUDAMemory),format=NV12,width=720,height=576";
  const Picture small{100, 0, "", true};
  // Frames stay in their memory.
  EXPECT_EQ (lines_for (source_with (cuda, nullptr), {}, 0).after, "");
  EXPECT_EQ (lines_for (source_with (cuda, nullptr), small, 0).after.find ("load "),
             std::string::npos);
  // Turned on the host after scaling, with one copy each way; the sides are the stored ones.
  const std::string turned = lines_for (source_with (cuda, "rotate-90"), small, 0).after;
  const auto scale = turned.find ("(memory:CUDAMemory),height=100"),
             down = turned.find ("cudadownload"), flip = turned.find ("videoflip"),
             up = turned.find ("cudaupload");
  EXPECT_TRUE (scale < down && down < flip && flip < up && up != std::string::npos) << turned;
  // A frame on the host is uploaded once.
  const std::string host = lines_for (source_with (kCaps, "rotate-90"), small, 0).after;
  EXPECT_EQ (host.find ("cudadownload"), std::string::npos) << host;
  EXPECT_LT (host.find ("videoflip"), host.find ("cudaupload")) << host;
  // Interlaced video is downloaded for it.
  const Lines lines =
      lines_for (source_with (cuda + ",interlace-mode=interleaved", nullptr), small, 0);
  EXPECT_EQ (lines.before.find ("cudadownload"), 0u);
  EXPECT_NE (lines.after.find ("cudaupload"), std::string::npos);
}

TEST (Picture, WhatCannotBe)
{
  Picture picture;
  EXPECT_NE (read_picture ({-1, 0, nullptr, QUAD_ORIENTATION_AUTO, {}}, picture), "");
  EXPECT_NE (read_picture ({0, -1, nullptr, QUAD_ORIENTATION_AUTO, {}}, picture), "");
  EXPECT_EQ (read_picture ({0, 0, "NOSUCH", QUAD_ORIENTATION_AUTO, {}}, picture),
             "GStreamer knows no format NOSUCH.");
  EXPECT_EQ (read_picture ({0, 0, "rgb", QUAD_ORIENTATION_AUTO, {}}, picture),
             "GStreamer knows no format rgb. Its name is written RGB.");
  EXPECT_NE (read_picture ({0, 16385, nullptr, QUAD_ORIENTATION_AUTO, {}}, picture), "");
  EXPECT_NE (read_picture ({0, 0, "YUY2", QUAD_ORIENTATION_AUTO, {}}, picture).find ("YUY2"),
             std::string::npos);
  EXPECT_EQ (read_picture ({2, 3, "RGB", QUAD_ORIENTATION_NONE, {}}, picture), "");
  EXPECT_EQ (picture.width, 2);
  EXPECT_EQ (picture.height, 3);
  EXPECT_EQ (picture.format, "RGB");
  EXPECT_FALSE (picture.upright);
}

}  // namespace
