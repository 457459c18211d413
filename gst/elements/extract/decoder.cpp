#include "elements/extract/decoder.h"

#include <atomic>
#include <string_view>

#include "elements/extract/debug.h"
#include "elements/extract/entry_point.h"
#include "elements/extract/upstream.h"

namespace quad::extract {
namespace {

// True if the decoder with this input itself skips frames that are no keyframes.
bool skips (GstPad *input)
{
  const Owned<GstElement> decoder{gst_pad_get_parent_element (input)};
  GstElementFactory *factory = decoder ? gst_element_get_factory (decoder.get ()) : nullptr;
  const char *plugin =
      factory ? gst_plugin_feature_get_plugin_name (GST_PLUGIN_FEATURE (factory)) : nullptr;
  return plugin && std::string_view (plugin) == "libav";
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

}  // namespace quad::extract
