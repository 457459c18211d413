#include "elements/extraction_decoder.h"

#include <string_view>

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

// The input of an element that has one.
Owned<GstPad> input_of (GstElement *element)
{
  Owned<GstPad> input;
  GST_OBJECT_LOCK (element);
  if (element->numsinkpads == 1)
    input.reset (GST_PAD_CAST (gst_object_ref (element->sinkpads->data)));
  GST_OBJECT_UNLOCK (element);
  return input;
}

// The input of the decoder before `sink`; nothing where that is none or skips frames itself.
Owned<GstPad> decoder_input (GstPad *sink)
{
  Owned<GstPad> pad{GST_PAD_CAST (gst_object_ref (sink))};
  // No pipeline is that long, unless it goes in a circle.
  for (int i = 0; i < 100; i++) {
    const Owned<GstPad> source = source_of (pad.get ());
    if (!source) return {};
    const Owned<GstElement> element{gst_pad_get_parent_element (source.get ())};
    if (!element) return {};
    pad = input_of (element.get ());
    if (!pad) return {};
    GstElementFactory *factory = gst_element_get_factory (element.get ());
    if (!factory || !gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER))
      continue;
    const char *plugin = gst_plugin_feature_get_plugin_name (GST_PLUGIN_FEATURE (factory));
    return plugin && std::string_view (plugin) == "libav" ? Owned<GstPad>{} : std::move (pad);
  }
  return {};
}

bool for_keyframes (GstPad *pad)
{
  const Owned<GstEvent> event{gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0)};
  const GstSegment *segment = nullptr;
  if (event) gst_event_parse_segment (event.get (), &segment);
  return segment && segment->flags & GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS;
}

}  // namespace

void DecoderWatch::watch (GstPad *sink)
{
  Owned<GstPad> pad = decoder_input (sink);
  if (pad == pad_) return;
  forget ();
  pad_ = std::move (pad);
  if (!pad_) return;
  probe_ = gst_pad_add_probe (
      pad_.get (), GST_PAD_PROBE_TYPE_BUFFER,
      [] (GstPad *decoder, GstPadProbeInfo *info, gpointer seen) {
        const GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
        if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT) &&
            !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DECODE_ONLY) &&
            for_keyframes (decoder))
          **static_cast<Seen *> (seen) = true;
        return GST_PAD_PROBE_OK;
      },
      new Seen{seen_}, [] (gpointer seen) { delete static_cast<Seen *> (seen); });
}

void DecoderWatch::forget ()
{
  if (pad_) gst_pad_remove_probe (pad_.get (), probe_);
  pad_.reset ();
}

}  // namespace quad
