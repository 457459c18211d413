#include "elements/extract/decoder.h"

#include <atomic>
#include <string_view>

#include "elements/extract/entry_point.h"

namespace quad {
namespace {

// The element's own pad that feeds `sink`; bins on the way are looked through.
Owned<GstPad> source_of (GstPad *sink)
{
  Owned<GstPad> pad{gst_pad_get_peer (sink)};
  while (pad && GST_IS_PROXY_PAD (pad.get ())) {
    if (GST_IS_GHOST_PAD (pad.get ())) {
      pad.reset (gst_ghost_pad_get_target (GST_GHOST_PAD (pad.get ())));
      continue;
    }
    // The inner side of a bin's input.
    const Owned<GstPad> outer{
        GST_PAD_CAST (gst_proxy_pad_get_internal (GST_PROXY_PAD (pad.get ())))};
    pad.reset (outer ? gst_pad_get_peer (outer.get ()) : nullptr);
  }
  return pad;
}

// The one input that feeds this output; a multiqueue has others beside it.
Owned<GstPad> input_of (GstPad *source)
{
  Owned<GstPad> input;
  int count = 0;
  const Owned<GstIterator> links{gst_pad_iterate_internal_links (source)};
  if (!links) return {};
  GValue item = G_VALUE_INIT;
  while (gst_iterator_next (links.get (), &item) == GST_ITERATOR_OK) {
    if (count++ == 0) input.reset (GST_PAD_CAST (g_value_dup_object (&item)));
    g_value_unset (&item);
  }
  return count == 1 ? std::move (input) : Owned<GstPad>{};
}

// The inputs of the elements before `sink`, the nearest first, until `wanted` (input, factory) says
// that it is this one.
template <typename Wanted>
Owned<GstPad> find_input (GstPad *sink, const Wanted &wanted)
{
  Owned<GstPad> pad{GST_PAD_CAST (gst_object_ref (sink))};
  // No pipeline is that long, unless it goes in a circle.
  for (int i = 0; i < 100; i++) {
    const Owned<GstPad> source = source_of (pad.get ());
    if (!source) return {};
    const Owned<GstElement> element{gst_pad_get_parent_element (source.get ())};
    if (!element) return {};
    pad = input_of (source.get ());
    if (!pad) return {};
    GstElementFactory *factory = gst_element_get_factory (element.get ());
    if (factory && wanted (pad.get (), factory)) return pad;
  }
  return {};
}

Owned<GstPad> decoder_input (GstPad *sink)
{
  return find_input (sink, [] (GstPad *, GstElementFactory *factory) {
    return gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER);
  });
}

// Whether the decoder with this input skips what is no keyframe itself.
bool skips (GstPad *input)
{
  const Owned<GstElement> decoder{gst_pad_get_parent_element (input)};
  GstElementFactory *factory = decoder ? gst_element_get_factory (decoder.get ()) : nullptr;
  const char *plugin =
      factory ? gst_plugin_feature_get_plugin_name (GST_PLUGIN_FEATURE (factory)) : nullptr;
  return plugin && std::string_view (plugin) == "libav";
}

std::optional<GstSegment> segment_of (GstPad *pad)
{
  const Owned<GstEvent> event{gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0)};
  if (!event) return {};
  GstSegment segment;
  gst_event_copy_segment (event.get (), &segment);
  return segment;
}

std::optional<Nanoseconds> stream_time (const GstSegment &segment, GstBuffer *buffer)
{
  guint64 time = 0;
  if (segment.format != GST_FORMAT_TIME || !GST_BUFFER_PTS_IS_VALID (buffer)) return {};
  const int sign =
      gst_segment_to_stream_time_full (&segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer), &time);
  if (sign == 0 || time > static_cast<guint64> (kUnlimited)) return {};
  return sign * static_cast<Nanoseconds> (time);
}

bool is_timed (GstPad *input)
{
  const auto segment = segment_of (input);
  return segment && segment->format == GST_FORMAT_TIME;
}

constexpr Nanoseconds kNotYet = kUnlimited;

}  // namespace

struct DecoderWatch::Seen {
  bool skips = false;  // before there is a probe
  std::atomic<bool> all = false;
  std::atomic<bool> untimed = false, closed = false;
  std::atomic<int> pictures = 0, entries = 0;
  std::atomic<bool> wants_headers = false;
  std::atomic<Nanoseconds> first = kNotYet, second = kNotYet;  // stream times of entries
  void begin ()
  {
    untimed = closed = false;
    first = second = kNotYet;
  }
};

