// The guided filter's row operations: the plain ones' steps, with a position in each lane. Floats
// and doubles are rounded after each step, so the results are equal.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/matte.cpp"
#include <hwy/foreach_target.h>
//
#include <algorithm>

#include "host/matte.h"
#include "host/simd-inl.h"

HWY_BEFORE_NAMESPACE ();
namespace quad::host::simd {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR
const matte::RowOps &matte_row_ops () { return matte::plain_row_ops (); }
#else

using matte::Columns, matte::GuideRow, matte::kLineParts, matte::kSums, matte::LineRow, matte::Rows,
    matte::SmallRow, matte::Windows;

using DU32 = hn::ScalableTag<std::uint32_t>;
using DF = hn::ScalableTag<float>;
using DD = hn::ScalableTag<double>;
using VU32 = hn::Vec<DU32>;
using DKept = hn::Rebind<std::uint16_t, DF>;
using VKept = hn::Vec<DKept>;
using VF = hn::Vec<DF>;
using VD = hn::Vec<DD>;

#include "matte/line-inl.h"

// The operations that a LineFit is written in.
struct Lanes {
  using Number = VD;
  static HWY_INLINE VD set (double v) { return hn::Set (DD (), v); }
  static HWY_INLINE VD add (VD a, VD b) { return hn::Add (a, b); }
  static HWY_INLINE VD sub (VD a, VD b) { return hn::Sub (a, b); }
  static HWY_INLINE VD mul (VD a, VD b) { return hn::Mul (a, b); }
  static HWY_INLINE VD div (VD a, VD b) { return hn::Div (a, b); }
  static HWY_INLINE VD round (VD v) { return hn::Round (v); }
  static HWY_INLINE VD clamp (VD v, double most)
  {
    return hn::Max (set (-most), hn::Min (v, set (most)));
  }
};

HWY_INLINE VU32 load_u8 (const std::uint8_t *in)
{
  const DU32 d;
  return hn::PromoteTo (d, hn::LoadU (hn::Rebind<std::uint8_t, DU32> (), in));
}

void add_products (const SmallRow &row, int width, bool away, const Rows<std::uint32_t> &sums)
{
  const DU32 d;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int x = 0; x < width; x += lanes) {
    const VU32 a = load_u8 (row.guide[0] + x), b = load_u8 (row.guide[1] + x),
               c = load_u8 (row.guide[2] + x), m = load_u8 (row.mask + x);
    const VU32 products[kSums] = {a,
                                  b,
                                  c,
                                  m,
                                  hn::Mul (a, m),
                                  hn::Mul (b, m),
                                  hn::Mul (c, m),
                                  hn::Mul (a, a),
                                  hn::Mul (a, b),
                                  hn::Mul (a, c),
                                  hn::Mul (b, b),
                                  hn::Mul (b, c),
                                  hn::Mul (c, c)};
    for (int k = 0; k < kSums; k++) {
      std::uint32_t *sum = sums.row (k) + x;
      const VU32 old = hn::LoadU (d, sum);
      hn::StoreU (away ? hn::Sub (old, products[k]) : hn::Add (old, products[k]), d, sum);
    }
  }
}

void solve (const Rows<std::uint32_t> &running, const Windows &windows, double epsilon,
            const Rows<double> &lines)
{
  const DD d;
  const hn::Rebind<std::int32_t, DD> d32;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int x = 0; x < windows.width; x += lanes) {
    const auto sum = [&] (int k) HWY_ATTR {
      const auto *row = reinterpret_cast<const std::int32_t *> (running.row (k)) + x;
      return hn::PromoteTo (
          d, hn::Sub (hn::LoadU (d32, row + 2 * windows.reach + 1), hn::LoadU (d32, row)));
    };
    const matte::Sums<VD> s = {{sum (0), sum (1), sum (2)},
                               sum (3),
                               {sum (4), sum (5), sum (6)},
                               {sum (7), sum (8), sum (9), sum (10), sum (11), sum (12)}};
    const VD columns = hn::PromoteTo (d, hn::LoadU (d32, windows.columns + x));
    const VD n = hn::Mul (columns, hn::Set (d, windows.rows));
    const matte::Line<VD> line = LineFit<Lanes>::of (s, n, hn::Set (d, epsilon));
    for (int k = 0; k < 3; k++) hn::StoreU (line.slope[k], d, lines.row (k) + x);
    hn::StoreU (line.offset, d, lines.row (3) + x);
  }
}

