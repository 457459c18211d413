#include "tensor/scan.h"

#include <gst/video/video.h>

#include "tensor/frame.h"
#include "tensor/guard.h"
#include "tensor/location.h"
#include "tensor/packets.h"

namespace quad::tensor {
namespace {

constexpr GstClockTime kGlance = 20 * GST_MSECOND;

}  // namespace

Scan::~Scan () { stop (); }

bool Scan::start (const char *given, guint stream, Extent extent, GError **error)
{
  Location location;
  if (!read_location (given, location, error)) return false;
  extent_ = extent;
  pipeline_.reset (GST_ELEMENT (gst_object_ref_sink (gst_pipeline_new (nullptr))));
  bus_.reset (gst_element_get_bus (pipeline_.get ()));
  if (location.local) input_.watch (pipeline_.get ());
  decoder_ = make_element ("uridecodebin", error);
  if (!decoder_) return false;
  sink_ = make_element ("fakesink", error);
  if (!sink_) return false;
  gst_bin_add_many (GST_BIN (pipeline_.get ()), decoder_.get (), sink_.get (), nullptr);
  g_object_set (sink_.get (), "sync", FALSE, "enable-last-sample", FALSE, nullptr);
  g_object_set (decoder_.get (), "uri", location.uri.c_str (), nullptr);
  g_signal_connect (decoder_.get (), "autoplug-select", G_CALLBACK (choose), nullptr);
  stream_.choose (decoder_.get (), stream, take_pad, this);
  switch (gst_element_set_state (pipeline_.get (), GST_STATE_PAUSED)) {
    case GST_STATE_CHANGE_FAILURE:
      errors_.take_all (bus_.get ());
      return errors_.first ().empty ()
                 ? refuse (error, QUAD_TENSOR_ERROR_PIPELINE, "The pipeline does not start.")
                 : refuse (error, errors_.first ().code, errors_.first ().text);
    case GST_STATE_CHANGE_NO_PREROLL:
      return refuse (error, QUAD_TENSOR_ERROR_ARGUMENT,
                     "This is a live source: it has no number of frames. Use frames().");
    default: return true;
  }
}

// The values of decodebin's GstAutoplugSelectResult, which no header declares.
int Scan::choose (GstElement *, GstPad *, GstCaps *, GstElementFactory *factory, gpointer)
{
  constexpr int kTry = 0, kExpose = 1;
  return gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER) ? kExpose
                                                                                      : kTry;
}

void Scan::take_pad (GstPad *pad, gpointer data)
{
  auto *self = static_cast<Scan *> (data);
  self->video_.reset (GST_PAD (gst_object_ref (pad)));
  constexpr auto kAll =
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST |
                                    GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  gst_pad_add_probe (pad, kAll, look, data, nullptr);
  const Owned<GstPad> sink{gst_element_get_static_pad (self->sink_.get (), "sink")};
  gst_pad_link (pad, sink.get ());
}

GstPadProbeReturn Scan::look (GstPad *, GstPadProbeInfo *info, gpointer data)
{
  auto *self = static_cast<Scan *> (data);
  GError *error = nullptr;
  contain (0, &error, [&] {
    const guint type = GST_PAD_PROBE_INFO_TYPE (info);
    if (type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
      self->take_event (GST_PAD_PROBE_INFO_EVENT (info));
    else if (type & GST_PAD_PROBE_TYPE_BUFFER)
      self->take (GST_PAD_PROBE_INFO_BUFFER (info));
    else
      gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), take_in_list, data);
    return 0;
  });
  if (!error) return GST_PAD_PROBE_OK;
  GST_ELEMENT_ERROR (self->decoder_.get (), RESOURCE, FAILED, ("%s", error->message), (nullptr));
  g_error_free (error);
  return GST_PAD_PROBE_REMOVE;
}

gboolean Scan::take_in_list (GstBuffer **unit, guint, gpointer self)
{
  static_cast<Scan *> (self)->take (*unit);
  return TRUE;
}

void Scan::take_event (GstEvent *event)
{
  times_.take (event);
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    if (begun_) doubt ("another film follows");
    begun_ = true;
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT) {
    if (!times_.timed ()) {
      doubt ("packets have no times");
      untimed_ = true;
    }
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstCaps *caps = nullptr;
    gst_event_parse_caps (event, &caps);
    const GstStructure *fields = gst_caps_get_structure (caps, 0);
    raw_ = gst_structure_has_name (fields, "video/x-raw");
    hidden_ = hidden_packets (gst_structure_get_name (fields));
    if (!raw_ && may_hold_fields (fields)) doubt ("packets may be fields");
  }
}

void Scan::check_order (GstBuffer *unit)
{
  const GstClockTime pts = GST_BUFFER_PTS (unit);
  const bool keyframe = !GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT);
  if (GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DISCONT)) first_key_ = GST_CLOCK_TIME_NONE;
  if (!GST_CLOCK_TIME_IS_VALID (first_key_) && keyframe) first_key_ = pts;
  // Before a keyframe, or shown before the first one: what it is made of is not there.
  if (!GST_CLOCK_TIME_IS_VALID (first_key_) || pts < first_key_)
    doubt ("pictures need others that are not there");
}

