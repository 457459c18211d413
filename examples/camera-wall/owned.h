// Ownership of GLib's and GStreamer's things as a type.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace wall {

struct Unref {
  void operator() (char *p) const { g_free (p); }
  void operator() (GError *p) const { g_error_free (p); }
  void operator() (GBytes *p) const { g_bytes_unref (p); }
  void operator() (GMainLoop *p) const { g_main_loop_unref (p); }
  void operator() (GUri *p) const { g_uri_unref (p); }
  void operator() (GstBuffer *p) const { gst_buffer_unref (p); }
  void operator() (GstCaps *p) const { gst_caps_unref (p); }
  void operator() (GstEvent *p) const { gst_event_unref (p); }
  void operator() (GstMessage *p) const { gst_message_unref (p); }
  void operator() (GstQuery *p) const { gst_query_unref (p); }
  void operator() (GstSample *p) const { gst_sample_unref (p); }
  void operator() (GstStructure *p) const { gst_structure_free (p); }
  // GObjects: elements, pads, buses, ...
  template <typename T>
  void operator() (T *p) const
  {
    g_object_unref (p);
  }
};

// Owns one reference; release () hands it to a function that takes it.
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

// A second reference to a GObject.
template <typename T>
Owned<T> share (T *object)
{
  return Owned<T> (static_cast<T *> (g_object_ref (object)));
}

}  // namespace wall
