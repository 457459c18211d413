// Weighted sums along a row of 16-bit intermediates, one output a 32-bit lane.
//
// Taps are taken in pairs that begin on an even sample, so that a pair is one
// 32-bit lane of the source row and bringing the pairs of neighbouring outputs
// together is a table look-up of 32-bit lanes: in one vector, or in two, as far
// as the outputs of one vector lie apart. Pair k + 1 is the same look-up in the
// vectors two samples on. Where the outputs lie too far apart for that, each
// output loads its own windows of 8 samples, and the partial sums of four
// outputs are added up across.
//
// Of four interleaved channels each output loads its own pairs of positions, and
// a byte shuffle makes pairs of each channel.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/horizontal.cpp"
#include <hwy/foreach_target.h>
//
#include <algorithm>
#include <utility>

#include "core/pixel_math.h"
#include "host/scalar.h"
#include "host/simd-inl.h"
#include "host/simd.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using scalar::horizontal;
int lanes32 () { return 1; }
#else

int lanes32 () { return static_cast<int> (hn::Lanes (D32 ())); }

// Lane i of `indices`, of the vector `lower` and `upper` make together.
class TwoTables {
 public:
  HWY_INLINE explicit TwoTables (V32 indices)
#if HWY_TARGET == HWY_AVX3
      : indices_ (indices){}
#else
      : lower_ (hn::IndicesFromVec (D32 (), hn::And (indices, within ()))),
        in_upper_ (hn::Gt (indices, within ()))
  {
  }
#endif

        HWY_INLINE V16
        operator() (const std::int16_t *from) const
  {
    const D16 d16;
    const D32 d32;
    const V32 lower = hn::BitCast (d32, hn::LoadU (d16, from));
    const V32 upper = hn::BitCast (d32, hn::LoadU (d16, from + hn::Lanes (d16)));
#if HWY_TARGET == HWY_AVX3
    return hn::BitCast (d16, V32{_mm512_permutex2var_epi32 (lower.raw, indices_.raw, upper.raw)});
#else
    return hn::BitCast (d16, hn::IfThenElse (in_upper_, hn::TableLookupLanes (upper, lower_),
                                             hn::TableLookupLanes (lower, lower_)));
#endif
  }

 private:
#if HWY_TARGET == HWY_AVX3
  V32 indices_;
#else
  static HWY_INLINE V32 within ()
  {
    return hn::Set (D32 (), static_cast<int> (hn::Lanes (D32 ())) - 1);
  }

  decltype (hn::IndicesFromVec (D32 (), V32 ())) lower_;
  hn::Mask<D32> in_upper_;
#endif
};

class OneTable {
 public:
  HWY_INLINE explicit OneTable (V32 indices) : indices_ (hn::IndicesFromVec (D32 (), indices)) {}

  HWY_INLINE V16 operator() (const std::int16_t *from) const
  {
    const V32 v = hn::BitCast (D32 (), hn::LoadU (D16 (), from));
    return hn::BitCast (D16 (), hn::TableLookupLanes (v, indices_));
  }

 private:
  decltype (hn::IndicesFromVec (D32 (), V32 ())) indices_;
};

// Rounds, clamps and stores one vector of sums.
class Finish {
 public:
  explicit Finish (const SampleFormat &format)
      : format_ (format),
        shift_ (kTapBits + fraction_bits (format.depth)),
        half_ (hn::Set (D32 (), 1 << (shift_ - 1))),
        max_ (hn::Set (D32 (), (1 << format.depth) - 1))
  {
  }

  HWY_INLINE V32 start () const { return half_; }

  HWY_INLINE void operator() (V32 sum, std::byte *out, int o) const
  {
    const V32 v = hn::ShiftRightSame (sum, shift_);
    if (format_.bytes == 1) {
      const hn::Rebind<std::uint8_t, D32> d8;
      hn::StoreU (hn::DemoteTo (d8, v), d8, reinterpret_cast<std::uint8_t *> (out) + o);
    } else {
      const hn::Rebind<std::uint16_t, D32> d16;
      const auto clamped = hn::DemoteTo (d16, hn::Min (v, max_));
      hn::StoreU (hn::ShiftLeftSame (clamped, format_.shift), d16,
                  reinterpret_cast<std::uint16_t *> (out) + o);
    }
  }

