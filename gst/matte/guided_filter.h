// Refines a mask to the edges of a picture: the fast guided filter with a guide of three
// components, He, Sun, "Fast Guided Filter" (2015). Lines are fitted on the mask's grid, where the
// guide is the picture made small, and are applied to the whole picture.
#pragma once

#include <array>
#include <vector>

#include "core/view.h"
#include "matte/row_ops.h"
#include "matte/small_picture.h"

namespace quad::matte {

inline constexpr int kMostRadius = 32;
inline constexpr double kLeastEpsilon = 1e-6;
inline constexpr int kMostSmallSide = 2048;

struct Refinement {
  int radius = 4;         // of windows on the mask's grid, in its positions: 1 to kMostRadius
  double epsilon = 1e-4;  // variance of values from 0 to 1 below which a window counts as flat

  bool operator== (const Refinement &) const = default;
};

// Where samples of alpha, or of another component that is as fine as luma, lie: sample (x, y) is at
// data + y * stride + x * step.
struct AlphaPlane {
  std::byte *data = nullptr;
  std::ptrdiff_t stride = 0;
  int step = 1;

  std::uint8_t *at (int x, int y) const
  {
    return reinterpret_cast<std::uint8_t *> (data + y * stride + std::ptrdiff_t{x} * step);
  }
};

// What apply () keeps of alpha from picture to picture, for each pixel of the area and in
// 1 / kKeptOne levels, and how much of the new one counts: weights of 0 to 1 on the mask's grid, in
// padded rows. Without data nothing is kept.
struct History {
  std::uint16_t *kept = nullptr;
  Rows<const float> weights;
};

// Component `k` of `frame`, in a format of 8 bits; without data if it has none as fine as luma.
AlphaPlane component_of (const FrameView &frame, int k);

// Prepared once for a size; then for each picture solve () all rows of the mask, then apply () to
// all rows of the picture. Rows may be split over threads: each concurrent call has a `worker` of
// its own. Only prepare () allocates.
class GuidedFilter {
 public:
  explicit GuidedFilter (const RowOps &ops) : ops_ (&ops) {}

  // `mask` is the size of its grid, at most kMostSmallSide a side. `picture` is the size of the
  // part that the mask covers.
  void prepare (Size mask, Size picture, const Refinement &refinement, int workers);

  // Fits the lines of rows [first, end) of the grid. `guide` has three planes, `mask` one.
  void solve (const SmallPicture &guide, const SmallPicture &mask, int first, int end, int worker);

  // Instead of solve (): the mask as it is. apply () interpolates it.
  void take (const SmallPicture &mask, int first, int end);

  // Writes alpha in rows [first, end) of `area`, which prepare () knows the size of. `picture`, in
  // a format of 8 bits a sample, has the guide's components. `area` begins on whole chroma samples.
  // The result is multiplied by `own`, if that has data; both may be the same.
  void apply (const FrameView &picture, const Rect &area, const AlphaPlane &own,
              const History &history, const AlphaPlane &alpha, int first, int end, int worker);

  // The mean line of each position of the grid: kLineParts rows for each row of the grid.
  Rows<const float> lines (int y) const;

 private:
  // What a thread works with.
  struct Worker {
    Rect fitted;  // the part of the grid for which means are found
    Rect seen;    // the columns of the grid that are looked at for it
    std::vector<std::uint32_t> sums, running_sums;
    std::vector<double> ring, line_sums, running_lines;
    std::vector<float> mixed, steps;
    std::vector<std::uint8_t> bytes, alpha;
    std::vector<std::int32_t> flat;  // see LineRow
    int flat_row = -1;               // of the grid: the upper one
  };

  void add_line (const SmallPicture &guide, const SmallPicture &mask, int y, int from, Worker &w);
  void write_means (int y, Worker &w);
  LineRow line_row (int y, const History &history, Worker &w) const;
  void find_flat (int upper, int lower, Worker &w) const;
  GuideRow guide_row (const FrameView &picture, const Rect &area, int y, Worker &w) const;
  Windows windows (int y, const Worker &w) const;

  const RowOps *ops_;
  Size mask_, picture_;
  Refinement refinement_;
  std::vector<std::int32_t> window_columns_;
  Columns columns_;
  std::size_t stride_ = 0;          // of rows that are as wide as the mask
  std::size_t running_stride_ = 0;  // of running sums
  std::vector<float> lines_;
  std::vector<double> nothing_;  // a line of zeros
  std::vector<Worker> workers_;
};

}  // namespace quad::matte
