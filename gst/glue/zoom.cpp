#include "glue/zoom.h"

namespace quad {

void install_zoom (GObjectClass *klass, guint first)
{
  constexpr auto kFlags =
      static_cast<GParamFlags> (int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS} |
                                int{GST_PARAM_CONTROLLABLE} | int{GST_PARAM_MUTABLE_PLAYING});
  for (const ZoomProperty &p : kZoomProperties)
    g_object_class_install_property (
        klass, first++,
        g_param_spec_double (p.name, p.nick, p.blurb, 0, 1, Zoom{}.*p.field, kFlags));
}

void set_fraction (double &field, const GValue *value)
{
  const double v = g_value_get_double (value);
  if (v >= 0 && v <= 1) field = v;
}

}  // namespace quad
