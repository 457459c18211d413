#include "gif/packed.h"

#include <algorithm>
#include <cstring>

namespace quad::gif {
namespace {

template <int kBytes>
void load (const std::uint8_t *from, const PackedFormat &f, int width, Rgba *row)
{
  for (int x = 0; x < width; x++, from += kBytes)
    row[x] = opaque_rgba (from[f.red], from[f.green], from[f.blue]);
}

// Columns [x, x + width) of row `y`.
PackedView part_of (const PackedView &view, int x, int y, int width)
{
  return {view.data + y * view.stride + x * view.format.bytes, 0, {width, 1}, view.format};
}

}  // namespace

void load_row (const PackedView &view, int y, int threshold, Rgba *row)
{
  const PackedFormat &f = view.format;
  const auto *from = reinterpret_cast<const std::uint8_t *> (view.data + y * view.stride);
  const int width = view.size.width;
  switch (f.bytes) {
    case 1: load<1> (from, f, width, row); break;
    case 3: load<3> (from, f, width, row); break;
    default: load<4> (from, f, width, row); break;
  }
  if (f.levels)
    for (int x = 0; x < width; x++)
      row[x] =
          opaque_rgba (f.levels[red (row[x])], f.levels[green (row[x])], f.levels[blue (row[x])]);
  if (f.alpha >= 0)
    for (int x = 0; x < width; x++)
      if (from[x * f.bytes + f.alpha] < threshold) row[x] = 0;
}

bool look_same (const PackedView &a, const PackedView &b, int threshold)
{
  constexpr int kStep = 256;
  const Size size = a.size;
  const auto bytes = static_cast<std::size_t> (size.width * a.format.bytes);
  for (int y = 0; y < size.height; y++) {
    // Rows that look the same mostly have the same bytes.
    if (a.format == b.format &&
        std::memcmp (a.data + y * a.stride, b.data + y * b.stride, bytes) == 0)
      continue;
    for (int x = 0; x < size.width; x += kStep) {
      std::array<Rgba, kStep> colors[2];
      const int width = std::min (kStep, size.width - x);
      load_row (part_of (a, x, y, width), 0, threshold, colors[0].data ());
      load_row (part_of (b, x, y, width), 0, threshold, colors[1].data ());
      if (!std::equal (colors[0].begin (), colors[0].begin () + width, colors[1].begin ()))
        return false;
    }
  }
  return true;
}

}  // namespace quad::gif
