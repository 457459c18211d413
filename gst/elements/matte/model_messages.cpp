#include "elements/matte/model_messages.h"

#include <array>

#include "elements/matte/log.h"
#include "glue/owned.h"
#include "public/gstquad.h"

namespace quad {

const char *name_of (infer::Provider provider)
{
  switch (provider) {
    case infer::Provider::automatic: return "auto";
    case infer::Provider::cpu: return "cpu";
    case infer::Provider::cuda: return "cuda";
    case infer::Provider::tensorrt: return "tensorrt";
  }
  return "";
}

bool post_unless_none (GstElement *element, const infer::Problem &problem)
{
  using Kind = infer::Problem::Kind;
  // Names of files may be no UTF-8, but messages must be.
  const Owned<char> valid{g_utf8_make_valid (problem.text.c_str (), -1)};
  const char *text = valid.get ();
  switch (problem.kind) {
    case Kind::none: return true;
    case Kind::no_runtime:
      GST_ELEMENT_ERROR (element, RESOURCE, NOT_FOUND, ("%s", text), (nullptr));
      break;
    case Kind::no_model:
      GST_ELEMENT_ERROR (element, RESOURCE, OPEN_READ, ("%s", text), (nullptr));
      break;
    case Kind::no_provider:
      GST_ELEMENT_ERROR (element, RESOURCE, SETTINGS, ("%s", text), (nullptr));
      break;
    case Kind::out_of_memory:
      GST_ELEMENT_ERROR (element, RESOURCE, NO_SPACE_LEFT, ("%s", text), (nullptr));
      break;
    case Kind::wrong_tensor:
    case Kind::failed: GST_ELEMENT_ERROR (element, STREAM, FAILED, ("%s", text), (nullptr)); break;
  }
  return false;
}

void post_warning (GstElement *element, const std::string &warning)
{
  const Owned<char> valid{g_utf8_make_valid (warning.c_str (), -1)};
  if (!warning.empty ())
    GST_ELEMENT_WARNING (element, RESOURCE, NOT_FOUND, ("%s", valid.get ()), (nullptr));
}

void tell_of_model (GstElement *element, const std::string &file, const infer::Inference &inference,
                    GstClockTime load_time, const RunTimes &runs)
{
  const char *provider = name_of (inference.provider ());
  GST_INFO_OBJECT (element,
                   "%s runs on %s (%s): loaded in %" G_GUINT64_FORMAT
                   " us, first run %" G_GUINT64_FORMAT " us, then %" G_GUINT64_FORMAT " us",
                   file.c_str (), provider, inference.runtime ().c_str (), load_time / GST_USECOND,
                   runs.first / GST_USECOND, runs.usual / GST_USECOND);
  GstStructure *said = gst_structure_new (
      GST_QUAD_MESSAGE_MODEL_LOADED, GST_QUAD_FIELD_MODEL_FILE, G_TYPE_STRING, file.c_str (),
      GST_QUAD_FIELD_EXECUTION_PROVIDER, G_TYPE_STRING, provider, GST_QUAD_FIELD_RUNTIME,
      G_TYPE_STRING, inference.runtime ().c_str (), GST_QUAD_FIELD_LOAD_TIME, G_TYPE_UINT64,
      load_time, GST_QUAD_FIELD_FIRST_RUN_TIME, G_TYPE_UINT64, runs.first, nullptr);
  gst_element_post_message (element, gst_message_new_element (GST_OBJECT (element), said));
}

void log_runtime (infer::Severity severity, const std::string &line)
{
  constexpr std::array kLevels = {GST_LEVEL_DEBUG, GST_LEVEL_INFO, GST_LEVEL_WARNING,
                                  GST_LEVEL_WARNING};
  GST_CAT_LEVEL_LOG (matte_debug (), kLevels[static_cast<std::size_t> (severity)], nullptr,
                     "ONNX Runtime: %s", line.c_str ());
}

}  // namespace quad
