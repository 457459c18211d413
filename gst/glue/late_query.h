// ALLOCATION queries that reach a GstBaseTransform while it stops.
#pragma once

#include <gst/gst.h>

#include "glue/owned.h"

namespace quad {

// GstBaseTransform keeps the query by which it chose its pool. While it answers another one it has
// taken that out. If it stops meanwhile, it finds nothing to free, and the query is put back for
// ever, with a pool that holds two file descriptors.
//
// A pad that stops is first marked as not active, and then its stream lock is waited for. So who
// holds that lock and finds the pad active is waited for. For a query that comes too late this is
// true: refuse it. The caller holds the stream lock of `sink`, as all that handle its queries do.
inline bool comes_too_late (GstPad *sink, GstQuery *query)
{
  return GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION && !gst_pad_is_active (sink);
}

// Does so for a GstBaseTransform of others, which is not started yet.
inline void refuse_late_queries (GstElement *transform)
{
  // Only as the query comes: what has been answered stays answered.
  constexpr auto kComes =
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH);
  const Owned<GstPad> input{gst_element_get_static_pad (transform, "sink")};
  if (!input) return;
  gst_pad_add_probe (
      input.get (), kComes,
      [] (GstPad *pad, GstPadProbeInfo *info, gpointer) {
        return comes_too_late (pad, GST_PAD_PROBE_INFO_QUERY (info)) ? GST_PAD_PROBE_DROP
                                                                     : GST_PAD_PROBE_OK;
      },
      nullptr, nullptr);
}

}  // namespace quad
