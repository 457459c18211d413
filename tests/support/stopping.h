// Queries for buffers while an element stops.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "support/gst_helpers.h"

namespace quad::test {

// Stops the element, which makes `out` of `in`, while upstream asks for buffers, many times. No
// pool stays, and an answer that holds one is TRUE.
inline void expect_pools_are_freed (
    const std::string &element, const std::string &in, const std::string &out,
    const std::function<void (GstElement *)> &prepare = [] (GstElement *) {})
{
  struct Pools {
    std::atomic<int> alive = 0;

    static GstPadProbeReturn answer (GstPad *, GstPadProbeInfo *info, gpointer self)
    {
      GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
      if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
      GstCaps *caps = nullptr;
      gst_query_parse_allocation (query, &caps, nullptr);
      const auto size = guint (info_of_caps (to_string (caps)).size);
      const Owned<GstBufferPool> pool{gst_buffer_pool_new ()};
      static_cast<Pools *> (self)->alive++;
      g_object_weak_ref (
          G_OBJECT (pool.get ()),
          [] (gpointer gone, GObject *) { static_cast<Pools *> (gone)->alive--; }, self);
      gst_query_add_allocation_pool (query, pool.get (), size, 0, 0);
      return GST_PAD_PROBE_HANDLED;
    }
  };
  Pools pools;
  for (int i = 0; i < 200; i++) {
    const Harness h = harness_of (element);
    prepare (h->element);
    gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, Pools::answer, &pools,
                       nullptr);
    gst_harness_set_sink_caps (h.get (), caps_of (out).release ());
    gst_harness_set_src_caps (h.get (), caps_of (in).release ());
    ASSERT_GT (pools.alive, 0);
    const Owned<GstCaps> caps = caps_of (in);
    std::atomic<bool> asked = false, ends = false;
    std::atomic<int> untrue = 0;
    std::thread upstream ([&] {
      while (!ends) {
        const Owned<GstQuery> query{gst_query_new_allocation (caps.get (), TRUE)};
        const bool answered = gst_pad_peer_query (h->srcpad, query.get ());
        if (!answered && gst_query_get_n_allocation_pools (query.get ()) > 0) untrue++;
        asked = true;
      }
    });
    while (!asked) std::this_thread::yield ();
    gst_element_set_state (h->element, GST_STATE_NULL);
    ends = true;
    upstream.join ();
    ASSERT_EQ (untrue, 0) << "when stopped for the " << i << "th time";
    ASSERT_EQ (pools.alive, 0) << "when stopped for the " << i << "th time";
  }
}

}  // namespace quad::test
