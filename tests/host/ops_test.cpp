// Compares each SIMD operation with its scalar version.
#include "host/ops.h"

#include <gtest/gtest.h>

#include <cstring>

#include "scenes.h"
#include "targets.h"

namespace quad::test {
namespace {

using host::kMidPadding;
using host::Ops;
using host::SampleFormat;

constexpr SampleFormat kSamples[] = {{8, 1, 0}, {10, 2, 0}, {10, 2, 6}};
constexpr int kLongest = 200;
constexpr std::size_t kTail = 64;
constexpr std::byte kJunk{0xc7};

struct Bytes {
  explicit Bytes (std::size_t size) : data (size + kTail, kJunk), used (size) {}
  std::byte *out () { return data.data (); }
  // True if the bytes are equal and neither operation wrote past its end.
  bool operator== (const Bytes &o) const { return data == o.data; }
  bool tail_intact () const
  {
    return std::all_of (data.begin () + std::ptrdiff_t (used), data.end (),
                        [] (std::byte b) { return b == kJunk; });
  }

  std::vector<std::byte> data;
  std::size_t used;
};

std::vector<std::byte> random_bytes (std::size_t size, Random &random)
{
  const int kind = random.below (3);
  std::vector<std::byte> v (size);
  for (std::byte &b : v)
    b = static_cast<std::byte> (kind == 0 ? random.below (256) : random.below (2) * 255);
  return v;
}

// Values that a vertical pass can give: code values with 6 or 4 fraction bits, and a kernel's
// overshoot on both sides.
std::vector<std::int16_t> random_mid (std::size_t size, Random &random)
{
  constexpr int kLow = -8000, kHigh = 25000;
  const int kind = random.below (3);
  std::vector<std::int16_t> v (size);
  for (auto &m : v)
    m = static_cast<std::int16_t> (kind == 0   ? random.between (kLow, kHigh)
                                   : kind == 1 ? (random.one_in (2) ? kLow : kHigh)
                                               : random.between (0, 255) * 64);
  return v;
}

FilterPlan random_plan (int count, int length, Random &random)
{
  Axis axis;
  axis.count = count;
  axis.hi = length;
  axis.step = double (length) / count;
  axis.first = axis.step / 2 + random.below (5) * 0.25 - 0.5;
  if (random.one_in (3)) {
    axis.step = -axis.step;
    axis.first = length - axis.first;
  }
  return plan_axis (random.pick (kFilters), axis);
}

class OpsTest : public ::testing::TestWithParam<std::int64_t> {
 protected:
  const Ops &simd () const { return host::simd_ops (); }
  const Ops &scalar () const { return host::scalar_ops (); }

 private:
  UseTarget use_{GetParam ()};
};

// The rows have exactly their size, so the sanitizer sees an over-read.
struct RandomBand {
  RandomBand (const FilterPlan &plan, int rows, int outputs, int samples,
              const SampleFormat &format, Random &random)
  {
    for (int k = 0; k < rows; k++)
      data.push_back (random_bytes (std::size_t (samples * format.bytes), random));
    for (const auto &row : data) at.push_back (row.data ());
    band = {};
    band.rows = at.data ();
    band.row_count = rows;
    band.output_count = outputs;
    for (int r = 0; r < outputs; r++) band.output[r] = {plan.left[std::size_t (r)], plan.tap (r)};
    band.taps = plan.taps;
    band.samples = samples;
    band.format = format;
  }

