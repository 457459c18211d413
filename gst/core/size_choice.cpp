#include "core/size_choice.h"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/renderer.h"

namespace quad {
namespace {

bool less (Ratio a, Ratio b) { return a.num * b.den < b.num * a.den; }
double value (Ratio r) { return double (r.num) / double (r.den); }

// Width over height, in samples of shape `par`, of a picture with the display aspect ratio of
// `source`. A double, since a 32-bit fraction could not always hold it.
double ratio_of (const Shape &source, Ratio par)
{
  const double across = double (source.size.width) * double (source.par.num) * double (par.den);
  const double down = double (source.size.height) * double (source.par.den) * double (par.num);
  return across / down * value (source.rounding);
}

bool exceeds (Size s, Size limit) { return s.width > limit.width || s.height > limit.height; }

// The allowed pixel aspect ratio nearest to `wanted`.
Ratio nearest_par (const std::vector<ParRange> &allowed, Ratio wanted)
{
  if (allowed.empty ()) return wanted;
  Ratio best = wanted;
  double least = std::numeric_limits<double>::infinity ();
  for (const ParRange &r : allowed) {
    const Ratio p = less (wanted, r.lo) ? r.lo : less (r.hi, wanted) ? r.hi : wanted;
    const double off = std::abs (std::log (value (p) / value (wanted)));
    if (off < least) {
      least = off;
      best = p;
    }
  }
  return best;
}

bool is_open (const SideRange &r) { return r.lo <= 1 && r.hi >= kMaxSide; }

// True if the range is a wish for a size. A range with a fixed pixel aspect ratio is one: it comes
// from something that shows the picture.
bool asks (const SideRange &r, bool par_fixed)
{
  if (is_open (r)) return false;
  if (r.fixed () || par_fixed) return true;
  return r.lo > kLargestCodecMinimum || (r.lo == 1 && r.hi < kSmallestCodecMaximum);
}

// The length in `range` nearest to `exact`, and at most `limit` if the range allows it. It is even
// if chroma is subsampled, unless the odd length is the source's own or a bound of downstream's.
int pick (const SideRange &range, double exact, int limit, int unit, int source)
{
  const int low = std::max (1, range.lo);
  const int high = std::max (low, std::min (range.hi, limit));
  int v = static_cast<int> (std::clamp<double> (std::floor (exact + 0.5), low, high));
  if (unit == 2 && v % 2 == 1 && v > 1 && v != source && v != range.hi &&
      (v != range.lo || range.lo == 1))
    v = exact > v && v < high ? v + 1 : v - 1;
  if (range.step > 1) {
    const int down = std::max (low, v / range.step * range.step);
    v = v - down > range.step / 2 && down + range.step <= high ? down + range.step : down;
  }
  return std::clamp (v, low, high);
}

// The choice for one range of widths and one of heights.
class Chooser {
 public:
  Chooser (const Shape &source, const SideRange &width, const SideRange &height,
           const std::vector<ParRange> &par, const SizeRules &rules)
      : source_ (source),
        width_ (width),
        height_ (height),
        pars_ (par),
        rules_ (rules),
        par_ (nearest_par (par, source.par)),
        ratio_ (ratio_of (source, par_)),
        limit_ (rules.upscale ? Size{kMaxSide, kMaxSide} : source.size)
  {
  }

  SizeChoice choose () const
  {
    if (width_.fixed () && height_.fixed ()) return finish ({width_.lo, height_.lo});
    if (width_.fixed ()) return finish ({width_.lo, height_of (width_.lo, kMaxSide)});
    if (height_.fixed ()) return finish ({width_of (height_.lo, kMaxSide), height_.lo});
    const bool par_fixed = pars_.size () == 1 && pars_[0].lo == pars_[0].hi;
    if (!asks (width_, par_fixed) && !asks (height_, par_fixed)) return finish (divided ());
    if (width_.hi >= kMaxSide && height_.hi >= kMaxSide) return finish (covering ());
    return finish (inside ({std::min (width_.hi, limit_.width),  //
                            std::min (height_.hi, limit_.height)}));
  }

 private:
  int width_of (int height, int limit) const
  {
    return pick (width_, height * ratio_, limit, rules_.unit.width, source_.size.width);
  }
  int height_of (int width, int limit) const
  {
    return pick (height_, width / ratio_, limit, rules_.unit.height, source_.size.height);
  }

