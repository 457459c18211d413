#include "gif/packed.h"

namespace quad::gif {
namespace {

template <int kBytes>
void load (const std::uint8_t *from, const PackedFormat &f, int width, Rgba *row)
{
  for (int x = 0; x < width; x++, from += kBytes)
    row[x] = opaque_rgba (from[f.red], from[f.green], from[f.blue]);
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

}  // namespace quad::gif
