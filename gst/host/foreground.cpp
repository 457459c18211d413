// The row operations of foreground colours: the plain ones' steps, with a sample in each lane.
// Floats and doubles are rounded after each step, so the results are equal.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/foreground.cpp"
#include <hwy/foreach_target.h>
//
#include <algorithm>

#include "host/matte.h"
#include "host/simd-inl.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
const matte::ForegroundOps &foreground_ops () { return matte::plain_foreground_ops (); }
#else

using matte::ColorRow, matte::Columns, matte::kWeightedSums, matte::Rows, matte::WeightedRow;

using DU32 = hn::ScalableTag<std::uint32_t>;
using DF = hn::ScalableTag<float>;
using DD = hn::ScalableTag<double>;
using VU32 = hn::Vec<DU32>;
using VF = hn::Vec<DF>;
using VD = hn::Vec<DD>;

#include "matte/blend-inl.h"

// The operations that a Blend is written in.
struct Levels {
  using Number = VF;
  static HWY_INLINE VF set (float v) { return hn::Set (DF (), v); }
  static HWY_INLINE VF add (VF a, VF b) { return hn::Add (a, b); }
  static HWY_INLINE VF sub (VF a, VF b) { return hn::Sub (a, b); }
  static HWY_INLINE VF mul (VF a, VF b) { return hn::Mul (a, b); }
  static HWY_INLINE VF div (VF a, VF b) { return hn::Div (a, b); }
  static HWY_INLINE VF clamp (VF v, float most)
  {
    return hn::Min (hn::Max (v, hn::Zero (DF ())), set (most));
  }
};

HWY_INLINE VU32 load_u8 (const std::uint8_t *in)
{
  const DU32 d;
  return hn::PromoteTo (d, hn::LoadU (hn::Rebind<std::uint8_t, DU32> (), in));
}

HWY_INLINE VF load_level (const std::uint8_t *in)
{
  return hn::ConvertTo (DF (), hn::BitCast (D32 (), load_u8 (in)));
}

HWY_INLINE void store_level (VF v, std::uint8_t *out)
{
  const hn::Rebind<std::uint8_t, DF> d8;
  hn::StoreU (hn::DemoteTo (d8, hn::NearestInt (v)), d8, out);
}

void add_weighted (const WeightedRow &row, int width, bool away, const Rows<std::uint32_t> &sums)
{
  const DU32 d;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int x = 0; x < width; x += lanes) {
    const VU32 a = load_u8 (row.alpha + x), b = hn::Sub (hn::Set (d, 255), a);
    const VU32 values[kWeightedSums] = {a,
                                        b,
                                        hn::Mul (a, load_u8 (row.front[0] + x)),
                                        hn::Mul (a, load_u8 (row.front[1] + x)),
                                        hn::Mul (a, load_u8 (row.front[2] + x)),
                                        hn::Mul (b, load_u8 (row.back[0] + x)),
                                        hn::Mul (b, load_u8 (row.back[1] + x)),
                                        hn::Mul (b, load_u8 (row.back[2] + x))};
    for (int k = 0; k < kWeightedSums; k++) {
      std::uint32_t *sum = sums.row (k) + x;
      const VU32 old = hn::LoadU (d, sum);
      hn::StoreU (away ? hn::Sub (old, values[k]) : hn::Add (old, values[k]), d, sum);
    }
  }
}

void weighted_means (const Rows<std::uint32_t> &running, int reach, const WeightedRow &row,
                     int width, const Rows<float> &front, const Rows<float> &back)
{
  const DD d;
  const hn::Rebind<std::int32_t, DD> d32;
  const hn::Rebind<std::uint8_t, DD> d8;
  const hn::Rebind<float, DD> df;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int x = 0; x < width; x += lanes) {
    const auto sum = [&] (int k) HWY_ATTR {
      const auto *from = reinterpret_cast<const std::int32_t *> (running.row (k)) + x;
      return hn::PromoteTo (d,
                            hn::Sub (hn::LoadU (d32, from + 2 * reach + 1), hn::LoadU (d32, from)));
    };
    const auto store = [&] (VD of, VD weight, const std::uint8_t *level, float *to) HWY_ATTR {
      const VD otherwise = hn::PromoteTo (d, hn::PromoteTo (d32, hn::LoadU (d8, level + x)));
      const VD mean =
          hn::IfThenElse (hn::Eq (weight, hn::Zero (d)), otherwise, hn::Div (of, weight));
      hn::StoreU (hn::DemoteTo (df, mean), df, to + x);
    };
    const VD fronts = sum (0), backs = sum (1);
    for (int k = 0; k < 3; k++) {
      store (sum (2 + k), fronts, row.front[k], front.row (k));
      store (sum (5 + k), backs, row.back[k], back.row (k));
    }
  }
}

void levels (const std::uint8_t *level, const std::uint8_t *alpha, const float *front,
             const float *back, int width, std::uint8_t *front_level, std::uint8_t *back_level)
{
  const DF d;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int x = 0; x < width; x += lanes) {
    const VF behind = hn::LoadU (d, back + x);
    store_level (Blend<Levels>::foreground (load_level (level + x), load_level (alpha + x),
                                            hn::LoadU (d, front + x), behind),
                 front_level + x);
    store_level (behind, back_level + x);
  }
}

