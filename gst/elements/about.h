// What gst-inspect-1.0 says of an element.
#pragma once

#include <gst/gst.h>

namespace quad {

// The page of docs/elements where it is installed.
#define QUAD_PAGE(name) QUAD_DOCS_URI "/elements/" name ".md"

// All strings are static.
inline void set_about (GstElementClass *klass, const char *name, const char *kind, const char *what,
                       const char *page)
{
  gst_element_class_set_static_metadata (klass, name, kind, what, "The gst-quad developers");
  gst_element_class_add_static_metadata (klass, GST_ELEMENT_METADATA_DOC_URI, page);
}

}  // namespace quad
