// quadmux-grid reports bad pictures, and never shows them.
#include <glib/gstdio.h>
#include <unistd.h>

#include <random>
#include <string_view>

#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

const std::string kSquare = raw ("I420", 32, 32);

// Plays what must end in an error, and returns its text.
std::string error_of (GridPipeline &p)
{
  p.play ();
  while (p.pull ()) {
  }
  return p.error ();
}

void expect_words (const std::string &text, std::initializer_list<const char *> words)
{
  for (const char *word : words) EXPECT_NE (text.find (word), std::string::npos) << text;
}

TEST (GridBadInput, BufferSmallerThanItsCaps)
{
  GridPipeline p;
  p.add_input (kSquare);
  p.push (0, timed (Owned<GstBuffer>{gst_buffer_new_allocate (nullptr, 100, nullptr)}, 0,
                    GST_SECOND / 10));
  p.end (0);
  expect_words (error_of (p), {"sink_0", "smaller than its caps"});
}

TEST (GridBadInput, StridesThatLeaveTheBuffer)
{
  GridPipeline p;
  p.add_input (kSquare);
  Owned<GstBuffer> buffer = timed (solid (p.info (0), kRed), 0, GST_SECOND / 10);
  gsize offset[4] = {0, 1024, 1280, 0};
  gint stride[4] = {4096, 16, 16, 0};
  gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420,
                                  32, 32, 3, offset, stride);
  p.push (0, std::move (buffer));
  p.end (0);
  expect_words (error_of (p), {"sink_0"});
}

TEST (GridBadInput, NegativeStrideInsideTheBufferIsAPictureUpsideDown)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 32, 32));
  p.add_input (raw ("GRAY8", 32, 32));
  Owned<GstBuffer> buffer =
      timed (painted (p.info (0), [] (int, int, int y, int) { return y < 16 ? 50 : 200; }), 0,
             GST_SECOND / 10);
  gsize offset[4] = {31 * 32, 0, 0, 0};
  gint stride[4] = {-32, 0, 0, 0};
  gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8,
                                  32, 32, 1, offset, stride);
  p.push (0, std::move (buffer));
  p.end (0);
  const Pictures all = p.run ();
  if (all.empty ()) {
    // The mapping refuses it: reported, and not drawn.
    expect_words (p.error (), {"sink_0"});
    return;
  }
  EXPECT_EQ (all[0]->at (4, 4)[0], 200);
  EXPECT_EQ (all[0]->at (4, 28)[0], 50);
}

TEST (GridBadInput, InterlacedInput)
{
  GridPipeline p;
  p.add_solid (raw ("I420", 32, 32, "framerate=(fraction)10/1,interlace-mode=interleaved"), kRed,
               1);
  expect_words (error_of (p), {"sink_0", "interlaced", "deinterlace"});
}

TEST (GridBadInput, CapsOfNoPictureOrOfOneThatIsNotDrawn)
{
  for (const char *caps :
       {"video/x-raw,format=I420,width=0,height=16,framerate=10/1",
        "video/x-raw,format=I420,width=16,height=0,framerate=10/1",
        "video/x-raw,format=I420,width=-16,height=16,framerate=10/1",
        "video/x-raw,format=GRAY8,width=16385,height=1,framerate=10/1",
        "video/x-raw,format=GRAY8,width=1,height=16385,framerate=10/1",
        "video/x-raw,format=NV16,width=16,height=16,framerate=10/1",
        "video/x-raw,format=AYUV64,width=16,height=16,framerate=10/1",
        "video/x-raw,format=NONSENSE,width=16,height=16,framerate=10/1",
        "video/x-raw,width=16,height=16,framerate=10/1", "video/x-raw", "audio/x-raw"}) {
    SCOPED_TRACE (caps);
    GridPipeline p ("", "video/x-raw,width=64,height=64");
    GstElement *src = p.add_input (kSquare);
    g_object_set (src, "caps", caps_of (caps).get (), nullptr);
    EXPECT_EQ (gst_pad_query_accept_caps (p.pad (0).get (), caps_of (caps).get ()),
               gboolean{std::string_view (caps).starts_with ("video/x-raw")});
    p.add_solid (kSquare, kRed, 3);
    Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, 32768, nullptr)};
    gst_buffer_memset (buffer.get (), 0, 128, 32768);
    p.push (0, timed (std::move (buffer), 0, GST_SECOND / 10));
    p.end (0);
    // Caps are never refused, because that would end the pipeline.
    EXPECT_EQ (p.run ().size (), 3u) << p.error ();
    ASSERT_EQ (p.warnings ().size (), 1u);
    expect_words (p.warnings ()[0], {"sink_0"});
  }
}

