// Converts a position: what the rasters of a source have there becomes the channels of the canvas
// (docs/pixels.md, "Conversion").
#pragma once

#include "cuda/kernels/filter.h"

namespace quad::cuda {
namespace {

// How a channel's sums are rounded: to intermediates, or to samples if the channel is not
// converted.
struct ToIntermediates {
  std::int32_t samples;  // as in Conversion

  QUAD_DEVICE bool is_sample (int c) const { return ((samples >> c) & 1) != 0; }
  template <typename Sum>
  QUAD_DEVICE int filtered (Sum sum, int depth, int c) const
  {
    return is_sample (c) ? int{horizontal_round (sum, depth)} : int{map_round (sum, depth)};
  }
  QUAD_DEVICE int weighted (std::int64_t color, std::int64_t alpha, int c) const
  {
    return is_sample (c) ? int{unpremultiply (color, alpha)}
                         : int{unpremultiply_map (color, alpha)};
  }
};

// What a source has at a position of the canvas. Components are samples or intermediates.
struct SourceColor {
  int component[3] = {0, 0, 0};
  std::uint32_t alpha = 255;
};

// Adds the channels of picture `k` at position (x, y) of the canvas's raster.
QUAD_DEVICE void add_picture (const Conversion &conversion, int k, const Work &w, int x, int y,
                              const std::int16_t *mid, const std::int32_t *weighted,
                              SourceColor &color)
{
  const int i = x - w.picture->x, j = y - w.picture->y;
  const int u = w.picture->swap_axes ? j : i, v = w.picture->swap_axes ? i : j;
  const ToIntermediates round = {conversion.samples[k]};
  const Position p = w.picture->method == Method::staged
                         ? from_staged (w, u, v, mid, weighted, round)
                         : from_direct (w, u, v, round);
  for (int c = 0; c < 3; c++)
    if (conversion.component[c].picture == k)
      color.component[c] = channel (p.value, conversion.component[c].channel);
  if (conversion.alpha.picture == k)
    color.alpha = static_cast<std::uint32_t> (channel (p.value, conversion.alpha.channel));
}

// A channel of a canvas of `depth` bits.
QUAD_DEVICE int channel_of (const Conversion::Channel &of, int shift, const SourceColor &color,
                            int depth)
{
  if (of.from == kAlpha) return static_cast<int> (color.alpha);
  if (of.from != kMapped)
    return of.from == 0   ? color.component[0]
           : of.from == 1 ? color.component[1]
                          : color.component[2];
  std::int32_t sum = of.offset;
  for (int k = 0; k < 3; k++) sum += of.factor[k] * color.component[k];
  return mapped (sum, shift, depth);
}

// The position as stored on a canvas of `s`.
QUAD_DEVICE Position converted (const Conversion &conversion, const SourceColor &color,
                                const Samples &s)
{
  Position p;
  for (int c = 0; c < 4; c++) {
    if (c >= s.channels) break;
    p.value[c] = channel_of (conversion.channel[c], conversion.shift, color, s.depth) << s.shift;
  }
  return p;
}

}  // namespace
}  // namespace quad::cuda
