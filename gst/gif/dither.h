// Which colours of a palette stand for a row of pixels.
#pragma once

#include <vector>

#include "gif/nearest.h"

namespace quad::gif {

enum class Dither {
  ordered,          // between the two colours around a pixel, by a pattern that is fixed in place
  error_diffusion,  // what a pixel's colour lacks goes to its neighbours
  none,             // the nearest colour
};

// Pixels of row `y`, from left to right.
struct DitherRow {
  int y;
  const std::vector<int> &x;
  const std::vector<Rgba> &wanted;
};

// Takes rows from top to bottom. Of one thread.
//
// `ordered` is the 8x8 pattern of B. E. Bayer, "An optimum method for two-level rendition of
// continuous-tone pictures" (ICC 1973), between the nearest colour and the one that is nearest
// to the pixel mirrored at it. Where colours are further apart than texture hides, or a pixel
// is nearly met, the nearest one stands alone. `error_diffusion` is that of R. W. Floyd and
// L. Steinberg, "An Adaptive Algorithm for Spatial Greyscale" (Proc. SID 17(2), 1976). A pixel
// whose colour the palette has gets it, whatever is left over around it.
class Ditherer {
 public:
  Ditherer (FindNearest find_nearest, int width);

  // Forgets what rows before have left over. The palette is one and the same until the next call.
  void begin_picture ();
  // Gives each pixel a colour of `palette`, and says how far the nearest one is. `strength`: 0 to
  // 1, how much of a pixel's colour is mixed or handed on.
  void choose (const DitherRow &row, const Palette &palette, Dither dither, double strength);

  const std::vector<std::uint8_t> &chosen () const { return chosen_; }
  const std::vector<std::uint32_t> &distances () const { return distances_; }

 private:
  void mix (const DitherRow &row, const Palette &palette, double strength);
  void diffuse (const DitherRow &row, const Palette &palette, double strength);
  std::uint8_t nearest_of (const Palette &palette, Rgba pixel);

  FindNearest find_nearest_;
  std::vector<std::uint8_t> chosen_, second_;
  std::vector<std::uint32_t> distances_, second_distances_;
  std::vector<std::size_t> open_;  // pixels that are mixed
  std::vector<Rgba> mirrored_;     // their colours, mirrored
  // Nearest colours that were found before, as pixels come one by one when they are diffused.
  struct Found {
    Rgba pixel = 0;  // 0, which no pixel is: none
    std::uint8_t nearest = 0;
  };
  static constexpr std::size_t kFound = 1 << 14;
  std::vector<Found> found_;
  std::vector<float> left_over_, next_left_over_;  // three a pixel, and one pixel on either side
};

}  // namespace quad::gif
