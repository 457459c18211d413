#include "elements/extract/upstream.h"

#include <functional>
#include <string_view>

namespace quad::extract {
namespace {

// The pad of an element, not of a bin, that feeds `sink`.
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

// The one input of an element that feeds its output `source`. A multiqueue has others beside it.
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

// Goes through the inputs of the elements before `sink`, the nearest first. The first one for which
// `wanted` is true.
using Wanted = std::function<bool (GstPad *, GstElementFactory *)>;
Owned<GstPad> find_input (GstPad *sink, const Wanted &wanted)
{
  Owned<GstPad> pad{GST_PAD_CAST (gst_object_ref (sink))};
  // A longer pipeline goes in a circle.
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

// While a segment is on its way through elements, their pads have none yet. Pads from which a
// demuxer pulls never have one.
bool is_timed (GstPad *input)
{
  const auto segment = segment_of (input);
  return segment ? segment->format == GST_FORMAT_TIME : GST_PAD_MODE (input) == GST_PAD_MODE_PUSH;
}

}  // namespace

std::optional<GstSegment> segment_of (GstPad *pad)
{
  const Owned<GstEvent> event{gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0)};
  if (!event) return {};
  GstSegment segment;
  gst_event_copy_segment (event.get (), &segment);
  return segment;
}

Owned<GstPad> decoder_input (GstPad *sink)
{
  return find_input (sink, [] (GstPad *, GstElementFactory *factory) {
    return gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER);
  });
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

bool is_seekable (GstPad *sink)
{
  const Owned<GstQuery> query{gst_query_new_seeking (GST_FORMAT_TIME)};
  gboolean seekable = FALSE;
  if (gst_pad_peer_query (sink, query.get ()))
    gst_query_parse_seeking (query.get (), nullptr, &seekable, nullptr, nullptr);
  return seekable;
}

std::optional<Nanoseconds> duration_of (GstPad *sink)
{
  gint64 duration = -1;
  if (!gst_pad_peer_query_duration (sink, GST_FORMAT_TIME, &duration) || duration < 0) return {};
  return duration;
}

}  // namespace quad::extract
