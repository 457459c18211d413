// The blocks of a GIF file, as https://www.w3.org/Graphics/GIF/spec-gif89a.txt has them.
#pragma once

#include <string>
#include <vector>

#include "core/geometry.h"
#include "gif/palette.h"

namespace quad::gif {

using Bytes = std::vector<std::uint8_t>;

// Bits that `count` symbols need: 1 to 8.
constexpr int symbol_bits (int count)
{
  int bits = 1;
  while (1 << bits < count) bits++;
  return bits;
}

struct Head {
  Size size;                         // 1 to 65535 each
  const Palette *palette = nullptr;  // the one that images have where they have none of their own
  int bits = 8;                      // its size in the file is 2^bits
  int loop = 0;                      // how often it is shown again; 0: without end, -1: not at all
  std::string comment;               // none where it is empty
};

// What becomes of an image when its time is over.
enum class Disposal : std::uint8_t {
  keep = 1,
  clear = 2,  // its rectangle is transparent then
};

struct ImageHead {
  Rect area;
  int delay = 0;  // in hundredths of a second, to 65535
  Disposal disposal = Disposal::keep;
  int transparent = -1;              // the index that leaves what is there, or -1
  const Palette *palette = nullptr;  // of its own, or none
  int bits = 8;                      // its size in the file is 2^bits
};

// Append to `out`. An image's coded pixels follow its head.
void put_head (const Head &head, Bytes &out);
void put_image_head (const ImageHead &image, Bytes &out);
void put_end (Bytes &out);

}  // namespace quad::gif
