#include "recording.h"

#include <glib/gstdio.h>

namespace wall {

Recording::Recording (Composition &composition, Encoder &encoder, const Config &config)
    : composition_ (composition), encoder_ (encoder), config_ (config)
{
}

Recording::~Recording () { stop (); }

std::string Recording::line () const
{
  // A wall that is killed leaves an MP4 with all but its last seconds; one that ends well, an
  // ordinary one. What is in a buffer of the sink would be lost, too.
  const bool mp4 = config_.recording_format == "mp4";
  const char *muxer =
      mp4 ? "mp4mux fragment-duration=1000 fragment-mode=first-moov-then-finalise" : "matroskamux";
  return std::string ("h264parse ! splitmuxsink name=files muxer=\"") + muxer +
         "\" sink=\"filesink buffer-mode=unbuffered\" send-keyframe-requests=true max-size-time=" +
         std::to_string (config_.segment * GST_SECOND);
}

bool Recording::start (std::string &why)
{
  if (outlet_) return true;
  if (config_.recordings.empty ()) {
    why = "Give the wall a folder for recordings: the setting recordings.";
    return false;
  }
  if (g_mkdir_with_parents (config_.recordings.c_str (), 0755) != 0) {
    why = "The folder for recordings cannot be made.";
    return false;
  }
  fault_.clear ();
  auto outlet = std::make_unique<Outlet> (composition_, [this] (const std::string &fault) {
    g_warning ("the recording ends: %s", fault.c_str ());
    fault_ = fault;
    outlet_.reset ();
  });
  if (!outlet->start (line (), "video/x-h264,stream-format=byte-stream,alignment=au", why))
    return false;
  // The time is in the name, so no recording replaces another. % begins a number.
  GDateTime *now = g_date_time_new_now_local ();
  const Owned<char> name (g_date_time_format (now, "wall-%Y%m%d-%H%M%S-"));
  g_date_time_unref (now);
  std::string location;
  for (const char each : config_.recordings) location.append (each == '%' ? 2 : 1, each);
  location.append ("/").append (name.get ()).append ("%05d.").append (config_.recording_format);
  g_object_set (outlet->element ("files").get (), "location", location.c_str (), nullptr);
  if (!outlet->feed (encoder_, true, why)) return false;
  outlet_ = std::move (outlet);
  return true;
}

void Recording::stop ()
{
  if (!outlet_) return;
  outlet_->finish ();
  outlet_.reset ();
}

}  // namespace wall
