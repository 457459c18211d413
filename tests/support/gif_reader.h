// Reads GIF files strictly. Throws at everything that the specification forbids
// (https://www.w3.org/Graphics/GIF/spec-gif89a.txt), and at everything that a writer has no reason
// for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/geometry.h"
#include "gif/palette.h"

namespace quad::test {

struct DecodedImage {
  Rect area;
  int delay = 0;
  int disposal = 0;
  int transparent = -1;
  bool own_palette = false;
  std::vector<gif::Rgba> palette;     // its own, or the file's
  std::vector<std::uint8_t> symbols;  // of the area, row by row

  bool draws (std::size_t i) const { return symbols[i] != transparent; }
};

struct DecodedGif {
  Size size;
  std::vector<gif::Rgba> palette;
  int background = 0;  // its index
  int loop = -1;       // -1: none is said
  std::string comment;
  std::vector<DecodedImage> images;
};

// Throws std::runtime_error.
DecodedGif read_gif (const std::vector<std::uint8_t> &file);

struct LzwFacts {
  int longest_code = 0;  // in bits
  int clear_codes = 0;
};

// The symbols of an image of `count` pixels, from its minimum code size at `at` to its terminator;
// `at` is then behind that.
std::vector<std::uint8_t> decode_lzw (const std::vector<std::uint8_t> &file, std::size_t &at,
                                      std::size_t count, LzwFacts *facts = nullptr);

// The visible pixels after each image of a file; 0 where there are none.
class GifCanvas {
 public:
  explicit GifCanvas (Size size);

  // Disposes of the image before, and draws this one.
  const std::vector<gif::Rgba> &show (const DecodedImage &image);

 private:
  Size size_;
  std::vector<gif::Rgba> pixels_;
  Rect to_clear_;
};

}  // namespace quad::test
