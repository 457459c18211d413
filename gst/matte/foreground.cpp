#include "matte/foreground.h"

#include <algorithm>
#include <cstring>

#include "matte/running.h"

namespace quad::matte {
namespace {

// Of the two passes, on the grid. Theirs are 90 and 6 samples of the whole picture.
constexpr int kFarReach = 12;
constexpr int kNearReach = 1;

constexpr int kBlock = 32;  // columns that are looked at together

// Whether all samples that were added are 0, or all are 255.
class Plain {
 public:
  // Adds at most kBlock samples.
  void add (const std::uint8_t *row, int count)
  {
    std::uint64_t words[kBlock / 8];
    // The first sample fills what a short block lacks.
    if (count < kBlock) std::memset (words, row[0], sizeof words);
    std::memcpy (words, row, std::size_t (count));
    add_words (words);
  }
  void add_block (const std::uint8_t *row)
  {
    std::uint64_t words[kBlock / 8];
    std::memcpy (words, row, sizeof words);
    add_words (words);
  }
  bool is () const { return any_ == 0 || all_ == ~std::uint64_t{0}; }

 private:
  void add_words (const std::uint64_t *words)
  {
    for (int i = 0; i < kBlock / 8; i++) {
      any_ |= words[i];
      all_ &= words[i];
    }
  }

