#include <gst/video/video.h>

#include "findings.h"
#include "machine.h"

namespace quad::fuzz {

Output::Output (std::uint32_t seed, GstElement *element, bool picky)
    : random_ (seed), picky_ (picky), pad_ (pad_for_any ("sink", GST_PAD_SINK))
{
  gst_pad_set_element_private (pad_.get (), this);
  gst_pad_set_chain_function (pad_.get (), [] (GstPad *pad, GstObject *, GstBuffer *buffer) {
    return static_cast<Output *> (gst_pad_get_element_private (pad))
        ->take (Owned<GstBuffer>{buffer});
  });
  gst_pad_set_event_function (pad_.get (), [] (GstPad *pad, GstObject *, GstEvent *taken) {
    const Owned<GstEvent> event{taken};
    static_cast<Output *> (gst_pad_get_element_private (pad))->take_event (taken);
    return gboolean{TRUE};
  });
  gst_pad_set_query_function (pad_.get (), [] (GstPad *pad, GstObject *parent, GstQuery *query) {
    auto *self = static_cast<Output *> (gst_pad_get_element_private (pad));
    return static_cast<gboolean> (self->answer (query) ||
                                  gst_pad_query_default (pad, parent, query));
  });
  gst_pad_set_active (pad_.get (), TRUE);
  const Owned<GstPad> src{gst_element_get_static_pad (element, "src")};
  gst_pad_link_full (src.get (), pad_.get (), GST_PAD_LINK_CHECK_NOTHING);
}

Output::~Output ()
{
  if (const Owned<GstPad> peer{gst_pad_get_peer (pad_.get ())})
    gst_pad_unlink (peer.get (), pad_.get ());
  gst_pad_set_active (pad_.get (), FALSE);
}

void Output::toggle_picky ()
{
  const std::lock_guard guard (lock_);
  picky_ = !picky_;
}

GstFlowReturn Output::take (Owned<GstBuffer> buffer)
{
  bool slow = false;
  int answer = 0;
  {
    const std::lock_guard guard (lock_);
    if (ended_) find ("a buffer after the end");
    slow = random_.one_in (30);
    answer = random_.below (400);
  }
  // A sanitizer finds memory that is smaller than it says.
  GstMapInfo map;
  if (gst_buffer_map (buffer.get (), &map, GST_MAP_READ)) {
    unsigned sum = 0;
    for (gsize i = 0; i < map.size; i++) sum += map.data[i];
    static std::atomic<unsigned> kept;
    kept = sum;
    gst_buffer_unmap (buffer.get (), &map);
  }
  buffer.reset ();
  if (winding_up_) return GST_FLOW_OK;
  if (slow) g_usleep (1000);
  constexpr GstFlowReturn kOther[] = {GST_FLOW_ERROR, GST_FLOW_EOS, GST_FLOW_FLUSHING,
                                      GST_FLOW_NOT_NEGOTIATED, GST_FLOW_NOT_LINKED};
  return answer < static_cast<int> (std::size (kOther)) ? kOther[answer] : GST_FLOW_OK;
}

void Output::take_event (GstEvent *event)
{
  const std::lock_guard guard (lock_);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS: {
      GstCaps *caps = nullptr;
      gst_event_parse_caps (event, &caps);
      if (!gst_caps_is_fixed (caps)) find ("caps that are not fixed");
      break;
    }
    case GST_EVENT_EOS: ended_ = true; break;
    case GST_EVENT_STREAM_START:
    case GST_EVENT_FLUSH_STOP: ended_ = false; break;
    default: break;
  }
}

Owned<GstCaps> Output::wanted_caps ()
{
  const int which = random_.below (6);
  if (which == 0) return some_caps (random_, Taken::raw);
  constexpr const char *kWanted[] = {
      "video/x-raw,format=I420,width=[1,40],height=[2,60,2],framerate=[0/1,30/1]",
      "video/x-raw,width={16,32},height=20,pixel-aspect-ratio=1/1",
      "video/x-raw,pixel-aspect-ratio=1/1,width=[1,10];video/x-raw(memory:CUDAMemory)",
      "video/x-raw,framerate=2147483647/1;image/gif;video/x-raw", "ANY"};
  return Owned<GstCaps>{gst_caps_from_string (kWanted[which - 1])};
}

void Output::answer_allocation (GstQuery *query)
{
  if (random_.one_in (2)) gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  if (random_.one_in (4))
    gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, nullptr);
  if (random_.one_in (4)) {
    GstAllocationParams params;
    gst_allocation_params_init (&params);
    params.align = random_.pick<gsize> ({0, 15, 63});
    params.prefix = random_.pick<gsize> ({0, 3, 64});
    params.padding = random_.pick<gsize> ({0, 5});
    gst_query_add_allocation_param (query, nullptr, &params);
  }
  if (!random_.one_in (3)) return;
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  GstVideoInfo info;
  const bool known = caps && gst_video_info_from_caps (&info, caps);
  const Owned<GstBufferPool> pool{random_.one_in (2) ? gst_video_buffer_pool_new () : nullptr};
  const guint size = random_.one_in (4) ? static_cast<guint> (random_.below (100))
                     : known            ? static_cast<guint> (GST_VIDEO_INFO_SIZE (&info))
                                        : 100;
  gst_query_add_allocation_pool (
      query, pool.get (), size, static_cast<guint> (random_.below (3)),
      random_.one_in (3) ? 3 + static_cast<guint> (random_.below (3)) : 0);
}

bool Output::answer (GstQuery *query)
{
  const std::lock_guard guard (lock_);
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS: {
      if (!picky_) return false;
      GstCaps *filter = nullptr;
      gst_query_parse_caps (query, &filter);
      Owned<GstCaps> caps = wanted_caps ();
      if (filter)
        caps.reset (gst_caps_intersect_full (filter, caps.get (), GST_CAPS_INTERSECT_FIRST));
      gst_query_set_caps_result (query, caps.get ());
      return true;
    }
    case GST_QUERY_ALLOCATION: answer_allocation (query); return true;
    case GST_QUERY_ACCEPT_CAPS:
      if (!picky_) return false;
      gst_query_set_accept_caps_result (query, !random_.one_in (8));
      return true;
    default: return false;
  }
}

}  // namespace quad::fuzz
