#include "host/scalar.h"

namespace quad::host {
namespace scalar {

void vertical (const RowBand &band, std::int16_t *mid, std::size_t stride)
{
  for (int r = 0; r < band.output_count; r++, mid += stride) {
    const RowBand::Output &output = band.output[r];
    for (int i = 0; i < band.samples; i++) {
      std::int32_t sum = 0;
      for (int k = 0; k < band.taps; k++)
        sum += output.taps[k] * sample_at (band.rows[output.first + k], i, band.format);
      mid[i] = static_cast<std::int16_t> (vertical_round (sum, band.format.depth));
    }
  }
}

void split (const std::int16_t *mid, int channels, int count, std::int16_t *planar,
            std::size_t stride)
{
  for (int i = 0; i < count; i++)
    for (int c = 0; c < channels; c++)
      planar[std::size_t (c) * stride + std::size_t (i)] = mid[i * channels + c];
}

RowPlan pack (const FilterView &plan, int channels, Arena &)
{
  RowPlan row;
  row.plan = plan;
  row.channels = channels;
  return row;
}

namespace {

// Calls store (i, sum) for each sample of a row.
template <typename Store>
void sum_row (const RowPlan &row, const std::int16_t *mid, Store store)
{
  const FilterView &plan = row.plan;
  const int channels = row.channels;
  for (int i = 0; i < plan.count () * channels; i++) {
    const int o = i / channels;
    const std::int16_t *tap = plan.tap (o);
    const std::int16_t *m = mid + plan.left[std::size_t (o)] * channels + i % channels;
    std::int32_t sum = 0;
    for (int k = 0; k < plan.taps; k++) sum += tap[k] * m[k * channels];
    store (i, sum);
  }
}

}  // namespace

void horizontal (const RowPlan &row, const std::int16_t *mid, std::size_t mid_stride, int rows,
                 const SampleFormat &format, std::byte *out, std::ptrdiff_t out_stride)
{
  for (int r = 0; r < rows; r++, mid += mid_stride, out += out_stride)
    sum_row (row, mid, [&] (int i, std::int32_t sum) {
      set_sample (out, i, format, horizontal_round (sum, format.depth));
    });
}

void horizontal_mid (const RowPlan &row, const std::int16_t *mid, std::size_t mid_stride, int rows,
                     std::int16_t *out, std::size_t out_stride)
{
  for (int r = 0; r < rows; r++, mid += mid_stride, out += out_stride)
    sum_row (row, mid, [&] (int i, std::int32_t sum) { out[i] = map_round (sum, 8); });
}

void map (const MapRow &row, int count, const SampleFormat &format, std::byte *out)
{
  for (int i = 0; i < count; i++) {
    std::int32_t sum = row.offset;
    for (std::size_t k = 0; k < 3; k++) sum += row.factor[k] * row.in[k][i];
    set_sample (out, i, format, mapped (sum, row.shift, format.depth));
  }
}

void join (const std::byte *planar, std::size_t stride, int channels, int count, int bytes,
           std::byte *out)
{
  const auto size = std::size_t (bytes);
  for (int i = 0; i < count; i++)
    for (int c = 0; c < channels; c++, out += size)
      std::memcpy (out, planar + (std::size_t (c) * stride + std::size_t (i)) * size, size);
}

void every_second (const std::byte *pairs, int second, int count, std::byte *out)
{
  for (int i = 0; i < count; i++) out[i] = pairs[2 * i + second];
}

namespace {

int sum_of_four (const std::byte *upper, const std::byte *lower, int left, int right)
{
  return load<std::uint8_t> (upper, left) + load<std::uint8_t> (upper, right) +
         load<std::uint8_t> (lower, left) + load<std::uint8_t> (lower, right);
}

}  // namespace

void box2 (const std::byte *upper, const std::byte *lower, int channels, int count, std::byte *out)
{
  for (int i = 0; i < count * channels; i++) {
    const int left = i / channels * 2 * channels + i % channels;
    const int sum = sum_of_four (upper, lower, left, left + channels);
    store (out, i, static_cast<std::uint8_t> ((sum + 2) >> 2));
  }
}

void box2_mid (const std::byte *upper, const std::byte *lower, int channels, int count,
               std::int16_t *out, std::size_t stride)
{
  for (int c = 0; c < channels; c++)
    for (int i = 0; i < count; i++) {
      const int left = 2 * i * channels + c;
      out[std::size_t (c) * stride + std::size_t (i)] = static_cast<std::int16_t> (
          sum_of_four (upper, lower, left, left + channels) << (map_bits (8) - 2));
    }
}

void light (const LightMap &map, const LightRow &row, int count)
{
  for (int i = 0; i < count; i++) {
    std::array<std::uint16_t, 3> code;
    for (std::size_t k = 0; k < 3; k++) code[k] = load<std::uint16_t> (row.code[k], i);
    const std::array<std::int16_t, 3> lit = map (code);
    for (std::size_t k = 0; k < 3; k++) row.lit[k][i] = lit[k];
  }
}

bool opaque (const std::byte *row, int count, int channel)
{
  std::uint8_t all = 255;
  for (int i = 0; i < count; i++) all &= load<std::uint8_t> (row, 4 * i + channel);
  return all == 255;
}

bool opaque_mid (const std::int16_t *mid, int count, int channel)
{
  bool opaque = true;
  for (int i = 0; i < count; i++) opaque = opaque && mid[4 * i + channel] == kOpaqueMid;
  return opaque;
}

}  // namespace scalar

const Ops &scalar_ops ()
{
  static constexpr Ops ops = {scalar::vertical,   scalar::split,          scalar::pack,
                              scalar::horizontal, scalar::horizontal_mid, scalar::map,
                              scalar::light,      scalar::join,           scalar::every_second,
                              scalar::box2,       scalar::box2_mid,       scalar::opaque,
                              scalar::opaque_mid};
  return ops;
}

}  // namespace quad::host