void mean_alpha (const std::uint8_t *upper, const std::uint8_t *lower, int shared, int count,
                 float *means)
{
  const DF d;
  const hn::Rebind<std::uint16_t, DF> d16;
  const hn::Repartition<std::uint8_t, decltype (d16)> d8;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  if (shared != 2) {
    for (int x = 0; x < count; x += lanes) {
      const VF sum = hn::Add (load_level (upper + x), load_level (lower + x));
      hn::StoreU (hn::Mul (sum, hn::Set (d, 0.5f)), d, means + x);
    }
    return;
  }
  const auto pairs = [&] (const std::uint8_t *row) HWY_ATTR {
    const auto two = hn::BitCast (d16, hn::LoadU (d8, row));
    return hn::Add (hn::And (two, hn::Set (d16, 0xff)), hn::ShiftRight<8> (two));
  };
  for (int x = 0; x < count; x += lanes) {
    const auto sum =
        hn::Add (pairs (upper + std::ptrdiff_t{x} * 2), pairs (lower + std::ptrdiff_t{x} * 2));
    const VF all = hn::ConvertTo (d, hn::PromoteTo (D32 (), sum));
    hn::StoreU (hn::Mul (all, hn::Set (d, 0.25f)), d, means + x);
  }
}

// The colours of the surroundings between the positions of the grid.
struct Surroundings {
  const ColorRow &row;
  const Columns &columns;

  // `position` gives an element of a row of the grid for each column from `x` on.
  template <typename Position>
  HWY_INLINE void recolor (int x, const Position &position, std::uint8_t *out) const
  {
    const DF d;
    const VF part = hn::LoadU (d, columns.part.data () + x);
    const VF front = hn::Add (position (row.front), hn::Mul (position (row.front_steps), part));
    const VF back = hn::Add (position (row.back), hn::Mul (position (row.back_steps), part));
    const VF level = load_level (row.level + x), a = hn::LoadU (d, row.alpha + x);
    const VF found = Blend<Levels>::foreground (level, a, front, back);
    const auto stays = hn::Or (hn::Eq (a, hn::Zero (d)), hn::Eq (a, hn::Set (d, 255)));
    store_level (hn::IfThenElse (stays, level, found), out + x);
  }
};

// Groups begin at multiples of the number of lanes, but the last one ends at the last column.
void recolor (const ColorRow &row, const Columns &columns, int first, int end, std::uint8_t *out)
{
  const DF d;
  const D32 d32;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  const auto count = static_cast<int> (columns.index.size ());
  if (count < lanes) return matte::plain_foreground_ops ().recolor (row, columns, first, end, out);
  const Surroundings surroundings = {row, columns};
  const bool grouped = columns.lanes == lanes && first % lanes == 0;
  for (int at = first; at < end; at += lanes) {
    const int x = std::min (at, count - lanes);
    if (grouped) {
      const std::int32_t base = columns.base[static_cast<std::size_t> (at / lanes)];
      const auto offset =
          hn::IndicesFromVec (d, hn::LoadU (d32, columns.offset.data () + at / lanes * lanes));
      const auto position = [&] (const float *of) HWY_ATTR {
        return hn::TableLookupLanes (hn::LoadU (d, of + base), offset);
      };
      surroundings.recolor (x, position, out);
    } else {
      const V32 index = hn::LoadU (d32, columns.index.data () + x);
      const auto position = [&] (const float *of)
                                HWY_ATTR { return hn::GatherIndex (d, of, index); };
      surroundings.recolor (x, position, out);
    }
  }
}

using D8s = hn::ScalableTag<std::uint8_t>;

// A whole vector is stored only where the next sample is in the row, too: what lies between belongs
// to other samples of the same positions.
void put (const std::uint8_t *in, int step, int count, std::uint8_t *out)
{
  const D8s d;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  int x = 0;
  hn::Vec<D8s> old, b, c, e;
  if (step == 1) std::copy_n (in, count, out), x = count;
  if (step == 2)
    for (; x + lanes + 1 <= count; x += lanes) {
      std::uint8_t *to = out + std::ptrdiff_t{x} * 2;
      hn::LoadInterleaved2 (d, to, old, b);
      hn::StoreInterleaved2 (hn::LoadU (d, in + x), b, d, to);
    }
  if (step == 4)
    for (; x + lanes + 1 <= count; x += lanes) {
      std::uint8_t *to = out + std::ptrdiff_t{x} * 4;
      hn::LoadInterleaved4 (d, to, old, b, c, e);
      hn::StoreInterleaved4 (hn::LoadU (d, in + x), b, c, e, d, to);
    }
  for (; x < count; x++) out[std::ptrdiff_t{x} * step] = in[x];
}

const matte::ForegroundOps &foreground_ops ()
{
  static constexpr matte::ForegroundOps ops = {add_weighted, weighted_means, levels,
                                               mean_alpha,   recolor,        put};
  return ops;
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host {
namespace simd {
HWY_EXPORT (foreground_ops);
}

const matte::ForegroundOps &foreground_ops ()
{
  using namespace simd;
  return HWY_DYNAMIC_DISPATCH (foreground_ops) ();
}
}  // namespace quad::host
#endif
