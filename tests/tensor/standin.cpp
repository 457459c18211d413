#include "standin.h"

namespace {

quad::test::StandIn *current = nullptr;

struct StandInElement {
  GstElement parent;
  GstPad *source;
};
struct StandInElementClass {
  GstElementClass parent;
};
G_DEFINE_TYPE (StandInElement, stand_in_element, GST_TYPE_ELEMENT)

GstStaticPadTemplate input =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));
GstStaticPadTemplate output =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("image/gif"));

void stand_in_element_class_init (StandInElementClass *type)
{
  GstElementClass *element = GST_ELEMENT_CLASS (type);
  gst_element_class_set_static_metadata (element, "Stand-in", "Encoder", "For tests", "Tests");
  gst_element_class_add_static_pad_template (element, &input);
  gst_element_class_add_static_pad_template (element, &output);
}

void stand_in_element_init (StandInElement *self)
{
  GstPad *sink = gst_pad_new_from_static_template (&input, "sink");
  self->source = gst_pad_new_from_static_template (&output, "src");
  gst_pad_set_chain_function (sink, [] (GstPad *, GstObject *parent, GstBuffer *frame) {
    auto *element = reinterpret_cast<StandInElement *> (parent);
    return current->take (GST_ELEMENT (parent), element->source, frame);
  });
  gst_pad_set_event_function (sink, [] (GstPad *pad, GstObject *parent, GstEvent *event) {
    if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS) return gst_pad_event_default (pad, parent, event);
    gst_event_unref (event);
    const quad::Owned<GstCaps> caps{gst_caps_new_empty_simple ("image/gif")};
    return gst_pad_push_event (reinterpret_cast<StandInElement *> (parent)->source,
                               gst_event_new_caps (caps.get ()));
  });
  gst_element_add_pad (GST_ELEMENT (self), sink);
  gst_element_add_pad (GST_ELEMENT (self), self->source);
}

}  // namespace

namespace quad::test {

StandIn::StandIn () : real_{gst_registry_lookup_feature (gst_registry_get (), "gifstreamenc")}
{
  current = this;
  // Loaded now: later it would register itself again.
  if (GstPluginFeature *loaded = gst_plugin_feature_load (real_)) gst_object_unref (loaded);
  gst_registry_remove_feature (gst_registry_get (), real_);
  gst_element_register (nullptr, "gifstreamenc", GST_RANK_NONE, stand_in_element_get_type ());
}

StandIn::~StandIn ()
{
  GstRegistry *registry = gst_registry_get ();
  if (GstPluginFeature *own = gst_registry_lookup_feature (registry, "gifstreamenc")) {
    gst_registry_remove_feature (registry, own);
    gst_object_unref (own);
  }
  gst_registry_add_feature (registry, real_);
  gst_object_unref (real_);
  current = nullptr;
}

void StandIn::hold_from (guint frame)
{
  const std::lock_guard lock (mutex_);
  held_from_ = frame;
}

void StandIn::let_through ()
{
  const std::lock_guard lock (mutex_);
  held_from_ = G_MAXUINT;
  changed_.notify_all ();
}

void StandIn::fail ()
{
  const std::lock_guard lock (mutex_);
  fails_ = true;
}

void StandIn::wait_for (guint frames)
{
  std::unique_lock lock (mutex_);
  changed_.wait (lock, [&] { return frames_ >= frames; });
}

GstFlowReturn StandIn::take (GstElement *element, GstPad *source, GstBuffer *frame)
{
  bool failing = false;
  {
    std::unique_lock lock (mutex_);
    const guint number = frames_++;
    changed_.notify_all ();
    changed_.wait (lock, [&] { return number < held_from_; });
    failing = fails_;
  }
  GstBuffer *byte = gst_buffer_new_allocate (nullptr, 1, nullptr);
  gst_buffer_memset (byte, 0, 'f', 1);
  GST_BUFFER_PTS (byte) = GST_BUFFER_PTS (frame);
  gst_buffer_unref (frame);
  if (!failing) return gst_pad_push (source, byte);
  gst_buffer_unref (byte);
  GST_ELEMENT_ERROR (element, STREAM, ENCODE, ("The stand-in fails."), (nullptr));
  return GST_FLOW_ERROR;
}

}  // namespace quad::test
