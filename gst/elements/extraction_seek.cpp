// Seeks of our own: where to, and whether they led there.
#include <algorithm>

#include "elements/extraction.h"

namespace quad {

// The first frame after a seek: whether that led where it should.
GstFlowReturn Extraction::after_seek (const Frame &frame)
{
  const Nanoseconds target = *sought_;
  sought_.reset ();
  if (!is_after (frame.time, target) || !seeks_) {
    advice_.landed (sought_from_, target, frame.time);
    return GST_FLOW_OK;
  }
  // What is shown at the target lies before: all is decoded, from the beginning.
  GST_WARNING_OBJECT (element_, "a seek to %" GST_TIME_FORMAT " led to %" GST_TIME_FORMAT,
                      GST_TIME_ARGS (target), GST_TIME_ARGS (frame.time));
  return decode_all ();
}

GstFlowReturn Extraction::decode_all ()
{
  seeks_ = false;
  return seek_to (0, GST_SEEK_FLAG_ACCURATE) == OwnSeek::Outcome::flushed ? GST_FLOW_FLUSHING
                                                                          : GST_FLOW_OK;
}

OwnSeek::Outcome Extraction::seek_to (Nanoseconds time, int flags)
{
  constexpr int kept = GST_SEEK_FLAG_TRICKMODE | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS |
                       GST_SEEK_FLAG_TRICKMODE_NO_AUDIO | GST_SEEK_FLAG_SEGMENT;
  flags |= GST_SEEK_FLAG_FLUSH | (static_cast<int> (in_segment_.flags) & kept);
  return seek_.run (Owned<GstEvent>{
      gst_event_new_seek (in_segment_.rate, GST_FORMAT_TIME, static_cast<GstSeekFlags> (flags),
                          GST_SEEK_TYPE_SET, upstream_time (time), GST_SEEK_TYPE_NONE, -1)});
}

// Seeks to `time`, which is wanted next, where that is worth it.
GstFlowReturn Extraction::look_ahead (Nanoseconds now, Nanoseconds time)
{
  // Whoever does not go to a keyframe cuts the frame that is shown where it begins.
  constexpr Nanoseconds margin = kSecond / 2;
  if (!seeks_ || tried_ == time) return GST_FLOW_OK;
  const bool always = used_.seek_mode == SeekMode::always;
  if (always ? time <= frame_end_ : !advice_.worth (time - now)) return GST_FLOW_OK;

  const Nanoseconds there = std::min (time, last_time () - 1) - margin;
  if (always ? there <= now : !advice_.worth (there - now)) return GST_FLOW_OK;
  const Owned<GstQuery> query{gst_query_new_seeking (GST_FORMAT_TIME)};
  gboolean seekable = FALSE;
  if (gst_pad_peer_query (sink_, query.get ()))
    gst_query_parse_seeking (query.get (), nullptr, &seekable, nullptr, nullptr);
  if (!seekable) {
    GST_INFO_OBJECT (element_, "the source cannot seek: all is decoded");
    seeks_ = false;
    return GST_FLOW_OK;
  }
  tried_ = time;
  sought_from_ = now;
  sought_ = there + margin;
  const OwnSeek::Outcome outcome =
      seek_to (there, GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE);
  if (outcome == OwnSeek::Outcome::flushed) return GST_FLOW_FLUSHING;
  sought_.reset ();
  if (outcome == OwnSeek::Outcome::refused)
    seeks_ = false;
  else
    tried_.reset ();
  return GST_FLOW_OK;
}

GstFlowReturn Extraction::demand_keyframes ()
{
  if (seeks_ && !keyframes_asked_) {
    keyframes_asked_ = true;
    decoder_.watch (sink_);
    const Nanoseconds begin = used_.start_time != GST_CLOCK_TIME_NONE
                                  ? part_begin ()
                                  : stream_time (in_segment_.start).value_or (0);
    const OwnSeek::Outcome outcome =
        seek_to (begin, GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE |
                            GST_SEEK_FLAG_TRICKMODE | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS);
    if (outcome == OwnSeek::Outcome::flushed) return GST_FLOW_FLUSHING;
    keyframes_asked_ = outcome == OwnSeek::Outcome::refused;
    if (!keyframes_asked_) return GST_FLOW_OK;
  }
  return keyframes_unknown ();
}

GstFlowReturn Extraction::keyframes_unknown ()
{
  const bool asked = used_.seek_mode != SeekMode::never ||
                     in_segment_.flags & GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS;
  return fail (
      GST_STREAM_ERROR_FAILED,
      std::string ("Which of these frames were keyframes cannot be known: ") +
          (asked ? "the source does not seek to keyframes only."
                 : "seek-mode=never, and the application did not ask for keyframes only."),
      "Select by rate or every-nth instead, or seek with GST_SEEK_FLAG_TRICKMODE_KEY_UNITS.");
}

}  // namespace quad
