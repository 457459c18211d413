#include "elements/matte/refine_properties.h"

#include "elements/matte/enums.h"

namespace quad {

std::string string_in (const GValue *value)
{
  const char *text = g_value_get_string (value);
  return text ? text : "";
}

void install_refine_properties (GObjectClass *klass)
{
  constexpr guint kMostThreads = 256;
  const auto flags = static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                               GST_PARAM_MUTABLE_PLAYING);
  const auto controllable = static_cast<GParamFlags> (flags | GST_PARAM_CONTROLLABLE);
  const auto install = [klass] (RefineProperty p, GParamSpec *spec) {
    g_object_class_install_property (klass, static_cast<guint> (p), spec);
  };
  const RefineSettings &d = kRefineDefaults;
  install (RefineProperty::refine,
           g_param_spec_enum ("refine", "Refine", "How the mask is fitted to the picture",
                              GST_TYPE_QUAD_REFINE, static_cast<gint> (d.refine), flags));
  install (RefineProperty::refine_model_file,
           g_param_spec_string ("refine-model-file", "Refine model file",
                                "The ONNX model of refine=model: from a picture and a mask it "
                                "makes a finer mask",
                                nullptr, flags));
  install (RefineProperty::radius,
           g_param_spec_int ("radius", "Radius",
                             "How far the guided filter looks around, in samples of the mask", 1,
                             matte::kMostRadius, d.radius, controllable));
  install (RefineProperty::epsilon,
           g_param_spec_double ("epsilon", "Epsilon",
                                "Variance (of values from 0 to 1) below which the guided filter "
                                "takes a part of the picture for flat",
                                matte::kLeastEpsilon, 1, d.epsilon, controllable));
  install (RefineProperty::smoothing,
           g_param_spec_double ("smoothing", "Smoothing",
                                "Part of the last alpha that stays where nothing moves (0 = each "
                                "picture by itself)",
                                0, matte::kMostSmoothing, d.smoothing, controllable));
  install (RefineProperty::foreground,
           g_param_spec_enum ("foreground", "Foreground", "The colours of the foreground",
                              GST_TYPE_QUAD_FOREGROUND, static_cast<gint> (d.foreground), flags));
  install (RefineProperty::invert,
           g_param_spec_boolean ("invert", "Invert", "Keep the background, remove the foreground",
                                 d.invert, controllable));
  install (RefineProperty::n_threads,
           g_param_spec_int ("n-threads", "Threads",
                             "Number of threads for a frame (0 = one per processor)", 0,
                             kMostThreads, d.threads, flags));
}

bool set_refine_property (RefineSettings &s, guint id, const GValue *value)
{
  switch (static_cast<RefineProperty> (id)) {
    case RefineProperty::refine: s.refine = static_cast<Refine> (g_value_get_enum (value)); break;
    case RefineProperty::refine_model_file: s.refine_model_file = string_in (value); break;
    case RefineProperty::radius: s.radius = g_value_get_int (value); break;
    case RefineProperty::epsilon: s.epsilon = g_value_get_double (value); break;
    case RefineProperty::smoothing: s.smoothing = g_value_get_double (value); break;
    case RefineProperty::foreground:
      s.foreground = static_cast<ForegroundColors> (g_value_get_enum (value));
      break;
    case RefineProperty::invert: s.invert = g_value_get_boolean (value); break;
    case RefineProperty::n_threads: s.threads = g_value_get_int (value); break;
    default: return false;
  }
  return true;
}

bool get_refine_property (const RefineSettings &s, guint id, GValue *value)
{
  switch (static_cast<RefineProperty> (id)) {
    case RefineProperty::refine: g_value_set_enum (value, static_cast<gint> (s.refine)); break;
    case RefineProperty::refine_model_file:
      g_value_set_string (value, s.refine_model_file.c_str ());
      break;
    case RefineProperty::radius: g_value_set_int (value, s.radius); break;
    case RefineProperty::epsilon: g_value_set_double (value, s.epsilon); break;
    case RefineProperty::smoothing: g_value_set_double (value, s.smoothing); break;
    case RefineProperty::foreground:
      g_value_set_enum (value, static_cast<gint> (s.foreground));
      break;
    case RefineProperty::invert: g_value_set_boolean (value, s.invert); break;
    case RefineProperty::n_threads: g_value_set_int (value, s.threads); break;
    default: return false;
  }
  return true;
}

}  // namespace quad