// A queue asks whether caps on their way are accepted.
TEST (GridBadInput, AFormatThatIsNotDrawnBehindAQueue)
{
  GridPipeline p ("rows=1 columns=2", "video/x-raw,width=64,height=32");
  GstElement *src = p.add_input (kSquare);
  const Owned<GstPad> out{gst_element_get_static_pad (src, "src")}, pad = p.pad (0);
  GstElement *queue = gst_element_factory_make ("queue", nullptr);
  gst_bin_add (GST_BIN (p.pipeline ()), queue);
  gst_pad_unlink (out.get (), pad.get ());
  const Owned<GstPad> in{gst_element_get_static_pad (queue, "sink")},
      behind{gst_element_get_static_pad (queue, "src")};
  ASSERT_EQ (gst_pad_link (out.get (), in.get ()), GST_PAD_LINK_OK);
  ASSERT_EQ (gst_pad_link (behind.get (), pad.get ()), GST_PAD_LINK_OK);
  const std::string other = raw ("NV16", 32, 32);
  g_object_set (src, "caps", caps_of (other).get (), nullptr);
  for (guint64 n = 0; n < 3; n++) {
    Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, 2 * 32 * 32, nullptr)};
    p.push (0, timed (std::move (buffer), n * GST_SECOND / 10, GST_SECOND / 10));
  }
  p.end (0);
  p.add_solid (kSquare, kRed, 3);
  EXPECT_EQ (p.run ().size (), 3u) << p.error ();
  ASSERT_EQ (p.warnings ().size (), 1u);
  expect_words (p.warnings ()[0], {"sink_0", "NV16", "videoconvert"});
}

TEST (GridBadInput, BuffersWithoutTimestamps)
{
  GridPipeline p;
  p.add_input (kSquare);
  p.push (0, solid (p.info (0), kRed));
  p.end (0);
  expect_words (error_of (p), {"sink_0", "timestamps", "do-timestamp"});
}

TEST (GridBadInput, SegmentInBytes)
{
  GridPipeline p;
  g_object_set (p.add_input (kSquare), "format", GST_FORMAT_BYTES, nullptr);
  p.push (0, timed (solid (p.info (0), kRed), 0, GST_SECOND));
  p.end (0);
  expect_words (error_of (p), {"sink_0", "bytes", "format=time"});
}

TEST (GridBadInput, AGridTooLarge)
{
  GridPipeline p ("rows=100 columns=100");
  p.add_solid (raw ("GRAY8", 1920, 1080), kRed, 1);
  expect_words (error_of (p), {"192000 by 108000", "100 rows", "100 columns", "capsfilter"});
}

TEST (GridBadInput, DownstreamThatTakesNothing)
{
  for (const char *caps : {"video/x-raw,width=20000,height=100", "video/x-raw,format=AYUV64"}) {
    SCOPED_TRACE (caps);
    GridPipeline p ("", "capsfilter name=filter");
    const Owned<GstElement> filter{gst_bin_get_by_name (GST_BIN (p.pipeline ()), "filter")};
    g_object_set (filter.get (), "caps", caps_of (caps).get (), nullptr);
    p.add_solid (kSquare, kRed, 1);
    expect_words (error_of (p), {"none of the formats and sizes", "videoconvert"});
  }
}

TEST (GridBadInput, OutputRateOfZero)
{
  GridPipeline p ("", "video/x-raw,framerate=0/1");
  p.add_solid (kSquare, kRed, 1);
  expect_words (error_of (p), {"0/1", "framerate=25/1"});
}

