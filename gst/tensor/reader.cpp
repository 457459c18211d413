#include <gst/app/gstappsink.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "glue/extracted_meta.h"
#include "glue/owned.h"
#include "tensor/decoder_choice.h"
#include "tensor/frame.h"

namespace quad::tensor {
namespace {

// How long to wait for a frame before looking for an error.
constexpr GstClockTime kGlance = 20 * GST_MSECOND;

constexpr const char *kNoVideo = "There is no video in this file that can be decoded.";

// The URI of a file name, or of what is one already; empty with an error set.
std::string uri_of (const char *location, GError **error)
{
  // A colon makes no URI of a file that is there.
  if (!g_file_test (location, G_FILE_TEST_EXISTS) && gst_uri_is_valid (location)) return location;
  GError *why = nullptr;
  const Owned<char> uri{gst_filename_to_uri (location, &why)};
  if (uri) return uri.get ();
  refuse (error, QUAD_TENSOR_ERROR_ARGUMENT, why->message);
  g_error_free (why);
  return {};
}

// What an error message says: its text, who posted it, and the last line of its details, which
// tells what a text such as "Internal data stream error." does not. `lacking` is what decoders
// GStreamer said it has not.
std::string text_of (GstMessage *message, const std::string &lacking)
{
  GError *why = nullptr;
  char *taken = nullptr;
  gst_message_parse_error (message, &why, &taken);
  const Owned<char> debug{taken};
  std::string text = std::string{GST_MESSAGE_SRC_NAME (message)} + ": " + why->message;
  const bool no_plugin = g_error_matches (why, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN);
  g_error_free (why);
  // Posted for streams that are no video, too.
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

Owned<GstElement> make (const char *factory, GError **error)
{
  GstElement *made = gst_element_factory_make (factory, nullptr);
  if (made) return Owned<GstElement>{GST_ELEMENT (gst_object_ref_sink (made))};
  refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
          std::string{"There is no element "} + factory +
              ". Install GStreamer's base plugins (gstreamer1.0-plugins-base).");
  return nullptr;
}

// A target of frameextract's, from its message; of several, the first.
QuadMissed missed_of (const GstStructure *fields)
{
  QuadMissed missed = {};
  missed.index = G_MAXUINT64;
  missed.requested = GST_CLOCK_TIME_NONE;
  gst_structure_get_uint64 (fields, extracted::kIndex, &missed.index);
  gst_structure_get_uint64 (fields, extracted::kRequested, &missed.requested);
  const char *reason = gst_structure_get_string (fields, "reason");
  missed.reason = g_intern_string (reason ? reason : "");
  return missed;
}

// Ticks of a rate that follow each other; the next one to be taken is that many after the first.
struct MissedRun {
  QuadMissed first;
  guint64 count = 1;
  GstClockTime last_requested = GST_CLOCK_TIME_NONE;
  guint64 taken = 0;

  // To the nanosecond.
  QuadMissed next ()
  {
    QuadMissed missed = first;
    if (count > 1) {
      missed.index += taken;
      missed.requested +=
          gst_util_uint64_scale_round (last_requested - first.requested, taken, count - 1);
    }
    taken++;
    return missed;
  }
};

MissedRun run_of (const GstStructure *fields)
{
  MissedRun run = {missed_of (fields)};
  gst_structure_get_uint64 (fields, extracted::kCount, &run.count);
  gst_structure_get_uint64 (fields, extracted::kLastRequested, &run.last_requested);
  return run;
}

bool is_video (GstPad *pad)
{
  const Owned<GstCaps> caps{gst_pad_query_caps (pad, nullptr)};
  return !gst_caps_is_empty (caps.get ()) && !gst_caps_is_any (caps.get ()) &&
         gst_structure_has_name (gst_caps_get_structure (caps.get (), 0), "video/x-raw");
}

// The first video stream goes on; others stay unlinked, and are not decoded.
void link_video (GstElement *decoder, GstPad *pad, gpointer sink)
{
  if (gst_pad_is_linked (GST_PAD (sink)) || !is_video (pad) ||
      gst_pad_link (pad, GST_PAD (sink)) == GST_PAD_LINK_OK)
    return;
  const Owned<GstCaps> caps{gst_pad_query_caps (pad, nullptr)};
  const Owned<char> text{gst_caps_to_string (caps.get ())};
  GST_ELEMENT_ERROR (decoder, CORE, NEGOTIATION,
                     ("The filters do not take what the decoder gives: %s", text.get ()),
                     (nullptr));
}

void say_no_video (GstElement *decoder, gpointer sink)
{
  if (gst_pad_is_linked (GST_PAD (sink))) return;
  GST_ELEMENT_ERROR (decoder, STREAM, WRONG_TYPE, ("%s", kNoVideo), (nullptr));
}

}  // namespace
}  // namespace quad::tensor

