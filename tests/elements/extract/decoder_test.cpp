// The decoder before frameextract after the last wanted frame.
#include <gst/video/gstvideodecoder.h>

#include "elements/extract/harness.h"

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

// A decoder that posts an error for a bad picture, and elements after it.
class Decoding {
 public:
  explicit Decoding (const std::string &then)
      : h_ (gst_harness_new_parse (("jpegdec ! " + then).c_str ()))
  {
    for (const char *name : {"jpegdec", "frameextract"}) {
      const Owned<GstElement> element{gst_harness_find_element (h_.get (), name)};
      gst_element_set_bus (element.get (), bus_.get ());
      if (GST_IS_VIDEO_DECODER (element.get ()))
        gst_video_decoder_set_max_errors (GST_VIDEO_DECODER (element.get ()), 0);
    }
    gst_harness_set_src_caps (h_.get (), caps_of (kJpeg).release ());
  }
  Decoding (const Decoding &) = delete;
  Decoding &operator= (const Decoding &) = delete;
  ~Decoding () { gst_bus_set_flushing (bus_.get (), TRUE); }

  GstFlowReturn push (bool whole)
  {
    GstBuffer *buffer = gst_buffer_copy_deep (good_.get ());
    // The first marker has no length.
    if (!whole) gst_buffer_memset (buffer, 4, 0, gst_buffer_get_size (buffer) - 4);
    GST_BUFFER_PTS (buffer) = time_;
    GST_BUFFER_DURATION (buffer) = 40 * GST_MSECOND;
    time_ += 40 * GST_MSECOND;
    return gst_harness_push (h_.get (), buffer);
  }

  GstFlowReturn push_until_refused ()
  {
    GstFlowReturn flow = GST_FLOW_OK;
    for (int i = 0; i < 5 && flow == GST_FLOW_OK; i++) flow = push (true);
    return flow;
  }

  // Where the next picture is.
  void push_segment ()
  {
    GstSegment segment;
    gst_segment_init (&segment, GST_FORMAT_TIME);
    segment.start = segment.time = segment.base = segment.position = time_;
    gst_harness_push_event (h_.get (), gst_event_new_segment (&segment));
  }

  // Goes on after EOS, as demuxers do for other streams.
  void expect_nothing_of_the_rest ()
  {
    for (int i = 0; i < 3; i++) EXPECT_EQ (push (false), GST_FLOW_EOS);
    gst_harness_push_event (h_.get (), gst_event_new_eos ());
    EXPECT_FALSE (problem ());
    const Owned<GstPad> end{gst_pad_get_peer (h_.get ()->sinkpad)};
    EXPECT_TRUE (Owned<GstEvent>{gst_pad_get_sticky_event (end.get (), GST_EVENT_EOS, 0)});
  }

  // The next error or warning.
  Owned<GstMessage> problem () const
  {
    return Owned<GstMessage>{gst_bus_pop_filtered (
        bus_.get (), static_cast<GstMessageType> (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))};
  }

  guint received () const { return gst_harness_buffers_received (h_.get ()); }

 private:
  const Owned<GstBuffer> good_ = jpeg ();
  const Owned<GstBus> bus_{gst_bus_new ()};
  Harness h_;
  GstClockTime time_ = 0;
};

const char *const kSelections[] = {"max-frames=2", "timestamp-list=\"0, 0.03\"",
                                   "rate=25/1 stop=0.08", "indices=\"<0, 1>\""};

// Errors in the unwanted rest are no errors of the stream.
TEST (FrameExtractDecoder, NothingFailsAfterTheLastFrame)
{
  for (const char *selection : kSelections) {
    SCOPED_TRACE (selection);
    Decoding d{std::string ("frameextract ") + selection};
    EXPECT_EQ (d.push_until_refused (), GST_FLOW_EOS);
    EXPECT_EQ (d.received (), 2U);
    d.expect_nothing_of_the_rest ();
  }
}

// While more frames are wanted, it is an error.
TEST (FrameExtractDecoder, FailsBeforeTheLastFrame)
{
  Decoding d{"frameextract indices=\"<0, 5>\""};
  EXPECT_EQ (d.push (true), GST_FLOW_OK);
  // It tolerates one error for each good picture.
  d.push (false);
  EXPECT_EQ (d.push (false), GST_FLOW_ERROR);
  EXPECT_TRUE (d.problem ());
}

// The next part of an edit list may already be on its way.
TEST (FrameExtractDecoder, NorInTheNextSegment)
{
  for (const char *selection : kSelections) {
    SCOPED_TRACE (selection);
    Decoding d{std::string ("frameextract ") + selection};
    EXPECT_EQ (d.push_until_refused (), GST_FLOW_EOS);
    d.push_segment ();
    EXPECT_EQ (d.push_until_refused (), GST_FLOW_EOS);
    EXPECT_EQ (d.received (), 2U);
    d.expect_nothing_of_the_rest ();
  }
}

// The next source (behind concat) may have other caps.
TEST (FrameExtractDecoder, OtherCapsAfterTheEndAreNoError)
{
  const Harness h = harness_of ("frameextract max-frames=1");
  const auto frame = [] {
    GstBuffer *buffer = gst_buffer_new_allocate (nullptr, 64, nullptr);
    GST_BUFFER_PTS (buffer) = 0;
    return buffer;
  };
  gst_harness_set_src_caps (h.get (), caps_of (kNumberedCaps).release ());
  EXPECT_EQ (gst_harness_push (h.get (), frame ()), GST_FLOW_EOS);
  EXPECT_TRUE (gst_harness_push_event (
      h.get (), gst_event_new_caps (
                    caps_of ("video/x-raw,format=GRAY8,width=8,height=8,framerate=5/1").get ())));
  EXPECT_EQ (gst_harness_push (h.get (), frame ()), GST_FLOW_EOS);
}

// That frame may be the last one that downstream wants.
TEST (FrameExtractDecoder, NorWhenDownstreamHasEnough)
{
  for (const char *selection :
       {"", "rate=25/1", "timestamp-list=\"0, 0.04, 0.08, 5\"", "every-nth=1", "start=0"}) {
    SCOPED_TRACE (selection);
    Decoding d{std::string ("frameextract ") + selection + " ! identity eos-after=2"};
    EXPECT_EQ (d.push_until_refused (), GST_FLOW_EOS);
    d.expect_nothing_of_the_rest ();
  }
}

}  // namespace
