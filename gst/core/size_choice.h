// Which size a downscaler delivers. Plain arithmetic without GStreamer.
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
  // Of a part that ends between samples, `size` is rounded. This is its width over height, divided
  // by that of `size`.
  Ratio rounding = {1, 1};

  bool operator== (const Shape &) const = default;
};

// The lengths lo, lo + step, ... hi.
struct SideRange {
  int lo;
  int hi;
  int step = 1;

  bool fixed () const { return lo == hi; }
};

// Pixel aspect ratios, ends included.
struct ParRange {
  Ratio lo;
  Ratio hi;
};

// The sizes that downstream accepts. Each side has one range, or several (a list); never none. No
// `par` means any.
struct Wish {
  std::vector<SideRange> width;
  std::vector<SideRange> height;
  std::vector<ParRange> par = {};
};

// What bounds the sizes that a picture may get.
struct SizeRules {
  int divisor = 2;
  int max_width = 0;  // 0: no limit
  int max_height = 0;
  bool upscale = false;
  Size unit = {1, 1};  // luma samples per chroma sample
};

// Codecs often limit their sizes, for example to [16, 4096]. Such a range is no wish for a size. A
// range counts as open if it begins at 2 to the first number, or goes from 1 to the second or more.
inline constexpr int kLargestCodecMinimum = 256;
inline constexpr int kSmallestCodecMaximum = 4096;

struct SizeChoice {
  Shape shape;
  // False if the wish needs an enlarged picture and `upscale` is off.
  bool possible = true;
  // True if the wish cannot keep the source's display aspect ratio.
  bool stretched = false;
};

// The display aspect ratio of `shape`.
Ratio display_aspect (const Shape &shape);

// The pixel aspect ratio with which a picture of `size` has the display aspect ratio of `source`.
Ratio par_for (const Shape &source, Size size);

// True if `shape` has the display aspect ratio of `source`, within `samples` samples on one side.
bool same_aspect (const Shape &source, const Shape &shape, int samples = 1);

// How many samples rounding to whole and even lengths may change a side.
inline constexpr int kRoundingSamples = 2;

// The output for `source` and one wish. docs/elements/quaddownscale.md has the rules as a table.
SizeChoice choose_shape (const Shape &source, const Wish &wish, const SizeRules &rules);

// The output for the first wish that is possible, or for the first one if none is. `wishes` is not
// empty; `which` becomes its index. If a wish asks for more than the source has, later open wishes
// give the source's own size: they are not divided.
SizeChoice choose_among (const Shape &source, std::span<const Wish> wishes, const SizeRules &rules,
                         std::size_t &which);

}  // namespace quad