 private:
  SampleFormat format_;
  int shift_;
  V32 half_, max_;
};

// Rows of intermediates, and where their outputs go.
struct Rows {
  const std::int16_t *mid;
  std::size_t mid_stride;
  std::byte *out;
  std::ptrdiff_t out_stride;
};

// Several rows share each look-up's indices and taps.
template <int kRows, typename Table>
HWY_INLINE void by_table (const RowPlan &row, const Rows &rows, const Finish &finish)
{
  const D16 d16;
  const std::size_t lanes16 = hn::Lanes (d16);
  const std::int32_t *index = row.index.data ();
  for (std::size_t g = 0; g < row.first.size (); g++, index += row.lanes) {
    const Table table (hn::LoadU (D32 (), index));
    const std::int16_t *weight = row.weight.data () + row.taps_at[g];
    const std::int16_t *from = rows.mid + row.base[g];
    V32 sum[kRows];
    for (V32 &s : sum) s = finish.start ();
    for (int k = 0; k < row.pairs; k++, from += 2, weight += lanes16) {
      const V16 taps = hn::LoadU (d16, weight);
      for (int r = 0; r < kRows; r++)
        sum[r] =
            multiply_add_pairs (table (from + std::size_t (r) * rows.mid_stride), taps, sum[r]);
    }
    for (int r = 0; r < kRows; r++) finish (sum[r], rows.out + r * rows.out_stride, row.first[g]);
  }
}

// Block b of 8 samples is what lies at from[kApart * b].
template <int kApart, typename D>
HWY_INLINE hn::Vec<D> load_blocks (D d, const std::int16_t *mid, const std::int32_t *from)
{
  if constexpr (hn::MaxLanes (D ()) <= 8) {
    return hn::LoadU (d, mid + from[0]);
  } else {
    const hn::Half<D> half;
    const auto upper = load_blocks<kApart> (half, mid, from + kApart * hn::Lanes (d) / 16);
    return hn::Combine (d, upper, load_blocks<kApart> (half, mid, from));
  }
}

HWY_INLINE void by_positions (const RowPlan &row, const Rows &rows, const Finish &finish)
{
  const D16 d16;
  const D8 d8;
  // In each block: a0 b0 c0 d0 a1 b1 c1 d1 to a0 a1 b0 b1 c0 c1 d0 d1.
  alignas (16) static constexpr std::uint8_t kPairs[16] = {0, 1, 8,  9,  2, 3, 10, 11,
                                                           4, 5, 12, 13, 6, 7, 14, 15};
  const auto pairs = hn::LoadDup128 (d8, kPairs);
  const int outputs = row.lanes / 4;
  const std::int32_t *from = row.base.data ();
  for (std::size_t g = 0; g < row.first.size (); g++, from += outputs) {
    const std::int16_t *weight = row.weight.data () + row.taps_at[g];
    V32 sum = finish.start ();
    for (int k = 0; k < row.pairs; k++, weight += hn::Lanes (d16)) {
      const auto v = hn::BitCast (d8, load_blocks<1> (d16, rows.mid + 8 * k, from));
      sum = multiply_add_pairs (hn::BitCast (d16, hn::TableLookupBytes (v, pairs)),
                                hn::LoadU (d16, weight), sum);
    }
    finish (sum, rows.out, 4 * row.first[g]);
  }
}

