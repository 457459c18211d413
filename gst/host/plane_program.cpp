#include "host/plane_program.h"

#include <algorithm>
#include <tuple>

#include "host/gather.h"
#include "host/scalar.h"

namespace quad::host {
namespace {

FilterView copy_of (const FilterView &plan, Arena &arena)
{
  return {plan.taps, arena.copy (plan.left), arena.copy (plan.weight), plan.copy};
}

}  // namespace

PlaneProgram::PlaneProgram (const Tile &tile, int from, const FormatInfo &canvas, int to,
                            Rows rows_as)
    : form_ (rows_as),
      sample_ (SampleFormat::of (info_of (tile.source.format))),
      raster_ (from),
      canvas_ (canvas),
      to_ (to)
{
  const RasterInfo &info = info_of (tile.source.format).raster[std::size_t (from)];
  plane_ = info.channel[0].plane;
  packed_ = info.packed;
  channels_ = info.channels;
  alpha_channel_ = info.alpha;
}

void PlaneProgram::plan (const Tile &tile, ChromaSite canvas_site, PlanWork &work, Arena &arena)
{
  plan_raster (tile, raster_, canvas_, to_, canvas_site, work.plan, work.axis);
  swap_axes_ = work.plan.swap_axes;
  target_ = work.plan.target;
  columns_ = {};
  down_ = copy_of (work.plan.down, arena);
  across_ = copy_of (work.plan.across, arena);
  box2_ = sample_.bytes == 1 && channels_ != 3 && across_.halves () && down_.halves ();
  // If outputs read mostly the same rows, draw many together. Otherwise draw few, so that the rows
  // that they read stay in the nearest cache.
  band_ = std::min (kMaxBand, rows ());
  const auto [first_row, last_row] = down_.reads (0, band_);
  if (down_.taps * band_ < 2 * (last_row - first_row)) band_ = std::min (kMaxBand / 2, rows ());
}

void PlaneProgram::keep (Arena &arena)
{
  down_ = copy_of (down_, arena);
  across_ = copy_of (across_, arena);
}

Columns PlaneProgram::columns_of (const Ops &ops, const Range &range, Arena &arena) const
{
  Columns c;
  c.begin = range.first;
  FilterView part = across_.part (range.first, range.second - range.first);
  std::tie (c.lo, c.hi) = part.reads (0, part.count ());
  const std::span<std::int32_t> left = arena.take<std::int32_t> (part.left.size ());
  std::ranges::transform (part.left, left.begin (), [&] (int l) { return l - c.lo; });
  part.left = left;
  c.contiguous = part.copy && part.ascends (1);
  // A plane that is copied is not filtered.
  if (form_ == Rows::whole && down_.copy && across_.copy)
    c.across.plan = part;
  else
    c.across = ops.pack (part, form_ == Rows::whole && channels_ != 3 ? channels_ : 1, arena);
  return c;
}

// The same columns in another arena. The taps are those of `across_`.
Columns PlaneProgram::moved (const Columns &columns, Arena &arena) const
{
  Columns c = columns;
  RowPlan &row = c.across;
  row.plan.left = arena.copy (row.plan.left);
  row.plan.weight = across_.part (c.begin, c.count ()).weight;
  for (auto *list : {&row.first, &row.base, &row.index, &row.taps_at}) *list = arena.copy (*list);
  row.weight = arena.copy (row.weight);
  return c;
}

void PlaneProgram::set_columns (const Ops &ops, std::span<const Range> ranges, Arena &arena)
{
  const std::span<const Columns> old = columns_;
  const std::span<Columns> columns = arena.take<Columns> (ranges.size ());
  for (std::size_t i = 0; i < ranges.size (); i++) {
    const auto same = std::ranges::find_if (
        old, [&] (const Columns &c) { return Range (c.begin, c.begin + c.count ()) == ranges[i]; });
    columns[i] = same != old.end () ? moved (*same, arena) : columns_of (ops, ranges[i], arena);
  }
  columns_ = columns;
}

const Columns &PlaneProgram::columns (const Range &range) const
{
  return *std::ranges::find_if (columns_, [&] (const Columns &c) {
    return c.begin == range.first && c.begin + c.count () == range.second;
  });
}

std::size_t PlaneProgram::mid_stride (const Columns &columns) const
{
  return columns.planar_stride () * std::size_t (channels_);
}

std::size_t PlaneProgram::gathered_stride (const Columns &columns) const
{
  return std::size_t (columns.width () * bytes_per_position ());
}

void PlaneProgram::measure (ScratchSize &size) const
{
  const auto channels = std::size_t (channels_), band = std::size_t (band_);
  const auto raise = [] (std::size_t &to, std::size_t least) { to = std::max (to, least); };
  int most_rows = 0;
  for (int y = 0; y < rows (); y++) {
    const auto [first, last] = down_.reads (y, std::min (band_, rows () - y));
    most_rows = std::max (most_rows, last - first);
  }
  raise (size.rows, std::size_t (most_rows));
  for (const Columns &c : columns_) {
    if (!packed_) {
      raise (size.gathered, std::size_t (most_rows) * gathered_stride (c));
      raise (size.spare, spare_for (c.width ()));
    }
    raise (size.mid, mid_stride (c) * band);
    raise (size.planar, c.planar_stride () * channels);
    raise (size.joined, c.joined_stride () * channels * std::size_t (sample_.bytes));
    if (sample_.depth > 10 || alpha_channel_ >= 0)
      raise (size.wide, std::size_t (c.width ()) * channels);
  }
}

void PlaneProgram::copy_row (const Columns &columns, const std::byte *row, std::byte *out) const
{
  const auto size = std::size_t (bytes_per_position ());
  if (columns.contiguous) {
    std::memcpy (out, row, size * std::size_t (columns.count ()));
    return;
  }
  for (int o = 0; o < columns.count (); o++)
    std::memcpy (out + std::size_t (o) * size,
                 row + std::size_t (columns.across.plan.left[std::size_t (o)]) * size, size);
}

// For 16-bit samples: the same sums in 64 bits, with a 32-bit intermediate. Calls store (i, sum)
// for each output.
template <typename Store>
void PlaneProgram::sum_row_wide (const Columns &columns, const RowBand &band, int row,
                                 Scratch &scratch, Store store) const
{
  const RowBand::Output &output = band.output[row];
  for (int i = 0; i < band.samples; i++) {
    std::int64_t sum = 0;
    for (int k = 0; k < band.taps; k++)
      sum += std::int64_t{output.taps[k]} * sample_at (band.rows[output.first + k], i, sample_);
    scratch.wide[std::size_t (i)] = static_cast<std::int32_t> (vertical_round (sum, sample_.depth));
  }
  for (int o = 0; o < columns.count (); o++) {
    const std::int16_t *tap = columns.across.plan.tap (o);
    const std::int32_t *m = scratch.wide.data () + columns.across.plan.left[std::size_t (o)];
    std::int64_t sum = 0;
    for (int k = 0; k < columns.across.plan.taps; k++) sum += std::int64_t{tap[k]} * m[k];
    store (o, sum);
  }
}

void PlaneProgram::filter_row_wide (const Columns &columns, const RowBand &band, int row,
                                    std::byte *out, Scratch &scratch) const
{
  sum_row_wide (columns, band, row, scratch, [&] (int o, std::int64_t sum) {
    set_sample (out, o, sample_, horizontal_round (sum, sample_.depth));
  });
}

// Calls store (output, channel, sum, sum of alpha) for the colours of outputs that are not opaque.
// Returns whether all of row `row` of the band is opaque.
template <typename Store>
bool PlaneProgram::weigh (const Ops &ops, const Columns &columns, const RowBand &band, int row,
                          Scratch &scratch, Store store) const
{
  const int width = columns.width ();
  const std::int16_t *mid = scratch.mid.data () + std::size_t (row) * mid_stride (columns);
  if (ops.opaque_mid (mid, width, alpha_channel_)) return true;

  const RowBand::Output &output = band.output[row];
  for (int c = 0; c < channels_; c++) {
    if (c == alpha_channel_) continue;
    for (int i = 0; i < width; i++) {
      std::int32_t sum = 0;
      for (int k = 0; k < band.taps; k++) {
        const std::byte *from = band.rows[output.first + k];
        sum += output.taps[k] * (load<std::uint8_t> (from, i * channels_ + c) *
                                 load<std::uint8_t> (from, i * channels_ + alpha_channel_));
      }
      scratch.wide[std::size_t (c * width + i)] = vertical_round (sum, sample_.depth);
    }
  }
  for (int o = 0; o < columns.count (); o++) {
    const std::int16_t *tap = columns.across.plan.tap (o);
    const int left = columns.across.plan.left[std::size_t (o)];
    std::int64_t alpha_sum = 0;
    for (int k = 0; k < columns.across.plan.taps; k++)
      alpha_sum += tap[k] * mid[(left + k) * channels_ + alpha_channel_];
    if (alpha_sum == kOpaqueSum) continue;
    for (int c = 0; c < channels_; c++) {
      if (c == alpha_channel_) continue;
      const std::int32_t *m = scratch.wide.data () + c * width + left;
      std::int64_t sum = 0;
      for (int k = 0; k < columns.across.plan.taps; k++) sum += std::int64_t{tap[k]} * m[k];
      store (o, c, sum, alpha_sum);
    }
  }
  return false;
}

// On entry `out` holds the row filtered without weights. That is right wherever the sum of alpha is
// opaque, so an opaque row stays as it is. Returns whether the row is opaque.
bool PlaneProgram::filter_row_alpha (const Ops &ops, const Columns &columns, const RowBand &band,
                                     int row, std::byte *out, Scratch &scratch) const
{
  return weigh (ops, columns, band, row, scratch,
                [&] (int o, int c, std::int64_t sum, std::int64_t alpha) {
                  quad::host::store (out, o * channels_ + c,
                                     static_cast<std::uint8_t> (unpremultiply (sum, alpha)));
                });
}

// Runs the vertical pass for the band, and also the horizontal one if all channels are filtered
// together.
void PlaneProgram::filter_band (const Ops &ops, const Columns &columns, const RowBand &band,
                                std::byte *out, std::ptrdiff_t stride, Scratch &scratch) const
{
  ops.vertical (band, scratch.mid.data (), mid_stride (columns));
  if (direct (columns))
    ops.horizontal (columns.across, scratch.mid.data (), mid_stride (columns), band.output_count,
                    sample_, out, stride);
}

// Runs the horizontal pass for row `row` of a band of interleaved channels: splits the channels,
// filters each, and joins them again.
void PlaneProgram::filter_channels (const Ops &ops, const Columns &columns, int row, std::byte *out,
                                    Scratch &scratch) const
{
  const std::size_t joined = columns.joined_stride () * std::size_t (sample_.bytes);
  ops.split (scratch.mid.data () + std::size_t (row) * mid_stride (columns), channels_,
             columns.width (), scratch.planar.data (), columns.planar_stride ());
  ops.horizontal (columns.across, scratch.planar.data (), columns.planar_stride (), channels_,
                  sample_, scratch.joined.data (), static_cast<std::ptrdiff_t> (joined));
  ops.join (scratch.joined.data (), columns.joined_stride (), channels_, columns.count (),
            sample_.bytes, out);
}

// The source rows of the band, from the first sample that is read: in the source if the raster is
// packed, else gathered.
RowBand PlaneProgram::band_of (const Ops &ops, const Columns &columns, const FrameView &source,
                               int y, int count, Scratch &scratch) const
{
  RowBand band = {};
  const auto [first, last] = down_.reads (y, count);
  band.row_count = last - first;
  const std::ptrdiff_t skip = std::ptrdiff_t{columns.lo} * bytes_per_position ();
  for (int k = 0; k < band.row_count; k++) {
    if (packed_) {
      scratch.rows[std::size_t (k)] = source.plane[std::size_t (plane_)].row (first + k) + skip;
      continue;
    }
    std::byte *row = scratch.gathered.data () + std::size_t (k) * gathered_stride (columns);
    gather_row (ops, source, raster_, first + k, columns.lo, columns.width (), row,
                scratch.spare.data ());
    scratch.rows[std::size_t (k)] = row;
  }
  band.rows = scratch.rows.data ();
  band.output_count = count;
  for (int r = 0; r < count; r++)
    band.output[r] = {down_.left[std::size_t (y + r)] - first, down_.tap (y + r)};
  band.taps = down_.taps;
  band.samples = columns.width () * channels_;
  band.format = sample_;
  return band;
}

bool PlaneProgram::draw_rows (const Ops &ops, const Range &range, const FrameView &source, int y,
                              int count, const DrawnRows &to, Scratch &scratch) const
{
  const Columns &columns = this->columns (range);
  std::byte *out = to.data;
  const std::ptrdiff_t stride = to.stride;
  const RowBand band = band_of (ops, columns, source, y, count, scratch);
  const bool alpha = alpha_channel_ >= 0;
  const bool copy = down_.copy && across_.copy;
  const bool filter = !copy && !box2_ && sample_.depth <= 10;
  if (filter) filter_band (ops, columns, band, out, stride, scratch);

  bool opaque = true;
  for (int r = 0; r < count; r++, out += stride) {
    const std::byte *const *rows = band.rows + band.output[r].first;
    if (copy) {
      copy_row (columns, rows[0], out);
      opaque = opaque && (!alpha || ops.opaque (out, columns.count (), alpha_channel_));
    } else if (box2_ && (!alpha || (ops.opaque (rows[0], columns.width (), alpha_channel_) &&
                                    ops.opaque (rows[1], columns.width (), alpha_channel_)))) {
      ops.box2 (rows[0], rows[1], channels_, columns.count (), out);
    } else if (sample_.depth > 10) {
      filter_row_wide (columns, band, r, out, scratch);
    } else if (!filter) {
      // Exact 2:1, but not opaque: use the filter path.
      RowBand one = band;
      one.output[0] = band.output[r];
      one.output_count = 1;
      filter_band (ops, columns, one, out, stride, scratch);
      opaque = filter_row_alpha (ops, columns, one, 0, out, scratch) && opaque;
    } else if (alpha) {
      opaque = filter_row_alpha (ops, columns, band, r, out, scratch) && opaque;
    } else if (!direct (columns)) {
      filter_channels (ops, columns, r, out, scratch);
    }
  }
  return opaque;
}

// For 16-bit samples, which have one channel.
void PlaneProgram::filter_apart_wide (const Columns &columns, const RowBand &band, int row,
                                      const FilteredRows &out, Scratch &scratch) const
{
  sum_row_wide (columns, band, row, scratch, [&] (int o, std::int64_t sum) {
    if (out.samples[0])
      set_sample (reinterpret_cast<std::byte *> (out.row (0, row)), o, out.format,
                  horizontal_round (sum, sample_.depth));
    else
      out.row (0, row)[o] = map_round (sum, sample_.depth);
  });
}

// Exactly 2:1 without alpha: makes finished rows of one channel, or of one or both of two.
void PlaneProgram::halve_samples (const Ops &ops, const Columns &columns, const RowBand &band,
                                  const FilteredRows &out, Scratch &scratch) const
{
  for (int r = 0; r < band.output_count; r++) {
    const std::byte *const *rows = band.rows + band.output[r].first;
    const auto to = [&] (int c) { return reinterpret_cast<std::byte *> (out.row (c, r)); };
    if (channels_ == 1) {
      ops.box2 (rows[0], rows[1], 1, columns.count (), to (0));
      continue;
    }
    ops.box2 (rows[0], rows[1], 2, columns.count (), scratch.joined.data ());
    for (int c = 0; c < 2; c++)
      if (out.wanted[std::size_t (c)])
        ops.every_second (scratch.joined.data (), c, columns.count (), to (c));
  }
}

// Exactly 2:1, and opaque: makes the rows without filtering. Returns whether it did.
bool PlaneProgram::halves_apart (const Ops &ops, const Columns &columns, const RowBand &band,
                                 const FilteredRows &out, Scratch &scratch) const
{
  if (!box2_) return false;
  const auto all_are_samples = [&] (bool samples) {
    for (int c = 0; c < channels_; c++)
      if (c != alpha_channel_ && out.wanted[std::size_t (c)] &&
          out.samples[std::size_t (c)] != samples)
        return false;
    return true;
  };
  if (channels_ <= 2 && alpha_channel_ < 0 && all_are_samples (true)) {
    halve_samples (ops, columns, band, out, scratch);
    return true;
  }
  if (!all_are_samples (false)) return false;
  const auto rows_of = [&] (int r) { return band.rows + band.output[r].first; };
  for (int r = 0; r < band.output_count && alpha_channel_ >= 0; r++)
    for (int k = 0; k < 2; k++)
      if (!ops.opaque (rows_of (r)[k], columns.width (), alpha_channel_)) return false;
  for (int r = 0; r < band.output_count; r++) {
    ops.box2_mid (rows_of (r)[0], rows_of (r)[1], channels_, columns.count (), out.row (0, r),
                  kMaxBand * out.stride);
    // Alpha is a finished sample.
    if (alpha_channel_ >= 0)
      std::memset (out.row (alpha_channel_, r), 255, std::size_t (columns.count ()));
  }
  return true;
}

bool PlaneProgram::filter_rows (const Ops &ops, const Range &range, const FrameView &source, int y,
                                int count, const FilteredRows &out, Scratch &scratch) const
{
  const Columns &columns = this->columns (range);
  const RowBand band = band_of (ops, columns, source, y, count, scratch);
  if (sample_.depth > 10) {
    for (int r = 0; r < count; r++) filter_apart_wide (columns, band, r, out, scratch);
    return true;
  }
  if (halves_apart (ops, columns, band, out, scratch)) return true;
  ops.vertical (band, scratch.mid.data (), mid_stride (columns));
  const auto across = [&] (const std::int16_t *mid, std::size_t mid_step, int c, int r, int rows) {
    if (!out.wanted[std::size_t (c)]) return;
    if (out.samples[std::size_t (c)])
      ops.horizontal (columns.across, mid, mid_step, rows,
                      c == alpha_channel_ ? SampleFormat{} : out.format,
                      reinterpret_cast<std::byte *> (out.row (c, r)),
                      static_cast<std::ptrdiff_t> (out.stride * sizeof (std::int16_t)));
    else if (columns.contiguous)
      for (int i = 0; i < rows; i++)
        std::memcpy (out.row (c, r + i), mid + std::size_t (i) * mid_step,
                     std::size_t (columns.count ()) * sizeof (std::int16_t));
    else
      ops.horizontal_mid (columns.across, mid, mid_step, rows, out.row (c, r), out.stride);
  };
  if (channels_ == 1) {
    across (scratch.mid.data (), mid_stride (columns), 0, 0, count);
    return true;
  }
  bool opaque = true;
  for (int r = 0; r < count; r++) {
    ops.split (scratch.mid.data () + std::size_t (r) * mid_stride (columns), channels_,
               columns.width (), scratch.planar.data (), columns.planar_stride ());
    for (int c = 0; c < channels_; c++)
      across (scratch.planar.data () + std::size_t (c) * columns.planar_stride (), 0, c, r, 1);
    if (alpha_channel_ < 0) continue;
    // Copies keep their colours, also those that nobody sees.
    if (down_.copy && across_.copy)
      opaque = ops.opaque_mid (scratch.mid.data () + std::size_t (r) * mid_stride (columns),
                               columns.width (), alpha_channel_) &&
               opaque;
    else
      opaque = weigh (ops, columns, band, r, scratch,
                      [&] (int o, int c, std::int64_t sum, std::int64_t alpha) {
                        if (!out.wanted[std::size_t (c)]) return;
                        if (out.samples[std::size_t (c)])
                          set_sample (reinterpret_cast<std::byte *> (out.row (c, r)), o, out.format,
                                      unpremultiply (sum, alpha));
                        else
                          out.row (c, r)[o] = unpremultiply_map (sum, alpha);
                      }) &&
               opaque;
  }
  return opaque;
}

}  // namespace quad::host
