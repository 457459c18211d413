#include "elements/about.h"

#include <string>

namespace quad {

void set_about (GstElementClass *klass, const char *name, const char *kind, const char *what,
                const char *page, const char *since)
{
  gst_element_class_set_static_metadata (klass, name, kind, what, "The gst-quad developers");
  const std::string uri = std::string (QUAD_DOCS_URI "/elements/").append (page).append (".md");
  gst_element_class_add_metadata (klass, GST_ELEMENT_METADATA_DOC_URI, uri.c_str ());
  gst_element_class_add_static_metadata (klass, "since", since);
}

}  // namespace quad
