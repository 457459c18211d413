#include "glue/enums.h"

#include "core/filter.h"

GType gst_quad_method_get_type ()
{
  using quad::Filter;
  static const GEnumValue values[] = {
      quad::enum_value (Filter::area, "Area: exact box coverage, bilinear when enlarging", "area"),
      quad::enum_value (Filter::bilinear, "Bilinear: triangle, widened when shrinking", "bilinear"),
      quad::enum_value (Filter::bicubic, "Bicubic: Catmull-Rom, widened when shrinking", "bicubic"),
      quad::enum_value (Filter::lanczos, "Lanczos: three lobes, widened when shrinking", "lanczos"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadMethod", values);
  return type;
}