DecoderWatch::DecoderWatch () : seen_ (std::make_shared<Seen> ()) {}

void DecoderWatch::reset ()
{
  seen_->all = false;
  seen_->begin ();
}

bool DecoderWatch::decodes_all () const { return seen_->all; }

bool DecoderWatch::guesses () const { return seen_->untimed; }

void DecoderWatch::close (GstPad *sink)
{
  watch (sink);
  seen_->closed = true;
}

bool DecoderWatch::knows () const
{
  constexpr int enough = 4;
  return !pad_ || (seen_->pictures >= enough && (!seen_->wants_headers || seen_->entries > 0));
}

EntryPoints DecoderWatch::entries (Nanoseconds origin) const
{
  if (!pad_) return {-kUnlimited, -kUnlimited};
  const auto time = [origin] (Nanoseconds t) {
    return t == kNotYet ? std::nullopt : std::optional (t - origin);
  };
  return {time (seen_->first), time (seen_->second)};
}

GstPadProbeReturn DecoderWatch::see (GstPad *decoder, GstPadProbeInfo *info, Seen &seen)
{
  if (!(GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)) {
    const GstEventType type = GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info));
    if (type == GST_EVENT_FLUSH_STOP) seen.begin ();
    if (type == GST_EVENT_SEGMENT) seen.closed = false;
    return GST_PAD_PROBE_OK;
  }
  if (seen.closed) {
    gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
    GST_PAD_PROBE_INFO_DATA (info) = nullptr;
    GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_EOS;
    return GST_PAD_PROBE_HANDLED;
  }
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  seen.pictures++;
  // Headers have no time.
  if (!GST_BUFFER_PTS_IS_VALID (buffer) && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER))
    seen.untimed = true;
  const auto segment = segment_of (decoder);
  if (!segment) return GST_PAD_PROBE_OK;
  const bool keys_only = segment->flags & GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS;
  if (!keys_only && seen.second != kNotYet) return GST_PAD_PROBE_OK;
  const Owned<GstCaps> caps{gst_pad_get_current_caps (decoder)};
  seen.wants_headers = wants_headers (caps.get ());
  if (is_delta (buffer, caps.get ())) {
    if (keys_only && !seen.skips && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DECODE_ONLY))
      seen.all = true;
    return GST_PAD_PROBE_OK;
  }
  const auto time = stream_time (*segment, buffer);
  if (!time || seen.second != kNotYet || !is_entry_point (buffer, caps.get ()))
    return GST_PAD_PROBE_OK;
  seen.entries++;
  (seen.first == kNotYet ? seen.first : seen.second) = *time;
  return GST_PAD_PROBE_OK;
}

void DecoderWatch::watch (GstPad *sink)
{
  Owned<GstPad> pad = decoder_input (sink);
  if (pad == pad_) return;
  forget ();
  pad_ = std::move (pad);
  if (!pad_) return;
  seen_ = std::make_shared<Seen> ();
  seen_->skips = skips (pad_.get ());
  using Shared = std::shared_ptr<Seen>;
  probe_ = gst_pad_add_probe (
      pad_.get (),
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_BUFFER |
                                    GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                    GST_PAD_PROBE_TYPE_EVENT_FLUSH),
      [] (GstPad *decoder, GstPadProbeInfo *info, gpointer seen) {
        return see (decoder, info, **static_cast<Shared *> (seen));
      },
      new Shared{seen_}, [] (gpointer seen) { delete static_cast<Shared *> (seen); });
}

void DecoderWatch::forget ()
{
  if (pad_) gst_pad_remove_probe (pad_.get (), probe_);
  pad_.reset ();
}

TimeSource time_source_of (GstPad *sink)
{
  TimeSource source;
  find_input (sink, [&] (GstPad *input, GstElementFactory *factory) {
    if (is_timed (input)) return false;
    source.guesses = gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_PARSER);
    source.seeks = seeks_of (input);
    return true;
  });
  return source;
}

bool keeps_timestamps (GstPad *sink)
{
  bool keeps = false;
  find_input (sink, [&] (GstPad *input, GstElementFactory *factory) {
    if (is_timed (input)) return false;
    const std::string_view name = GST_OBJECT_NAME (factory);
    keeps = name == "matroskademux" || name == "tsdemux";
    return true;
  });
  return keeps;
}

}  // namespace quad
