// Compares the guided filter with its definition, calculated plainly in doubles.
#include "matte/guided_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "support/picture.h"

namespace quad::test {
namespace {

using namespace matte;

struct Small {
  SmallPicture guide, mask;
};

enum class Content { noise, edge, flat, extremes };
constexpr Content kContents[] = {Content::noise, Content::edge, Content::flat, Content::extremes};

Small small_of (Size size, Content content, Random &random)
{
  Small s;
  s.guide.resize (size, 3);
  s.mask.resize (size, 1);
  const auto value = [&] (int x, int p) {
    switch (content) {
      case Content::noise: return random.below (256);
      case Content::edge:
        return (x * 2 < size.width ? 40 + 30 * p : 200 - 20 * p) + random.below (9);
      case Content::flat: return 90 + p;
      case Content::extremes: return 255 * random.below (2);
    }
    return 0;
  };
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) {
      for (int p = 0; p < 3; p++) s.guide.row (p, y)[x] = static_cast<std::uint8_t> (value (x, p));
      const int m = content == Content::edge ? 255 * (x * 2 < size.width + 3) : random.below (256);
      s.mask.row (0, y)[x] = static_cast<std::uint8_t> (m);
    }
  return s;
}

struct ExactLine {
  double slope[3] = {};
  double offset = 0;
};

// Solves the 3x3 system by elimination with pivots.
void eliminate (double m[3][4])
{
  for (int c = 0; c < 3; c++) {
    int best = c;
    for (int r = c + 1; r < 3; r++)
      if (std::abs (m[r][c]) > std::abs (m[best][c])) best = r;
    for (int k = 0; k < 4; k++) std::swap (m[c][k], m[best][k]);
    for (int r = 0; r < 3; r++) {
      if (r == c) continue;
      const double f = m[r][c] / m[c][c];
      for (int k = c; k < 4; k++) m[r][k] -= f * m[c][k];
    }
  }
}

template <typename Visit>
void for_window (Size size, int x, int y, int radius, const Visit &visit)
{
  for (int j = std::max (0, y - radius); j <= std::min (size.height - 1, y + radius); j++)
    for (int i = std::max (0, x - radius); i <= std::min (size.width - 1, x + radius); i++)
      visit (i, j);
}

// By the definition: centered moments of values from 0 to 1.
ExactLine exact_line (const Small &s, int x, int y, const Refinement &r)
{
  double mean[4] = {}, n = 0;
  const auto value = [&] (int k, int i, int j) {
    return (k < 3 ? s.guide.row (k, j)[i] : s.mask.row (0, j)[i]) / 255.0;
  };
  for_window (s.mask.size (), x, y, r.radius, [&] (int i, int j) {
    n++;
    for (int k = 0; k < 4; k++) mean[k] += value (k, i, j);
  });
  for (double &m : mean) m /= n;
  double system[3][4] = {};
  for_window (s.mask.size (), x, y, r.radius, [&] (int i, int j) {
    for (int a = 0; a < 3; a++)
      for (int b = 0; b < 4; b++)
        system[a][b] += (value (a, i, j) - mean[a]) * (value (b, i, j) - mean[b]) / n;
  });
  for (int a = 0; a < 3; a++) system[a][a] += r.epsilon;
  eliminate (system);
  ExactLine line;
  line.offset = mean[3] * 255;
  for (int a = 0; a < 3; a++) {
    line.slope[a] = system[a][3] / system[a][a];
    line.offset -= line.slope[a] * mean[a] * 255;
  }
  return line;
}

ExactLine exact_mean (const std::vector<ExactLine> &lines, Size size, int x, int y, int radius)
{
  ExactLine mean;
  double n = 0;
  for_window (size, x, y, radius, [&] (int i, int j) {
    const ExactLine &line = lines[std::size_t (j * size.width + i)];
    n++;
    for (int k = 0; k < 3; k++) mean.slope[k] += line.slope[k];
    mean.offset += line.offset;
  });
  for (double &slope : mean.slope) slope /= n;
  mean.offset /= n;
  return mean;
}

std::vector<ExactLine> exact_means (const Small &s, const Refinement &r)
{
  const Size size = s.mask.size ();
  std::vector<ExactLine> lines, means;
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) lines.push_back (exact_line (s, x, y, r));
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) means.push_back (exact_mean (lines, size, x, y, r.radius));
  return means;
}

