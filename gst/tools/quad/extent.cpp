#include "tools/quad/extent.h"

#include <algorithm>
#include <list>
#include <mutex>

#include "glue/owned.h"
#include "tools/quad/failure.h"
#include "tools/quad/line.h"
#include "tools/quad/passed.h"
#include "tools/quad/player.h"

namespace quad {
namespace {

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
    for (const Passed &stream : streams_) most = std::max (most, stream.end ());
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
    const std::lock_guard guard{self->lock_};
    self->streams_.emplace_back ().watch (target.get ());
  }

  std::mutex lock_;
  std::list<Passed> streams_;  // probes keep pointers to them
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
