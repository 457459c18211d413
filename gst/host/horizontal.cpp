// Computes weighted sums along a row of 16-bit intermediates, with one output in each 32-bit lane.
// pack.cpp lays out the taps for it.
//
// Taps are used in pairs that begin on an even sample, so a pair is one 32-bit lane of the source
// row. A table look-up of 32-bit lanes gathers the pairs of neighbouring outputs from one vector or
// from two, depending on how far the outputs lie apart. Pair k + 1 is the same look-up in the
// vectors two samples further. If the outputs lie too far apart for that, each output loads its own
// windows of 8 samples, and the partial sums of four outputs are added up across.
//
// With two or four interleaved channels a pair is two positions. Pairs are gathered in the same
// ways (a window is one pair; not for two channels), and a byte shuffle makes pairs of each
// channel.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/horizontal.cpp"
#include <hwy/foreach_target.h>
//
#include <cstring>
#include <type_traits>

#include "core/pixel_math.h"
#include "host/scalar.h"
#include "host/simd-inl.h"
#include "host/simd.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
using scalar::horizontal;
using scalar::horizontal_mid;
int lanes32 () { return 1; }
#else

int lanes32 () { return static_cast<int> (hn::Lanes (D32 ())); }

// Looks `indices` up in the vector that `lower` and `upper` make together.
class TwoTables {
 public:
  HWY_INLINE explicit TwoTables (V32 indices)
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
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
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    return hn::BitCast (d16, V32{_mm512_permutex2var_epi32 (lower.raw, indices_.raw, upper.raw)});
#else
    return hn::BitCast (d16, hn::IfThenElse (in_upper_, hn::TableLookupLanes (upper, lower_),
                                             hn::TableLookupLanes (lower, lower_)));
#endif
  }

 private:
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
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
template <typename Sample>
class Finish {
 public:
  explicit Finish (const SampleFormat &format)
      : shift_ (kTapBits + fraction_bits (format.depth)),
        up_ (format.shift),
        half_ (hn::Set (D32 (), 1 << (shift_ - 1))),
        max_ (hn::Set (D32 (), (1 << format.depth) - 1))
  {
  }

  // Rows whose bytes are made together.
  static constexpr int kTogether = sizeof (Sample) == 1 ? 4 : 1;

  HWY_INLINE V32 start () const { return half_; }

  // Four rows. To narrow a vector alone takes more shuffles than all the rest of a row.
  HWY_INLINE void four (const V32 *sum, std::byte *out, std::ptrdiff_t stride, int o) const
  {
    // In each block: a0 c0 a1 c1 a2 c2 a3 c3 b0 d0 ... to the lanes a, b, c and d.
    alignas (16) static constexpr std::uint8_t kLanes[16] = {0, 2, 4, 6, 8, 10, 12, 14,
                                                             1, 3, 5, 7, 9, 11, 13, 15};
    const D8 d8;
    const D32 d32;
    auto bytes = [&] (V32 a, V32 b) HWY_ATTR {
      const D16 d16;
      const V16 both = hn::ReorderDemote2To (d16, hn::ShiftRightSame (a, shift_),
                                             hn::ShiftRightSame (b, shift_));
      return hn::Min (hn::Max (both, hn::Zero (d16)), hn::Set (d16, 255));
    };
    const V16 samples = hn::Or (bytes (sum[0], sum[1]), hn::ShiftLeft<8> (bytes (sum[2], sum[3])));
    const auto blocks =
        hn::TableLookupBytes (hn::BitCast (d8, samples), hn::LoadDup128 (d8, kLanes));
    // Lane 4 * b + r is block b of row r.
    const std::size_t lanes = hn::Lanes (d32);
    HWY_ALIGN std::int32_t rows[hn::MaxLanes (D32 ())];
    hn::Store (
        hn::TableLookupLanes (hn::BitCast (d32, blocks), hn::IndicesFromVec (d32, rows_first ())),
        d32, rows);
    for (std::size_t r = 0; r < 4; r++)
      std::memcpy (out + static_cast<std::ptrdiff_t> (r) * stride + o, rows + r * lanes / 4, lanes);
  }

  HWY_INLINE void operator() (V32 sum, std::byte *out, int o) const
  {
    const hn::Rebind<Sample, D32> d;
    auto *to = reinterpret_cast<Sample *> (out) + o;
    const V32 v = hn::ShiftRightSame (sum, shift_);
    if constexpr (sizeof (Sample) == 1)
      hn::StoreU (hn::DemoteTo (d, v), d, to);
    else
      hn::StoreU (hn::ShiftLeftSame (hn::DemoteTo (d, hn::Min (v, max_)), up_), d, to);
  }

