// Which colours of a palette stand for a row of pixels.
#pragma once

#include <vector>

#include "gif/nearest.h"
#include "gif/picture.h"

namespace quad::gif {

enum class Dither {
  ordered,          // a fixed pattern mixes the two colours around a pixel's
  error_diffusion,  // a pixel's error goes to its neighbours
  none,             // the nearest colour
};

// Of one thread.
//
// `ordered` is the 8x8 pattern of B. E. Bayer, "An optimum method for two-level rendition of
// continuous-tone pictures" (ICC 1973). It mixes the nearest colour and the one that is nearest to
// the pixel mirrored at it. It does not mix colours that are too far apart for a texture to hide,
// and not where the nearest colour is good enough. `error_diffusion` is that of R. W. Floyd and
// L. Steinberg, "An Adaptive Algorithm for Spatial Greyscale" (Proc. SID 17(2), 1976). A pixel
// whose colour the palette has gets it, whatever the errors around it.
class Ditherer {
 public:
  // One a pixel.
  struct Chosen {
    std::span<const std::uint8_t> index;       // into the palette
    std::span<const std::uint32_t> distances;  // to the nearest colour, chosen or not
  };

  Ditherer (FindNearest find_nearest, int width);

  // Drops the errors of the picture before. `strength`: 0 to 1, how much of an error counts.
  void begin_picture (const Palette &palette, Dither dither, double strength);
  // Rows come from top to bottom. The result is valid until the next call.
  Chosen choose (const RowPixels &row);

 private:
  void mix (const RowPixels &row);
  void diffuse (const RowPixels &row);
  std::uint8_t nearest_of (Rgba pixel);

  FindNearest find_nearest_;
  Palette palette_;
  Dither dither_ = Dither::none;
  float strength_ = 0;
  std::vector<std::uint8_t> chosen_, second_;
  std::vector<std::uint32_t> distances_, second_distances_;
  std::vector<std::size_t> open_;  // pixels that are mixed
  std::vector<Rgba> mirrored_;     // their colours, mirrored
  // Nearest colours that were found before. Error diffusion has to search pixel by pixel.
  struct Found {
    Rgba pixel = 0;  // 0, which is no opaque colour: none
    std::uint8_t nearest = 0;
  };
  static constexpr std::size_t kFound = 1 << 14;
  std::vector<Found> found_;
  std::vector<float> left_over_, next_left_over_;  // three a pixel, and one pixel on either side
};

}  // namespace quad::gif
