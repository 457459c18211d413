// The colours of the foreground where it lets the background through: without them, hair keeps the
// colour of the old background before a new one. Forte, Pitie, "Approximate Fast Foreground Colour
// Estimation" (ICIP 2021), "blur fusion": two passes on the mask's grid, then one sample by one.
#pragma once

#include <vector>

#include "matte/foreground_ops.h"
#include "matte/guided_filter.h"
#include "matte/small_picture.h"

namespace quad::matte {

// Prepared once for a size; then for each picture take_alpha (), look_far () and look_near () for
// all rows of the grid, then apply () to all rows of the picture. Each begins when the one before
// has done all rows. Rows may be split over threads: each concurrent call has a `worker` of its
// own. Only prepare () allocates.
class Foreground {
 public:
  Foreground (const RowOps &rows, const ForegroundOps &ops) : rows_ (&rows), ops_ (&ops) {}

  // For masks of `mask` and pictures of `picture`. Allocates if something is new.
  void prepare (Size mask, Size picture, int workers);

  // The refined alpha that `lines` give on the grid.
  void take_alpha (const SmallPicture &guide, const GuidedFilter &lines, int first, int end);

  // The colours in wide surroundings, then in near ones.
  void look_far (const SmallPicture &guide, int first, int end, int worker);
  void look_near (int first, int end, int worker);

  // Replaces the samples of `picture` in rows [first, end) of `area` by the foreground's, where
  // `alpha` is neither 0 nor 255. Rows are split at even ones, because two share chroma.
  void apply (const FrameView &picture, const Rect &area, const AlphaPlane &alpha, int first,
              int end, int worker);

  // Row `y` of the grid of what apply () mixes with: components 0 to 2 of the foreground, and those
  // of the background, 3 to 5.
  const float *around (int k, int y) const
  {
    const std::vector<float> &of = k < 3 ? front_ : back_;
    return of.data () +
           (std::size_t (k % 3) * std::size_t (mask_.height) + std::size_t (y)) * stride_;
  }

 private:
  // Columns of the picture that need work.
  struct Span {
    int first, end;
  };
  // What a thread works with.
  struct Worker {
    std::vector<std::uint32_t> sums, running;
    std::vector<float> front, front_steps, back, back_steps;  // rows of the grid
    std::vector<std::uint8_t> alpha[2];
    std::vector<float> mean_alpha;
    std::vector<std::uint8_t> level, result;
    std::vector<Span> spans;
  };
  // A component of the samples of a row.
  struct Samples {
    std::uint8_t *data;
    int step;
    int component;
    Between grid;  // where the row lies
  };

  void pass (int reach, const SmallPicture &front, const SmallPicture &back, int first, int end,
             Worker &w);
  void find_spans (const AlphaPlane &alpha, const Rect &area, int y, Size sub, Worker &w) const;
  void mix_surroundings (const Samples &samples, Worker &w) const;
  void recolor (const Samples &samples, Size sub, Worker &w) const;
  Rows<float> row_of (std::vector<float> &planes, int y) const;

  const RowOps *rows_;
  const ForegroundOps *ops_;
  Size mask_, picture_;
  std::size_t stride_ = 0;          // of rows that are as wide as the mask
  std::size_t running_stride_ = 0;  // of running sums
  Columns grid_columns_;            // each position of the grid is its own
  Columns columns_[2];              // of the samples of each column, and of each second one
  std::vector<float> nothing_;      // steps of zero
  std::vector<std::int32_t> not_flat_;
  SmallPicture alpha_;                       // on the grid
  SmallPicture front_levels_, back_levels_;  // of wide surroundings
  std::vector<float> front_, back_;          // three planes each: the means around each position
  std::vector<Worker> workers_;
};

}  // namespace quad::matte
