#include "tensor/reader_pipeline.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <vector>

#include "glue/film.h"
#include "glue/late_query.h"
#include "glue/plain_pool.h"
#include "tensor/decoder_choice.h"
#include "tensor/frame.h"
#include "tensor/guard.h"
#include "tensor/location.h"
#include "tensor/messages.h"
#include "tensor/unneeded.h"

namespace quad::tensor {
namespace {

// A bin made from a gst-launch-1.0 line. A missing element is an error.
Owned<GstElement> make_bin (const std::string &line, GError **error)
{
  // A line may begin or end with caps, which need an element on both sides.
  const std::string whole = "capsfilter ! " + line + " ! capsfilter";
  GError *why = nullptr;
  GstElement *bin = gst_parse_bin_from_description_full (whole.c_str (), TRUE, nullptr,
                                                         GST_PARSE_FLAG_FATAL_ERRORS, &why);
  if (bin) return Owned<GstElement>{GST_ELEMENT (gst_object_ref_sink (bin))};
  refuse (error, QUAD_TENSOR_ERROR_PIPELINE, why->message);
  g_error_free (why);
  return nullptr;
}

// Lets decoders give frames of system memory as they lie, with rows that are padded: else they copy
// each one.
GstPadProbeReturn take_any_layout (GstPad *, GstPadProbeInfo *info, gpointer)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  if (!caps || !gst_caps_features_is_equal (gst_caps_get_features (caps, 0),
                                            GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY))
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  return GST_PAD_PROBE_HANDLED;
}

void guard_transform (GstBin *, GstBin *, GstElement *element, gpointer)
{
  if (GST_IS_BASE_TRANSFORM (element)) refuse_late_queries (element);
}

}  // namespace

ReaderPipeline::~ReaderPipeline ()
{
  {
    const std::lock_guard lock (mutex_);
    closing_ = true;
  }
  if (pipeline_) gst_element_set_state (pipeline_.get (), GST_STATE_NULL);
}

bool ReaderPipeline::build (const Request &request, GError **error)
{
  picture_ = request.picture;
  device_ = request.device;
  Location location;
  if (!read_location (request.location, location, error)) return false;
  pipeline_.reset (GST_ELEMENT (gst_object_ref_sink (gst_pipeline_new (nullptr))));
  bus_.reset (gst_element_get_bus (pipeline_.get ()));
  g_signal_connect (pipeline_.get (), "deep-element-added", G_CALLBACK (guard_transform), nullptr);
  if (device_ >= 0 && !quad_cuda_use_primary_context (pipeline_.get (), device_, error))
    return false;
  if (location.local) input_.watch (pipeline_.get ());
  if (!request.times.empty ()) drop_unneeded (pipeline_.get (), request.times);
  sink_ = make_element ("appsink", error);
  if (!sink_ || !make_decoder (location.uri, request, error)) return false;
  gst_bin_add (GST_BIN (pipeline_.get ()), sink_.get ());
  const Owned<GstCaps> wanted{
      gst_caps_from_string (device_ >= 0 ? "video/x-raw(memory:CUDAMemory)" : "video/x-raw")};
  g_object_set (sink_.get (), "caps", wanted.get (), "max-buffers", request.depth, "sync", FALSE,
                "enable-last-sample", FALSE, nullptr);
  const Owned<GstPad> input{gst_element_get_static_pad (sink_.get (), "sink")};
  if (request.slices)
    offer_slices (input.get (), request.slices);
  else if (picture_ && picture_->as_decoded ())
    gst_pad_add_probe (input.get (), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, take_any_layout, nullptr,
                       nullptr);
  return !request.filters || !*request.filters || make_filters (request.filters, error);
}

bool ReaderPipeline::make_decoder (const std::string &uri, const Request &request, GError **error)
{
  decoder_ = make_element ("uridecodebin", error);
  if (!decoder_) return false;
  gst_bin_add (GST_BIN (pipeline_.get ()), decoder_.get ());
  const Owned<GstCaps> any{gst_caps_from_string ("video/x-raw(ANY)")};
  g_object_set (decoder_.get (), "uri", uri.c_str (), "caps", any.get (), "expose-all-streams",
                FALSE, nullptr);
  choose_decoders (decoder_.get (), device_);
  if (request.threads > 0) limit_threads (pipeline_.get (), request.threads);
  stream_.choose (decoder_.get (), request.stream, take_pad, this);
  return true;
}

bool ReaderPipeline::make_filters (const char *filters, GError **error)
{
  filters_ = make_bin (filters, error);
  if (!filters_) return false;
  gst_bin_add (GST_BIN (pipeline_.get ()), filters_.get ());
  const Owned<GstPad> input{gst_element_get_static_pad (filters_.get (), "sink")};
  if (!input)
    return refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
                   std::string{"The filters have no open input: "} + filters);
  if (!picture_ && !gst_element_link (filters_.get (), sink_.get ()))
    return refuse (error, QUAD_TENSOR_ERROR_PIPELINE,
                   std::string{"The filters give no video in "} +
                       (device_ >= 0 ? "CUDA" : "system") + " memory: " + filters);
  return true;
}

