// Ownership of GStreamer's things as a type.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace quad {

struct Unref {
  void operator() (GstCaps *p) const { gst_caps_unref (p); }
  void operator() (GstBuffer *p) const { gst_buffer_unref (p); }
  void operator() (GstEvent *p) const { gst_event_unref (p); }
  void operator() (GstQuery *p) const { gst_query_unref (p); }
  void operator() (GstMemory *p) const { gst_memory_unref (p); }
  void operator() (GstMessage *p) const { gst_message_unref (p); }
  void operator() (GstSample *p) const { gst_sample_unref (p); }
  void operator() (GstStructure *p) const { gst_structure_free (p); }
  void operator() (GstIterator *p) const { gst_iterator_free (p); }
  void operator() (char *p) const { g_free (p); }
  // GObjects: elements, pads, pools, allocators, ...
  template <typename T>
  void operator() (T *p) const
  {
    gst_object_unref (p);
  }
};

// Owns one reference; release () hands it to a function that takes it.
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

}  // namespace quad