void mean (const Rows<double> &running, const Windows &windows, const Rows<float> &means)
{
  const DD d;
  const hn::Rebind<std::int32_t, DD> d32;
  const hn::Rebind<float, DD> df;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int x = 0; x < windows.width; x += lanes) {
    const VD columns = hn::PromoteTo (d, hn::LoadU (d32, windows.columns + x));
    const VD unit =
        hn::Mul (hn::Mul (columns, hn::Set (d, windows.rows)), hn::Set (d, matte::kLineOne));
    for (int k = 0; k < kLineParts; k++) {
      const double *row = running.row (k) + x;
      const VD sum = hn::Sub (hn::LoadU (d, row + 2 * windows.reach + 1), hn::LoadU (d, row));
      hn::StoreU (hn::DemoteTo (df, hn::Div (sum, unit)), df, means.row (k) + x);
    }
  }
}

void slide (const double *added, const double *removed, int count, double *sums)
{
  const DD d;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int i = 0; i < count; i += lanes) {
    const VD change = hn::Sub (hn::LoadU (d, added + i), hn::LoadU (d, removed + i));
    hn::StoreU (hn::Add (hn::LoadU (d, sums + i), change), d, sums + i);
  }
}

void mix_rows (const float *a, const float *b, float part, int count, float *out, float *steps)
{
  const DF d;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int i = 0; i < count; i += lanes) {
    const VF first = hn::LoadU (d, a + i);
    const VF change = hn::Mul (hn::Sub (hn::LoadU (d, b + i), first), hn::Set (d, part));
    hn::StoreU (hn::Add (first, change), d, out + i);
  }
  for (int i = 0; i < count; i += lanes)
    hn::StoreU (hn::Sub (hn::LoadU (d, out + i + 1), hn::LoadU (d, out + i)), d, steps + i);
  steps[count - 1] = 0;
}

// Columns are grouped if the indices of as many as fill a vector all lie within one vector. The
// last group ends at the last column.
void group (Columns &columns)
{
  const auto lanes = static_cast<int> (hn::Lanes (DF ()));
  const auto count = static_cast<int> (columns.index.size ());
  columns.lanes = 0;
  columns.base.clear ();
  columns.offset.clear ();
  if (count < lanes) return;
  for_blocks (count, lanes, [&] (int x) {
    const std::int32_t *index = columns.index.data () + x;
    columns.base.push_back (index[0]);
    for (int i = 0; i < lanes; i++) columns.offset.push_back (index[i] - index[0]);
  });
  const auto fits = [lanes] (std::int32_t offset) { return offset < lanes; };
  if (std::ranges::all_of (columns.offset, fits)) columns.lanes = lanes;
}

template <typename Value>
HWY_INLINE VF guide_value (const Value *in)
{
  return hn::ConvertTo (DF (), hn::BitCast (D32 (), load_u8 (in)));
}

// The nearest whole numbers of values from 0 to 2^22, to the even one where two are as near: adding
// kRound rounds.
HWY_INLINE V32 nearest (VF v)
{
  const DF d;
  const D32 d32;
  const VF round = hn::Set (d, 0x1.8p23f);
  return hn::Sub (hn::BitCast (d32, hn::Add (v, round)), hn::BitCast (d32, round));
}

// The level of alpha that lines give for the columns from x on.
HWY_INLINE VF level_at (const VF line[kLineParts], const GuideRow &guide, int x)
{
  const DF d;
  VF v = hn::Add (line[3], hn::Mul (line[0], guide_value (guide.component[0] + x)));
  v = hn::Add (v, hn::Mul (line[1], guide_value (guide.component[1] + x)));
  v = hn::Add (v, hn::Mul (line[2], guide_value (guide.component[2] + x)));
  return hn::Min (hn::Max (v, hn::Zero (d)), hn::Set (d, 255));
}