using namespace quad::tensor;
using quad::Owned;

struct _QuadReader {
  Owned<GstElement> pipeline, sink;
  Owned<GstBus> bus;
  GstClockTime position = GST_CLOCK_TIME_NONE;
  std::string lacking;           // what GStreamer says that it has no plugins for
  std::string failure;           // the first error that was posted
  std::deque<MissedRun> missed;  // that nobody has taken yet
  bool ended = false;

  ~_QuadReader ()
  {
    if (pipeline) gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  }
  bool build (const std::string &uri, const char *filters, int device, guint depth, GError **error);
  // Reads what was posted.
  void take_messages ();
  // Whether an element failed; it says so once.
  bool failed (GError **error);
  QuadFrame *take (GstSample *sample, GError **error);
};

bool _QuadReader::build (const std::string &uri, const char *filters, int device, guint depth,
                         GError **error)
{
  GstElement *made = gst_pipeline_new (nullptr);
  pipeline.reset (GST_ELEMENT (gst_object_ref_sink (made)));
  bus.reset (gst_element_get_bus (made));
  if (device >= 0 && !quad_cuda_use_primary_context (made, device, error)) return false;

  const Owned<GstElement> decoder = make ("uridecodebin", error);
  sink = decoder ? make ("appsink", error) : nullptr;
  if (!sink) return false;
  gst_bin_add_many (GST_BIN (made), decoder.get (), sink.get (), nullptr);
  const Owned<GstCaps> any{gst_caps_from_string ("video/x-raw(ANY)")};
  g_object_set (decoder.get (), "uri", uri.c_str (), "caps", any.get (), "expose-all-streams",
                FALSE, nullptr);
  choose_decoders (decoder.get (), device);
  const Owned<GstCaps> wanted{
      gst_caps_from_string (device >= 0 ? "video/x-raw(memory:CUDAMemory)" : "video/x-raw")};
  g_object_set (sink.get (), "caps", wanted.get (), "max-buffers", depth, "sync", FALSE,
                "enable-last-sample", FALSE, nullptr);

  GstElement *first = sink.get ();
  if (filters && *filters) {
    GError *why = nullptr;
    // The first and the last filter may be caps, which want elements around them. Elements that
    // are not there are an error, not a warning.
    const std::string line = std::string{"capsfilter ! "} + filters + " ! capsfilter";
    GstElement *bin = gst_parse_bin_from_description_full (line.c_str (), TRUE, nullptr,
                                                           GST_PARSE_FLAG_FATAL_ERRORS, &why);
    if (!bin) {
      refuse (error, QUAD_TENSOR_ERROR_PIPELINE, why->message);
      g_error_free (why);
      return false;
    }
    gst_bin_add (GST_BIN (made), bin);
    if (!gst_element_link (bin, sink.get ()))
      return refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
                     std::string{"The filters give no video in "} +
                         (device >= 0 ? "CUDA" : "system") + " memory: " + filters);
    first = bin;
  }
  const Owned<GstPad> input{gst_element_get_static_pad (first, "sink")};
  if (!input)
    return refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
                   std::string{"The filters have no open input: "} + filters);
  // The pad lives as long as the pipeline, and so as the decoder.
  g_signal_connect (decoder.get (), "pad-added", G_CALLBACK (link_video), input.get ());
  g_signal_connect (decoder.get (), "no-more-pads", G_CALLBACK (say_no_video), input.get ());
  return true;
}

