// Converts a picture to another format, range or matrix at the same size: moves chroma to where the
// other format has it, then applies one matrix.
#include "cuda/kernels/filter.h"

namespace quad::cuda {
namespace {

// The input samples along one axis that make one output sample.
struct SiteTaps {
  int first, count;
  int weight[3];
};

// The centre of sample `i`, in quarters of a luma sample.
QUAD_DEVICE int centre (int i, int sub, bool cosited)
{
  return 4 * sub * i + (sub == 2 && cosited ? 2 : 2 * sub);
}

QUAD_DEVICE SiteTaps taps_at (int o, int sub_out, bool cosited_out, int sub_in, bool cosited_in)
{
  if (sub_in < sub_out)
    return cosited_out ? SiteTaps{2 * o - 1, 3, {2, 4, 2}} : SiteTaps{2 * o, 2, {4, 4, 0}};
  // Interpolate linearly between the two nearest samples.
  const int step = 4 * sub_in;
  const int distance = centre (o, sub_out, cosited_out) - centre (0, sub_in, cosited_in) + step;
  const int first = distance / step - 1;
  const int weight = distance % step * kSiteOne / step;
  return {first, 2, {kSiteOne - weight, weight, 0}};
}

QUAD_DEVICE int clamped (int v, int count) { return v < 0 ? 0 : v >= count ? count - 1 : v; }

QUAD_DEVICE int value_at (const ConvertSide &side, int raster, int channel, int x, int y)
{
  const Samples &s = side.raster[raster].samples;
  const DevicePlane &plane = side.plane[s.plane];
  return sample_at (plane.data + y * plane.stride, x * s.channels + channel, s);
}

// Component `c` at position (x, y) of the output's raster, times kSiteOne squared.
QUAD_DEVICE int component_at (const ConvertParams &p, int c, const ConvertRaster &out, int x, int y)
{
  const int in = p.in.at_raster[c];
  const auto &sub = p.in.raster[in].sub;
  const int w = (p.width + sub[0] - 1) / sub[0], h = (p.height + sub[1] - 1) / sub[1];
  const SiteTaps across =
      taps_at (x, out.sub[0], p.out.cosited[0] != 0, sub[0], p.in.cosited[0] != 0);
  const SiteTaps down =
      taps_at (y, out.sub[1], p.out.cosited[1] != 0, sub[1], p.in.cosited[1] != 0);
  int sum = 0;
  for (int j = 0; j < down.count; j++)
    for (int i = 0; i < across.count; i++)
      if (const int weight = down.weight[j] * across.weight[i]; weight != 0)
        sum += weight * value_at (p.in, in, p.in.at_channel[c], clamped (across.first + i, w),
                                  clamped (down.first + j, h));
  return sum;
}

QUAD_DEVICE void set_value (const ConvertSide &side, const Samples &s, int channel, int x, int y,
                            int v)
{
  const DevicePlane &plane = side.plane[s.plane];
  std::uint8_t *at = plane.data + y * plane.stride + offset_of (x * s.channels + channel, s);
  if (s.bytes == 1)
    store (at, static_cast<std::uint8_t> (v));
  else
    store (reinterpret_cast<std::uint16_t *> (at), static_cast<std::uint16_t> (v << s.shift));
}

// The output's component `c`. `in` holds the input's three components, times kSiteOne squared.
QUAD_DEVICE int converted (const ConvertParams &p, int c, const std::int64_t (&in)[3], int max)
{
  constexpr int kShift = kMatrixBits + 6;  // kSiteOne squared
  const std::int64_t sum = p.matrix[c][0] * in[0] + p.matrix[c][1] * in[1] +
                           p.matrix[c][2] * in[2] + p.offset[c] * (kSiteOne * kSiteOne);
  const std::int64_t v = (sum + (std::int64_t{1} << (kShift - 1))) >> kShift;
  return static_cast<int> (v < 0 ? 0 : v > max ? max : v);
}

QUAD_DEVICE void convert_position (const ConvertParams &p, const ConvertRaster &out, int x, int y)
{
  const int max = (1 << out.samples.depth) - 1;
  std::int64_t in[3];
  for (int c = 0; c < 3; c++) in[c] = component_at (p, c, out, x, y);
  for (int k = 0; k < out.samples.channels; k++) {
    const int c = out.component[k];
    int v = max;  // for padding, and for alpha if the input has none
    if (c >= 0 && c < 3)
      v = converted (p, c, in, max);
    else if (c == 3 && p.in.at_raster[3] >= 0)
      v = value_at (p.in, p.in.at_raster[3], p.in.at_channel[3], x, y);
    set_value (p.out, out.samples, k, x, y, v);
  }
}

}  // namespace
}  // namespace quad::cuda

QUAD_KERNEL (quad::cuda::kThreads, 4) quad_convert (QUAD_PARAMETER quad::cuda::ConvertParams p)
{
  using namespace quad::cuda;
  const std::int64_t begin = std::int64_t{block_index ()} * kConvertBlock;
  for (int k = thread_index (); k < kConvertBlock; k += thread_count ()) {
    std::int64_t n = begin + k;
    for (int i = 0; i < p.out.rasters; i++) {
      const ConvertRaster &out = p.out.raster[i];
      const int w = (p.width + out.sub[0] - 1) / out.sub[0];
      const int h = (p.height + out.sub[1] - 1) / out.sub[1];
      if (n < std::int64_t{w} * h) {
        convert_position (p, out, static_cast<int> (n % w), static_cast<int> (n / w));
        break;
      }
      n -= std::int64_t{w} * h;
    }
  }
}
