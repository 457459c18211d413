// Pictures of decoders that go on referring to what they have shown.
#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "glue/owned.h"

namespace quad::test {
namespace {

constexpr GstClockTime kPatience = 60 * GST_SECOND;

// Into the memory that is offered; into other memory, as it is offered for YUV alone; or copied
// there.
enum class Draws { in_place, elsewhere, copies };

struct Codec {
  const char *name, *encoder, *decoder;
  Draws draws;
};
// A fixed effort: otherwise the encoder makes it depend on the time that it takes.
const char *const kVp8 = "vp8enc deadline=1 cpu-used=-8";
const Codec kCodecs[] = {
    {"h264", "x264enc bframes=3 ref=4 b-adapt=false speed-preset=ultrafast ! h264parse",
     "avdec_h264", Draws::in_place},
    {"h264_threads", "x264enc bframes=3 ref=4 b-adapt=false speed-preset=ultrafast ! h264parse",
     "avdec_h264 max-threads=3", Draws::in_place},
    {"mpeg4", "avenc_mpeg4", "avdec_mpeg4", Draws::in_place},
    {"flv", "avenc_flv", "avdec_flv", Draws::in_place},
    {"vp8", kVp8, "vp8dec", Draws::copies},
    {"vp8_ffmpeg", kVp8, "avdec_vp8", Draws::in_place},
    {"vp9", "video/x-raw,format=I420 ! vp9enc deadline=1 cpu-used=8", "vp9dec", Draws::copies},
    {"mjpeg", "avenc_mjpeg", "avdec_mjpeg", Draws::in_place},
    // RGB
    {"png", "pngenc", "avdec_png", Draws::elsewhere},
    {"qtrle", "avenc_qtrle", "avdec_qtrle", Draws::elsewhere},
    {"theora", "theoraenc", "theoradec", Draws::copies},
};
// Whole blocks of 16; a height that is none, as 1080 is; a width that is none, with which FFmpeg
// cannot draw into buffers.
const char *const kSizes[] = {"width=160,height=96", "width=160,height=92", "width=152,height=96"};

using Case = std::tuple<Codec, const char *, const char *>;
class Decoders : public testing::TestWithParam<Case> {};

struct Seen {
  std::vector<std::vector<guint8>> frames;
  bool drawn_in_place = false;
};

// A queue holds many pictures, so that the decoder draws others while these are still to be read.
Seen run (const Codec &codec, const char *size, const char *reader, const char *last_property)
{
  const std::string line =
      std::string ("videotestsrc pattern=ball num-buffers=40 ! video/x-raw,framerate=25/1,") +
      size + " ! videoconvert ! " + codec.encoder + " ! " + codec.decoder +
      " ! queue min-threshold-buffers=12 max-size-buffers=20 max-size-bytes=0 max-size-time=0"
      " ! identity name=last " +
      last_property + " ! " + reader +
      " ! video/x-raw,format=RGB,width=80,height=48 ! appsink name=out sync=false";
  GError *error = nullptr;
  const Owned<GstElement> pipeline{gst_parse_launch (line.c_str (), &error)};
  if (error) g_error ("%s: %s", line.c_str (), error->message);
  const Owned<GstElement> out{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
  const Owned<GstElement> last{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "last")};
  const Owned<GstPad> pad{gst_element_get_static_pad (last.get (), "src")};
  Seen seen;
  gst_pad_add_probe (
      pad.get (), GST_PAD_PROBE_TYPE_BUFFER,
      [] (GstPad *, GstPadProbeInfo *info, gpointer data) {
        GstMemory *memory = gst_buffer_peek_memory (GST_PAD_PROBE_INFO_BUFFER (info), 0);
        *static_cast<bool *> (data) = gst_memory_is_type (memory, "QuadPictureMemory");
        return GST_PAD_PROBE_OK;
      },
      &seen.drawn_in_place, nullptr);
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  while (const Owned<GstSample> sample{
      gst_app_sink_try_pull_sample (GST_APP_SINK (out.get ()), kPatience)}) {
    GstBuffer *buffer = gst_sample_get_buffer (sample.get ());
    std::vector<guint8> bytes (gst_buffer_get_size (buffer));
    gst_buffer_extract (buffer, 0, bytes.data (), bytes.size ());
    seen.frames.push_back (std::move (bytes));
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return seen;
}

TEST_P (Decoders, PicturesAreReadWhereTheyLie)
{
  const auto &[codec, size, reader] = GetParam ();
  const Seen seen = run (codec, size, reader, "");
  // Without an answer to its query, the decoder's pictures are copied.
  const Seen copied = run (codec, size, reader, "drop-allocation=true");
  EXPECT_GE (seen.frames.size (), 40U);
  ASSERT_EQ (seen.frames.size (), copied.frames.size ());
  for (size_t i = 0; i < seen.frames.size (); i++)
    EXPECT_TRUE (seen.frames[i] == copied.frames[i]) << i;
  // From 1.28 on, FFmpeg's decoders keep to memory of their own that is not copied either.
  if (!GST_CHECK_VERSION (1, 27, 0) && codec.draws != Draws::copies && !std::strstr (size, "152")) {
    EXPECT_EQ (seen.drawn_in_place, codec.draws == Draws::in_place);
  }
  EXPECT_FALSE (copied.drawn_in_place);
}

std::string name_of (const testing::TestParamInfo<Case> &info)
{
  std::string name = std::string (std::get<0> (info.param).name) + "_" + std::get<1> (info.param);
  for (char &c : name)
    if (!g_ascii_isalnum (c)) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P (Scaled, Decoders,
                          testing::Combine (testing::ValuesIn (kCodecs), testing::ValuesIn (kSizes),
                                            testing::Values ("quaddownscale")),
                          name_of);

// Times of the avenc_* without a muxer begin hours after their segment.
INSTANTIATE_TEST_SUITE_P (InAGrid, Decoders,
                          testing::Combine (testing::Values (kCodecs[0], kCodecs[5]),
                                            testing::ValuesIn (kSizes),
                                            testing::Values ("quadmux-grid")),
                          name_of);

}  // namespace
}  // namespace quad::test