HWY_INLINE void by_windows (const RowPlan &row, const Rows &rows, const Finish &finish)
{
  const D16 d16;
  const D32 d32;
  const hn::RepartitionToWide<D32> d64;
  const auto lanes16 = static_cast<std::ptrdiff_t> (hn::Lanes (d16));
  const std::int32_t *from = row.base.data ();
  for (std::size_t g = 0; g < row.first.size (); g++, from += row.lanes) {
    const std::int16_t *weight = row.weight.data () + row.taps_at[g];
    V32 part0 = hn::Zero (d32), part1 = part0, part2 = part0, part3 = part0;
    for (int w = 0; w < row.windows; w++, weight += 4 * lanes16) {
      const std::int16_t *m = rows.mid + 8 * w;
      part0 = multiply_add_pairs (load_blocks<4> (d16, m, from), hn::LoadU (d16, weight), part0);
      part1 = multiply_add_pairs (load_blocks<4> (d16, m, from + 1),
                                  hn::LoadU (d16, weight + lanes16), part1);
      part2 = multiply_add_pairs (load_blocks<4> (d16, m, from + 2),
                                  hn::LoadU (d16, weight + 2 * lanes16), part2);
      part3 = multiply_add_pairs (load_blocks<4> (d16, m, from + 3),
                                  hn::LoadU (d16, weight + 3 * lanes16), part3);
    }
    // In each block: lane i becomes the sum of the four lanes of part i.
    const V32 sum01 =
        hn::Add (hn::InterleaveLower (d32, part0, part1), hn::InterleaveUpper (d32, part0, part1));
    const V32 sum23 =
        hn::Add (hn::InterleaveLower (d32, part2, part3), hn::InterleaveUpper (d32, part2, part3));
    const auto a = hn::BitCast (d64, sum01), b = hn::BitCast (d64, sum23);
    const V32 sum = hn::Add (hn::BitCast (d32, hn::InterleaveLower (d64, a, b)),
                             hn::BitCast (d32, hn::InterleaveUpper (d64, a, b)));
    finish (hn::Add (sum, finish.start ()), rows.out, row.first[g]);
  }
}

template <int kRows>
HWY_INLINE void some_rows (const RowPlan &row, const Rows &rows, const Finish &finish)
{
  if (row.mode == RowPlan::Mode::one_table)
    by_table<kRows, OneTable> (row, rows, finish);
  else
    by_table<kRows, TwoTables> (row, rows, finish);
}

