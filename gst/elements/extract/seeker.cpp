#include "elements/extract/seeker.h"

#include "elements/extract/debug.h"

namespace quad::extract {
namespace {

constexpr int kToKeyframe = GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE;

const char *name_of (OwnSeek::Outcome outcome)
{
  switch (outcome) {
    case OwnSeek::Outcome::flushed: return "upstream flushed";
    case OwnSeek::Outcome::refused: return "upstream refused";
    case OwnSeek::Outcome::postponed: return "the application seeks";
  }
  return "";
}

}  // namespace

void Seeker::reset (SeekMode mode)
{
  mode_ = mode;
  plan_.reset (mode != SeekMode::never);
  keyframes_asked_ = false;
  decoder_.reset ();
}

void Seeker::stop ()
{
  decoder_.forget ();
  time_source_.reset ();
}

void Seeker::close_decoder ()
{
  GST_DEBUG_OBJECT (element_, "the decoder is given nothing more");
  decoder_.close (sink_);
}

Seeker::Then Seeker::judge (const Frame &frame)
{
  if (!plan_.looking ()) return Then::go_on;
  if (decoder_.guesses ()) return decode_all ("pictures came without a time");
  switch (plan_.judge (frame.time, frame.damaged, decoder_.entries (timeline_.origin ()))) {
    case SeekPlan::Landing::good: return Then::go_on;
    case SeekPlan::Landing::early:
      GST_LOG_OBJECT (element_, "the frame at %.3f s is before the keyframe: dropped",
                      in_seconds (frame.time));
      return Then::drop;
    case SeekPlan::Landing::bad: break;
  }
  GST_INFO_OBJECT (element_, "decoding did not begin before the frame at %.3f s",
                   in_seconds (frame.time));
  return go_back ();
}

Seeker::Then Seeker::recover (std::optional<Nanoseconds> last)
{
  if (last) plan_.resume_at (*last + 1);
  return plan_.lost () ? go_back () : decode_all ("the stream ended too early after a seek");
}

// Seeks again, to an earlier position.
Seeker::Then Seeker::go_back ()
{
  const auto there = plan_.back (timeline_.part_begin ());
  if (!there) return decode_all ("no seek leads to the frame");
  switch (seek_to (*there, kToKeyframe, "further back")) {
    case OwnSeek::Outcome::flushed: return Then::flushed;
    case OwnSeek::Outcome::refused: return decode_all ("upstream refused a seek");
    case OwnSeek::Outcome::postponed: break;  // what comes is not wanted any more
  }
  return Then::drop;
}

// From the beginning, and no seek from there on.
Seeker::Then Seeker::decode_all (const char *why)
{
  GST_INFO_OBJECT (element_, "everything is decoded from the beginning: %s", why);
  plan_.give_up ();
  const auto outcome = seek_to (timeline_.part_begin (), GST_SEEK_FLAG_ACCURATE, why);
  return outcome == OwnSeek::Outcome::flushed ? Then::flushed : Then::drop;
}

OwnSeek::Outcome Seeker::seek_to (Nanoseconds time, int flags, const char *why)
{
  constexpr int kept = GST_SEEK_FLAG_TRICKMODE | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS |
                       GST_SEEK_FLAG_TRICKMODE_NO_AUDIO | GST_SEEK_FLAG_SEGMENT;
  const GstSegment &segment = timeline_.input ();
  flags |= GST_SEEK_FLAG_FLUSH | (static_cast<int> (segment.flags) & kept);
  GST_INFO_OBJECT (element_, "seek to %.3f s: %s", in_seconds (time), why);
  const OwnSeek::Outcome outcome = own_.run (Owned<GstEvent>{gst_event_new_seek (
      segment.rate, GST_FORMAT_TIME, static_cast<GstSeekFlags> (flags), GST_SEEK_TYPE_SET,
      timeline_.upstream_time (time), GST_SEEK_TYPE_NONE, -1)});
  GST_INFO_OBJECT (element_, "seek to %.3f s: %s", in_seconds (time), name_of (outcome));
  return outcome;
}

Seeker::Then Seeker::look_ahead (Nanoseconds now, Nanoseconds frame_end, Nanoseconds wanted)
{
  const bool always = mode_ == SeekMode::always;
  if (!plan_.worth (always, now, frame_end, wanted)) return Then::go_on;
  decoder_.watch (sink_);
  if (!decoder_.knows ()) return Then::go_on;
  if (!can_seek ()) {
    plan_.give_up ();
    return Then::go_on;
  }
  const Nanoseconds film_end = timeline_.film_end (duration_of (sink_));
  const auto there = plan_.seek (always, now, wanted, film_end);
  if (!there) return Then::go_on;
  GST_INFO_OBJECT (element_, "at %.3f s, and the next frame is wanted at %.3f s", in_seconds (now),
                   in_seconds (wanted));
  switch (seek_to (*there, kToKeyframe, "that saves decoding")) {
    case OwnSeek::Outcome::flushed: return Then::flushed;
    case OwnSeek::Outcome::refused: plan_.give_up (); break;
    case OwnSeek::Outcome::postponed: plan_.postponed (); break;
  }
  return Then::go_on;
}

// Whether upstream can seek, and knows where that leads to.
bool Seeker::can_seek ()
{
  const bool seeks = is_seekable (sink_);
  const bool known = seeks && !decoder_.guesses () && !time_source ().guesses &&
                     time_source ().seeks == Seeks::well;
  if (!known)
    GST_INFO_OBJECT (element_, "the source %s: all is decoded",
                     seeks ? "does not know its times after a seek" : "cannot seek");
  return known;
}

const TimeSource &Seeker::time_source ()
{
  if (!time_source_) {
    time_source_ = time_source_of (sink_);
    GST_INFO_OBJECT (element_, "the source %s its times, and a seek %s",
                     time_source_->guesses ? "guesses" : "knows",
                     time_source_->seeks == Seeks::well   ? "keeps them"
                     : time_source_->seeks == Seeks::lost ? "loses them"
                                                          : "loses the last frame");
  }
  return *time_source_;
}

Seeker::Then Seeker::demand_keyframes (Nanoseconds begin)
{
  if (!plan_.allowed () || keyframes_asked_ || time_source ().seeks == Seeks::lost)
    return Then::unknown;
  keyframes_asked_ = true;
  decoder_.watch (sink_);
  constexpr int keyframes = GST_SEEK_FLAG_TRICKMODE | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS;
  switch (seek_to (begin, kToKeyframe | keyframes, "keyframes only")) {
    case OwnSeek::Outcome::flushed: return Then::flushed;
    case OwnSeek::Outcome::refused: return Then::unknown;
    case OwnSeek::Outcome::postponed: keyframes_asked_ = false; break;
  }
  return Then::drop;
}

}  // namespace quad::extract
