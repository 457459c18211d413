// A third backend is a folder and a row of the table. Elements run on it without knowing it.
// The program links its own table in place of the project's.
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gtest/gtest.h>

#include <vector>

#include "elements/downscale/quaddownscale.h"
#include "elements/grid/quadmuxgrid.h"
#include "elements/matte/quadmatte.h"
#include "elements/matte/quadmatterefine.h"
#include "glue/backend_rows.h"
#include "infer/helpers.h"
#include "support/elsewhere/elsewhere.h"
#include "support/gst_helpers.h"

namespace quad {

std::span<const BackendRow> backends ()
{
  static const BackendRow rows[] = {test::elsewhere_row (), host_row ()};
  return rows;
}

namespace test {
namespace {

using Bytes = std::vector<guint8>;

const char *const kIn = "format=NV12,width=64,height=48,framerate=10/1";
const char *const kOut = "format=NV12,width=16,height=12";

Owned<GstBuffer> frame (int seed)
{
  const gsize size = 64 * 48 * 3 / 2;
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, size, nullptr)};
  for (gsize i = 0; i < size; i++) {
    const auto value = static_cast<guint8> (seed + int (i * 7 % 101));
    gst_buffer_fill (buffer.get (), i, &value, 1);
  }
  GST_BUFFER_PTS (buffer.get ()) = 0;
  GST_BUFFER_DURATION (buffer.get ()) = GST_SECOND / 10;
  return buffer;
}

// The beginning of caps.
std::string caps_in (bool elsewhere)
{
  return elsewhere ? std::string{"video/x-raw("} + kElsewhereFeature + ")," : "video/x-raw,";
}

// The output if each source's frames lie on the host, or elsewhere.
Bytes drawn (const std::string &element, const std::vector<bool> &sources, bool output)
{
  std::string line =
      element + " name=it ! " + caps_in (output) + kOut + " ! appsink name=out sync=0";
  for (std::size_t i = 0; i < sources.size (); i++)
    line += " appsrc format=time name=in" + std::to_string (i) + " caps=\"" + caps_in (sources[i]) +
            kIn + "\" ! it.";
  GError *error = nullptr;
  const Owned<GstElement> pipeline{
      GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (line.c_str (), &error)))};
  EXPECT_EQ (error, nullptr) << line;
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  for (std::size_t i = 0; i < sources.size (); i++) {
    const Owned<GstElement> in{
        gst_bin_get_by_name (GST_BIN (pipeline.get ()), ("in" + std::to_string (i)).c_str ())};
    Owned<GstBuffer> buffer = frame (int (i) * 40);
    if (sources[i]) buffer = to_elsewhere (buffer.get ());
    gst_app_src_push_buffer (GST_APP_SRC (in.get ()), buffer.release ());
    gst_app_src_end_of_stream (GST_APP_SRC (in.get ()));
  }
  const Owned<GstElement> out{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
  Bytes bytes;
  if (const Owned<GstSample> sample{
          gst_app_sink_try_pull_sample (GST_APP_SINK (out.get ()), 20 * GST_SECOND)}) {
    const Owned<GstBuffer> host = from_elsewhere (gst_sample_get_buffer (sample.get ()));
    EXPECT_EQ (host.get () != gst_sample_get_buffer (sample.get ()), output);
    bytes.resize (gst_buffer_get_size (host.get ()));
    gst_buffer_extract (host.get (), 0, bytes.data (), bytes.size ());
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return bytes;
}

class ThirdBackend : public ::testing::Test {
 protected:
  static void SetUpTestSuite ()
  {
    GST_ELEMENT_REGISTER (quaddownscale, nullptr);
    GST_ELEMENT_REGISTER (quadmux_grid, nullptr);
    GST_ELEMENT_REGISTER (quadmatte, nullptr);
    GST_ELEMENT_REGISTER (quadmatterefine, nullptr);
  }
};

TEST_F (ThirdBackend, TemplatesNameItsFeature)
{
  for (const char *name : {"quaddownscale", "quadmux-grid"}) {
    const Owned<GstElementFactory> factory{gst_element_factory_find (name)};
    ASSERT_TRUE (factory);
    for (const GList *l = gst_element_factory_get_static_pad_templates (factory.get ()); l;
         l = l->next) {
      const Owned<GstCaps> caps{
          gst_static_pad_template_get_caps (static_cast<GstStaticPadTemplate *> (l->data))};
      EXPECT_NE (to_string (caps.get ()).find (kElsewhereFeature), std::string::npos) << name;
    }
  }
}

TEST_F (ThirdBackend, QuaddownscaleRunsOnIt)
{
  const Bytes host = drawn ("quaddownscale", {false}, false);
  const int before = waits_elsewhere ();
  ASSERT_FALSE (host.empty ());
  EXPECT_EQ (drawn ("quaddownscale", {true}, true), host);
  EXPECT_EQ (waits_elsewhere () - before, 1);
}

// The caps that a pad of quaddownscale offers if the other one's neighbour takes `taken`.
std::string offered (const char *pad, const char *other, const std::string &taken)
{
  const Harness h{gst_harness_new_with_padnames ("quaddownscale", nullptr, nullptr)};
  const Owned<GstPad> beside{gst_element_get_static_pad (h->element, other)};
  const bool is_src = gst_pad_get_direction (beside.get ()) == GST_PAD_SRC;
  const Owned<GstCaps> caps = caps_of (taken);
  const Owned<GstPadTemplate> of{GST_PAD_TEMPLATE (gst_object_ref_sink (gst_pad_template_new (
      "peer", is_src ? GST_PAD_SINK : GST_PAD_SRC, GST_PAD_ALWAYS, caps.get ())))};
  const Owned<GstPad> peer{
      GST_PAD (gst_object_ref_sink (gst_pad_new_from_template (of.get (), "peer")))};
  if (is_src)
    gst_pad_link (beside.get (), peer.get ());
  else
    gst_pad_link (peer.get (), beside.get ());
  const Owned<GstPad> asked{gst_element_get_static_pad (h->element, pad)};
  const Owned<GstCaps> answer{gst_pad_query_caps (asked.get (), nullptr)};
  if (is_src)
    gst_pad_unlink (beside.get (), peer.get ());
  else
    gst_pad_unlink (peer.get (), beside.get ());
  return to_string (answer.get ());
}

// Only a backend that converts while it draws offers other formats.
TEST_F (ThirdBackend, OnlyMemoryThatConvertsOffersOtherFormats)
{
  for (const bool elsewhere : {false, true})
    for (const auto &[pad, other] : {std::pair{"sink", "src"}, std::pair{"src", "sink"}}) {
      const std::string text = offered (pad, other, caps_in (elsewhere) + "format=NV12");
      EXPECT_NE (text.find ("NV12"), std::string::npos) << text;
      EXPECT_EQ (text.find ("RGBP") != std::string::npos, !elsewhere) << text;
    }
}

// A device that opens but cannot draw ends the stream with one error, not in silence.
TEST_F (ThirdBackend, AMissingRendererIsSaid)
{
  let_draw_elsewhere (false);
  for (const char *element : {"quaddownscale", "quadmux-grid"}) {
    SCOPED_TRACE (element);
    const std::string line = std::string{"appsrc format=time name=in caps=\""} + caps_in (true) +
                             kIn + "\" ! " + element + " name=it ! " + caps_in (true) + kOut +
                             " ! fakesink";
    const Owned<GstElement> pipeline{
        GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (line.c_str (), nullptr)))};
    gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
    const Owned<GstElement> in{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "in")};
    gst_app_src_push_buffer (GST_APP_SRC (in.get ()), to_elsewhere (frame (0).get ()).release ());
    gst_app_src_end_of_stream (GST_APP_SRC (in.get ()));
    const Owned<GstElement> it{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "it")};
    const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
    const Owned<GstMessage> message{gst_bus_timed_pop_filtered (
        bus.get (), 20 * GST_SECOND,
        static_cast<GstMessageType> (GST_MESSAGE_ERROR | GST_MESSAGE_EOS))};
    ASSERT_TRUE (message);
    ASSERT_EQ (GST_MESSAGE_TYPE (message.get ()), GST_MESSAGE_ERROR);
    EXPECT_EQ (GST_MESSAGE_SRC (message.get ()), GST_OBJECT (it.get ()));
    GError *error = nullptr;
    gst_message_parse_error (message.get (), &error, nullptr);
    const std::string text = error->message;
    EXPECT_NE (text.find ("in elsewhere memory"), std::string::npos) << text;
    EXPECT_NE (text.find ("elsewheredownload"), std::string::npos) << text;
    g_error_free (error);
    gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
  let_draw_elsewhere (true);
}