double at (const ExactLine &line, const double guide[3])
{
  return line.offset + line.slope[0] * guide[0] + line.slope[1] * guide[1] +
         line.slope[2] * guide[2];
}

// The line at a position of the picture, interpolated.
ExactLine exact_between (const std::vector<ExactLine> &means, Size small, Size picture, int x,
                         int y)
{
  const auto place = [] (int v, int wide, int narrow) {
    return std::clamp ((v + 0.5) * narrow / wide - 0.5, 0.0, narrow - 1.0);
  };
  const double u = place (x, picture.width, small.width);
  const double v = place (y, picture.height, small.height);
  const auto i = static_cast<int> (u), j = static_cast<int> (v);
  const auto mean = [&] (int a, int b) -> const ExactLine & {
    return means[std::size_t (std::min (b, small.height - 1) * small.width +
                              std::min (a, small.width - 1))];
  };
  const auto mix = [&] (auto part) {
    const double upper = part (mean (i, j)) * (1 - (u - i)) + part (mean (i + 1, j)) * (u - i);
    const double lower =
        part (mean (i, j + 1)) * (1 - (u - i)) + part (mean (i + 1, j + 1)) * (u - i);
    return upper * (1 - (v - j)) + lower * (v - j);
  };
  ExactLine line;
  for (int k = 0; k < 3; k++) line.slope[k] = mix ([k] (const ExactLine &l) { return l.slope[k]; });
  line.offset = mix ([] (const ExactLine &l) { return l.offset; });
  return line;
}

constexpr Size kSmallSizes[] = {{1, 1}, {2, 1}, {1, 7}, {9, 9}, {17, 12}, {40, 23}};
constexpr Refinement kRefinements[] = {{1, 1e-4}, {4, 1e-4}, {7, 1e-2}, {32, 1e-6}};

TEST (GuidedFilter, LinesAreThoseOfTheDefinition)
{
  Random random{1};
  for (const Size size : kSmallSizes)
    for (const Refinement &r : kRefinements)
      for (const Content content : kContents) {
        const Small s = small_of (size, content, random);
        GuidedFilter filter{plain_row_ops ()};
        filter.prepare (size, size, r, 1);
        filter.solve (s.guide, s.mask, 0, size.height, 0);
        const std::vector<ExactLine> want = exact_means (s, r);
        for (int y = 0; y < size.height; y++)
          for (int x = 0; x < size.width; x++) {
            const ExactLine &exact = want[std::size_t (y * size.width + x)];
            double guide[3];
            for (int k = 0; k < 3; k++) {
              guide[k] = s.guide.row (k, y)[x];
              ASSERT_NEAR (filter.lines (y).row (k)[x], exact.slope[k], 2e-4);
            }
            ExactLine got;
            for (int k = 0; k < 3; k++) got.slope[k] = filter.lines (y).row (k)[x];
            got.offset = filter.lines (y).row (3)[x];
            ASSERT_NEAR (at (got, guide), at (exact, guide), 0.15) << describe (size);
          }
      }
}

// Each worker's part has the bytes of the whole.
TEST (GuidedFilter, RowsMayBeSplit)
{
  Random random{2};
  const Size size = {33, 29};
  for (const int radius : {1, 4, 32}) {
    const Small s = small_of (size, Content::noise, random);
    GuidedFilter whole{plain_row_ops ()}, parts{plain_row_ops ()};
    whole.prepare (size, size, {radius, 1e-4}, 1);
    parts.prepare (size, size, {radius, 1e-4}, 3);
    whole.solve (s.guide, s.mask, 0, size.height, 0);
    for (int i = 0; i < 3; i++)
      parts.solve (s.guide, s.mask, size.height * i / 3, size.height * (i + 1) / 3, i);
    for (int y = 0; y < size.height; y++)
      for (int k = 0; k < kLineParts; k++)
        for (int x = 0; x < size.width; x++)
          ASSERT_EQ (whole.lines (y).row (k)[x], parts.lines (y).row (k)[x]) << x << ' ' << y;
  }
}

