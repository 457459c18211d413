#include "glue/enums.h"

#include "core/kernel.h"

namespace {

// A value a row. A GType reads its values for as long as the process lives: they are never freed.
const GEnumValue *values_of_kernels ()
{
  const auto kernels = quad::filter::kernels ();
  auto *values = g_new0 (GEnumValue, kernels.size () + 1);
  for (std::size_t i = 0; i < kernels.size (); i++)
    values[i] =
        quad::enum_value (static_cast<quad::Filter> (i), kernels[i].description, kernels[i].name);
  return values;
}

}  // namespace

GType gst_quad_method_get_type ()
{
  static const GType type = g_enum_register_static ("GstQuadMethod", values_of_kernels ());
  return type;
}