  std::uint64_t any_ = 0, all_ = ~std::uint64_t{0};
};

}  // namespace

void Foreground::prepare (Size mask, Size picture, int workers)
{
  if (mask_ == mask && picture_ == picture && workers_.size () == std::size_t (workers)) return;
  mask_ = mask;
  picture_ = picture;
  stride_ = padded (mask.width);
  running_stride_ = padded (mask.width + 2 * kFarReach + 1);
  grid_columns_ = {};
  for (int x = 0; x < mask.width; x++) grid_columns_.index.push_back (x);
  grid_columns_.part.assign (std::size_t (mask.width), 0);
  rows_->group (grid_columns_);
  for (int shared = 1; shared <= 2; shared++) {
    Columns &columns = columns_[shared - 1] = {};
    for (int x = 0; x < picture.width; x += shared) {
      const Between at = between (x, picture.width, mask.width);
      columns.index.push_back (at.index);
      columns.part.push_back (at.part);
    }
    rows_->group (columns);
  }
  nothing_.assign (stride_ * kLineParts, 0);
  not_flat_.assign (stride_, 0);
  alpha_.resize (mask, 1);
  front_levels_.resize (mask, 3);
  back_levels_.resize (mask, 3);
  for (auto *planes : {&front_, &back_})
    planes->assign (3 * stride_ * std::size_t (mask.height), 0);
  workers_.assign (std::size_t (workers), {});
  const std::size_t row = padded (picture.width);
  for (Worker &w : workers_) {
    w.sums.assign (stride_ * kWeightedSums, 0);
    w.running.assign (running_stride_ * kWeightedSums, 0);
    for (auto *of : {&w.front, &w.front_steps, &w.back, &w.back_steps}) of->assign (stride_, 0);
    for (auto *of : {&w.level, &w.result}) of->assign (row, 0);
    for (auto &of : w.alpha) of.assign (row + kRowPadding, 0);  // two are read for each mean
    w.mean_alpha.assign (row, 0);
    w.spans.reserve (std::size_t (picture.width) / kBlock + 1);
  }
}

// Row `y` of three planes.
Rows<float> Foreground::row_of (std::vector<float> &planes, int y) const
{
  return {planes.data () + std::size_t (y) * stride_, stride_ * std::size_t (mask_.height)};
}

void Foreground::take_alpha (const SmallPicture &guide, const GuidedFilter &lines, int first,
                             int end)
{
  for (int y = first; y < end; y++) {
    const GuideRow row = {{guide.row (0, y), guide.row (1, y), guide.row (2, y)}};
    const LineRow line = {lines.lines (y), {nothing_.data (), stride_}, not_flat_.data ()};
    rows_->alpha (line, grid_columns_, row, mask_.width, nullptr, alpha_.row (0, y));
  }
}

// The weighted means of both pictures around each position.
void Foreground::pass (int reach, const SmallPicture &front, const SmallPicture &back, int first,
                       int end, Worker &w)
{
  const Rows<std::uint32_t> sums = {w.sums.data (), stride_};
  const Rows<std::uint32_t> running = {w.running.data (), running_stride_};
  const auto row = [&] (int y) -> WeightedRow {
    return {alpha_.row (0, y),
            {front.row (0, y), front.row (1, y), front.row (2, y)},
            {back.row (0, y), back.row (1, y), back.row (2, y)}};
  };
  std::ranges::fill (w.sums, 0);
  for (int y = std::max (first - reach, 0); y < std::min (first + reach, mask_.height); y++)
    ops_->add_weighted (row (y), mask_.width, false, sums);
  for (int y = first; y < end; y++) {
    if (y + reach < mask_.height) ops_->add_weighted (row (y + reach), mask_.width, false, sums);
    if (y > first && y > reach) ops_->add_weighted (row (y - reach - 1), mask_.width, true, sums);
    for (int k = 0; k < kWeightedSums; k++) run (sums.row (k), mask_.width, reach, running.row (k));
    ops_->weighted_means (running, reach, row (y), mask_.width, row_of (front_, y),
                          row_of (back_, y));
  }
}

void Foreground::look_far (const SmallPicture &guide, int first, int end, int worker)
{
  pass (kFarReach, guide, guide, first, end, workers_[std::size_t (worker)]);
  for (int y = first; y < end; y++)
    for (int k = 0; k < 3; k++)
      ops_->levels (guide.row (k, y), alpha_.row (0, y), row_of (front_, y).row (k),
                    row_of (back_, y).row (k), mask_.width, front_levels_.row (k, y),
                    back_levels_.row (k, y));
}

void Foreground::look_near (int first, int end, int worker)
{
  pass (kNearReach, front_levels_, back_levels_, first, end, workers_[std::size_t (worker)]);
}

// Finds the blocks of columns that need work in the row of samples from row `y` of the area on, and
// the mean alpha of the pixels that share each of their samples.
void Foreground::find_spans (const AlphaPlane &alpha, const Rect &area, int y, Size sub,
                             Worker &w) const
{
  const int width = picture_.width, rows = std::min (sub.height, picture_.height - y);
  const std::uint8_t *row[2] = {};
  for (int i = 0; i < rows; i++) {
    row[i] = alpha.at (area.x, area.y + y + i);
    if (alpha.step == 1) continue;
    rows_->spread (row[i], alpha.step, 1, width, w.alpha[i].data ());
    row[i] = w.alpha[i].data ();
  }
  w.spans.clear ();
  for (int x = 0; x < width; x += kBlock) {
    const int end = std::min (x + kBlock, width);
    Plain plain;
    for (int i = 0; i < rows; i++)
      end - x == kBlock ? plain.add_block (row[i] + x) : plain.add (row[i] + x, end - x);
    if (plain.is ()) continue;
    if (w.spans.empty () || w.spans.back ().end < x)
      w.spans.push_back ({x, end});
    else
      w.spans.back ().end = end;
  }
  for (const auto [first, end] : w.spans) {
    for (int i = 0; i < rows; i++) {
      std::uint8_t *to = w.alpha[i].data ();
      if (row[i] != to) std::memcpy (to + first, row[i] + first, std::size_t (end - first));
      to[end] = to[end - 1];  // an odd column counts twice, and so does an odd row
    }
    const std::uint8_t *upper = w.alpha[0].data () + first;
    const std::uint8_t *lower = w.alpha[rows - 1].data () + first;
    const int at = first / sub.width, count = ceil_div (end, sub.width) - at;
    ops_->mean_alpha (upper, lower, sub.width, count, w.mean_alpha.data () + at);
  }
}

void Foreground::mix_surroundings (const Samples &samples, Worker &w) const
{
  const auto mix = [&] (const std::vector<float> &planes, std::vector<float> &row,
                        std::vector<float> &steps) {
    const auto line = [&] (int y) {
      const std::size_t at = std::size_t (samples.component) * std::size_t (mask_.height);
      return planes.data () + (at + std::size_t (y)) * stride_;
    };
    const int index = samples.grid.index;
    rows_->mix_rows (line (index), line (std::min (index + 1, mask_.height - 1)), samples.grid.part,
                     mask_.width, row.data (), steps.data ());
  };
  mix (front_, w.front, w.front_steps);
  mix (back_, w.back, w.back_steps);
}

void Foreground::recolor (const Samples &samples, Size sub, Worker &w) const
{
  mix_surroundings (samples, w);
  const ColorRow row = {w.level.data (),       w.mean_alpha.data (), w.front.data (),
                        w.front_steps.data (), w.back.data (),       w.back_steps.data ()};
  for (const Span &span : w.spans) {
    const int first = span.first / sub.width, end = ceil_div (span.end, sub.width);
    std::uint8_t *at = samples.data + std::ptrdiff_t{first} * samples.step;
    rows_->spread (at, samples.step, 1, end - first, w.level.data () + first);
    ops_->recolor (row, columns_[sub.width - 1], first, end, w.result.data ());
    ops_->put (w.result.data () + first, samples.step, end - first, at);
  }
}

void Foreground::apply (const FrameView &picture, const Rect &area, const AlphaPlane &alpha,
                        int first, int end, int worker)
{
  Worker &w = workers_[std::size_t (worker)];
  const FormatInfo &format = info_of (picture.format);
  for (int r = 0; r < format.rasters; r++) {
    const RasterInfo &raster = format.raster[std::size_t (r)];
    const Size sub = raster.sub;
    for (int y = first; y < end; y += sub.height) {
      find_spans (alpha, area, y, sub, w);
      if (w.spans.empty ()) continue;
      const Between grid = between (y, picture_.height, mask_.height);
      for (int c = 0; c < raster.channels; c++) {
        const ChannelInfo &channel = raster.channel[std::size_t (c)];
        if (channel.component < 0 || channel.component > 2 || !raster.stores (c)) continue;
        auto *row = reinterpret_cast<std::uint8_t *> (
            picture.plane[std::size_t (channel.plane)].row ((area.y + y) / sub.height) +
            channel.offset + std::ptrdiff_t{area.x / sub.width} * channel.step);
        recolor ({row, channel.step, channel.component, grid}, sub, w);
      }
    }
  }
}

}  // namespace quad::matte
