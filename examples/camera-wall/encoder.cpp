#include "encoder.h"

#include <gst/video/video.h>

#include <algorithm>

namespace wall {
namespace {

// What a slow receiver may have in front of it, before it loses frames.
constexpr GstClockTime kMostWaiting = 2 * GST_SECOND;

// Keyframes that viewers ask for are not closer than that.
constexpr GstClockTime kBetweenKeyframes = 250 * GST_MSECOND;

// The first whose element is there encodes. RATE is in kbit/s, BITS in bit/s, KEY in frames. VP8
// has one thread, which is enough: more wait for each other in loops, and where other programs run
// they take many times as long.
struct Row {
  Codec codec;
  const char *element;
  const char *line;
};

constexpr Row kRows[] = {
    {Codec::kH264, "x264enc",
     "x264enc tune=zerolatency speed-preset=veryfast bitrate=RATE key-int-max=KEY "
     "! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1"},
    {Codec::kH264, "openh264enc",
     "openh264enc complexity=low bitrate=BITS gop-size=KEY "
     "! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1"},
    {Codec::kVp8, "vp8enc",
     "vp8enc deadline=1 cpu-used=8 threads=1 lag-in-frames=0 error-resilient=default "
     "target-bitrate=BITS keyframe-max-dist=KEY"},
};

std::string caps_of (Codec codec)
{
  return codec == Codec::kH264 ? "video/x-h264,stream-format=byte-stream,alignment=au"
                               : "video/x-vp8";
}

void replace (std::string &text, const std::string &what, int by)
{
  if (const auto at = text.find (what); at != text.npos)
    text.replace (at, what.size (), std::to_string (by));
}

std::string line_of (const Row &row, const Config &config)
{
  std::string line = row.line;
  replace (line, "RATE", config.bitrate);
  replace (line, "BITS", config.bitrate * 1000);
  replace (line, "KEY", config.framerate * 4);
  return "queue name=entry leaky=downstream max-size-buffers=3 max-size-bytes=0 max-size-time=0 "
         "! " +
         line + " ! " + caps_of (row.codec) +
         " ! appsink name=sink sync=false async=false emit-signals=false";
}

const Row *row_of (Codec codec)
{
  for (const Row &row : kRows)
    if (row.codec == codec && Owned<GstElementFactory> (gst_element_factory_find (row.element)))
      return &row;
  return nullptr;
}

}  // namespace

Encoder::Encoder (Composition &composition, const Config &config, Codec codec)
    : composition_ (composition), config_ (config), codec_ (codec)
{
}

// Its streaming threads end here.
Encoder::~Encoder ()
{
  if (bin_) gst_element_set_state (bin_.get (), GST_STATE_NULL);
}

bool Encoder::make (std::string &why)
{
  const Row *row = row_of (codec_);
  if (!row) {
    why = codec_ == Codec::kH264 ? "there is no H.264 encoder: install gstreamer1.0-plugins-ugly"
                                 : "there is no VP8 encoder: install gstreamer1.0-plugins-good";
    return false;
  }
  GError *error = nullptr;
  GstElement *bin = gst_parse_bin_from_description (line_of (*row, config_).c_str (), TRUE, &error);
  if (error) {
    why = Owned<GError> (error)->message;
    if (bin) gst_object_unref (gst_object_ref_sink (bin));
    return false;
  }
  sink_.reset (gst_bin_get_by_name (GST_BIN (bin), "sink"));
  GstAppSinkCallbacks callbacks = {};
  callbacks.new_sample = [] (GstAppSink *sink, gpointer self) {
    if (const Owned<GstSample> sample{gst_app_sink_pull_sample (sink)})
      static_cast<Encoder *> (self)->encoded (sample.get ());
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks (GST_APP_SINK (sink_.get ()), &callbacks, this, nullptr);

  const Owned<GstElement> entry (gst_bin_get_by_name (GST_BIN (bin), "entry"));
  const Owned<GstPad> pad (gst_element_get_static_pad (entry.get (), "src"));
  const auto gate = [] (GstPad *of_entry, GstPadProbeInfo *info, gpointer self) {
    const bool in =
        static_cast<Encoder *> (self)->let_in (of_entry, GST_PAD_PROBE_INFO_BUFFER (info));
    return in ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  };
  gst_pad_add_probe (pad.get (), GST_PAD_PROBE_TYPE_BUFFER, gate, this, nullptr);
  gst_bin_add (GST_BIN (composition_.pipeline ()), bin);
  bin_ = share (bin);
  gst_element_sync_state_with_parent (bin);
  gst_element_link (composition_.tee (), bin);
  return true;
}

bool Encoder::add (GstAppSrc *source, bool from_zero, std::string &why)
{
  if (!sink_ && !make (why)) return false;
  {
    const std::lock_guard guard (lock_);
    consumers_.push_back ({share (source), from_zero});
  }
  request_keyframe (source, GST_CLOCK_TIME_NONE);
  return true;
}

void Encoder::remove (GstAppSrc *source)
{
  const std::lock_guard guard (lock_);
  std::erase_if (consumers_, [&] (const Consumer &each) { return each.source.get () == source; });
}

void Encoder::request_keyframe (GstAppSrc *source, GstClockTime at)
{
  const std::lock_guard guard (lock_);
  if (!GST_CLOCK_TIME_IS_VALID (at)) {
    soon_ = true;
    return;
  }
  for (const Consumer &each : consumers_)
    if (each.source.get () == source) wanted_.push_back (at + each.first);
}

void Encoder::ask_now ()
{
  const Owned<GstPad> pad (gst_element_get_static_pad (sink_.get (), "sink"));
  gst_pad_push_event (pad.get (),
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

// Without consumers there is nothing to do. A keyframe is asked for when its picture comes, because
// x264enc of GStreamer 1.22 makes it at once.
bool Encoder::let_in (GstPad *pad, GstBuffer *picture)
{
  bool asks = false;
  {
    const Owned<GstEvent> event (gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0));
    const GstSegment *segment = nullptr;
    if (event) gst_event_parse_segment (event.get (), &segment);
    const std::lock_guard guard (lock_);
    if (consumers_.empty ()) {
      wanted_.clear ();
      return false;
    }
    if (segment) {
      const GstClockTime now =
          gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (picture));
      asks = std::erase_if (wanted_, [now] (GstClockTime at) { return at <= now; }) > 0;
      asks = asks || (soon_ && now >= last_keyframe_ + kBetweenKeyframes);
      if (asks) {
        last_keyframe_ = now;  // until it has been encoded
        soon_ = false;
      }
    }
  }
  if (asks) ask_now ();
  return true;
}

void Encoder::encoded (GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const GstSegment *segment = gst_sample_get_segment (sample);
  const auto running = [&] (GstClockTime time) {
    return gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
  };
  const std::lock_guard guard (lock_);
  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)) {
    last_keyframe_ = running (GST_BUFFER_PTS (buffer));
    soon_ = false;  // one that came for another reason does as well
  }
  for (Consumer &each : consumers_)
    push (each, sample, running (GST_BUFFER_PTS (buffer)), running (GST_BUFFER_DTS (buffer)));
}

void Encoder::push (Consumer &consumer, GstSample *sample, GstClockTime pts, GstClockTime dts)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  if (gst_app_src_get_current_level_time (consumer.source.get ()) > kMostWaiting)
    consumer.waiting = true;
  if (consumer.waiting) {
    if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT)) return;
    consumer.waiting = false;
    gst_app_src_set_caps (consumer.source.get (), gst_sample_get_caps (sample));
    if (consumer.from_zero && consumer.first == 0) consumer.first = pts;
  }
  // Without frames that are shown later than their followers, both times are the same.
  if (!GST_CLOCK_TIME_IS_VALID (dts)) dts = pts;
  GstBuffer *copy = gst_buffer_copy (buffer);
  GST_BUFFER_PTS (copy) = pts - std::min (pts, consumer.first);
  GST_BUFFER_DTS (copy) = dts - std::min (dts, consumer.first);
  gst_app_src_push_buffer (consumer.source.get (), copy);
}

}  // namespace wall
