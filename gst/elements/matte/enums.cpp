#include "elements/matte/enums.h"

#include "elements/matte/settings.h"
#include "glue/enums.h"

GType gst_quad_refine_get_type ()
{
  using quad::Refine;
  static const GEnumValue values[] = {
      quad::enum_value (Refine::none, "The mask is only enlarged", "none"),
      quad::enum_value (Refine::guided, "Fitted to the picture's edges (guided filter)", "guided"),
      quad::enum_value (Refine::model, "Fitted by a model of its own, refine-model-file", "model"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadRefine", values);
  return type;
}

GType gst_quad_region_get_type ()
{
  using quad::MatteRegion;
  static const GEnumValue values[] = {
      quad::enum_value (MatteRegion::full, "The model sees the whole picture", "full"),
      quad::enum_value (MatteRegion::track,
                        "Then it sees the part where it found a foreground, larger", "track"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadRegion", values);
  return type;
}

GType gst_quad_foreground_get_type ()
{
  using quad::ForegroundColors;
  static const GEnumValue values[] = {
      quad::enum_value (ForegroundColors::keep, "As they are in the video", "keep"),
      quad::enum_value (ForegroundColors::estimate,
                        "At soft edges, what the foreground has without the background",
                        "estimate"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadForeground", values);
  return type;
}

GType gst_quad_execution_provider_get_type ()
{
  using quad::infer::Provider;
  static const GEnumValue values[] = {
      quad::enum_value (Provider::automatic, "CUDA if it can be had, else the CPU", "auto"),
      quad::enum_value (Provider::cpu, "The CPU", "cpu"),
      quad::enum_value (Provider::cuda, "An NVIDIA GPU, by CUDA", "cuda"),
      quad::enum_value (Provider::tensorrt, "An NVIDIA GPU, by TensorRT", "tensorrt"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadExecutionProvider", values);
  return type;
}

GType gst_quad_optimization_level_get_type ()
{
  using quad::infer::Optimization;
  static const GEnumValue values[] = {
      quad::enum_value (Optimization::none, "The graph as it is in the file", "none"),
      quad::enum_value (Optimization::basic, "What is redundant goes", "basic"),
      quad::enum_value (Optimization::extended, "Operators are fused, too", "extended"),
      quad::enum_value (Optimization::all, "Memory layouts change, too", "all"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadOptimizationLevel", values);
  return type;
}
