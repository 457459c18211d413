// An element's answer to an allocation query.
#pragma once

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "glue/owned.h"

namespace quad::test {

struct OfferedPool {
  Owned<GstBufferPool> pool;
  guint size = 0, min = 0, max = 0;
};

// The only one.
inline OfferedPool offered_pool (GstQuery *query)
{
  OfferedPool offer;
  EXPECT_EQ (gst_query_get_n_allocation_pools (query), 1u);
  if (gst_query_get_n_allocation_pools (query) == 0) return offer;
  GstBufferPool *pool = nullptr;
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &offer.size, &offer.min, &offer.max);
  offer.pool.reset (pool);
  return offer;
}

// With a pool that knows alignment, avdec_* of GStreamer 1.26 ends the process.
inline void expect_plain (const OfferedPool &offer)
{
  ASSERT_TRUE (offer.pool);
  EXPECT_FALSE (
      gst_buffer_pool_has_option (offer.pool.get (), GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT));
}

}  // namespace quad::test