// matte::kept_of.
HWY_INLINE V32 kept_of (VKept kept, VF level, VF weight)
{
  const DF d;
  const VF old = hn::ConvertTo (d, hn::PromoteTo (D32 (), kept));
  const VF change = hn::Sub (hn::Mul (level, hn::Set (d, matte::kKeptOne)), old);
  return nearest (hn::Add (old, hn::Mul (change, weight)));
}

HWY_INLINE VKept to_u16 (V32 v) { return hn::TruncateTo (DKept (), hn::BitCast (DU32 (), v)); }

HWY_INLINE void store_u8 (V32 v, std::uint8_t *out)
{
  const hn::Rebind<std::uint8_t, DF> d8;
  hn::StoreU (hn::TruncateTo (d8, hn::BitCast (DU32 (), v)), d8, out);
}

// kGrouped: see group (). kKeeps: alpha is kept. Arguments by value: stores of bytes do not change
// them.
template <bool kGrouped, bool kKeeps>
void alpha_of (LineRow row, const Columns &columns, GuideRow guide, int count, std::uint16_t *kept,
               std::uint8_t *out)
{
  const DF d;
  const D32 d32;
  const DKept d16;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  const std::int32_t *index = columns.index.data (), *base = columns.base.data ();
  const std::int32_t *offset = columns.offset.data ();
  const float *parts = columns.part.data ();
  const auto store = [=] (VF level, VF weight, VKept old, int x) HWY_ATTR {
    if constexpr (kKeeps) {
      const V32 next = kept_of (old, level, weight);
      hn::StoreU (to_u16 (next), d16, kept + x);
      static_assert (matte::kKeptOne == 1 << 8);
      store_u8 (hn::ShiftRight<8> (hn::Add (next, hn::Set (d32, matte::kKeptOne / 2))), out + x);
    } else {
      store_u8 (nearest (level), out + x);
    }
  };
  const auto block = [=] (int x, VKept old) HWY_ATTR {
    const std::int32_t from = index[x], group = x / lanes + (x % lanes != 0);
    const bool flat = index[x + lanes - 1] - from < row.flat[from];
    const float level = row.lines.row (3)[from];
    if (flat && !kKeeps) return store_u8 (nearest (hn::Set (d, level)), out + x);
    if (flat &&
        hn::AllTrue (
            d16, hn::Eq (old, hn::Set (d16, static_cast<std::uint16_t> (level * matte::kKeptOne)))))
      return store_u8 (nearest (hn::Set (d, level)), out + x);
    const V32 at = hn::LoadU (d32, kGrouped ? offset + group * lanes : index + x);
    const VF part = hn::LoadU (d, parts + x);
    const auto look_up = [=] (const float *of) HWY_ATTR {
      if constexpr (kGrouped)
        return hn::TableLookupLanes (hn::LoadU (d, of + base[group]), hn::IndicesFromVec (d, at));
      else
        return hn::GatherIndex (d, of, at);
    };
    const auto value = [=] (int k) HWY_ATTR {
      return hn::Add (look_up (row.lines.row (k)), hn::Mul (look_up (row.steps.row (k)), part));
    };
    const VF line[kLineParts] = {value (0), value (1), value (2), value (3)};
    store (level_at (line, guide, x), kKeeps ? value (kLineParts) : hn::Zero (d), old, x);
  };
  // The last block begins within the one before, which changes what is kept.
  const VKept last = kKeeps ? hn::LoadU (d16, kept + count - lanes) : hn::Zero (d16);
  int x = 0;
  for (; x + lanes <= count; x += lanes)
    block (x, kKeeps ? hn::LoadU (d16, kept + x) : hn::Zero (d16));
  if (x < count) block (count - lanes, last);
}

void alpha (const LineRow &row, const Columns &columns, const GuideRow &guide, int count,
            std::uint16_t *kept, std::uint8_t *out)
{
  const auto lanes = static_cast<int> (hn::Lanes (DF ()));
  if (count < lanes) return matte::plain_row_ops ().alpha (row, columns, guide, count, kept, out);
  const bool grouped = columns.lanes == lanes;
  const auto of = kept ? (grouped ? alpha_of<true, true> : alpha_of<false, true>)
                       : (grouped ? alpha_of<true, false> : alpha_of<false, false>);
  of (row, columns, guide, count, kept, out);
}