 private:
  // Lane r * blocks + b takes lane 4 * b + r.
  static HWY_INLINE V32 rows_first ()
  {
    const D32 d32;
    const int blocks = static_cast<int> (hn::Lanes (d32)) / 4;
    HWY_ALIGN std::int32_t from[hn::MaxLanes (D32 ())];
    for (int i = 0; i < 4 * blocks; i++) from[i] = i % blocks * 4 + i / blocks;
    return hn::Load (d32, from);
  }

  int shift_, up_;
  V32 half_, max_;
};

// Rounds a vector of sums to intermediates that are converted.
class FinishMid {
 public:
  static constexpr int kTogether = 1;

  HWY_INLINE V32 start () const { return hn::Set (D32 (), 1 << (kShift - 1)); }

  HWY_INLINE void operator() (V32 sum, std::byte *out, int o) const
  {
    const hn::Rebind<std::int16_t, D32> d;
    hn::StoreU (hn::DemoteTo (d, hn::ShiftRight<kShift> (sum)), d,
                reinterpret_cast<std::int16_t *> (out) + o);
  }

 private:
  // The same at 8 and at 10 bits.
  static constexpr int kShift = kTapBits + fraction_bits (8) - map_bits (8);
  static_assert (kShift == kTapBits + fraction_bits (10) - map_bits (10));
};

// Rows of intermediates, and where their outputs go.
struct Rows {
  const std::int16_t *mid;
  std::size_t mid_stride;
  std::byte *out;
  std::ptrdiff_t out_stride;
};

// A copy of the plan's table pointers. A store of bytes could alias the plan itself, and the
// compiler would read them again.
struct Tables {
  explicit Tables (const RowPlan &row)
      : first (row.first.data ()),
        base (row.base.data ()),
        index (row.index.data ()),
        taps_at (row.taps_at.data ()),
        weight (row.weight.data ()),
        groups (row.first.size ()),
        pairs (row.pairs)
  {
  }

  const std::int32_t *first, *base, *index, *taps_at;
  const std::int16_t *weight;
  std::size_t groups;
  int pairs;
};

// Loads block b of 8 samples from from[kApart * b].
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

// Loads an output's pairs of positions, with one output in each block.
class Blocks {
 public:
  HWY_INLINE explicit Blocks (const std::int32_t *from) : from_ (from) {}
  HWY_INLINE V16 operator() (const std::int16_t *mid) const
  {
    return load_blocks<1> (D16 (), mid, from_);
  }

 private:
  const std::int32_t *from_;
};

// From interleaved channels at positions 0, 1, ... to pairs of each channel. A block has one pair
// of positions of four channels, or two of two.
template <int kChannels>
HWY_INLINE V16 by_channel (V16 positions)
{
  if constexpr (kChannels == 1) {
    return positions;
  } else {
    // a0 b0 c0 d0 a1 b1 c1 d1 to a0 a1 b0 b1 c0 c1 d0 d1, or a0 b0 a1 b1 to a0 a1 b0 b1.
    alignas (16) static constexpr std::uint8_t kFour[16] = {0, 1, 8,  9,  2, 3, 10, 11,
                                                            4, 5, 12, 13, 6, 7, 14, 15};
    alignas (16) static constexpr std::uint8_t kTwo[16] = {0, 1, 4,  5,  2,  3,  6,  7,
                                                           8, 9, 12, 13, 10, 11, 14, 15};
    const D8 d8;
    return hn::BitCast (D16 (),
                        hn::TableLookupBytes (hn::BitCast (d8, positions),
                                              hn::LoadDup128 (d8, kChannels == 4 ? kFour : kTwo)));
  }
}

// Several rows share each look-up's indices and taps.
template <int kRows, int kChannels, typename Table, typename Finish>
HWY_INLINE void by_table (const RowPlan &row, const Rows rows, const Finish finish)
{
  const D16 d16;
  const Tables t (row);
  const std::size_t lanes = hn::Lanes (D32 ());
  for (std::size_t g = 0; g < t.groups; g++) {
    const std::int16_t *weight = t.weight + t.taps_at[g];
    V32 sum[kRows];
    for (V32 &s : sum) s = finish.start ();
    auto add = [&] (const auto &table, const std::int16_t *from) HWY_ATTR {
      for (int k = 0; k < t.pairs; k++, from += 2 * kChannels, weight += 2 * lanes) {
        const V16 taps = hn::LoadU (d16, weight);
        for (int r = 0; r < kRows; r++)
          sum[r] = multiply_add_pairs (
              by_channel<kChannels> (table (from + std::size_t (r) * rows.mid_stride)), taps,
              sum[r]);
      }
    };
    if constexpr (std::is_same_v<Table, Blocks>)
      add (Blocks (t.base + g * lanes / kChannels), rows.mid);
    else
      add (Table (hn::LoadU (D32 (), t.index + g * lanes)), rows.mid + t.base[g]);
    const int first = kChannels * t.first[g];
    if constexpr (kRows == 4 && Finish::kTogether == 4)
      finish.four (sum, rows.out, rows.out_stride, first);
    else
      for (int r = 0; r < kRows; r++) finish (sum[r], rows.out + r * rows.out_stride, first);
  }
}

