#include "tensor/messages.h"

#include <cstring>
#include <memory>

#include "glue/owned.h"
#include "public/gstquad.h"

namespace quad::tensor {
namespace {

// Whether the element reads the file's bytes.
bool reads_media (GstObject *element)
{
  constexpr GstElementFactoryListType kTypes = GST_ELEMENT_FACTORY_TYPE_DEMUXER |
                                               GST_ELEMENT_FACTORY_TYPE_PARSER |
                                               GST_ELEMENT_FACTORY_TYPE_DECODER;
  GstElementFactory *factory =
      GST_IS_ELEMENT (element) ? gst_element_get_factory (GST_ELEMENT (element)) : nullptr;
  return factory && gst_element_factory_list_is_type (factory, kTypes);
}

bool reads_network (GstObject *element)
{
  GstElementFactory *factory =
      GST_IS_ELEMENT (element) ? gst_element_get_factory (GST_ELEMENT (element)) : nullptr;
  const char *kind =
      factory ? gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS) : nullptr;
  return kind && std::strstr (kind, "Source") && std::strstr (kind, "Network");
}

// What GStreamer's errors mean for the caller. All others are errors of the pipeline.
QuadTensorError code_of (const GError *error, GstObject *element)
{
  struct Row {
    GQuark domain;
    int code;
    QuadTensorError ours;
  };
  const Row rows[] = {
      {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, QUAD_TENSOR_ERROR_NOT_FOUND},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND, QUAD_TENSOR_ERROR_NO_VIDEO},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, QUAD_TENSOR_ERROR_NO_VIDEO},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE, QUAD_TENSOR_ERROR_DECODE},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX, QUAD_TENSOR_ERROR_DECODE},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT, QUAD_TENSOR_ERROR_DECODE},
      {GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT_NOKEY, QUAD_TENSOR_ERROR_DECODE},
  };
  for (const Row &row : rows)
    if (g_error_matches (error, row.domain, row.code)) return row.ours;
  if (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) && reads_media (element))
    return QUAD_TENSOR_ERROR_DECODE;
  return QUAD_TENSOR_ERROR_PIPELINE;
}

}  // namespace

Failure failure_of (GstMessage *message, const std::string &lacking)
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
  if (no_plugin && lacking.empty ()) return {QUAD_TENSOR_ERROR_NO_VIDEO, kNoVideo};
  if (no_plugin)
    return {QUAD_TENSOR_ERROR_PIPELINE,
            "GStreamer's plugins for this are not installed: " + lacking + "."};
  const std::string details = debug ? debug.get () : "";
  const auto line = details.rfind ('\n');
  if (line != std::string::npos && line + 1 < details.size ())
    text += " (" + details.substr (line + 1) + ")";
  if (details.find ("not-negotiated") != std::string::npos) {
    text += ". The filters may not take this video's format, or not give what comes after them";
    return {QUAD_TENSOR_ERROR_PIPELINE, text};
  }
  // The HTTP source says no more than this of a connection that is refused.
  if (g_error_matches (why.get (), GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED) &&
      reads_network (GST_MESSAGE_SRC (message)))
    text = "Nothing answers at this URI, or the connection broke off. " + text;
  return {code_of (why.get (), GST_MESSAGE_SRC (message)), text};
}

void PostedErrors::take (GstMessage *message)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    if (first_.empty ()) first_ = failure_of (message, lacking_);
  } else if (gst_message_has_name (message, "missing-plugin")) {
    const char *name = gst_structure_get_string (gst_message_get_structure (message), "name");
    if (!lacking_.empty ()) lacking_ += ", ";
    lacking_ += name ? name : "an unknown decoder";
  }
}

void PostedErrors::take_all (GstBus *bus)
{
  constexpr auto kTypes = static_cast<GstMessageType> (GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
  while (const Owned<GstMessage> message{gst_bus_pop_filtered (bus, kTypes)}) take (message.get ());
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
