#include "tools/quad/extent.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>

#include "glue/owned.h"
#include "tools/quad/failure.h"
#include "tools/quad/line.h"
#include "tools/quad/player.h"

namespace quad {
namespace {

// One stream, in the thread that it comes in.
struct Stream {
  GstSegment segment;
  std::atomic<GstClockTime> end = 0;
};

class Measuring {
 public:
  void attach (Player &player)
  {
    const Owned<GstElement> parser = player.element ("clip0");
    g_signal_connect (parser.get (), "pad-added", G_CALLBACK (add), this);
  }
  GstClockTime end ()
  {
    const std::lock_guard guard{lock_};
    GstClockTime most = 0;
    for (const Stream &stream : streams_) most = std::max (most, stream.end.load ());
    return most;
  }

 private:
  static void add (GstElement *parser, GstPad *pad, gpointer data)
  {
    auto *self = static_cast<Measuring *> (data);
    const Owned<GstObject> pipeline{gst_object_get_parent (GST_OBJECT (parser))};
    GstElement *sink = gst_element_factory_make ("fakesink", nullptr);
    // None waits for the others to start, as one thread serves all.
    g_object_set (sink, "sync", FALSE, "async", FALSE, nullptr);
    gst_bin_add (GST_BIN (pipeline.get ()), sink);
    gst_element_sync_state_with_parent (sink);
    const Owned<GstPad> target{gst_element_get_static_pad (sink, "sink")};
    gst_pad_link (pad, target.get ());
    const auto what = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
    const std::lock_guard guard{self->lock_};
    Stream &stream = self->streams_.emplace_back ();
    gst_segment_init (&stream.segment, GST_FORMAT_UNDEFINED);
    gst_pad_add_probe (target.get (), static_cast<GstPadProbeType> (what), see, &stream, nullptr);
  }

  static GstPadProbeReturn see (GstPad *, GstPadProbeInfo *info, gpointer data)
  {
    auto *stream = static_cast<Stream *> (data);
    if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
      GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
      if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
        gst_event_copy_segment (event, &stream->segment);
      return GST_PAD_PROBE_OK;
    }
    const GstClockTime end = end_of (GST_PAD_PROBE_INFO_BUFFER (info), stream->segment);
    stream->end = std::max (stream->end.load (), end);
    return GST_PAD_PROBE_OK;
  }

  std::mutex lock_;
  std::list<Stream> streams_;  // probes keep pointers to them
};

}  // namespace

GstClockTime measure (const std::string &path)
{
  Measuring measuring;
  Line line;
  line.add ("filesrc").path ("location", path).add ("! parsebin name=clip0");
  Player player{line, {path}};
  measuring.attach (player);
  Progress silent{""};
  std::vector<std::string> warnings;
  try {
    player.play ({}, silent, warnings);
  } catch (const Failure &) {
    // What is there before it breaks off is what can be shown.
  }
  return measuring.end ();
}

}  // namespace quad
