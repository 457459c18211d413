// The blocks of a GIF file, after
// https://www.w3.org/Graphics/GIF/spec-gif89a.txt.
#pragma once

#include <string>
#include <vector>

#include "core/geometry.h"
#include "gif/palette.h"

namespace quad::gif {

using Bytes = std::vector<std::uint8_t>;

// How many bits `count` symbols need, 1 to 256: 1 to 8.
constexpr int symbol_bits (int count)
{
  int bits = 1;
  while (1 << bits < count) bits++;
  return bits;
}

struct Head {
  Size size;                         // 1 to 65535 each
  const Palette *palette = nullptr;  // for images without one of their own
  int bits = 8;                      // it has 2^bits colours in the file
  int loop = 0;                      // how often it repeats; 0: without end, -1: not at all
  std::string comment;               // left out if it is empty
};

// What happens to an image when its time is over.
enum class Disposal : std::uint8_t {
  keep = 1,
  clear = 2,  // its rectangle becomes transparent
};

struct ImageHead {
  Rect area;
  int delay = 0;  // in hundredths of a second, to 65535
  Disposal disposal = Disposal::keep;
  int transparent = -1;              // the index that leaves what is there, or -1
  const Palette *palette = nullptr;  // its own, or nullptr: the file's
  int bits = 8;                      // it has 2^bits colours in the file
};

// These append to `out`. The coded pixels follow an image's head.
void put_head (const Head &head, Bytes &out);
void put_image_head (const ImageHead &image, Bytes &out);
void put_end (Bytes &out);

}  // namespace quad::gif
