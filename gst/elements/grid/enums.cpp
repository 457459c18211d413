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

GType gst_quad_cell_state_get_type ()
{
  using quad::CellState;
  static const GEnumValue values[] = {
      quad::enum_value (CellState::waiting, "No frame has come yet", "waiting"),
      quad::enum_value (CellState::live, "Frames come", "live"),
      quad::enum_value (CellState::late, "The next frame is overdue", "late"),
      quad::enum_value (CellState::lost, "Frames have been missing for long", "lost"),
      quad::enum_value (CellState::ended, "The input has ended", "ended"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static (GST_QUAD_CELL_STATE_TYPE_NAME, values);
  return type;
}

GType gst_quad_lost_policy_get_type ()
{
  using quad::LostPolicy;
  static const GEnumValue values[] = {
      quad::enum_value (LostPolicy::hold, "The last picture", "hold"),
      quad::enum_value (LostPolicy::background, "The background", "background"),
      quad::enum_value (LostPolicy::placeholder, "The placeholder", "placeholder"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadLostPolicy", values);
  return type;
}

GType gst_quad_transition_mode_get_type ()
{
  using quad::TransitionMode;
  static const GEnumValue values[] = {
      quad::enum_value (TransitionMode::none, "At once", "none"),
      quad::enum_value (TransitionMode::ease, "Slowly at both ends", "ease"),
      quad::enum_value (TransitionMode::linear, "At one speed", "linear"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadTransitionMode", values);
  return type;
}