using DU16 = hn::ScalableTag<std::uint16_t>;

void change (const SmallRow &now, const Rows<const std::uint16_t> &kept, int first_counts,
             int width, std::uint16_t *changes)
{
  const DU16 d;
  const hn::Rebind<std::uint8_t, DU16> d8;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  static_assert (matte::kKeptOne == 1 << 8);
  const auto most = hn::Set (d, matte::kMostChange);
  const auto counts = hn::Set (d, static_cast<std::uint16_t> (first_counts));
  for (int x = 0; x < width; x += lanes) {
    const auto off = [&] (int k) HWY_ATTR {
      const auto level =
          hn::ShiftLeft<8> (hn::PromoteTo (d, hn::LoadU (d8, now.guide[std::size_t (k)] + x)));
      const auto old = hn::LoadU (d, kept.row (k) + x);
      return hn::ShiftRight<4> (
          hn::Or (hn::SaturatedSub (level, old), hn::SaturatedSub (old, level)));
    };
    const auto sum = hn::Add (hn::Add (hn::Mul (counts, off (0)), off (1)), off (2));
    hn::StoreU (hn::Min (hn::ShiftRight<4> (sum), most), d, changes + x);
  }
}

void keep (const std::uint8_t *levels, const float *weights, int width, std::uint16_t *kept)
{
  const DF d;
  const DKept d16;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  for (int x = 0; x < width; x += lanes) {
    const V32 next =
        kept_of (hn::LoadU (d16, kept + x), guide_value (levels + x), hn::LoadU (d, weights + x));
    hn::StoreU (to_u16 (next), d16, kept + x);
  }
}

using D8s = hn::ScalableTag<std::uint8_t>;

// Chroma of 4:2:0: each sample twice.
void spread (const std::uint8_t *in, int step, int shared, int count, std::uint8_t *out)
{
  const D8s d;
  const auto lanes = static_cast<int> (hn::Lanes (d));
  if (shared == 1 && step == 1) {
    std::copy_n (in, count, out);
    return;
  }
  int x = 0;
  const auto twice = [&] (hn::Vec<D8s> samples)
                         HWY_ATTR { hn::StoreInterleaved2 (samples, samples, d, out + x); };
  if (shared == 2 && step == 1)
    for (; x + 2 * lanes <= count; x += 2 * lanes) twice (hn::LoadU (d, in + x / 2));
  if (shared == 2 && step == 2)
    for (; x + 2 * lanes + 2 <= count; x += 2 * lanes) {
      hn::Vec<D8s> wanted, others;
      hn::LoadInterleaved2 (d, in + x, wanted, others);
      twice (wanted);
    }
  if (shared == 1 && step == 2)
    for (; x + lanes + 1 <= count; x += lanes) {
      hn::Vec<D8s> wanted, others;
      hn::LoadInterleaved2 (d, in + std::ptrdiff_t{x} * 2, wanted, others);
      hn::StoreU (wanted, d, out + x);
    }
  if (shared == 1 && step == 4)
    for (; x + lanes + 1 <= count; x += lanes) {
      hn::Vec<D8s> wanted, b, c, e;
      hn::LoadInterleaved4 (d, in + std::ptrdiff_t{x} * 4, wanted, b, c, e);
      hn::StoreU (wanted, d, out + x);
    }
  const std::uint8_t *rest = in + std::ptrdiff_t{x / shared} * step;
  for (int i = 0; x < count; i++, x++) out[x] = rest[std::ptrdiff_t{i / shared} * step];
}

const matte::RowOps &matte_row_ops ()
{
  static constexpr matte::RowOps ops = {add_products, solve, mean,   slide, mix_rows,
                                        group,        alpha, change, keep,  spread};
  return ops;
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace quad::host::simd
HWY_AFTER_NAMESPACE ();

#if HWY_ONCE
namespace quad::host {
namespace simd {
HWY_EXPORT (matte_row_ops);
}

const matte::RowOps &matte_row_ops ()
{
  using namespace simd;
  return HWY_DYNAMIC_DISPATCH (matte_row_ops) ();
}
}  // namespace quad::host
#endif