// Drawn where they lie, and moved in both directions.
TEST_F (ThirdBackend, TheGridRunsOnIt)
{
  const Bytes host = drawn ("quadmux-grid", {false, false}, false);
  ASSERT_FALSE (host.empty ());
  for (const bool a : {false, true})
    for (const bool b : {false, true})
      for (const bool output : {false, true}) {
        SCOPED_TRACE (std::to_string (a) + std::to_string (b) + std::to_string (output));
        const int before = waits_elsewhere ();
        EXPECT_EQ (drawn ("quadmux-grid", {a, b}, output), host);
        EXPECT_EQ (waits_elsewhere () - before, a || b || output ? 1 : 0);
      }
}

// A picture with an edge, in grey: elsewhere the chroma of small pictures is made in 4:2:0, too.
Owned<GstBuffer> grey_frame ()
{
  return painted (info_of_caps (raw ("NV12", 64, 48)),
                  [] (int p, int x, int y, int) { return p > 0 ? 128 : y + (x < 30 ? 40 : 180); });
}

// What `element` makes of a video here or there. Masks, if it takes any, lie on the host.
Bytes matted (const std::string &element, bool masks, bool elsewhere, const std::string &format)
{
  const std::string line =
      element + " name=it ! video/x-raw,format=" + format +
      " ! appsink name=out sync=0 appsrc format=time name=in caps=\"" + caps_in (elsewhere) + kIn +
      "\" ! it.sink" +
      (masks ? " appsrc format=time name=mask "
               "caps=video/x-raw,format=GRAY8,width=8,height=6,framerate=10/1 ! it.mask"
             : "");
  const Owned<GstElement> pipeline{
      GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (line.c_str (), nullptr)))};
  const auto part = [&] (const char *name) {
    return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (pipeline.get ()), name)};
  };
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  if (masks) {
    const auto levels = info_of_caps (raw ("GRAY8", 8, 6));
    gst_app_src_push_buffer (
        GST_APP_SRC (part ("mask").get ()),
        painted (levels, [] (int, int x, int y, int) { return 30 * x + 9 * y; }).release ());
    gst_app_src_end_of_stream (GST_APP_SRC (part ("mask").get ()));
  }
  Owned<GstBuffer> buffer = grey_frame ();
  if (elsewhere) buffer = to_elsewhere (buffer.get ());
  gst_app_src_push_buffer (GST_APP_SRC (part ("in").get ()), buffer.release ());
  gst_app_src_end_of_stream (GST_APP_SRC (part ("in").get ()));
  const Owned<GstElement> out = part ("out");
  const Owned<GstSample> sample{
      gst_app_sink_try_pull_sample (GST_APP_SINK (out.get ()), 20 * GST_SECOND)};
  Bytes bytes;
  if (sample) {
    bytes.resize (gst_buffer_get_size (gst_sample_get_buffer (sample.get ())));
    gst_buffer_extract (gst_sample_get_buffer (sample.get ()), 0, bytes.data (), bytes.size ());
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return bytes;
}

