// The decoder before frameextract, once all that is wanted has come.
#include "elements/extract_harness.h"

using namespace quad::test;
using quad::Owned;

namespace {

const char *const kJpeg = "image/jpeg,parsed=true,width=64,height=48,framerate=25/1";

Owned<GstBuffer> jpeg ()
{
  const Harness h = harness_of ("jpegenc");
  gst_harness_set_src_caps (
      h.get (), caps_of ("video/x-raw,format=I420,width=64,height=48,framerate=25/1").release ());
  Owned<GstBuffer> frame{gst_buffer_new_allocate (nullptr, 64 * 48 * 3 / 2, nullptr)};
  gst_buffer_memset (frame.get (), 0, 128, 64 * 48 * 3 / 2);
  GST_BUFFER_PTS (frame.get ()) = 0;
  gst_harness_push (h.get (), frame.release ());
  return Owned<GstBuffer>{gst_harness_pull (h.get ())};
}

// What it would make of the rest is no error of the stream.
TEST (FrameExtractDecoder, NothingFailsAfterTheLastFrame)
{
  const Owned<GstBuffer> good = jpeg ();
  for (const char *selection : {"max-frames=2", "timestamp-list=\"0, 0.03\"", "rate=25/1 stop=0.08",
                                "indices=\"<0, 1>\""}) {
    SCOPED_TRACE (selection);
    const Harness h{gst_harness_new_parse (
        (std::string ("jpegdec max-errors=0 ! frameextract ") + selection).c_str ())};
    const Owned<GstElement> decoder{gst_harness_find_element (h.get (), "jpegdec")};
    const Owned<GstBus> bus{gst_bus_new ()};
    gst_element_set_bus (decoder.get (), bus.get ());
    gst_harness_set_src_caps (h.get (), caps_of (kJpeg).release ());
    GstFlowReturn flow = GST_FLOW_OK;
    GstClockTime time = 0;
    const auto push = [&] (bool whole) {
      GstBuffer *buffer = gst_buffer_copy_deep (good.get ());
      // No picture.
      if (!whole) gst_buffer_memset (buffer, 0, 0, gst_buffer_get_size (buffer));
      GST_BUFFER_PTS (buffer) = time;
      GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
      time += 40 * GST_MSECOND;
      flow = gst_harness_push (h.get (), buffer);
    };
    for (int i = 0; i < 5 && flow == GST_FLOW_OK; i++) push (true);
    EXPECT_EQ (flow, GST_FLOW_EOS);
    EXPECT_EQ (gst_harness_buffers_received (h.get ()), 2U);
    // As demuxers go on for other streams.
    for (int i = 0; i < 3; i++) {
      push (false);
      EXPECT_EQ (flow, GST_FLOW_EOS);
    }
    gst_harness_push_event (h.get (), gst_event_new_eos ());
    const Owned<GstMessage> error{gst_bus_pop_filtered (bus.get (), GST_MESSAGE_ERROR)};
    EXPECT_FALSE (error);
    gst_bus_set_flushing (bus.get (), TRUE);
  }
}

}  // namespace
