// Shows that ThreadSanitizer, set up as in setup.sh, sees GLib's locks and finds a race in a thread
// of GStreamer's: two threads raise a counter.
//
//   tsan-control locked      with its lock: ends with status 0
//   tsan-control unlocked    without: ThreadSanitizer reports it, and the status is its own
#include <gst/gst.h>

#include <atomic>
#include <string_view>

namespace {

constexpr int kBuffers = 1000;

bool locked = true;
GMutex lock;
int counter = 0;
// Relaxed: it must order nothing.
std::atomic<int> seen{0};

void raise ()
{
  if (locked) g_mutex_lock (&lock);
  counter++;
  if (locked) g_mutex_unlock (&lock);
}

// In the streaming thread, whose stack above this is all GStreamer's.
GstPadProbeReturn count (GstPad *, GstPadProbeInfo *, gpointer)
{
  raise ();
  seen.fetch_add (1, std::memory_order_relaxed);
  return GST_PAD_PROBE_OK;
}

}  // namespace

int main (int argc, char **argv)
{
  if (argc != 2) return 2;
  locked = std::string_view{argv[1]} != "unlocked";
  gst_init (nullptr, nullptr);
  GstElement *pipeline =
      gst_parse_launch ("fakesrc num-buffers=1000 ! fakesink name=sink", nullptr);
  if (!pipeline) return 2;
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  GstPad *pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count, nullptr, nullptr);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (seen.load (std::memory_order_relaxed) < kBuffers) {
    raise ();
    g_usleep (100);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pad);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  return 0;
}
