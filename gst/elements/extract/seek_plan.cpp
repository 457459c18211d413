#include "elements/extract/seek_plan.h"

#include <algorithm>

namespace quad::extract {

void SeekPlan::reset (bool allowed)
{
  *this = {};
  allowed_ = allowed;
}

void SeekPlan::forget ()
{
  target_.reset ();
  tried_.reset ();
  unsure_ = false;
  resume_at_ = -kUnlimited;
}

void SeekPlan::give_up ()
{
  allowed_ = unsure_ = false;
  target_.reset ();
}

bool SeekPlan::worth (bool always, Nanoseconds now, Nanoseconds frame_end, Nanoseconds wanted) const
{
  if (!allowed_ || target_ || tried_ == wanted) return false;
  return always ? wanted > frame_end : advice_.worth (wanted - now);
}

std::optional<Nanoseconds> SeekPlan::seek (bool always, Nanoseconds now, Nanoseconds wanted,
                                           Nanoseconds film_end)
{
  const Nanoseconds target = std::min (wanted, film_end - 1);
  if (trusted_) margin_ = 0;
  const Nanoseconds there = target - margin_;
  // What is near is there sooner by decoding on.
  if (always ? target - kLeast <= now : !advice_.worth (there - now)) return {};
  tried_ = wanted;
  target_ = target;
  from_ = now;
  there_ = there;
  landed_ = found_ = false;
  unsure_ = true;
  damage_.reset ();
  damage_before_.reset ();
  return there;
}

// Damage is in the film if it is there again when decoding began earlier.
bool SeekPlan::is_real (Nanoseconds time, Nanoseconds entry)
{
  damage_ = Damage{time, entry};
  return damage_before_ && damage_before_->time == time && entry < damage_before_->entry;
}

SeekPlan::Landing SeekPlan::accept ()
{
  found_ = true;
  trusted_ = from_before_ && may_trust_;
  return Landing::good;
}

SeekPlan::Landing SeekPlan::judge (Nanoseconds time, bool damaged, const EntryPoints &entries)
{
  if (!landed_) advice_.landed (from_, target_.value_or (time), time);
  if (!landed_) from_before_ = target_ && time + kRounding < there_;
  landed_ = true;
  if (target_ && is_after (time, *target_)) {
    if (!found_) return Landing::bad;
    target_.reset ();
  }
  if (target_ && (!entries.first || time + kRounding < *entries.first)) return Landing::early;
  if (!target_ && entries.second && time >= *entries.second) unsure_ = false;
  if (!damaged || !unsure_) return accept ();
  if (is_real (time, entries.first.value_or (time))) {
    unsure_ = false;
    return accept ();
  }
  found_ = false;
  if (target_) return Landing::early;
  // The frames before this one were good.
  target_ = resume_at_ = time;
  return Landing::bad;
}

std::optional<Nanoseconds> SeekPlan::back (Nanoseconds begin)
{
  damage_before_ = damage_;
  damage_.reset ();
  landed_ = found_ = false;
  may_trust_ = trusted_ = false;
  margin_ = std::max (2 * margin_, kLeast);
  const Nanoseconds there = *target_ - margin_;
  if (margin_ > kMost || there <= begin) return {};
  return there;
}

}  // namespace quad::extract
