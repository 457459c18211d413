// What gst-inspect-1.0 says of an element.
#pragma once

#include <gst/gst.h>

#include <initializer_list>

namespace quad {

// All strings are static. `page` is the name of its page in docs/elements, without ".md". `since`:
// the version that had the element first.
void set_about (GstElementClass *klass, const char *name, const char *kind, const char *what,
                const char *page, const char *since = "0.2.0");

// Documents the types of properties.
inline void document_types (std::initializer_list<GType> types)
{
  for (const GType type : types) gst_type_mark_as_plugin_api (type, GstPluginAPIFlags{});
}

// The pads of an element with one input and one output, "sink" and "src".
inline void add_sink_and_src (GstElementClass *klass, GstCaps *caps)
{
  gst_element_class_add_pad_template (
      klass, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template (
      klass, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
}

}  // namespace quad
