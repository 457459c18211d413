#include "jpeg/scale.h"

namespace quad::jpeg {

int scale_for_target (Size full, Size target, double headroom, const Accepts &accepts)
{
  for (const int scale : kScales) {
    const Size size = scaled (full, scale);
    if (size.width < headroom * target.width || size.height < headroom * target.height) continue;
    if (scale == kFullScale || accepts (size)) return scale;
  }
  return kFullScale;
}

int largest_accepted (Size full, int most, const Accepts &accepts)
{
  const auto found = std::find_if (kScales.rbegin (), kScales.rend (), [&] (int scale) {
    return scale <= most && accepts (scaled (full, scale));
  });
  return found == kScales.rend () ? most : *found;
}

int scale_within (Size full, Size limit)
{
  const auto fits = [&] (int scale) {
    const Size size = scaled (full, scale);
    return (limit.width == 0 || size.width <= limit.width) &&
           (limit.height == 0 || size.height <= limit.height);
  };
  const auto found = std::find_if (kScales.rbegin (), kScales.rend (), fits);
  return found == kScales.rend () ? kScales.front () : *found;
}

int SteadyScale::next (int wanted)
{
  if (wanted >= scale_) {
    scale_ = wanted;
    frames_ = 0;
    return scale_;
  }
  smaller_ = frames_ == 0 ? wanted : std::max (smaller_, wanted);
  if (++frames_ >= kPatience) {
    scale_ = smaller_;
    frames_ = 0;
  }
  return scale_;
}

}  // namespace quad::jpeg