template <typename Finish>
HWY_INLINE void by_windows (const RowPlan &row, const Rows rows, const Finish finish)
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

// These functions return how many of the `left` rows they did.
template <int kRows, int kChannels, typename Finish>
HWY_INLINE int some_rows (const RowPlan &row, const Rows &rows, const Finish &finish)
{
  if (row.mode == RowPlan::Mode::one_table)
    by_table<kRows, kChannels, OneTable> (row, rows, finish);
  else
    by_table<kRows, kChannels, TwoTables> (row, rows, finish);
  return kRows;
}

template <int kChannels, typename Finish>
HWY_INLINE int some_rows_of (const RowPlan &row, const Rows &rows, int left, const Finish &finish)
{
  return left >= 4 ? some_rows<4, kChannels> (row, rows, finish)
                   : some_rows<1, kChannels> (row, rows, finish);
}

template <typename Finish>
HWY_INLINE int one_channel (const RowPlan &row, const Rows &rows, int left, const Finish &finish)
{
  if (row.mode != RowPlan::Mode::windows) return some_rows_of<1> (row, rows, left, finish);
  by_windows (row, rows, finish);
  return 1;
}

HWY_INLINE int four_channels (const RowPlan &row, const Rows &rows, int left,
                              const Finish<std::uint8_t> &finish)
{
  if (row.mode != RowPlan::Mode::windows) return some_rows_of<4> (row, rows, left, finish);
  by_table<1, 4, Blocks> (row, rows, finish);
  return 1;
}

template <typename Finish>
HWY_INLINE int channels_together (const RowPlan &row, const Rows &rows, int left,
                                  const Finish &finish)
{
  return row.channels == 2 ? some_rows_of<2> (row, rows, left, finish)
                           : one_channel (row, rows, left, finish);
}

void horizontal (const RowPlan &row, const std::int16_t *mid, std::size_t mid_stride, int rows,
                 const SampleFormat &format, std::byte *out, std::ptrdiff_t out_stride)
{
  if (!row.packed ())
    return scalar::horizontal (row, mid, mid_stride, rows, format, out, out_stride);
  for (int r = 0; r < rows;) {
    const Rows from = {mid + std::size_t (r) * mid_stride, mid_stride, out + r * out_stride,
                       out_stride};
    if (row.channels == 4)
      r += four_channels (row, from, rows - r, Finish<std::uint8_t> (format));
    else if (format.bytes == 1)
      r += channels_together (row, from, rows - r, Finish<std::uint8_t> (format));
    else
      r += channels_together (row, from, rows - r, Finish<std::uint16_t> (format));
  }
}

void horizontal_mid (const RowPlan &row, const std::int16_t *mid, std::size_t mid_stride, int rows,
                     std::int16_t *out, std::size_t out_stride)
{
  if (!row.packed ()) return scalar::horizontal_mid (row, mid, mid_stride, rows, out, out_stride);
  for (int r = 0; r < rows;) {
    const Rows from = {mid + std::size_t (r) * mid_stride, mid_stride,
                       reinterpret_cast<std::byte *> (out + std::size_t (r) * out_stride),
                       static_cast<std::ptrdiff_t> (out_stride * sizeof (std::int16_t))};
    r += one_channel (row, from, rows - r, FinishMid ());
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host::simd {
HWY_EXPORT (lanes32);
HWY_EXPORT (horizontal);
HWY_EXPORT (horizontal_mid);

int horizontal_lanes () { return HWY_DYNAMIC_DISPATCH (lanes32) (); }

void horizontal (const RowPlan &plan, const std::int16_t *mid, std::size_t mid_stride, int rows,
                 const SampleFormat &format, std::byte *out, std::ptrdiff_t out_stride)
{
  HWY_DYNAMIC_DISPATCH (horizontal) (plan, mid, mid_stride, rows, format, out, out_stride);
}

void horizontal_mid (const RowPlan &plan, const std::int16_t *mid, std::size_t mid_stride, int rows,
                     std::int16_t *out, std::size_t out_stride)
{
  HWY_DYNAMIC_DISPATCH (horizontal_mid) (plan, mid, mid_stride, rows, out, out_stride);
}

}  // namespace quad::host::simd
#endif