// The value of component `k` at (x, y), with nearest chroma.
int component (const Picture &picture, int k, int x, int y)
{
  const FormatInfo &format = picture.info ();
  for (int r = 0; r < format.rasters; r++) {
    const RasterInfo &raster = format.raster[std::size_t (r)];
    for (int c = 0; c < raster.channels; c++) {
      const ChannelInfo &channel = raster.channel[std::size_t (c)];
      if (channel.component == k && channel.step > 0 && channel.sub == raster.sub)
        return picture.get (r, x / raster.sub.width, y / raster.sub.height, c);
    }
  }
  return 0;
}

TEST (GuidedFilter, AlphaIsTheLineOfThePicturesSamples)
{
  Random random{3};
  for (const FormatInfo &format : all_formats ()) {
    if (format.depth != 8) continue;
    for (const Size size : {Size{1, 1}, Size{5, 3}, Size{64, 31}, Size{7, 40}}) {
      const Size small = {11, 9};
      const Small s = small_of (small, Content::edge, random);
      Picture picture (format.format, size);
      paint (picture, Pattern::noise, 4);
      const Rect area = intersect (rect_of (size), {2, 2, 40, 20}).empty ()
                            ? rect_of (size)
                            : intersect (rect_of (size), {2, 2, 40, 20});
      for (const int step : {1, 4}) {
        std::vector<std::byte> alpha (std::size_t (size.width * size.height * step), std::byte{77});
        GuidedFilter filter{plain_row_ops ()};
        filter.prepare (small, area.size (), {4, 1e-2}, 1);
        filter.solve (s.guide, s.mask, 0, small.height, 0);
        filter.apply (picture.view (), area, component_of (picture.view (), 3), {},
                      {alpha.data (), std::ptrdiff_t{size.width} * step, step}, 0, area.height, 0);
        const std::vector<ExactLine> means = exact_means (s, {4, 1e-2});
        for (int y = 0; y < size.height; y++)
          for (int i = 0; i < size.width * step; i++) {
            const int x = i / step;
            const int got = int (alpha[std::size_t (y * size.width * step + i)]);
            if (i % step != 0 || !area.contains ({x, y, 1, 1})) {
              ASSERT_EQ (got, 77) << "nothing else is written";
              continue;
            }
            const double guide[3] = {double (component (picture, 0, x, y)),
                                     double (component (picture, 1, x, y)),
                                     double (component (picture, 2, x, y))};
            const double own = format.has_alpha () ? component (picture, 3, x, y) / 255.0 : 1;
            const ExactLine line =
                exact_between (means, small, area.size (), x - area.x, y - area.y);
            const double want = own * std::clamp (at (line, guide), 0.0, 255.0);
            ASSERT_NEAR (got, want, format.has_alpha () ? 1.2 : 0.7)
                << format.name << ' ' << describe (size);
          }
      }
    }
  }
}

// A flat guide says nothing: the mask is blurred, and nothing divides by zero.
TEST (GuidedFilter, AFlatGuideBlurs)
{
  const Size size = {20, 10};
  Small s;
  s.guide.resize (size, 3);
  s.mask.resize (size, 1);
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) s.mask.row (0, y)[x] = x < 10 ? 255 : 0;
  GuidedFilter filter{plain_row_ops ()};
  filter.prepare (size, size, {2, kLeastEpsilon}, 1);
  filter.solve (s.guide, s.mask, 0, size.height, 0);
  for (int x = 0; x < size.width; x++) {
    EXPECT_EQ (filter.lines (5).row (0)[x], 0);
    EXPECT_NEAR (filter.lines (5).row (3)[x],
                 x < 6     ? 255
                 : x >= 14 ? 0
                           : filter.lines (5).row (3)[x],
                 1e-3);
  }
  EXPECT_NEAR (filter.lines (5).row (3)[9], 255 * 0.6, 0.1);
}

}  // namespace
}  // namespace quad::test
