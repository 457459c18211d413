// Converts a picture to another format, range or matrix at its own size: chroma is
// moved to where the other format has it, then one matrix is applied.
#include "core/pixel_math.h"
#include "cuda/kernels/device.h"
#include "cuda/kernels/program.h"

namespace quad::cuda {
namespace {

// The samples along one axis that one output sample is made of.
struct SiteTaps {
  int first, count;
  int weight[3];
};

// Where sample `i` is centred, in quarters of a luma sample.
QUAD_DEVICE int centre (int i, int sub, bool cosited)
{
  return 4 * sub * i + (sub == 2 && cosited ? 2 : 2 * sub);
}

QUAD_DEVICE SiteTaps taps_at (int o, int sub_out, bool cosited_out, int sub_in, bool cosited_in)
{
  if (sub_in < sub_out)
    return cosited_out ? SiteTaps{2 * o - 1, 3, {2, 4, 2}} : SiteTaps{2 * o, 2, {4, 4, 0}};
  // Linear between the two nearest.
  const int step = 4 * sub_in;
  const int distance = centre (o, sub_out, cosited_out) - centre (0, sub_in, cosited_in) + step;
  const int first = distance / step - 1;
  const int weight = distance % step * kSiteOne / step;
  return {first, 2, {kSiteOne - weight, weight, 0}};
}

QUAD_DEVICE int clamped (int v, int count) { return v < 0 ? 0 : v >= count ? count - 1 : v; }

QUAD_DEVICE int value_at (const Raster &r, int plane, int channel, int x, int y)
{
  const Samples &s = r.samples[plane];
  const std::uint8_t *row = r.plane[plane].data + y * r.plane[plane].stride;
  const int i = x * s.channels + channel;
  if (s.bytes == 1) return load (row + i);
  const int v = load (reinterpret_cast<const std::uint16_t *> (row) + i);
  return (v >> s.shift) & ((1 << s.depth) - 1);
}

// Component `c` where position (x, y) of the output's plane lies, times kSiteOne squared.
QUAD_DEVICE int component_at (const ConvertParams &p, int c, int plane, int x, int y)
{
  const int in = p.in.at_plane[c];
  const int w = (p.width + p.in.sub[in][0] - 1) / p.in.sub[in][0];
  const int h = (p.height + p.in.sub[in][1] - 1) / p.in.sub[in][1];
  const SiteTaps across = taps_at (x, p.out.sub[plane][0], p.out.cosited[0] != 0, p.in.sub[in][0],
                                   p.in.cosited[0] != 0);
  const SiteTaps down = taps_at (y, p.out.sub[plane][1], p.out.cosited[1] != 0, p.in.sub[in][1],
                                 p.in.cosited[1] != 0);
  int sum = 0;
  for (int j = 0; j < down.count; j++)
    for (int i = 0; i < across.count; i++)
      if (const int weight = down.weight[j] * across.weight[i]; weight != 0)
        sum += weight * value_at (p.in, in, p.in.at_channel[c], clamped (across.first + i, w),
                                  clamped (down.first + j, h));
  return sum;
}

QUAD_DEVICE void set_value (const Raster &r, int plane, int channel, int x, int y, int v)
{
  const Samples &s = r.samples[plane];
  std::uint8_t *row = r.plane[plane].data + y * r.plane[plane].stride;
  const int i = x * s.channels + channel;
  if (s.bytes == 1)
    store (row + i, static_cast<std::uint8_t> (v));
  else
    store (reinterpret_cast<std::uint16_t *> (row) + i, static_cast<std::uint16_t> (v << s.shift));
}

QUAD_DEVICE void convert_position (const ConvertParams &p, int plane, int x, int y)
{
  const int max = (1 << p.out.samples[plane].depth) - 1;
  std::int64_t in[3];
  for (int c = 0; c < 3; c++) in[c] = component_at (p, c, plane, x, y);
  int written = 0;
  for (int c = 0; c < 3; c++) {
    if (p.out.at_plane[c] != plane) continue;
    constexpr int kShift = kMatrixBits + 6;  // kSiteOne squared
    const std::int64_t sum = p.matrix[c][0] * in[0] + p.matrix[c][1] * in[1] +
                             p.matrix[c][2] * in[2] + p.offset[c] * (kSiteOne * kSiteOne);
    const std::int64_t v = (sum + (std::int64_t{1} << (kShift - 1))) >> kShift;
    set_value (p.out, plane, p.out.at_channel[c], x, y,
               static_cast<int> (v < 0     ? 0
                                 : v > max ? max
                                           : v));
    written |= 1 << p.out.at_channel[c];
  }
  // What is left is alpha, or padding.
  const bool alpha = p.in.at_plane[3] >= 0;
  for (int k = 0; k < p.out.samples[plane].channels; k++)
    if (!(written >> k & 1))
      set_value (p.out, plane, k, x, y,
                 alpha && p.out.at_plane[3] >= 0
                     ? value_at (p.in, p.in.at_plane[3], p.in.at_channel[3], x, y)
                     : max);
}

}  // namespace
}  // namespace quad::cuda

QUAD_KERNEL (quad::cuda::kThreads, 4) quad_convert (QUAD_PARAMETER quad::cuda::ConvertParams p)
{
  using namespace quad::cuda;
  const std::int64_t begin = std::int64_t{block_index ()} * kConvertBlock;
  for (int k = thread_index (); k < kConvertBlock; k += thread_count ()) {
    std::int64_t n = begin + k;
    for (int plane = 0; plane < p.out.planes; plane++) {
      const int w = (p.width + p.out.sub[plane][0] - 1) / p.out.sub[plane][0];
      const int h = (p.height + p.out.sub[plane][1] - 1) / p.out.sub[plane][1];
      if (n < std::int64_t{w} * h) {
        convert_position (p, plane, static_cast<int> (n % w), static_cast<int> (n / w));
        break;
      }
      n -= std::int64_t{w} * h;
    }
  }
}
