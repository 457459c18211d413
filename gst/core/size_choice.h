// Which size a downscaler delivers: plain arithmetic, no GStreamer.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/geometry.h"

namespace quad {

// A picture's size and the shape of its samples (pixel aspect ratio).
struct Shape {
  Size size;
  Ratio par = {1, 1};

  bool operator== (const Shape &) const = default;
};

// The lengths lo, lo + step, ... hi.
struct SideRange {
  int lo;
  int hi;
  int step = 1;

  bool fixed () const { return lo == hi; }
};

struct ParRange {
  Ratio lo;
  Ratio hi;
};

// What downstream accepts. A side holds one range or a list of alternatives,
// never none; no `par` means any.
struct Wish {
  std::vector<SideRange> width;
  std::vector<SideRange> height;
  std::vector<ParRange> par = {};
};

struct SizeRules {
  int divisor = 2;
  int max_width = 0;  // 0: no limit
  int max_height = 0;
  bool upscale = false;
  Size unit = {1, 1};  // luma samples per chroma sample
};

// A range that is not [1, kMaxSide] but whose bounds are these or beyond is taken
// for what a codec can do at all, not for a wish: such ranges count as open.
inline constexpr int kLargestCodecMinimum = 256;
inline constexpr int kSmallestCodecMaximum = 4096;

struct SizeChoice {
  Shape shape;
  // False where downstream's sides cannot be had without enlarging the source
  // and `upscale` is off.
  bool possible = true;
  // Downstream's sides and pixel aspect ratio leave no way to keep the source's
  // display aspect ratio.
  bool stretched = false;
};

// The display aspect ratio of `shape`.
Ratio display_aspect (const Shape &shape);

// The pixel aspect ratio that gives a picture of `size` the display aspect ratio of `source`.
Ratio par_for (const Shape &source, Size size);

// Whether `shape` has the display aspect ratio of `source`, but for less than
// `samples` of one side.
bool same_aspect (const Shape &source, const Shape &shape, int samples = 1);

// How far rounding to whole and even lengths may lead away from the shape.
inline constexpr int kRoundingSamples = 2;

// What becomes of `source` where downstream has this wish. docs/elements/quaddownscale.md
// has the rules as a table.
SizeChoice choose_shape (const Shape &source, const Wish &wish, const SizeRules &rules);

// The first of `wishes` (not empty) that can be had, or the first one where none
// can; its index goes to `which`. A wish for more than the source has turns later
// open ones into "all of it": they are not divided.
SizeChoice choose_among (const Shape &source, std::span<const Wish> wishes, const SizeRules &rules,
                         std::size_t &which);

}  // namespace quad
