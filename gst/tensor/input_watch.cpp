#include "tensor/input_watch.h"

#include <string_view>

#include "glue/owned.h"
#include "tensor/gif_input.h"
#include "tensor/guard.h"

namespace quad::tensor {
namespace {

// How long a pipeline must be at rest to count as stuck, in microseconds. A thread may have paused
// its task just before it ends. After an error a shorter rest is enough.
constexpr gint64 kRestAfterError = 100000, kRest = 1200000;

constexpr const char *kNothing =
    "No stream was found in this file, and nothing reads on. It is damaged, or breaks off.";

bool works (GstElement *element)
{
  bool any = false;
  GST_OBJECT_LOCK (element);
  for (GList *at = element->pads; at && !any; at = at->next)
    any = gst_pad_get_task_state (GST_PAD (at->data)) == GST_TASK_STARTED;
  GST_OBJECT_UNLOCK (element);
  return any;
}

// True if no thread of the pipeline works.
bool at_rest (GstElement *pipeline)
{
  GstIterator *all = gst_bin_iterate_recurse (GST_BIN (pipeline));
  bool rest = true;
  GValue item = G_VALUE_INIT;
  GstIteratorResult result = GST_ITERATOR_OK;
  while (rest && (result = gst_iterator_next (all, &item)) == GST_ITERATOR_OK) {
    rest = !works (GST_ELEMENT (g_value_get_object (&item)));
    g_value_reset (&item);
  }
  g_value_unset (&item);
  gst_iterator_free (all);
  return rest && result == GST_ITERATOR_DONE;
}

}  // namespace

void InputWatch::watch (GstElement *pipeline)
{
  watching_ = true;
  g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (meet), this);
}

void InputWatch::meet (GstBin *, GstBin *, GstElement *element, gpointer self)
{
  // Exceptions must not pass through the signal's C code.
  contain ([element, self] { static_cast<InputWatch *> (self)->prepare (element); });
}

void InputWatch::prepare (GstElement *element)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const std::string_view name = factory ? GST_OBJECT_NAME (factory) : "";
  if (name == "avdemux_gif") mend_gif_demuxer (element);
  if (name == "avdec_gif") mend_gif_decoder (element);
  if (name == "decodebin") {
    auto *bin = GST_BIN (element);
    gst_bus_set_sync_handler (bin->child_bus, note, new Tap{this, bin},
                              [] (gpointer tap) { delete static_cast<Tap *> (tap); });
  }
}

// Notes errors, then does what GstBin does with its children's messages.
GstBusSyncReply InputWatch::note (GstBus *, GstMessage *message, gpointer tap)
{
  InputWatch *watch = static_cast<Tap *> (tap)->watch;
  GstBin *bin = static_cast<Tap *> (tap)->bin;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    contain ([&] {
      const std::lock_guard lock (watch->mutex_);
      if (watch->error_.empty ()) watch->error_ = failure_of (message, {});
    });
  GST_BIN_GET_CLASS (bin)->handle_message (bin, message);
  return GST_BUS_DROP;
}

Failure InputWatch::stuck (GstElement *pipeline)
{
  if (!watching_ || !at_rest (pipeline)) {
    rest_since_ = 0;
    return {};
  }
  const gint64 now = g_get_monotonic_time ();
  if (rest_since_ == 0) rest_since_ = now;
  const std::lock_guard lock (mutex_);
  if (now - rest_since_ < (error_.empty () ? kRest : kRestAfterError)) return {};
  return error_.empty () ? Failure{QUAD_TENSOR_ERROR_DECODE, kNothing} : error_;
}

}  // namespace quad::tensor
