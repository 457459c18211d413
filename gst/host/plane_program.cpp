#include "host/plane_program.h"

#include <algorithm>

#include "host/scalar.h"

namespace quad::host {
namespace {

bool consecutive (const FilterPlan &plan, int step)
{
  for (int o = 0; o < plan.count (); o++)
    if (plan.left[std::size_t (o)] != plan.left[0] + o * step) return false;
  return true;
}

// Pairs of neighbours, half of each.
bool halves (const FilterPlan &plan)
{
  return plan.taps == 2 && consecutive (plan, 2) &&
         std::all_of (plan.weight.begin (), plan.weight.end (),
                      [] (std::int16_t w) { return w == kTapOne / 2; });
}

template <typename T>
void at_least (std::vector<T> &v, std::size_t size)
{
  if (v.size () < size) v.resize (size);
}

}  // namespace

PlaneProgram::PlaneProgram (const Tile &tile, const FormatInfo &format, int plane,
                            ChromaSite canvas_site, const Ops &ops)
    : sample_ (SampleFormat::of (format)),
      channels_ (format.plane[std::size_t (plane)].channels),
      alpha_channel_ (plane == 0 ? format.alpha_channel : -1)
{
  PlanePlan plan = plan_plane (tile, format, plane, canvas_site);
  swap_axes_ = plan.swap_axes;
  target_ = plan.target;
  down_ = std::move (plan.down);
  const auto [first, last] =
      std::minmax_element (plan.across.left.begin (), plan.across.left.end ());
  lo_ = *first;
  hi_ = *last + plan.across.taps;
  for (std::int32_t &left : plan.across.left) left -= lo_;
  contiguous_ = plan.across.copy && consecutive (plan.across, 1);
  box2_ = sample_.bytes == 1 && channels_ != 3 && halves (plan.across) && halves (down_);
  across_ = ops.pack (std::move (plan.across));
}

std::size_t PlaneProgram::planar_stride () const { return std::size_t (hi_ - lo_) + kMidPadding; }

std::size_t PlaneProgram::joined_stride () const
{
  return std::size_t (positions ()) + kMidPadding;
}

void PlaneProgram::reserve (Scratch &scratch) const
{
  const auto channels = std::size_t (channels_);
  at_least (scratch.rows, std::size_t (down_.taps));
  at_least (scratch.mid, planar_stride () * channels);
  at_least (scratch.planar, planar_stride () * channels);
  at_least (scratch.joined, joined_stride () * channels * std::size_t (sample_.bytes));
  if (sample_.depth > 10 || alpha_channel_ >= 0)
    at_least (scratch.wide, std::size_t (hi_ - lo_) * channels);
}

void PlaneProgram::copy_row (const std::byte *row, std::byte *out) const
{
  const auto size = std::size_t (bytes_per_position ());
  if (contiguous_) {
    std::memcpy (out, row, size * std::size_t (positions ()));
    return;
  }
  for (int o = 0; o < positions (); o++)
    std::memcpy (out + std::size_t (o) * size,
                 row + std::size_t (across_.plan.left[std::size_t (o)]) * size, size);
}

// 16-bit samples: the same sums in 64 bits, from an intermediate of 32.
void PlaneProgram::filter_row_wide (const std::int16_t *taps, std::byte *out,
                                    Scratch &scratch) const
{
  const int samples = (hi_ - lo_) * channels_;
  for (int i = 0; i < samples; i++) {
    std::int64_t sum = 0;
    for (int k = 0; k < down_.taps; k++)
      sum += std::int64_t{taps[k]} * sample_at (scratch.rows[std::size_t (k)], i, sample_);
    scratch.wide[std::size_t (i)] = static_cast<std::int32_t> (vertical_round (sum, sample_.depth));
  }
  for (int o = 0; o < positions (); o++) {
    const std::int16_t *tap = across_.plan.tap (o);
    const std::int32_t *m = scratch.wide.data () + across_.plan.left[std::size_t (o)];
    std::int64_t sum = 0;
    for (int k = 0; k < across_.plan.taps; k++) sum += std::int64_t{tap[k]} * m[k];
    set_sample (out, o, sample_, horizontal_round (sum, sample_.depth));
  }
}

// The intermediate of each channel in a row of its own.
const std::int16_t *PlaneProgram::split_mid (const Ops &ops, Scratch &scratch) const
{
  if (channels_ == 1) return scratch.mid.data ();
  ops.split (scratch.mid.data (), channels_, hi_ - lo_, scratch.planar.data (), planar_stride ());
  return scratch.planar.data ();
}

void PlaneProgram::filter_row (const Ops &ops, std::byte *out, Scratch &scratch) const
{
  const std::int16_t *mid = channels_ == 1 ? scratch.mid.data () : scratch.planar.data ();
  if (channels_ == 1) {
    ops.horizontal (across_, mid, sample_, out);
    return;
  }
  const std::size_t stride = joined_stride () * std::size_t (sample_.bytes);
  for (int c = 0; c < channels_; c++)
    ops.horizontal (across_, mid + std::size_t (c) * planar_stride (), sample_,
                    scratch.joined.data () + std::size_t (c) * stride);
  ops.join (scratch.joined.data (), joined_stride (), channels_, positions (), sample_.bytes, out);
}

// Colours weighted by their alpha, for rows that are not opaque throughout. `out`
// holds what filter_row made of the row: right where the alpha sum is opaque.
void PlaneProgram::filter_row_alpha (const std::int16_t *taps, std::byte *out,
                                     Scratch &scratch) const
{
  const int width = hi_ - lo_;
  for (int c = 0; c < channels_; c++) {
    if (c == alpha_channel_) continue;
    for (int i = 0; i < width; i++) {
      std::int32_t sum = 0;
      for (int k = 0; k < down_.taps; k++) {
        const std::byte *row = scratch.rows[std::size_t (k)];
        sum += taps[k] * (load<std::uint8_t> (row, i * channels_ + c) *
                          load<std::uint8_t> (row, i * channels_ + alpha_channel_));
      }
      scratch.wide[std::size_t (c * width + i)] = vertical_round (sum, sample_.depth);
    }
  }
  const std::int16_t *alpha =
      scratch.planar.data () + std::size_t (alpha_channel_) * planar_stride ();
  for (int o = 0; o < positions (); o++) {
    const std::int16_t *tap = across_.plan.tap (o);
    const int left = across_.plan.left[std::size_t (o)];
    std::int64_t alpha_sum = 0;
    for (int k = 0; k < across_.plan.taps; k++) alpha_sum += tap[k] * alpha[left + k];
    if (alpha_sum == kOpaqueSum) continue;
    for (int c = 0; c < channels_; c++) {
      if (c == alpha_channel_) continue;
      const std::int32_t *m = scratch.wide.data () + c * width + left;
      std::int64_t sum = 0;
      for (int k = 0; k < across_.plan.taps; k++) sum += std::int64_t{tap[k]} * m[k];
      store (out, o * channels_ + c, static_cast<std::uint8_t> (unpremultiply (sum, alpha_sum)));
    }
  }
}

bool PlaneProgram::draw_row (const Ops &ops, const PlaneView &source, int y, std::byte *out,
                             Scratch &scratch) const
{
  const std::ptrdiff_t skip = std::ptrdiff_t{lo_} * bytes_per_position ();
  const int top = down_.left[std::size_t (y)], n = down_.taps;
  const std::int16_t *taps = down_.tap (y);
  for (int k = 0; k < n; k++) scratch.rows[std::size_t (k)] = source.row (top + k) + skip;
  const std::byte *const *rows = scratch.rows.data ();
  const bool alpha = alpha_channel_ >= 0;

  if (down_.copy && across_.plan.copy) {
    copy_row (rows[0], out);
    return !alpha || ops.opaque (out, positions (), alpha_channel_);
  }
  if (box2_ && (!alpha || (ops.opaque (rows[0], hi_ - lo_, alpha_channel_) &&
                           ops.opaque (rows[1], hi_ - lo_, alpha_channel_)))) {
    ops.box2 (rows[0], rows[1], channels_, positions (), out);
    return true;
  }
  if (sample_.depth > 10) {
    filter_row_wide (taps, out, scratch);
    return true;
  }
  ops.vertical (rows, taps, n, (hi_ - lo_) * channels_, sample_, scratch.mid.data ());
  const std::int16_t *mid = split_mid (ops, scratch);
  filter_row (ops, out, scratch);
  if (!alpha) return true;
  const std::int16_t *a = mid + std::size_t (alpha_channel_) * planar_stride ();
  if (std::all_of (a, a + (hi_ - lo_), [] (std::int16_t v) { return v == kOpaqueMid; }))
    return true;
  filter_row_alpha (taps, out, scratch);
  return false;
}

}  // namespace quad::host