void _QuadReader::take_messages ()
{
  constexpr auto kTypes = static_cast<GstMessageType> (GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
  while (const Owned<GstMessage> message{gst_bus_pop_filtered (bus.get (), kTypes)}) {
    if (GST_MESSAGE_TYPE (message.get ()) == GST_MESSAGE_ERROR) {
      if (failure.empty ()) failure = text_of (message.get (), lacking);
    } else if (gst_message_has_name (message.get (), "missing-plugin")) {
      const char *name =
          gst_structure_get_string (gst_message_get_structure (message.get ()), "name");
      if (!lacking.empty ()) lacking += ", ";
      lacking += name ? name : "an unknown decoder";
    } else if (gst_message_has_name (message.get (), "frame-missed")) {
      missed.push_back (run_of (gst_message_get_structure (message.get ())));
    }
  }
}

bool _QuadReader::failed (GError **error)
{
  take_messages ();
  if (failure.empty ()) return false;
  ended = true;
  return !refuse (error, QUAD_TENSOR_ERROR_PIPELINE, failure);
}

QuadFrame *_QuadReader::take (GstSample *sample, GError **error)
{
  QuadFrame *frame = quad_frame_new (sample, error);
  if (frame) position = stream_time_of (sample);
  return frame;
}

QuadReader *quad_reader_open (const gchar *location, const gchar *filters, gint device, guint depth,
                              GError **error)
{
  g_return_val_if_fail (location, nullptr);
  if (!start_gstreamer (error)) return nullptr;
  if (depth < 1 || device < -1) {
    refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
            depth < 1 ? "The depth has to be 1 or more." : "The device has to be -1 or more.");
    return nullptr;
  }
  const std::string uri = uri_of (location, error);
  if (uri.empty ()) return nullptr;
  auto reader = std::make_unique<QuadReader> ();
  if (!reader->build (uri, filters, device, depth, error)) return nullptr;
  if (gst_element_set_state (reader->pipeline.get (), GST_STATE_PLAYING) ==
      GST_STATE_CHANGE_FAILURE) {
    if (!reader->failed (error))
      refuse (error, QUAD_TENSOR_ERROR_PIPELINE, "The pipeline does not start.");
    return nullptr;
  }
  return reader.release ();
}

QuadReaderStatus quad_reader_next (QuadReader *reader, GstClockTime timeout, QuadFrame **frame,
                                   GError **error)
{
  g_return_val_if_fail (reader && frame, QUAD_READER_FAILED);
  *frame = nullptr;
  if (reader->ended) return QUAD_READER_END;
  auto *sink = GST_APP_SINK (reader->sink.get ());
  for (GstClockTime waited = 0;; waited += kGlance) {
    const GstClockTime rest = timeout > waited ? timeout - waited : 0;
    Owned<GstSample> sample{gst_app_sink_try_pull_sample (sink, std::min (rest, kGlance))};
    // Before an element that fails ends the stream, it posts why. So the end is looked for first.
    const bool eos = !sample && gst_app_sink_is_eos (sink) != FALSE;
    reader->take_messages ();
    // What came before an error is there by now.
    if (!sample && !reader->failure.empty ()) sample.reset (gst_app_sink_try_pull_sample (sink, 0));
    if (sample) {
      *frame = reader->take (sample.get (), error);
      if (*frame) return QUAD_READER_FRAME;
      reader->ended = true;
      return QUAD_READER_FAILED;
    }
    if (reader->failed (error)) return QUAD_READER_FAILED;
    if (eos) {
      reader->ended = true;
      return QUAD_READER_END;
    }
    if (rest <= kGlance) return QUAD_READER_TIMEOUT;
  }
}

void quad_reader_get_progress (QuadReader *reader, GstClockTime *position, GstClockTime *duration)
{
  g_return_if_fail (reader);
  gint64 length = -1;
  if (duration) {
    gst_element_query_duration (reader->pipeline.get (), GST_FORMAT_TIME, &length);
    *duration = length < 0 ? GST_CLOCK_TIME_NONE : static_cast<GstClockTime> (length);
  }
  if (position) *position = reader->position;
}

gboolean quad_reader_take_missed (QuadReader *reader, QuadMissed *missed)
{
  g_return_val_if_fail (reader && missed, FALSE);
  reader->take_messages ();
  if (reader->missed.empty ()) return FALSE;
  MissedRun &run = reader->missed.front ();
  *missed = run.next ();
  if (run.taken == run.count) reader->missed.pop_front ();
  return TRUE;
}

void quad_reader_close (QuadReader *reader)
{
  g_return_if_fail (reader);
  delete reader;
}
