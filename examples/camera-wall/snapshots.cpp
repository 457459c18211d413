#include "snapshots.h"

#include <gst/video/video.h>

#include <utility>

namespace wall {

void Snapshots::add_routes (HttpServer &server)
{
  server.add ({"GET", "/snapshot.jpg", nullptr,
               [this] (SoupServerMessage *message, const std::string &) { ask (message); }});
}

void Snapshots::ask (SoupServerMessage *message)
{
  const Owned<GstSample> picture = composition_.picture ();
  if (!picture)
    return answer_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE,
                         "There is no picture yet: ask again.");
  waiting_->push_back (std::make_unique<PendingAnswer> (message));
  if (waiting_->size () > 1) return;
  const Owned<GstCaps> caps (gst_caps_new_empty_simple ("image/jpeg"));
  const auto done = [] (GstSample *jpeg, GError *error, gpointer waiting) {
    const Owned<GstSample> sample (jpeg);
    const Owned<GError> why (error);
    send (**static_cast<std::shared_ptr<Waiting> *> (waiting), jpeg);
  };
  gst_video_convert_sample_async (
      picture.get (), caps.get (), 5 * GST_SECOND, done, new std::shared_ptr<Waiting> (waiting_),
      [] (gpointer waiting) { delete static_cast<std::shared_ptr<Waiting> *> (waiting); });
}

void Snapshots::send (Waiting &waiting, GstSample *jpeg)
{
  std::string bytes;
  GstMapInfo map;
  if (jpeg && gst_buffer_map (gst_sample_get_buffer (jpeg), &map, GST_MAP_READ)) {
    bytes.assign (reinterpret_cast<const char *> (map.data), map.size);
    gst_buffer_unmap (gst_sample_get_buffer (jpeg), &map);
  }
  for (auto &each : std::exchange (waiting, {})) {
    if (SoupServerMessage *message = each->message ()) {
      if (bytes.empty ())
        answer_error (message, SOUP_STATUS_INTERNAL_SERVER_ERROR,
                      "The picture could not be encoded.");
      else
        answer (message, SOUP_STATUS_OK, "image/jpeg", bytes);
    }
    each->send ();
  }
}

}  // namespace wall
