#include "elements/grid/glide.h"

#include <algorithm>
#include <cmath>

namespace quad {
namespace {

double between (double from, double to, double part) { return from + (to - from) * part; }

FineRect between (const FineRect &from, const FineRect &to, double part)
{
  // Edges, not sizes: edges that stay do not move.
  const double x = between (from.x, to.x, part), y = between (from.y, to.y, part);
  return {x, y, between (from.right (), to.right (), part) - x,
          between (from.bottom (), to.bottom (), part) - y};
}

// As snapped_outside () puts whole samples on whole chroma samples.
int whole (double edge, int unit, int end)
{
  if (std::abs (edge - end) < 1e-6) return end;
  const int rounded = static_cast<int> (std::floor (edge / unit + 0.5)) * unit;
  return edge < end ? std::min (rounded, end) : rounded;
}

Rect whole (const FineRect &r, const Canvas &canvas)
{
  const auto [w, h] = canvas.size;
  const auto [u, v] = canvas.chroma_unit;
  const int x = whole (r.x, u, w), y = whole (r.y, v, h);
  return {x, y, whole (r.right (), u, w) - x, whole (r.bottom (), v, h) - y};
}

Size rounded_up (const FineRect &r)
{
  constexpr double kRounding = 1e-6;
  return {static_cast<int> (std::ceil (r.width - kRounding)),
          static_cast<int> (std::ceil (r.height - kRounding))};
}

// A picture that has no room in its cell shrinks to a point of it.
FineRect picture_of (const CellBox &box)
{
  if (!box.picture.empty ()) return box.picture;
  return {box.cell.x + box.cell.width / 2.0, box.cell.y + box.cell.height / 2.0, 0, 0};
}

bool same (const Canvas &a, const Canvas &b)
{
  return a.size == b.size && a.chroma_unit == b.chroma_unit && a.sample == b.sample;
}

bool same (const CellBox &a, const CellBox &b)
{
  return a.cell == b.cell && a.picture == b.picture;
}

}  // namespace

double progress_of (const Transition &transition, GstClockTime age)
{
  if (!transition.is_on () || age >= transition.duration) return 1;
  const double p = double (age) / double (transition.duration);
  return transition.mode == TransitionMode::linear ? p : p * p * (3 - 2 * p);
}

Glide::FineBox Glide::place_at (GstClockTime time) const
{
  const FineBox to = {target_.cell, picture_of (target_)};
  if (!GST_CLOCK_TIME_IS_VALID (moved_)) return to;
  const double part = progress_of (way_, time - moved_);
  return {between (from_.cell, to.cell, part), between (from_.picture, to.picture, part)};
}

double Glide::opacity_at (GstClockTime time) const
{
  const double to = visible_ ? 1 : 0;
  if (!GST_CLOCK_TIME_IS_VALID (faded_)) return to;
  return between (opacity_, to, progress_of (fade_, time - faded_));
}

// False where the way would make no sense: it ends at once.
bool Glide::can_go_on (const Step &step, const Canvas &canvas) const
{
  if (step.jumps || !step.transition.is_on () || !GST_CLOCK_TIME_IS_VALID (step.time)) return false;
  if (canvas_ && !same (*canvas_, canvas)) return false;
  return !GST_CLOCK_TIME_IS_VALID (time_) || step.time >= time_;
}

void Glide::jump (const Step &step)
{
  target_ = step.target;
  visible_ = !target_.cell.empty ();
  moved_ = faded_ = GST_CLOCK_TIME_NONE;
}

void Glide::go_to (const CellBox &target, const Step &step)
{
  if (same (target, target_)) return;
  from_ = place_at (step.time);
  target_ = target;
  moved_ = step.time;
  way_ = step.transition;
}

void Glide::fade (bool in, double from, const Step &step)
{
  visible_ = in;
  opacity_ = from;
  faded_ = step.time;
  fade_ = step.transition;
}

// Begins what this frame asks for. `appears`: it is the first with a picture.
void Glide::aim (const Step &step, bool appears)
{
  const bool placed = !step.target.cell.empty ();
  const double opacity = opacity_at (step.time);
  // What cannot be seen has no way to go.
  if (placed && (target_.cell.empty () || opacity == 0 || appears)) {
    target_ = step.target;
    moved_ = GST_CLOCK_TIME_NONE;
  } else if (placed) {
    go_to (step.target, step);
  }
  if (placed && appears && !step.is_first)
    fade (true, 0, step);
  else if (placed != visible_)
    fade (placed, seen_ ? opacity : double (placed), step);
}

Glided Glide::next (const Step &step, const Canvas &canvas)
{
  const bool appears = step.has_picture && !seen_;
  seen_ |= step.has_picture;
  const bool glides = can_go_on (step, canvas);
  if (glides)
    aim (step, appears);
  else
    jump (step);
  canvas_ = canvas;
  time_ = step.time;
  if (GST_CLOCK_TIME_IS_VALID (moved_) && step.time - moved_ >= way_.duration)
    moved_ = GST_CLOCK_TIME_NONE;
  if (GST_CLOCK_TIME_IS_VALID (faded_) && step.time - faded_ >= fade_.duration)
    faded_ = GST_CLOCK_TIME_NONE;

  const double opacity = opacity_at (step.time);
  if (!visible_ && opacity == 0) {
    target_ = {};
    moved_ = faded_ = GST_CLOCK_TIME_NONE;
    return {.opacity = 0, .is_over = true};
  }
  Glided now = {.box = target_, .opacity = opacity};
  if (glides) now.largest = target_.picture.size ();
  if (!GST_CLOCK_TIME_IS_VALID (moved_)) return now;
  const FineBox place = place_at (step.time);
  now.box = {whole (place.cell, canvas), whole (place.picture, canvas)};
  // Sides change in one direction only.
  now.largest = larger (now.largest, rounded_up (from_.picture));
  return now;
}

}  // namespace quad