void horizontal (const RowPlan &row, const std::int16_t *mid, std::size_t mid_stride, int rows,
                 const SampleFormat &format, std::byte *out, std::ptrdiff_t out_stride)
{
  if (!row.packed ())
    return scalar::horizontal (row, mid, mid_stride, rows, format, out, out_stride);
  const Finish finish (format);
  const bool windows = row.mode == RowPlan::Mode::windows;
  const bool positions = row.mode == RowPlan::Mode::positions;
  for (int r = 0; r < rows;) {
    const Rows from = {mid + std::size_t (r) * mid_stride, mid_stride, out + r * out_stride,
                       out_stride};
    if (windows || positions) {
      positions ? by_positions (row, from, finish) : by_windows (row, from, finish);
      r++;
    } else if (rows - r >= 4) {
      some_rows<4> (row, from, finish);
      r += 4;
    } else {
      some_rows<1> (row, from, finish);
      r++;
    }
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
namespace {

HWY_EXPORT (lanes32);
HWY_EXPORT (horizontal);

// Tap k of output o, as placed when reading begins at sample `begin`.
std::int16_t tap_from (const FilterPlan &plan, int o, int begin, int k)
{
  const int i = begin + k - plan.left[std::size_t (o)];
  return i >= 0 && i < plan.taps ? plan.tap (o)[i] : std::int16_t{0};
}

int even_left (const FilterPlan &plan, int o) { return plan.left[std::size_t (o)] & ~1; }

int first_read (const FilterPlan &plan, int from, int lanes)
{
  int least = even_left (plan, from);
  for (int i = 1; i < lanes; i++) least = std::min (least, even_left (plan, from + i));
  return least;
}

// Adds a group's packed taps, unless one of the last few groups had the same:
// ratios of small numbers repeat, and their tables then stay in the cache.
void add_taps (RowPlan &row, const std::vector<std::int16_t> &taps)
{
  constexpr std::size_t kRemembered = 8;
  const std::size_t known = row.weight.size () / taps.size ();
  for (std::size_t i = known - std::min (known, kRemembered); i < known; i++) {
    const auto at = row.weight.begin () + static_cast<std::ptrdiff_t> (i * taps.size ());
    if (!std::equal (taps.begin (), taps.end (), at)) continue;
    row.taps_at.push_back (static_cast<std::int32_t> (i * taps.size ()));
    return;
  }
  row.taps_at.push_back (static_cast<std::int32_t> (row.weight.size ()));
  row.weight.insert (row.weight.end (), taps.begin (), taps.end ());
}

void pack_tables (RowPlan &row)
{
  const FilterPlan &plan = row.plan;
  std::vector<std::int16_t> taps;
  for (const int from : row.first) {
    const int base = first_read (plan, from, row.lanes);
    row.base.push_back (base);
    for (int i = 0; i < row.lanes; i++)
      row.index.push_back ((even_left (plan, from + i) - base) / 2);
    taps.clear ();
    for (int k = 0; k < row.pairs; k++)
      for (int i = 0; i < 2 * row.lanes; i++)
        taps.push_back (
            tap_from (plan, from + i / 2, even_left (plan, from + i / 2), 2 * k + i % 2));
    add_taps (row, taps);
  }
}

void pack_windows (RowPlan &row)
{
  const FilterPlan &plan = row.plan;
  std::vector<std::int16_t> taps;
  for (const int from : row.first) {
    for (int i = 0; i < row.lanes; i++) row.base.push_back (plan.left[std::size_t (from + i)]);
    taps.clear ();
    for (int w = 0; w < row.windows; w++)
      for (int part = 0; part < 4; part++)
        for (int i = 0; i < 2 * row.lanes; i++) {
          const int o = from + i / 8 * 4 + part;
          taps.push_back (tap_from (plan, o, plan.left[std::size_t (o)], 8 * w + i % 8));
        }
    add_taps (row, taps);
  }
}

void pack_positions (RowPlan &row)
{
  const FilterPlan &plan = row.plan;
  std::vector<std::int16_t> taps;
  for (const int from : row.first) {
    for (int i = 0; i < row.lanes / 4; i++)
      row.base.push_back (4 * plan.left[std::size_t (from + i)]);
    taps.clear ();
    for (int k = 0; k < row.pairs; k++)
      for (int i = 0; i < 2 * row.lanes; i++) {
        const int o = from + i / 8;
        taps.push_back (tap_from (plan, o, plan.left[std::size_t (o)], 2 * k + i % 2));
      }
    add_taps (row, taps);
  }
}

// The first output of each group: groups of `outputs`, the last moved back.
std::vector<std::int32_t> groups (int count, int outputs)
{
  std::vector<std::int32_t> first;
  for (int o = 0; o < count; o += outputs) first.push_back (std::min (o, count - outputs));
  return first;
}

}  // namespace

RowPlan pack (FilterPlan plan, int channels)
{
  RowPlan row;
  row.plan = std::move (plan);
  row.channels = channels;
  row.lanes = HWY_DYNAMIC_DISPATCH (lanes32) ();
  const int outputs = row.lanes / channels;
  if (row.plan.copy || row.lanes < 4 || row.plan.count () < outputs) return row;
  row.first = groups (row.plan.count (), outputs);
  if (channels == 4) {
    row.mode = RowPlan::Mode::positions;
    row.pairs = (row.plan.taps + 1) / 2;
    pack_positions (row);
    return row;
  }

  int span = 0;
  bool odd = false;
  for (const int from : row.first) {
    const int base = first_read (row.plan, from, row.lanes);
    for (int i = 0; i < row.lanes; i++) {
      span = std::max (span, (even_left (row.plan, from + i) - base) / 2 + 1);
      odd = odd || row.plan.left[std::size_t (from + i)] % 2 != 0;
    }
  }
  row.pairs = (row.plan.taps + (odd ? 1 : 0) + 1) / 2;
  row.windows = (row.plan.taps + 7) / 8;
  if (span <= 2 * row.lanes) {
    row.mode = span <= row.lanes ? RowPlan::Mode::one_table : RowPlan::Mode::two_tables;
    pack_tables (row);
  } else {
    row.mode = RowPlan::Mode::windows;
    pack_windows (row);
  }
  return row;
}

void horizontal (const RowPlan &plan, const std::int16_t *mid, std::size_t mid_stride, int rows,
                 const SampleFormat &format, std::byte *out, std::ptrdiff_t out_stride)
{
  HWY_DYNAMIC_DISPATCH (horizontal) (plan, mid, mid_stride, rows, format, out, out_stride);
}

}  // namespace quad::host::simd
#endif
