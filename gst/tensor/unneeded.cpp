#include "tensor/unneeded.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "glue/owned.h"
#include "tensor/guard.h"
#include "tensor/packet_times.h"
#include "tensor/packets.h"

namespace quad::tensor {
namespace {

// Frames of one film, and the packets that come to its decoder.
class Gate {
 public:
  explicit Gate (std::shared_ptr<const std::vector<GstClockTime>> wanted)
      : wanted_{std::move (wanted)}
  {
  }

  void take (GstEvent *event)
  {
    times_.take (event);
    if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
      // A demuxer that is sought before it has found where the film begins says it never.
      if (zero_ && *zero_ != times_.zero ()) moved_ = true;
      zero_ = times_.zero ();
    }
    if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS) return;
    GstCaps *caps = nullptr;
    gst_event_parse_caps (event, &caps);
    alone_ = lone_packets (caps);
  }
  // Whether the packet's frame is neither wanted nor referred to.
  bool drops (GstBuffer *packet) const
  {
    // What these flags say has to reach the decoder.
    constexpr guint kKept =
        GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_HEADER | GST_BUFFER_FLAG_CORRUPTED;
    if (moved_ || !alone_ || (GST_BUFFER_FLAGS (packet) & kKept) ||
        !GST_BUFFER_PTS_IS_VALID (packet) || !times_.timed ())
      return false;
    const auto shown = times_.shown (packet);
    if (!shown || is_wanted (shown->time)) return false;
    return alone_ (packet);
  }

 private:
  bool is_wanted (GstClockTime time) const
  {
    // Seeks may round times.
    constexpr GstClockTime kNear = GST_MSECOND;
    const auto at =
        std::lower_bound (wanted_->begin (), wanted_->end (), time - std::min (time, kNear));
    return at != wanted_->end () && *at <= time + kNear;
  }

  std::shared_ptr<const std::vector<GstClockTime>> wanted_;
  PacketTimes times_;
  LonePackets alone_;
  std::optional<gint64> zero_;
  bool moved_ = false;
};

GstPadProbeReturn pass (GstPad *, GstPadProbeInfo *info, gpointer gate)
{
  return contain (GST_PAD_PROBE_OK, nullptr, [&] {
    auto *self = static_cast<Gate *> (gate);
    if (!(GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)) {
      self->take (GST_PAD_PROBE_INFO_EVENT (info));
      return GST_PAD_PROBE_OK;
    }
    return self->drops (GST_PAD_PROBE_INFO_BUFFER (info)) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
  });
}

using Times = std::shared_ptr<const std::vector<GstClockTime>>;

void meet (GstBin *, GstBin *, GstElement *element, gpointer times)
{
  contain ([&] {
    GstElementFactory *factory = gst_element_get_factory (element);
    if (!factory || GST_IS_BIN (element) ||
        !gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER))
      return;
    const Owned<GstPad> input{gst_element_get_static_pad (element, "sink")};
    if (!input) return;
    constexpr auto kAll = static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_BUFFER |
                                                        GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
    gst_pad_add_probe (input.get (), kAll, pass, new Gate{*static_cast<Times *> (times)},
                       [] (gpointer gate) { delete static_cast<Gate *> (gate); });
  });
}

}  // namespace

void drop_unneeded (GstElement *pipeline, std::vector<GstClockTime> times)
{
  g_signal_connect_data (
      pipeline, "deep-element-added", G_CALLBACK (meet),
      new Times{std::make_shared<const std::vector<GstClockTime>> (std::move (times))},
      [] (gpointer data, GClosure *) { delete static_cast<Times *> (data); }, GConnectFlags{});
}

}  // namespace quad::tensor
