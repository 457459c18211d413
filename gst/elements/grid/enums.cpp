#include "elements/grid/enums.h"

#include "core/geometry.h"

GType gst_quad_fit_get_type ()
{
  using quad::Fit;
  static const GEnumValue values[] = {
      quad::enum_value (Fit::contain, "All of the picture, with bars where the shapes differ",
                        "contain"),
      quad::enum_value (Fit::cover, "All of the cell, with the picture's edges cut off", "cover"),
      quad::enum_value (Fit::fill, "All of both: the picture is stretched", "fill"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadFit", values);
  return type;
}

GType gst_quad_eos_policy_get_type ()
{
  using quad::EosPolicy;
  static const GEnumValue values[] = {
      quad::enum_value (EosPolicy::longest, "End when all inputs have ended", "longest"),
      quad::enum_value (EosPolicy::shortest, "End when the first input ends", "shortest"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadEosPolicy", values);
  return type;
}
