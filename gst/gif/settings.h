// What a user may say of a GIF.
#pragma once

#include <cstdint>
#include <string>

#include "gif/dither.h"

namespace quad::gif {

enum class PaletteMode {
  adaptive,      // kept while it serves, then made anew
  global_first,  // made for the first picture and kept
  per_frame,     // made for each picture
};

struct Settings {
  int loop = 0;  // how often the pictures are shown again; 0: without end, -1: not at all
  PaletteMode palette = PaletteMode::adaptive;
  int colors = 256;  // 2 to 256; one of 256 is kept for what is transparent
  Dither dither = Dither::ordered;
  double dither_strength = 0.5;  // 0 to 1
  int lossy = 0;                 // 0 to 100: how far colours may be from the chosen ones
  bool transparency = true;      // leave out pixels that stay as they are
  int alpha_threshold = 128;     // pixels whose alpha is below are transparent; 0 to 255
  std::string comment;
};

// How far, as distance (), a drawn colour may be from the chosen one. 100 is 20 levels in each
// channel.
std::uint32_t tolerance_of (const Settings &settings);

}  // namespace quad::gif
