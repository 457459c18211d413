#include "tensor/gif_input.h"

#include "glue/owned.h"

namespace quad::tensor {
namespace {

// The demuxer takes the end of the file for a pause and retries for ever (gst-libav 1.22 with
// FFmpeg 5 and later). A flush interrupts it, and it ends.
GstPadProbeReturn end_reading (GstPad *pad, GstPadProbeInfo *info, gpointer)
{
  gint64 size = -1;
  if (!gst_pad_peer_query_duration (pad, GST_FORMAT_BYTES, &size) || size < 0 ||
      GST_PAD_PROBE_INFO_OFFSET (info) < guint64 (size))
    return GST_PAD_PROBE_PASS;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_FLUSHING;
  return GST_PAD_PROBE_HANDLED;
}

// After a seek the decoder would drop every frame: it takes each for the first one.
GstPadProbeReturn refuse_seeks (GstPad *, GstPadProbeInfo *info, gpointer)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING) return GST_PAD_PROBE_OK;
  GstFormat format = GST_FORMAT_UNDEFINED;
  gst_query_parse_seeking (query, &format, nullptr, nullptr, nullptr);
  gst_query_set_seeking (query, format, FALSE, 0, -1);
  return GST_PAD_PROBE_HANDLED;
}

void refuse_seeks_of (GstElement *, GstPad *pad, gpointer)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, refuse_seeks, nullptr, nullptr);
}

struct Times {
  GstClockTime pts = GST_CLOCK_TIME_NONE, duration = GST_CLOCK_TIME_NONE;
};

GstPadProbeReturn note_times (GstPad *, GstPadProbeInfo *info, gpointer times)
{
  const GstBuffer *packet = GST_PAD_PROBE_INFO_BUFFER (info);
  *static_cast<Times *> (times) = {GST_BUFFER_PTS (packet), GST_BUFFER_DURATION (packet)};
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn set_times (GstPad *, GstPadProbeInfo *info, gpointer times)
{
  GstBuffer *frame = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_DATA (info) = frame;
  GST_BUFFER_PTS (frame) = static_cast<Times *> (times)->pts;
  GST_BUFFER_DURATION (frame) = static_cast<Times *> (times)->duration;
  return GST_PAD_PROBE_OK;
}

}  // namespace

void mend_gif_demuxer (GstElement *demuxer)
{
  const Owned<GstPad> sink{gst_element_get_static_pad (demuxer, "sink")};
  constexpr auto kBeforePull =
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_PULL | GST_PAD_PROBE_TYPE_BLOCK);
  gst_pad_add_probe (sink.get (), kBeforePull, end_reading, nullptr, nullptr);
  g_signal_connect (demuxer, "pad-added", G_CALLBACK (refuse_seeks_of), nullptr);
}

// The decoder gives all frames the times of the first one. It outputs a frame while it decodes the
// frame's packet, on the same thread, so the last packet's times are the right ones.
void mend_gif_decoder (GstElement *decoder)
{
  const Owned<GstPad> sink{gst_element_get_static_pad (decoder, "sink")};
  const Owned<GstPad> src{gst_element_get_static_pad (decoder, "src")};
  auto *times = new Times;
  gst_pad_add_probe (sink.get (), GST_PAD_PROBE_TYPE_BUFFER, note_times, times, nullptr);
  gst_pad_add_probe (src.get (), GST_PAD_PROBE_TYPE_BUFFER, set_times, times,
                     [] (gpointer data) { delete static_cast<Times *> (data); });
}

}  // namespace quad::tensor
