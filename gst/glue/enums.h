// Enumerations as GTypes, for properties: those that several elements have. An element's own lie
// beside it.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

GType gst_quad_method_get_type (void);  // quad::Filter

G_END_DECLS

#define GST_TYPE_QUAD_METHOD (gst_quad_method_get_type ())

namespace quad {

// One row of a GEnumClass. The strings are static.
template <typename E>
constexpr GEnumValue enum_value (E e, const char *description, const char *nick)
{
  return {static_cast<gint> (e), description, nick};
}

}  // namespace quad