void ReaderPipeline::take_pad (GstPad *pad, gpointer self)
{
  constexpr auto kAll =
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST |
                                    GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  gst_pad_add_probe (pad, kAll, begin, self, nullptr);
  constexpr auto kAnswers =
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PULL);
  gst_pad_add_probe (
      pad, kAnswers,
      [] (GstPad *, GstPadProbeInfo *answer, gpointer) {
        GstQuery *query = GST_PAD_PROBE_INFO_QUERY (answer);
        if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION) make_pools_plain (query);
        return GST_PAD_PROBE_OK;
      },
      nullptr, nullptr);
}

// Caps and tags come before the first frame, so the rest of the pipeline is built at the first
// buffer, gap or EOS.
GstPadProbeReturn ReaderPipeline::begin (GstPad *pad, GstPadProbeInfo *info, gpointer self)
{
  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
    if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT)
      static_cast<ReaderPipeline *> (self)->take_segment (event);
    if (GST_EVENT_TYPE (event) != GST_EVENT_EOS && GST_EVENT_TYPE (event) != GST_EVENT_GAP)
      return GST_PAD_PROBE_OK;
  }
  auto *pipeline = static_cast<ReaderPipeline *> (self);
  GError *error = nullptr;
  contain (FALSE, &error, [&] {
    return gboolean{accept (&error, QUAD_TENSOR_ERROR_PIPELINE, pipeline->connect (pad))};
  });
  if (error)
    GST_ELEMENT_ERROR (pipeline->decoder_.get (), CORE, NEGOTIATION, ("%s", error->message),
                       (nullptr));
  g_clear_error (&error);
  return GST_PAD_PROBE_REMOVE;
}

std::string ReaderPipeline::connect (GstPad *pad)
{
  const std::lock_guard lock (mutex_);
  // An element that is added while the pipeline stops would go on running.
  if (closing_) return {};
  source_ = source_of (pad);
  const Lines lines = picture_ ? lines_for (source_, *picture_, device_) : Lines{};
  std::vector<Owned<GstElement>> made;
  std::vector<GstElement *> chain;
  const auto add = [&] (const std::string &line, GError **error) {
    if (line.empty ()) return true;
    made.push_back (make_bin (line, error));
    if (!made.back ()) return false;
    gst_bin_add (GST_BIN (pipeline_.get ()), made.back ().get ());
    chain.push_back (made.back ().get ());
    return true;
  };
  GError *why = nullptr;
  bool good = add (lines.before, &why);
  if (filters_) chain.push_back (filters_.get ());
  good = good && add (lines.after, &why);
  if (!good) {
    std::string text = why->message;
    g_error_free (why);
    return text;
  }
  chain.push_back (sink_.get ());

  // Start the elements from the sink backwards, so that each frame finds a running element.
  for (auto at = chain.rbegin (); at != chain.rend (); ++at) {
    if (at != chain.rbegin () && (picture_ || *at != filters_.get ()) &&
        !gst_element_link (*at, at[-1]))
      return "The picture cannot be made as asked: " + lines.before + " | " + lines.after;
    gst_element_sync_state_with_parent (*at);
  }
  const Owned<GstPad> input{gst_element_get_static_pad (chain.front (), "sink")};
  send_first_segment (pad, input.get ());
  if (gst_pad_link (pad, input.get ()) == GST_PAD_LINK_OK) return {};
  const Owned<GstCaps> caps{gst_pad_query_caps (pad, nullptr)};
  const Owned<char> text{gst_caps_to_string (caps.get ())};
  return std::string{"The filters do not take what the decoder gives: "} + text.get ();
}

void ReaderPipeline::take_segment (GstEvent *event)
{
  const std::lock_guard lock (mutex_);
  if (!first_segment_) first_segment_.reset (gst_event_ref (event));
}

// An MP4 whose pictures begin later has an empty segment first, which says that the film begins
// there. By the next one alone it may seem to begin with the pictures.
void ReaderPipeline::send_first_segment (GstPad *pad, GstPad *to)
{
  const Owned<GstEvent> now{gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0)};
  if (!first_segment_ || !now) return;
  GstSegment first, second;
  gst_event_copy_segment (first_segment_.get (), &first);
  gst_event_copy_segment (now.get (), &second);
  if (is_correction (second, first)) return;
  // At a gap, the first frame's segment is still to come.
  needs_first_segment_ = true;
  if (first.time == second.time && film_begin (first) == film_begin (second)) return;
  for (const GstEventType type : {GST_EVENT_STREAM_START, GST_EVENT_CAPS})
    if (GstEvent *event = gst_pad_get_sticky_event (pad, type, 0)) gst_pad_send_event (to, event);
  gst_pad_send_event (to, gst_event_ref (first_segment_.get ()));
}

std::optional<GstSegment> ReaderPipeline::first_segment () const
{
  const std::lock_guard lock (mutex_);
  if (!needs_first_segment_) return {};
  GstSegment segment;
  gst_event_copy_segment (first_segment_.get (), &segment);
  return segment;
}

Source ReaderPipeline::source () const
{
  const std::lock_guard lock (mutex_);
  return source_;
}

Failure ReaderPipeline::stuck ()
{
  return stream_.found () ? Failure{} : input_.stuck (pipeline_.get ());
}

}  // namespace quad::tensor
