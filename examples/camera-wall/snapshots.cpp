#include "snapshots.h"

#include <gst/video/video.h>

#include <utility>

namespace wall {
namespace {

void free_sample (gpointer sample) { gst_sample_unref (GST_SAMPLE (sample)); }

// In a thread of its own. On a busy machine, gst_video_convert_sample_async () of GStreamer 1.22
// may leave its bus behind, and with it two file descriptors.
void encode (GTask *task, gpointer, gpointer picture, GCancellable *)
{
  const Owned<GstCaps> caps (gst_caps_new_empty_simple ("image/jpeg"));
  GError *error = nullptr;
  GstSample *jpeg =
      gst_video_convert_sample (GST_SAMPLE (picture), caps.get (), 5 * GST_SECOND, &error);
  const Owned<GError> why (error);
  g_task_return_pointer (task, jpeg, free_sample);
}

}  // namespace

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
  const auto done = [] (GObject *, GAsyncResult *result, gpointer data) {
    const std::unique_ptr<std::shared_ptr<Waiting>> waiting (
        static_cast<std::shared_ptr<Waiting> *> (data));
    const Owned<GstSample> jpeg (
        static_cast<GstSample *> (g_task_propagate_pointer (G_TASK (result), nullptr)));
    send (**waiting, jpeg.get ());
  };
  const Owned<GTask> task (
      g_task_new (nullptr, nullptr, done, new std::shared_ptr<Waiting> (waiting_)));
  g_task_set_task_data (task.get (), gst_sample_ref (picture.get ()), free_sample);
  g_task_run_in_thread (task.get (), encode);
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