TEST (GridBadInput, AbsurdOutputRate)
{
  GridPipeline p ("", "video/x-raw,framerate=2147483647/1");
  p.add_solid (kSquare, kRed, 1);
  expect_words (error_of (p), {"2147483647/1"});
}

TEST (GridBadInput, AbsurdInputRateIsNotTheOutputs)
{
  GridPipeline p ("rows=1 columns=1", "");
  p.add_input (raw ("GRAY8", 16, 16, "framerate=(fraction)90000/1"));
  p.push (0, timed (solid (p.info (0), kRed), 0, GST_SECOND / 5));
  p.end (0);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 5u) << p.error ();
  EXPECT_EQ (all[0]->info ().fps_n, 25);
}

TEST (GridBadInput, AnErrorIsPostedOnce)
{
  GridPipeline p;
  p.add_input (kSquare);
  p.play ();
  const Owned<GstBus> bus{gst_element_get_bus (p.pipeline ())};
  for (int i = 0; i < 5; i++) p.push (0, solid (p.info (0), kRed));
  p.end (0);
  int count = 0;
  const Owned<GstMessage> first{
      gst_bus_timed_pop_filtered (bus.get (), 10 * GST_SECOND, GST_MESSAGE_ERROR)};
  ASSERT_TRUE (first);
  // Waits until the source has got its last flow result too.
  while (
      Owned<GstMessage> m{gst_bus_timed_pop_filtered (bus.get (), GST_SECOND, GST_MESSAGE_ERROR)})
    if (GST_MESSAGE_SRC (m.get ()) == GST_OBJECT (p.grid ())) count++;
  EXPECT_EQ (GST_MESSAGE_SRC (first.get ()), GST_OBJECT (p.grid ()));
  EXPECT_EQ (count, 0);
}

// A broken file: the decoder posts the error, and the pipeline can be stopped.
TEST (GridBadInput, AFileThatDoesNotDecode)
{
  const Owned<char> name{g_build_filename (g_get_tmp_dir (), "quadmux-grid-XXXXXX", nullptr)};
  const int file = g_mkstemp (name.get ());
  ASSERT_GE (file, 0);
  std::mt19937 random (1);
  std::string bytes;
  for (int i = 0; i < 65536; i++) bytes += static_cast<char> (random ());
  ASSERT_EQ (write (file, bytes.data (), bytes.size ()), static_cast<ssize_t> (bytes.size ()));
  close (file);
  GError *error = nullptr;
  const Owned<GstElement> pipeline{gst_parse_launch (
      ("quadmux-grid name=grid ! fakesink videotestsrc ! video/x-raw,width=64,height=64 ! grid. "
       "filesrc location=" +
       std::string (name.get ()) + " ! decodebin name=decoder ! grid.")
          .c_str (),
      &error)};
  ASSERT_FALSE (error) << error->message;
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstMessage> message{
      gst_bus_timed_pop_filtered (bus.get (), 30 * GST_SECOND, GST_MESSAGE_ERROR)};
  ASSERT_TRUE (message);
  const Owned<GstElement> decoder{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "decoder")};
  EXPECT_TRUE (
      gst_object_has_as_ancestor (GST_MESSAGE_SRC (message.get ()), GST_OBJECT (decoder.get ())));
  EXPECT_EQ (gst_element_set_state (pipeline.get (), GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ (g_unlink (name.get ()), 0);
}

TEST (GridBadInput, CropMetaOutsideOfThePictureShowsNothing)
{
  GridPipeline p ("rows=1 columns=1", raw ("GRAY8", 32, 32));
  p.add_input (raw ("GRAY8", 32, 32));
  Owned<GstBuffer> buffer = timed (solid (p.info (0), {200, 0, 0, 0}), 0, GST_SECOND / 10);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer.get ());
  crop->x = 4000000000u;
  crop->y = 5;
  crop->width = 4000000000u;
  crop->height = 100;
  p.push (0, std::move (buffer));
  p.end (0);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 1u) << p.error ();
  EXPECT_EQ (all[0]->at (16, 16)[0], 0);
}

}  // namespace