void Scan::check_flow (GstBuffer *unit)
{
  if (met_packet_ && GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DISCONT))
    doubt ("packets are lost");
  met_packet_ = true;
  const GstClockTime pts = GST_BUFFER_PTS (unit), dts = GST_BUFFER_DTS (unit);
  const GstClockTime length = GST_CLOCK_TIME_IS_VALID (last_duration_) ? last_duration_ : 0;
  if (GST_CLOCK_TIME_IS_VALID (dts)) {
    if (GST_CLOCK_TIME_IS_VALID (last_dts_)) {
      if (dts + length < last_dts_) doubt ("times run back");
      if (length > 0 && dts > last_dts_ + length * 3 / 2) has_gap_ = true;
    }
    last_dts_ = dts;
    last_duration_ = GST_BUFFER_DURATION (unit);
  }
  // What comes before a keyframe is shown before it.
  const bool keyframe = !GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT);
  if (keyframe && GST_CLOCK_TIME_IS_VALID (latest_) && pts < latest_) doubt ("times run back");
  latest_ = GST_CLOCK_TIME_IS_VALID (latest_) ? std::max (latest_, pts) : pts;
}

void Scan::take (GstBuffer *unit)
{
  if (GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DECODE_ONLY) || (hidden_ && hidden_ (unit)))
    return;
  if (GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_CORRUPTED)) doubt ("packets are damaged");
  if (!GST_BUFFER_PTS_IS_VALID (unit)) {
    doubt ("packets have no times");
    if (!GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT)) untimed_ = true;
  }
  if (!GST_BUFFER_PTS_IS_VALID (unit) || !times_.timed ()) return;
  if (!raw_) check_order (unit);
  check_flow (unit);
  if (const auto shown = times_.shown (unit))
    units_.push_back (
        {shown->time, shown->duration, !GST_BUFFER_FLAG_IS_SET (unit, GST_BUFFER_FLAG_DELTA_UNIT)});
  else if (raw_)
    doubt ("pictures lie outside of the film");  // nothing clips raw video
}

// While the first packet waits, so caps and tags have passed.
void Scan::read_info ()
{
  read_video (video_.get (), info_);
  if (const Owned<GstElement> finder{gst_bin_get_by_name (GST_BIN (decoder_.get ()), "typefind")}) {
    GstCaps *caps = nullptr;
    g_object_get (finder.get (), "caps", &caps, nullptr);
    if (const Owned<GstCaps> found{caps}) info_.container = short_name (found.get ());
  }
  const auto add = [] (GstElement *, GstPad *pad, gpointer info) -> gboolean {
    if (is_kind (pad, "audio/")) static_cast<ClipInfo *> (info)->audio.push_back (read_audio (pad));
    return TRUE;
  };
  gst_element_foreach_src_pad (decoder_.get (), add, &info_);
}

QuadReaderStatus Scan::wait (GstClockTime timeout, GError **error)
{
  constexpr auto kTypes = static_cast<GstMessageType> (GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT |
                                                       GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_EOS);
  for (GstClockTime waited = 0; !ended_; waited += kGlance) {
    const GstClockTime rest = timeout > waited ? timeout - waited : 0;
    Failure failure;
    while (const Owned<GstMessage> message{
        gst_bus_timed_pop_filtered (bus_.get (), std::min (rest, kGlance), kTypes)}) {
      const GstMessageType type = GST_MESSAGE_TYPE (message.get ());
      errors_.take (message.get ());
      if (!errors_.first ().empty ()) break;
      if (type == GST_MESSAGE_ASYNC_DONE && !prerolled_) {
        prerolled_ = true;
        read_info ();
        if (extent_ == Extent::frames) gst_element_set_state (pipeline_.get (), GST_STATE_PLAYING);
      }
      if (type == GST_MESSAGE_EOS || (prerolled_ && extent_ == Extent::info)) ended_ = true;
      if (ended_) break;
    }
    failure = errors_.first ();
    if (failure.empty () && !ended_ && !stream_.found ()) failure = input_.stuck (pipeline_.get ());
    if (!failure.empty ()) {
      stop ();
      refuse (error, failure.code, failure.text);
      return QUAD_READER_FAILED;
    }
    if (!ended_ && rest <= kGlance) return QUAD_READER_TIMEOUT;
  }
  stop ();
  // The demuxer of transport streams does not say that packets are lost. In others, a frame is
  // shown for longer.
  unmarked_ = info_.container == "ivf" && info_.codec == "vp8";
  if (has_gap_ && info_.container == "mpegts") doubt ("packets are lost");
  // It says when packets are decoded.
  if (info_.container == "asf" && (info_.codec == "h264" || info_.codec == "h265"))
    doubt ("packets have no times");
  if (has_repeats ()) doubt ("pictures have the same time");
  return QUAD_READER_END;
}

bool Scan::has_repeats () const
{
  std::vector<GstClockTime> times;
  times.reserve (units_.size ());
  for (const Unit &unit : units_) times.push_back (unit.time);
  std::sort (times.begin (), times.end ());
  return std::adjacent_find (times.begin (), times.end ()) != times.end ();
}

void Scan::stop ()
{
  if (!pipeline_) return;
  gint64 length = -1;
  if (ended_ && gst_element_query_duration (pipeline_.get (), GST_FORMAT_TIME, &length) &&
      length >= 0)
    info_.duration = static_cast<GstClockTime> (length);
  gst_element_set_state (pipeline_.get (), GST_STATE_NULL);
  video_.reset ();
  pipeline_.reset ();
}

}  // namespace quad::tensor
