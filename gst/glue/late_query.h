// ALLOCATION queries that reach a GstBaseTransform while it stops.
#pragma once

#include <gst/gst.h>

namespace quad {

// GstBaseTransform keeps the query by which it chose its pool. While it answers one from upstream
// it has taken that out, and puts it back. If the element stops in between, nobody frees the query
// and the pool in it, which holds two file descriptors. True for a query that comes so late: refuse
// it. Call it where the query passes the pad `sink`, which holds its stream lock then.
inline bool comes_too_late (GstPad *sink, GstQuery *query)
{
  return GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION && !gst_pad_is_active (sink);
}

}  // namespace quad
