#include "tensor/messages.h"

#include <memory>

#include "glue/owned.h"
#include "public/gstquad.h"

namespace quad::tensor {

std::string text_of (GstMessage *message, const std::string &lacking)
{
  GError *error = nullptr;
  char *taken = nullptr;
  gst_message_parse_error (message, &error, &taken);
  const std::unique_ptr<GError, void (*) (GError *)> why{error, g_error_free};
  const Owned<char> debug{taken};
  std::string text = std::string{GST_MESSAGE_SRC_NAME (message)} + ": " + why->message;
  const bool no_plugin =
      g_error_matches (why.get (), GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
  // This error is also posted for streams that are no video.
  if (no_plugin && lacking.empty ()) return kNoVideo;
  if (no_plugin) return "GStreamer's plugins for this are not installed: " + lacking + ".";
  const std::string details = debug ? debug.get () : "";
  const auto line = details.rfind ('\n');
  if (line != std::string::npos && line + 1 < details.size ())
    text += " (" + details.substr (line + 1) + ")";
  if (details.find ("not-negotiated") != std::string::npos)
    text += ". The filters may not take this video's format, or not give what comes after them";
  return text;
}

MissedRun::MissedRun (const GstStructure *message)
{
  first_.index = G_MAXUINT64;
  first_.requested = GST_CLOCK_TIME_NONE;
  gst_structure_get_uint64 (message, GST_QUAD_FIELD_INDEX, &first_.index);
  gst_structure_get_uint64 (message, GST_QUAD_FIELD_REQUESTED_TIME, &first_.requested);
  const char *reason = gst_structure_get_string (message, GST_QUAD_FIELD_REASON);
  first_.reason = g_intern_string (reason ? reason : "");
  if (!gst_structure_get_uint64 (message, GST_QUAD_FIELD_COUNT, &count_) || count_ < 1) count_ = 1;
  gst_structure_get_uint64 (message, GST_QUAD_FIELD_LAST_REQUESTED_TIME, &last_requested_);
}

QuadMissed MissedRun::next ()
{
  QuadMissed missed = first_;
  if (taken_ > 0 && missed.index != G_MAXUINT64) missed.index += taken_;
  if (taken_ > 0 && GST_CLOCK_TIME_IS_VALID (last_requested_))
    missed.requested +=
        gst_util_uint64_scale_round (last_requested_ - first_.requested, taken_, count_ - 1);
  taken_++;
  return missed;
}

}  // namespace quad::tensor