  // The largest size with the shape that fits into `box`, max-width and max-height.
  Size inside (Size box) const
  {
    if (rules_.max_width > 0) box.width = std::min (box.width, rules_.max_width);
    if (rules_.max_height > 0) box.height = std::min (box.height, rules_.max_height);
    box = {std::max (box.width, width_.lo), std::max (box.height, height_.lo)};
    // Allow one sample more if rounding brings it back.
    if (std::floor (box.height * ratio_ + 0.5) <= box.width) {
      const int h = pick (height_, box.height, box.height, rules_.unit.height, source_.size.height);
      return {width_of (h, box.width), h};
    }
    const int w = pick (width_, box.width, box.width, rules_.unit.width, source_.size.width);
    return {w, height_of (w, box.height)};
  }

  // Both sides divided by the divisor.
  Size divided () const
  {
    const auto part = [&] (int side) {
      return std::max (1, static_cast<int> (round_div (side, rules_.divisor)));
    };
    Size box = {std::min (part (source_.size.width), width_.hi),
                std::min (part (source_.size.height), height_.hi)};
    if (box.width < width_.lo || box.height < height_.lo) return covering ();
    const auto within = [] (int side, int limit) { return limit <= 0 || side <= limit; };
    if (par_ == source_.par && box == Size{part (source_.size.width), part (source_.size.height)} &&
        within (box.width, rules_.max_width) && within (box.height, rules_.max_height)) {
      const double d = rules_.divisor;
      return {
          pick (width_, source_.size.width / d, kMaxSide, rules_.unit.width, source_.size.width),
          pick (height_, source_.size.height / d, kMaxSide, rules_.unit.height,
                source_.size.height)};
    }
    return inside (box);
  }

  // The smallest size with the shape that reaches the lower bounds. Ranges that end below kMaxSide
  // limit it too.
  Size covering () const
  {
    if (width_.lo >= height_.lo * ratio_) return {width_.lo, height_of (width_.lo, kMaxSide)};
    return {width_of (height_.lo, kMaxSide), height_.lo};
  }

  SizeChoice finish (Size size) const
  {
    const bool told = width_.fixed () && height_.fixed ();
    const int samples = told ? 1 : kRoundingSamples;
    SizeChoice c{{size, par_}};
    if (!same_aspect (source_, c.shape, samples)) {
      c.shape.par = nearest_par (pars_, par_for (source_, size));
      c.stretched = !same_aspect (source_, c.shape, samples);
    }
    c.possible = rules_.upscale || !exceeds (size, source_.size);
    return c;
  }

  const Shape &source_;
  const SideRange &width_;
  const SideRange &height_;
  const std::vector<ParRange> &pars_;
  const SizeRules &rules_;
  const Ratio par_;
  const double ratio_;  // width over height, in samples
  const Size limit_;
};

// Order of a list's alternatives: possible ones first, then those that keep the picture's shape,
// then those that keep the samples' shape, then the largest.
bool better (const SizeChoice &a, const SizeChoice &b, Ratio par)
{
  if (a.possible != b.possible) return a.possible;
  if (a.stretched != b.stretched) return !a.stretched;
  if ((a.shape.par == par) != (b.shape.par == par)) return a.shape.par == par;
  const auto area = [] (Size s) { return std::int64_t{s.width} * s.height; };
  return area (a.shape.size) > area (b.shape.size);
}

}  // namespace

Ratio display_aspect (const Shape &shape)
{
  return reduced (shape.size.width, shape.size.height) * shape.rounding *
         reduced (shape.par.num, shape.par.den);
}

Ratio par_for (const Shape &source, Size size)
{
  return display_aspect (source) / reduced (size.width, size.height);
}

bool same_aspect (const Shape &source, const Shape &shape, int samples)
{
  const double ratio = ratio_of (source, shape.par);
  return std::abs (shape.size.width - shape.size.height * ratio) < samples ||
         std::abs (shape.size.height - shape.size.width / ratio) < samples;
}

SizeChoice choose_shape (const Shape &source, const Wish &wish, const SizeRules &rules)
{
  SizeChoice best;
  bool first = true;
  for (const SideRange &w : wish.width)
    for (const SideRange &h : wish.height) {
      const SizeChoice c = Chooser{source, w, h, wish.par, rules}.choose ();
      if (first || better (c, best, source.par)) best = c;
      first = false;
    }
  return best;
}

SizeChoice choose_among (const Shape &source, std::span<const Wish> wishes, const SizeRules &rules,
                         std::size_t &which)
{
  which = 0;
  const SizeChoice first = choose_shape (source, wishes[0], rules);
  if (first.possible) return first;
  SizeRules all = rules;
  all.divisor = 1;
  for (std::size_t i = 1; i < wishes.size (); i++) {
    const SizeChoice c = choose_shape (source, wishes[i], all);
    if (!c.possible) continue;
    which = i;
    return c;
  }
  return first;
}

}  // namespace quad
