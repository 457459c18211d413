#include "elements/extract/selector.h"

#include <algorithm>
#include <utility>

#include "public/gstquad.h"

namespace quad::extract {
namespace {

std::vector<Nanoseconds> points_of (const std::vector<guint64> &values)
{
  std::vector<Nanoseconds> result;
  result.reserve (values.size ());
  for (const guint64 v : values) result.push_back (point (v));
  return result;
}

Step step_of (Step::Do what, Nanoseconds from = 0, Nanoseconds to = 0)
{
  Step step;
  step.what = what;
  step.from = from;
  step.to = to;
  return step;
}

Step emit (Frame &frame, const Request &request, bool keep)
{
  Step step = step_of (Step::Do::emit);
  step.request = step.last = request;
  step.frame = &frame;
  step.keep = keep;
  return step;
}

Step miss (const char *reason, const Request &request, const Request &last)
{
  Step step = step_of (Step::Do::miss);
  step.request = request;
  step.last = last;
  step.reason = reason;
  return step;
}

std::optional<Nanoseconds> time_of (const Frame *frame)
{
  return frame ? std::optional (frame->time) : std::nullopt;
}

}  // namespace

void Selector::begin (const StreamSettings &settings)
{
  settings_ = settings;
  restart ();
  forget_frame ();
  frame_end_ = 0;
}

void Selector::restart ()
{
  const bool by_list = settings_.selection == Selection::timestamps;
  const bool by_index = settings_.selection == Selection::indices;
  targets_ = by_list    ? Targets (points_of (*settings_.timestamps))
             : by_index ? Targets (points_of (*settings_.indices))
                        : Targets ();
  have_targets_ = by_list || by_index;
  count_ = extracted_ = missed_ = 0;
  finished_ = false;
}

void Selector::forget_frame ()
{
  held_.reset ();
  last_.reset ();
  drop ();
}

void Selector::drop ()
{
  incoming_.reset ();
  picked_.reset ();
  warning_.reset ();
  draining_ = false;
}

void Selector::finish ()
{
  finished_ = true;
  forget_frame ();
}

void Selector::place (Frame &frame, std::optional<Nanoseconds> time,
                      std::optional<Nanoseconds> begin) const
{
  if (!time) time = last_ ? frame_end_ : begin;
  frame.time = time.value_or (0);
  if (last_) frame.time = std::max (frame.time, *last_);
  frame.shown = frame.time;
  const Nanoseconds gap = last_ ? frame.time - *last_ : 0;
  if (gap <= nanoseconds (settings_.max_gap)) frame.length.previous = gap;
  frame.end = std::min (frame.time + frame.length.best (), kFarthest);
}

void Selector::pass (const Frame &frame)
{
  last_ = frame.time;
  frame_end_ = frame.end;
}

void Selector::take (Frame frame, const Showing &showing)
{
  drop ();
  showing_ = showing;
  incoming_ = std::move (frame);
  if (settings_.is_by_time ()) {
    begin_ticks ();
    return;
  }
  pass (*incoming_);
  if (settings_.selection == Selection::indices) count_++;
}

// Makes the ticks when the first frame comes, and skips those that the segment leaves out.
void Selector::begin_ticks ()
{
  if (!have_targets_) {
    const bool from = settings_.start_time != GST_CLOCK_TIME_NONE;
    first_tick_ = from ? part_begin () : incoming_->time;
    targets_ = Targets (first_tick_, settings_.rate_n, settings_.rate_d,
                        nanoseconds (settings_.stop_time));
    have_targets_ = true;
  }
  // Ticks that the segment leaves out are not wanted.
  if (settings_.selection == Selection::rate && !last_ && showing_.begin)
    targets_.skip_before (*showing_.begin - kRounding);
  jump_ = is_jump (*incoming_);
  limit_ = incoming_->time - kRounding;
  if (jump_) limit_ = last_ ? std::min (believed_end () - kRounding, limit_) : -kFarthest;
}

void Selector::drain (bool ended, Nanoseconds over)
{
  drop ();
  draining_ = true;
  ended_ = ended;
  over_ = over;
  if (!settings_.is_by_time () || targets_.done ()) return;
  const Nanoseconds end = end_of_last (over);
  if (last_ && is_too_long (held_->length) &&
      targets_.count_before (held_->end) > targets_.count_before (end))
    warning_ = step_of (Step::Do::warn, held_->time, held_->end);
  if (last_ && ended) frame_end_ = end;
  limit_ = end - kRounding;
}

Step Selector::next ()
{
  if (finished_) return {};
  if (is_full ()) return step_of (Step::Do::finish);
  if (draining_) return next_at_end ();
  if (!incoming_) return {};
  if (settings_.is_by_time ()) return next_time ();
  return settings_.selection == Selection::indices ? next_index () : next_number ();
}

// After an accurate seek a decoder cuts the frame before the position to what is left of it. Less
// than the rounding is not on screen. Parsers write 1 ns for an unknown duration.
bool Selector::is_remainder (const Frame &frame) const
{
  const Nanoseconds said = frame.length.said;
  return showing_.begin && said > 1 && frame.time <= *showing_.begin &&
         frame.time + said <= *showing_.begin + kRounding;
}

// Frames that are picked as they come.
Step Selector::next_number ()
{
  const Nanoseconds begin = part_begin ();
  if (settings_.selection == Selection::every_nth && count_ == 0 && is_remainder (*incoming_)) {
    incoming_.reset ();
    return {};
  }
  if (incoming_->time + kRounding < begin) {
    // It is unknown how long a keyframe is on screen, because the frames after it do not come.
    if (settings_.selection != Selection::keyframes) held_ = std::move (incoming_);
    incoming_.reset ();
    return step_of (Step::Do::look_ahead, *last_, begin);
  }
  // The frame on screen at the start is the first one.
  if (count_ == 0 && held_ && is_after (incoming_->time, begin)) return pick (held_);
  held_.reset ();
  return pick (incoming_);
}

// A frame of the wanted part.
Step Selector::pick (std::optional<Frame> &frame)
{
  picked_ = std::exchange (frame, std::nullopt);
  if (!is_after (nanoseconds (settings_.stop_time), picked_->time))
    return step_of (Step::Do::finish);
  const guint64 number = count_++;
  if (settings_.selection == Selection::every_nth && number % settings_.every_nth != 0) return {};
  const Request request{extracted_ + missed_, GST_CLOCK_TIME_NONE, picked_->time};
  return picked_->buffer ? emit (*picked_, request, false)
                         : miss (GST_QUAD_REASON_DECODE_ERROR, request, request);
}

Step Selector::next_index ()
{
  const auto number = static_cast<Nanoseconds> (count_ - 1);
  if (!targets_.done () && targets_.current ().time == number) {
    Request request = request_of (targets_.current ());
    request.time = incoming_->time;
    const bool again = targets_.next_time () == number;
    targets_.advance ();
    return incoming_->damaged ? miss (GST_QUAD_REASON_DECODE_ERROR, request, request)
                              : emit (*incoming_, request, again);
  }
  incoming_.reset ();
  return targets_.done () ? step_of (Step::Do::finish) : Step{};
}

Step Selector::next_time ()
{
  if (!targets_.done () && targets_.current ().time < limit_)
    return meet (held (), &*incoming_, false, limit_);
  const Nanoseconds reached = incoming_->time - kRounding;
  if (jump_ && targets_.count_before (reached) > 0) {
    const Nanoseconds from = last_ ? *last_ : targets_.current ().time;
    targets_.skip_before (reached);
    return step_of (Step::Do::warn, from, incoming_->time);
  }
  if (targets_.done ()) return step_of (Step::Do::finish);
  hold (*std::exchange (incoming_, std::nullopt));
  return step_of (Step::Do::look_ahead, *last_, targets_.current ().time);
}

// Answers what the frames so far can answer. At the end of the film the rest is missed.
Step Selector::next_at_end ()
{
  if (warning_) return *std::exchange (warning_, std::nullopt);
  if (settings_.is_by_time ()) {
    if (targets_.done ()) return {};
    const bool past_end = !last_ || targets_.current ().time >= limit_;
    if (past_end && (!ended_ || settings_.selection == Selection::rate)) return {};
    return meet (held (), nullptr, past_end, limit_);
  }
  if (settings_.selection == Selection::indices) {
    if (!ended_ || targets_.done ()) return {};
    const Request request = request_of (targets_.current ());
    targets_.advance ();
    return miss (GST_QUAD_REASON_BEYOND_END, request, request);
  }
  // The last frame may be the one on screen at the start.
  if (count_ > 0 || !held () || is_over (end_of_last (over_), part_begin ())) return {};
  return pick (held_);
}

// A damaged frame does not replace the one before it, which may be repeated.
void Selector::hold (Frame frame)
{
  pass (frame);
  if (!frame.damaged || !held_ || !held_->buffer) {
    held_ = std::move (frame);
    return;
  }
  held_->time = frame.time;
  held_->end = frame.end;
  held_->length = frame.length;
  held_->damaged = true;
}

// Answers the current target with one of the frames around it. Ticks without a frame, up to
// `limit`, are missed together.
Step Selector::meet (Frame *earlier, Frame *later, bool past_end, Nanoseconds limit)
{
  const bool rate = settings_.selection == Selection::rate;
  const bool repeat = rate && settings_.missing == Missing::repeat;
  const Target target = targets_.current ();
  const ChoiceRule rule = rule_for (earlier, later);
  const FrameChoice choice =
      choose (rule, target.time, time_of (earlier), time_of (later), past_end);
  Frame *frame = choice == FrameChoice::earlier ? earlier
                 : choice == FrameChoice::later ? later
                                                : nullptr;
  const bool none_after = !later && rule.policy == Policy::next;
  const char *reason = why_not (frame, past_end, none_after, target.time);
  if (reason && repeat) {
    // After a seek, the last frame before it is still held.
    frame = held_ && held_->buffer ? &*held_ : later && later->buffer ? later : nullptr;
    if (frame) reason = nullptr;
  }
  if (reason && rate && settings_.missing != Missing::error)
    return miss_run (reason, std::min (limit, same_until (rule, target.time, time_of (earlier),
                                                          time_of (later))));
  const Nanoseconds next = targets_.next_time ();
  targets_.advance ();
  const Request request = request_of (target);
  if (reason) return miss (reason, request, request);
  // True if a later target may need the frame too.
  const bool keep =
      next != kUnlimited &&
      (frame == later || !later || is_after (later->time, next) || (repeat && later->damaged));
  return emit (*frame, request, keep);
}

// Why there is no good frame for `time`. nullptr if `frame` is one.
const char *Selector::why_not (const Frame *frame, bool past_end, bool none_after,
                               Nanoseconds time) const
{
  if (frame && !frame->damaged && frame->buffer) return nullptr;
  // By its duration the film goes on. Other streams may be up to a second longer than this one.
  const Nanoseconds seen = last_ ? frame_end_ + kSecond : 0;
  if (past_end && over_ != kUnlimited && over_ > std::max (seen, time))
    return GST_QUAD_REASON_DECODE_ERROR;
  if (frame) return GST_QUAD_REASON_DECODE_ERROR;
  return past_end || none_after ? GST_QUAD_REASON_BEYOND_END : GST_QUAD_REASON_NO_FRAME;
}

// The ticks from the current one up to `until` have no frame; one at least.
Step Selector::miss_run (const char *reason, Nanoseconds until)
{
  const Target first = targets_.current ();
  targets_.advance (std::max<std::uint64_t> (targets_.count_before (until), 1) - 1);
  const Target last = targets_.current ();
  targets_.advance ();
  return miss (reason, request_of (first), request_of (last));
}

ChoiceRule Selector::rule_for (const Frame *earlier, const Frame *later) const
{
  const bool rate = settings_.selection == Selection::rate;
  ChoiceRule rule = {rate ? Policy::played_at : settings_.policy,
                     nanoseconds (settings_.tolerance_before),
                     nanoseconds (settings_.tolerance_after)};
  // The first frame may begin some frames after the film: if frames were reordered for coding, or
  // if sound begins first.
  constexpr Nanoseconds soon = kSecond;
  const bool is_first =
      showing_.from_beginning && !earlier && later && later->time > 0 && later->time <= soon;
  if (is_first && rule.after == kUnlimited && rule.policy == Policy::played_at)
    rule.after = later->time;
  return rule;
}

Request Selector::request_of (const Target &target) const
{
  Request request{target.index, GST_CLOCK_TIME_NONE, target.time};
  if (settings_.selection == Selection::timestamps)
    request.requested = (*settings_.timestamps)[static_cast<std::size_t> (target.index)];
  else if (settings_.selection == Selection::rate)
    request.requested = static_cast<guint64> (std::max<Nanoseconds> (0, target.time));
  return request;
}

// True if the times jump to `frame`. A jump is not filled with ticks.
bool Selector::is_jump (const Frame &frame) const
{
  if (settings_.selection != Selection::rate || targets_.done ()) return false;
  const Nanoseconds gap = frame.time - (last_ ? *last_ : targets_.current ().time);
  return gap > nanoseconds (settings_.max_gap);
}

bool Selector::is_too_long (const FrameLength &length) const
{
  return settings_.selection == Selection::rate && length.said > nanoseconds (settings_.max_gap);
}

// Until when the held frame is on screen, if its duration can be true.
Nanoseconds Selector::believed_end () const
{
  const FrameLength &length = held_->length;
  return std::min (held_->time + (is_too_long (length) ? length.guess () : length.best ()),
                   kFarthest);
}

// The same if no other frame follows until `over`.
Nanoseconds Selector::end_of_last (Nanoseconds over) const
{
  if (!last_) return 0;
  if (is_too_long (held_->length)) return believed_end ();
  return std::min (last_end (held_->time, held_->length, over), kFarthest);
}

Nanoseconds Selector::part_begin () const
{
  return settings_.start_time != GST_CLOCK_TIME_NONE ? point (settings_.start_time) : 0;
}

Nanoseconds Selector::wanted () const
{
  if (!settings_.is_by_time ()) return nanoseconds (settings_.stop_time);
  return targets_.done () ? 0 : targets_.current ().time;
}

guint64 Selector::total (Nanoseconds film_end) const
{
  guint64 total = 0;
  if (settings_.selection == Selection::timestamps) total = settings_.timestamps->size ();
  if (settings_.selection == Selection::indices) total = settings_.indices->size ();
  if (settings_.selection == Selection::rate && have_targets_) {
    const Nanoseconds end = std::min (film_end == kUnlimited ? film_end : film_end - kRounding,
                                      nanoseconds (settings_.stop_time));
    if (end != kUnlimited && end > first_tick_)
      total = gst_util_uint64_scale_ceil (static_cast<guint64> (end - first_tick_),
                                          static_cast<guint64> (settings_.rate_n),
                                          GST_SECOND * static_cast<guint64> (settings_.rate_d));
  }
  if (settings_.max_frames > 0 && (total == 0 || total > settings_.max_frames))
    total = settings_.max_frames;
  return total;
}

}  // namespace quad::extract
