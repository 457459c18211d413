// Seeks of our own: what is asked of upstream, and what is done where that was not what it should
// be.
#include "elements/extract/extraction.h"

GST_DEBUG_CATEGORY_EXTERN (frame_extract_debug);
#define GST_CAT_DEFAULT frame_extract_debug

namespace quad {

// Whether a frame counts that comes after a seek. Nothing where it does.
std::optional<GstFlowReturn> Extraction::after_seek (const Frame &frame)
{
  if (decoder_.guesses ()) return decode_all ();
  switch (plan_.judge (frame.time, frame.damaged, decoder_.entries (origin_))) {
    case SeekPlan::Landing::good: return {};
    case SeekPlan::Landing::early: return GST_FLOW_OK;
    case SeekPlan::Landing::bad: break;
  }
  return go_back ();
}

// Seeks again, to an earlier position.
GstFlowReturn Extraction::go_back ()
{
  const auto there = plan_.back (film_begin_);
  if (!there) return decode_all ();
  GST_INFO_OBJECT (element_, "decoding did not begin before the frame: back to %" GST_TIME_FORMAT,
                   GST_TIME_ARGS (*there));
  switch (seek_to (*there, GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE)) {
    case OwnSeek::Outcome::flushed: return GST_FLOW_FLUSHING;
    case OwnSeek::Outcome::refused: return decode_all ();
    case OwnSeek::Outcome::postponed: break;  // what comes is not wanted any more
  }
  return GST_FLOW_OK;
}

// From the beginning, and without any seek from there on.
GstFlowReturn Extraction::decode_all ()
{
  GST_INFO_OBJECT (element_, "everything is decoded, from the beginning");
  plan_.give_up ();
  return seek_to (film_begin_, GST_SEEK_FLAG_ACCURATE) == OwnSeek::Outcome::flushed
             ? GST_FLOW_FLUSHING
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

// Whether the stream ended, after a seek, before the film does and what is wanted of it.
bool Extraction::ended_early () const
{
  // The last keyframe may be long before the end.
  if (!plan_.allowed () || !segment_is_ours_ || selection_ == Selection::keyframes) return false;
  if (plan_.lost ()) return true;
  // Other streams may be that much longer than this one.
  const Nanoseconds seen = frame_end_ + kSecond;
  const Nanoseconds wanted = !is_by_time ()     ? nanoseconds (used_.stop_time)
                             : targets_.done () ? 0
                                                : targets_.current ().time;
  return wanted > seen && last_time () != kUnlimited && last_time () > seen;
}

// Seeks to `time`, which is wanted next, where that is worth it.
GstFlowReturn Extraction::look_ahead (Nanoseconds now, Nanoseconds time)
{
  const bool always = used_.seek_mode == SeekMode::always;
  if (!plan_.worth (always, now, frame_end_, time)) return GST_FLOW_OK;
  decoder_.watch (sink_);
  if (!decoder_.knows ()) return GST_FLOW_OK;
  if (!seekable ()) {
    plan_.give_up ();
    return GST_FLOW_OK;
  }
  const auto there = plan_.seek (always, now, time, last_time ());
  if (!there) return GST_FLOW_OK;
  switch (seek_to (*there, GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE)) {
    case OwnSeek::Outcome::flushed: return GST_FLOW_FLUSHING;
    case OwnSeek::Outcome::refused: plan_.give_up (); break;
    case OwnSeek::Outcome::postponed: plan_.postponed (); break;
  }
  return GST_FLOW_OK;
}

// Whether upstream can seek, and knows where that leads to.
bool Extraction::seekable ()
{
  const Owned<GstQuery> query{gst_query_new_seeking (GST_FORMAT_TIME)};
  gboolean seekable = FALSE;
  if (gst_pad_peer_query (sink_, query.get ()))
    gst_query_parse_seeking (query.get (), nullptr, &seekable, nullptr, nullptr);
  const bool known = seekable && !decoder_.guesses () && !time_source ().guesses &&
                     time_source ().seeks == Seeks::well;
  if (!known)
    GST_INFO_OBJECT (element_, "the source %s: all is decoded",
                     seekable ? "does not know its times after a seek" : "cannot seek");
  return known;
}

const TimeSource &Extraction::time_source ()
{
  if (!time_source_) time_source_ = time_source_of (sink_);
  return *time_source_;
}

GstFlowReturn Extraction::demand_keyframes ()
{
  if (plan_.allowed () && !keyframes_asked_ && time_source ().seeks != Seeks::lost) {
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