// The greatest difference of a byte.
int difference (const Bytes &a, const Bytes &b)
{
  if (a.empty () || a.size () != b.size ()) return 255;
  int most = 0;
  for (std::size_t i = 0; i < a.size (); i++) most = std::max (most, std::abs (a[i] - b[i]));
  return most;
}

TEST_F (ThirdBackend, MattesAreOfItsPictures)
{
  const infer::Folder folder;
  const std::string model = folder.write ("model.onnx",
                                          "fake-model\ninput picture float32 1x3x12x16\n"
                                          "output mask float32 1x1x12x16\noperation mean\n");
  for (const char *refine : {"none", "guided"})
    for (const char *format : {"A420", "AV12", "AYUV", "RGBA", "GRAY8"}) {
      const std::string how = std::string (" refine=") + refine;
      const Bytes host = matted ("quadmatterefine" + how, true, false, format);
      EXPECT_LE (difference (matted ("quadmatterefine" + how, true, true, format), host), 2)
          << refine << " " << format;
      const std::string with_model = "quadmatte model-file=" + model + how;
      const Bytes seen = matted (with_model, false, false, format);
      EXPECT_LE (difference (matted (with_model, false, true, format), seen), 2)
          << refine << " " << format;
    }
}

}  // namespace
}  // namespace test
}  // namespace quad
