#include "matte/guided_filter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "matte/running.h"

namespace quad::matte {
namespace {

// Writes row `y` of the area, times the picture's own alpha if there is one.
void store (const std::uint8_t *row, const AlphaPlane &own, const AlphaPlane &alpha,
            const Rect &area, int y)
{
  for (int x = 0; x < area.width; x++) {
    std::uint32_t value = row[x];
    if (own.data) value = scale_alpha (value, *own.at (area.x + x, area.y + y));
    *alpha.at (area.x + x, area.y + y) = static_cast<std::uint8_t> (value);
  }
}

// The part of the mask in which levels differ from their neighbours'.
Rect uneven_part (const SmallPicture &mask)
{
  const Size size = mask.size ();
  std::vector<std::uint8_t> across (std::size_t (size.width), 0);
  int top = size.height, bottom = 0;
  for (int y = 0; y < size.height; y++) {
    const std::uint8_t *row = mask.row (0, y),
                       *below = mask.row (0, std::min (y + 1, size.height - 1));
    std::uint8_t any = 0;
    for (int x = 0; x + 1 < size.width; x++) {
      const auto differs = static_cast<std::uint8_t> ((row[x] ^ row[x + 1]) | (row[x] ^ below[x]));
      across[std::size_t (x)] |= differs;
      any |= differs;
    }
    const int last = size.width - 1;
    across[std::size_t (last)] |= row[last] ^ below[last];
    if (!(any | (row[last] ^ below[last]))) continue;
    top = std::min (top, y);
    bottom = std::min (y + 2, size.height);
  }
  int left = 0, right = size.width;
  while (left < right && !across[std::size_t (left)]) left++;
  while (right > left && !across[std::size_t (right - 1)]) right--;
  if (left == right) return {};
  return {left, top, std::min (right + 1, size.width) - left, bottom - top};
}

// `rect` with `more` on each side, within `size`.
Rect wider (const Rect &rect, int more, Size size)
{
  return intersect ({rect.x - more, rect.y - more, rect.width + 2 * more, rect.height + 2 * more},
                    rect_of (size));
}

}  // namespace

AlphaPlane component_of (const FrameView &frame, int k)
{
  for (const RasterInfo &raster : info_of (frame.format).raster)
    for (const ChannelInfo &channel : raster.channel)
      if (channel.component == k && channel.step > 0 && channel.sub == Size{1, 1}) {
        const PlaneView &plane = frame.plane[std::size_t (channel.plane)];
        return {plane.data + channel.offset, plane.stride, channel.step};
      }
  return {};
}

void GuidedFilter::prepare (Size mask, Size picture, const Refinement &refinement, int workers)
{
  mask_ = mask;
  picture_ = picture;
  refinement_ = refinement;
  const int reach = refinement.radius;
  stride_ = padded (mask.width);
  running_stride_ = padded (mask.width + 2 * reach + 1);
  window_columns_.assign (stride_, 1);
  for (int x = 0; x < mask.width; x++)
    window_columns_[std::size_t (x)] = window_of (x, reach, mask.width);
  columns_ = {};
  for (int x = 0; x < picture.width; x++) {
    const Between at = between (x, picture.width, mask.width);
    columns_.index.push_back (at.index);
    columns_.part.push_back (at.part);
  }
  ops_->group (columns_);
  lines_.assign (stride_ * kLineParts * std::size_t (mask.height), 0);
  nothing_.assign (stride_ * kLineParts, 0);
  workers_.assign (std::size_t (workers), {});
  for (Worker &w : workers_) {
    w.sums.assign (stride_ * kSums, 0);
    w.running_sums.assign (running_stride_ * kSums, 0);
    w.ring.assign (stride_ * kLineParts * std::size_t (2 * reach + 1), 0);
    w.line_sums.assign (stride_ * kLineParts, 0);
    w.running_lines.assign (running_stride_ * kLineParts, 0);
    w.mixed.assign (stride_ * (kLineParts + 1), 0);
    w.steps.assign (stride_ * (kLineParts + 1), 0);
    w.flat.assign (stride_, 0);
    w.alpha.assign (padded (picture.width), 0);
    w.bytes.assign (padded (picture.width) * 3, 0);
  }
}

// The windows of row `y` in the columns that are looked at.
Windows GuidedFilter::windows (int y, const Worker &w) const
{
  const int reach = refinement_.radius;
  const int rows = window_of (y, reach, mask_.height);
  return {w.seen.width, reach, window_columns_.data () + w.seen.x, rows};
}

Rows<const float> GuidedFilter::lines (int y) const
{
  return {lines_.data () + std::size_t (y) * kLineParts * stride_, stride_};
}

// Fits the lines of row `y` of the grid, and moves the sums of lines on to it. Rows below the grid
// have no lines. The first row is `from`.
void GuidedFilter::add_line (const SmallPicture &guide, const SmallPicture &mask, int y, int from,
                             Worker &w)
{
  const int reach = refinement_.radius, bottom = mask_.height - 1;
  const std::size_t line_size = stride_ * kLineParts;
  const auto count = static_cast<int> (line_size);
  double *line = w.ring.data () + line_size * std::size_t (y % (2 * reach + 1));
  ops_->slide (nothing_.data (), line, count, w.line_sums.data ());
  if (y > bottom) {
    std::fill_n (line, line_size, 0);
    return;
  }
  const Rows<std::uint32_t> sums = {w.sums.data (), stride_};
  const auto products = [&] (int row, bool away) {
    const int x = w.seen.x;
    const SmallRow of = {{guide.row (0, row) + x, guide.row (1, row) + x, guide.row (2, row) + x},
                         mask.row (0, row) + x};
    ops_->add_products (of, w.seen.width, away, sums);
  };
  const int last = std::min (y + reach, bottom);
  if (y == from)
    for (int row = std::max (y - reach, 0); row < last; row++) products (row, false);
  if (y == from || y + reach <= bottom) products (last, false);
  if (y > from && y > reach) products (y - reach - 1, true);

  const Rows<std::uint32_t> running = {w.running_sums.data (), running_stride_};
  for (int k = 0; k < kSums; k++) run (sums.row (k), w.seen.width, reach, running.row (k));
  ops_->solve (running, windows (y, w), refinement_.epsilon * kLevelsSquared, {line, stride_});
  ops_->slide (line, nothing_.data (), count, w.line_sums.data ());
}

// Means of windows that reach beyond the columns that are looked at are wrong, and are not written.
void GuidedFilter::write_means (int y, Worker &w)
{
  const Rows<double> sums = {w.line_sums.data (), stride_};
  const Rows<double> running = {w.running_lines.data (), running_stride_};
  for (int k = 0; k < kLineParts; k++)
    run (sums.row (k), w.seen.width, refinement_.radius, running.row (k));
  const Rows<float> means = {w.mixed.data (), stride_};
  ops_->mean (running, windows (y, w), means);
  float *line = lines_.data () + std::size_t (y) * kLineParts * stride_ + w.fitted.x;
  for (int k = 0; k < kLineParts; k++)
    std::copy_n (means.row (k) + w.fitted.x - w.seen.x, w.fitted.width,
                 line + std::size_t (k) * stride_);
}

void GuidedFilter::solve (const SmallPicture &guide, const SmallPicture &mask, int first, int end,
                          int worker)
{
  Worker &w = workers_[std::size_t (worker)];
  std::ranges::fill (w.sums, 0);
  std::ranges::fill (w.line_sums, 0);
  std::ranges::fill (w.ring, 0);
  // Where all levels of a window are equal, its line has no slope, exactly. So lines are fitted
  // only around the part in which they differ: windows of windows reach twice as far, and what they
  // look at as far again.
  take (mask, first, end);
  const int reach = refinement_.radius;
  const Rect uneven = uneven_part (mask);
  if (uneven.empty ()) return;
  w.fitted = wider (uneven, 2 * reach, mask_);
  w.seen = wider (uneven, 4 * reach, mask_);
  first = std::max (first, w.fitted.y);
  end = std::min (end, w.fitted.bottom ());
  const int from = std::max (first - reach, 0);
  int line = from;
  for (int y = first; y < end; y++) {
    for (; line <= y + reach; line++) add_line (guide, mask, line, from, w);
    write_means (y, w);
  }
}

void GuidedFilter::take (const SmallPicture &mask, int first, int end)
{
  for (int y = first; y < end; y++) {
    float *line = lines_.data () + std::size_t (y) * kLineParts * stride_;
    std::fill_n (line, 3 * stride_, 0.0f);
    std::copy_n (mask.row (0, y), mask_.width, line + 3 * stride_);
  }
}

// Components that the picture lacks are 0, as in the guide.
GuideRow GuidedFilter::guide_row (const FrameView &picture, const Rect &area, int y,
                                  Worker &w) const
{
  const FormatInfo &format = info_of (picture.format);
  const std::size_t stride = padded (picture_.width);
  GuideRow row = {};
  for (int k = 0; k < 3; k++) row.component[k] = w.bytes.data () + std::size_t (k) * stride;
  for (const RasterInfo &raster : format.raster)
    for (int c = 0; c < raster.channels; c++) {
      const ChannelInfo &channel = raster.channel[std::size_t (c)];
      const int k = channel.component;
      if (k < 0 || k > 2 || !raster.stores (c)) continue;
      const auto *in = reinterpret_cast<const std::uint8_t *> (
          picture.plane[std::size_t (channel.plane)].row ((area.y + y) / channel.sub.height) +
          channel.offset + std::ptrdiff_t{area.x / channel.sub.width} * channel.step);
      if (channel.step == 1 && channel.sub.width == 1) {
        row.component[k] = in;
        continue;
      }
      std::uint8_t *out = w.bytes.data () + std::size_t (k) * stride;
      ops_->spread (in, channel.step, channel.sub.width, picture_.width, out);
    }
  return row;
}

// Finds where two rows of the grid have no slope and the same offsets.
void GuidedFilter::find_flat (int upper, int lower, Worker &w) const
{
  const Rows<const float> a = lines (upper), b = lines (lower);
  const auto slope = [&] (int x) {
    float sum = 0;
    for (int k = 0; k < 3; k++) sum += std::fabs (a.row (k)[x]) + std::fabs (b.row (k)[x]);
    return sum;
  };
  const float *above = a.row (3), *below = b.row (3);
  std::int32_t *flat = w.flat.data ();
  const int last = mask_.width - 1;
  for (int x = 0; x < last; x++) {
    const float steps = std::fabs (above[x + 1] - above[x]) + std::fabs (below[x + 1] - below[x]);
    flat[x] = slope (x) + slope (x + 1) + steps + std::fabs (above[x] - below[x]) == 0;
  }
  flat[last] = slope (last) + std::fabs (above[last] - below[last]) == 0;
  for (int x = last - 1; x >= 0; x--) flat[x] = flat[x] ? flat[x + 1] + 1 : 0;
}

// The lines of row `y` of the picture, and the weights if there is a history.
LineRow GuidedFilter::line_row (int y, const History &history, Worker &w) const
{
  const Rows<float> mixed = {w.mixed.data (), stride_}, steps = {w.steps.data (), stride_};
  const Between at = between (y, picture_.height, mask_.height);
  const int below = std::min (at.index + 1, mask_.height - 1);
  if (std::exchange (w.flat_row, at.index) != at.index) find_flat (at.index, below, w);
  const auto rows = [&] (int k, const float *upper, const float *lower) {
    ops_->mix_rows (upper, lower, at.part, mask_.width, mixed.row (k), steps.row (k));
  };
  for (int k = 0; k < kLineParts; k++) rows (k, lines (at.index).row (k), lines (below).row (k));
  if (history.kept) rows (kLineParts, history.weights.row (at.index), history.weights.row (below));
  return {{mixed.data, stride_}, {steps.data, stride_}, w.flat.data ()};
}

void GuidedFilter::apply (const FrameView &picture, const Rect &area, const AlphaPlane &own,
                          const History &history, const AlphaPlane &alpha, int first, int end,
                          int worker)
{
  Worker &w = workers_[std::size_t (worker)];
  w.flat_row = -1;
  for (int y = first; y < end; y++) {
    const LineRow line = line_row (y, history, w);
    const GuideRow guide = guide_row (picture, area, y, w);
    const bool direct = alpha.step == 1 && !own.data;
    std::uint8_t *row = direct ? alpha.at (area.x, area.y + y) : w.alpha.data ();
    std::uint16_t *kept =
        history.kept ? history.kept + std::size_t (y) * std::size_t (picture_.width) : nullptr;
    ops_->alpha (line, columns_, guide, picture_.width, kept, row);
    if (!direct) store (row, own, alpha, area, y);
  }
}

}  // namespace quad::matte