  std::vector<std::vector<std::byte>> data;
  std::vector<const std::byte *> at;
  host::RowBand band;
};

TEST_P (OpsTest, Vertical)
{
  Random random (1);
  for (const SampleFormat &format : kSamples)
    for (int samples = 1; samples <= kLongest; samples++) {
      // Sometimes there are very many rows.
      const int rows = random.one_in (20) ? random.between (100, 300) : random.between (1, 24);
      const int outputs = random.between (1, host::kMaxBand);
      const FilterPlan plan = random_plan (outputs, rows, random);
      const RandomBand b (plan, rows, outputs, samples, format, random);
      const std::size_t stride = std::size_t (samples) + std::size_t (random.below (9));
      const std::size_t size = (std::size_t (outputs - 1) * stride + std::size_t (samples)) * 2;
      Bytes want (size), got (size);
      scalar ().vertical (b.band, reinterpret_cast<std::int16_t *> (want.out ()), stride);
      simd ().vertical (b.band, reinterpret_cast<std::int16_t *> (got.out ()), stride);
      ASSERT_TRUE (want == got) << samples << " samples, " << rows << " rows to " << outputs
                                << ", depth " << format.depth;
      ASSERT_TRUE (got.tail_intact ());
    }
}

TEST_P (OpsTest, Horizontal)
{
  Random random (2);
  int together = 0;
  for (const SampleFormat &format : kSamples)
    for (const int channels : {1, 2, format.bytes == 1 ? 4 : 1})
      for (int count = 1; count <= kLongest; count++)
        for (const int length :
             {1, random.between (1, 40), count, 2 * count, random.between (1, 8 * count)}) {
          const FilterPlan plan = random_plan (count, length, random);
          host::Arena arena (1);
          const host::RowPlan packed = simd ().pack (plan, channels, arena);
          if (packed.channels != channels) continue;  // one by one
          together += channels == 2;
          const int rows = random.between (1, host::kMaxBand);
          const std::size_t mid_stride = std::size_t (length * channels + kMidPadding);
          const auto mid = random_mid (mid_stride * std::size_t (rows), random);
          const int row_bytes = count * channels * format.bytes;
          const int out_stride = row_bytes + random.below (5) * format.bytes;
          const auto size = std::size_t ((rows - 1) * out_stride + row_bytes);
          Bytes a (size), b (size);
          scalar ().horizontal (scalar ().pack (plan, channels, arena), mid.data (), mid_stride,
                                rows, format, a.out (), out_stride);
          simd ().horizontal (packed, mid.data (), mid_stride, rows, format, b.out (), out_stride);
          ASSERT_TRUE (a == b) << length << " to " << count << ", " << channels << " channels, "
                               << plan.taps << " taps, depth " << format.depth;
          ASSERT_TRUE (b.tail_intact ());
        }
  // One lane holds no two channels.
  EXPECT_EQ (together > 0, GetParam () != HWY_SCALAR);
}

// Zero taps cancel whatever lies in the padding of intermediates.
TEST_P (OpsTest, HorizontalIgnoresPadding)
{
  Random random (3);
  for (const int channels : {1, 2, 4})
    for (int count = 1; count <= kLongest; count += 3) {
      const int length = random.between (1, 4 * count);
      const FilterPlan plan = random_plan (count, length, random);
      host::Arena arena (1);
      const host::RowPlan packed = simd ().pack (plan, channels, arena);
      if (packed.channels != channels) continue;
      auto mid = random_mid (std::size_t (length * channels + kMidPadding), random);
      Bytes a{std::size_t (count * channels)}, b{std::size_t (count * channels)};
      simd ().horizontal (packed, mid.data (), mid.size (), 1, kSamples[0], a.out (), 0);
      std::fill (mid.begin () + length * channels, mid.end (), std::int16_t{-32768});
      simd ().horizontal (packed, mid.data (), mid.size (), 1, kSamples[0], b.out (), 0);
      ASSERT_TRUE (a == b) << length << " to " << count << ", " << channels << " channels";
    }
}

TEST_P (OpsTest, Split)
{
  Random random (4);
  for (int channels = 2; channels <= 4; channels++)
    for (int count = 1; count <= kLongest; count++) {
      std::vector<std::int16_t> mid = random_mid (std::size_t (count * channels), random);
      mid.resize (mid.size () + kMidPadding, 0);
      const std::size_t stride = std::size_t (count) + kMidPadding;
      std::vector<std::int16_t> planar (stride * std::size_t (channels) + kTail, 0x1234);
      simd ().split (mid.data (), channels, count, planar.data (), stride);
      for (int i = 0; i < count; i++)
        for (int c = 0; c < channels; c++)
          ASSERT_EQ (planar[std::size_t (c) * stride + std::size_t (i)],
                     mid[std::size_t (i * channels + c)])
              << channels << " channels, position " << i << " of " << count;
      for (std::size_t i = stride * std::size_t (channels); i < planar.size (); i++)
        ASSERT_EQ (planar[i], 0x1234);
    }
}

TEST_P (OpsTest, Join)
{
  Random random (5);
  for (int bytes = 1; bytes <= 2; bytes++)
    for (int channels = 2; channels <= 4; channels++)
      for (int count = 1; count <= kLongest; count++) {
        const std::size_t stride = std::size_t (count) + kMidPadding;
        const auto planar =
            random_bytes (stride * std::size_t (channels) * std::size_t (bytes), random);
        const auto size = std::size_t (count * channels * bytes);
        for (const std::size_t first : {0, 1}) {
          Bytes a (first + size), b (first + size);
          scalar ().join (planar.data (), stride, channels, count, bytes, a.out () + first);
          simd ().join (planar.data (), stride, channels, count, bytes, b.out () + first);
          ASSERT_TRUE (a == b) << channels << " channels of " << bytes << ", " << count;
          ASSERT_TRUE (b.tail_intact ());
        }
      }
}

TEST_P (OpsTest, EverySecond)
{
  Random random (8);
  for (const int second : {0, 1})
    for (int count = 1; count <= kLongest; count++) {
      const auto pairs = random_bytes (std::size_t (2 * count), random);
      const auto size = static_cast<std::size_t> (count);
      Bytes a (size), b (size);
      scalar ().every_second (pairs.data (), second, count, a.out ());
      simd ().every_second (pairs.data (), second, count, b.out ());
      ASSERT_TRUE (a == b) << second << ", " << count;
      ASSERT_EQ (b.data[std::size_t (count - 1)], pairs[std::size_t (2 * count - 2 + second)]);
      ASSERT_TRUE (b.tail_intact ());
    }
}

TEST_P (OpsTest, Box2)
{
  Random random (6);
  for (const int channels : {1, 2, 4})
    for (int count = 1; count <= kLongest; count++) {
      // The heap blocks have the exact size, so the sanitizer sees an over-read.
      const auto upper = random_bytes (std::size_t (2 * count * channels), random);
      const auto lower = random_bytes (std::size_t (2 * count * channels), random);
      Bytes a (std::size_t (count * channels)), b (std::size_t (count * channels));
      scalar ().box2 (upper.data (), lower.data (), channels, count, a.out ());
      simd ().box2 (upper.data (), lower.data (), channels, count, b.out ());
      ASSERT_TRUE (a == b) << channels << " channels, " << count;
      ASSERT_TRUE (b.tail_intact ());
    }
}

TEST_P (OpsTest, Opaque)
{
  for (int count = 1; count <= kLongest; count++)
    for (int channel = 0; channel < 4; channel++) {
      std::vector<std::byte> row (std::size_t (4 * count), std::byte{0});
      for (int i = 0; i < count; i++) row[std::size_t (4 * i + channel)] = std::byte{255};
      ASSERT_TRUE (simd ().opaque (row.data (), count, channel));
      for (int i = 0; i < count; i++) {
        row[std::size_t (4 * i + channel)] = std::byte{254};
        ASSERT_FALSE (simd ().opaque (row.data (), count, channel)) << i << " of " << count;
        row[std::size_t (4 * i + channel)] = std::byte{255};
      }
    }
}

// Random colours, from and to each kind of light.
TEST_P (OpsTest, Light)
{
  constexpr Primaries kBt709 = {{0.64, 0.3, 0.15, 0.3127}, {0.33, 0.6, 0.06, 0.329}};
  constexpr Primaries kBt2020 = {{0.708, 0.17, 0.131, 0.3127}, {0.292, 0.797, 0.046, 0.329}};
  Random random (5);
  for (const Light &from : {Light{Transfer::pq, kBt2020, 4000}, Light{Transfer::hlg, kBt2020, 1000},
                            Light{Transfer::sdr, kBt2020}})
    for (const Light &to : {Light{Transfer::sdr, kBt709}, Light{Transfer::hlg, kBt2020, 1000},
                            Light{Transfer::pq, kBt709, 1000}}) {
      const auto map = light_map (from, to, {}, {});
      for (const int count : {1, 7, 100, 333}) {
        const auto n = static_cast<std::size_t> (count);
        std::vector<std::byte> codes = random_bytes (3 * n * 2, random);
        Bytes expected (3 * n * 2), actual (3 * n * 2);
        const auto row = [&] (Bytes &out) {
          host::LightRow r;
          for (std::size_t k = 0; k < 3; k++) {
            r.code[k] = codes.data () + k * n * 2;
            r.lit[k] = reinterpret_cast<std::int16_t *> (out.out ()) + k * n;
          }
          return r;
        };
        scalar ().light (*map, row (expected), count);
        simd ().light (*map, row (actual), count);
        ASSERT_TRUE (actual == expected) << count;
        ASSERT_TRUE (actual.tail_intact ()) << count;
      }
    }
}

TEST_P (OpsTest, OpaqueMid)
{
  constexpr std::int16_t kOpaque = 255 * 64;
  for (int count = 1; count <= kLongest; count++)
    for (int channel = 0; channel < 4; channel++) {
      std::vector<std::int16_t> mid (std::size_t (4 * count), 0);
      auto at = [&] (int i) -> std::int16_t & { return mid[std::size_t (4 * i + channel)]; };
      for (int i = 0; i < count; i++) at (i) = kOpaque;
      ASSERT_TRUE (simd ().opaque_mid (mid.data (), count, channel));
      for (int i = 0; i < count; i++) {
        at (i) = static_cast<std::int16_t> (kOpaque + (i % 2 == 0 ? 1 : -1));
        ASSERT_FALSE (simd ().opaque_mid (mid.data (), count, channel)) << i << " of " << count;
        at (i) = kOpaque;
      }
    }
}

INSTANTIATE_TEST_SUITE_P (Targets, OpsTest, ::testing::ValuesIn (machine_targets ()),
                          [] (const auto &p) { return std::string (hwy::TargetName (p.param)); });

}  // namespace
}  // namespace quad::test
