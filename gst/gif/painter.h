// What of each picture of a GIF is drawn anew, and in which colours.
#pragma once

#include <string>
#include <vector>

#include "core/geometry.h"
#include "gif/color_set.h"
#include "gif/dither.h"
#include "gif/lzw.h"
#include "gif/packed.h"
#include "gif/quantizer.h"

namespace quad::gif {

enum class PaletteMode {
  adaptive,      // kept while it serves, made anew when it does not
  global_first,  // made of the first picture and kept
  per_frame,     // made of each picture
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

// Holds what is seen of the file so far and what it was made from: 10 bytes a pixel, and 4 MB
// whatever the size. Pictures have the size that was given. Of one thread.
class Painter {
 public:
  // The symbol of a pixel that stays as it is; palettes have at most 255 colours besides.
  static constexpr std::uint8_t kLeft = 255;

  // Throws std::bad_alloc.
  Painter (Size size, const Settings &settings, FindNearest find_nearest);

  void set_lossy (int lossy) { settings_.lossy = lossy; }
  void set_dither_strength (double strength) { settings_.dither_strength = strength; }
  // How far, as distance (), a drawn colour may be from the chosen one.
  std::uint32_t tolerance () const;

  // Whether two pictures look the same.
  bool same (const PackedView &a, const PackedView &b);

  // Chooses a palette for what `now` changes, and for each pixel one of its colours or kLeft.
  void paint (const PackedView &now);
  // Of the last picture.
  const Palette &palette () const { return palette_; }
  // Whether that is the file's, which is the first picture's.
  bool has_file_palette () const { return is_global_; }
  const Palette &file_palette () const { return global_; }
  // Around what has to be drawn. Empty where nothing has.
  Rect area_to_draw () const;
  // The symbols of a part, which may be changed.
  SymbolPlane plane (const Rect &area);

  // The symbols of `area`, as indices of `table`, are what is seen now, but for `stay`.
  void show (const Rect &area, const Palette &table, int stay);
  // Around what is seen, or with `drawn` is painted to be, and `next` does not have.
  Rect area_to_clear (const PackedView &next, bool drawn) const;
  void clear (const Rect &area);

 private:
  // How well a palette does for pixels.
  struct Misfit {
    std::size_t pixels = 0, bad = 0;  // the latter: those that have another colour
    double sum = 0;                   // of distances

    void add (std::uint32_t distance);
    double mean () const { return pixels ? sum / static_cast<double> (pixels) : 0; }
    double bad_part () const
    {
      return pixels ? static_cast<double> (bad) / static_cast<double> (pixels) : 0;
    }
  };
  // The pixels of one row that are to be drawn.
  struct Row {
    int y = 0;
    std::vector<Rgba> all, above;  // the row, and the one before it
    std::vector<int> x;
    std::vector<Rgba> wanted;
  };

  std::size_t at (int x, int y) const
  {
    return static_cast<std::size_t> (y) * static_cast<std::size_t> (size_.width) +
           static_cast<std::size_t> (x);
  }
  static std::size_t place_of (Rgba color) { return color * 0x9e3779b1u >> 20; }
  bool is_shown (std::size_t i) const { return shown_[i] & kAlphaMask; }
  int most_colors () const;
  void find_changed (const PackedView &now, int y);
  Rect area_of_changes (const PackedView &now);
  int contrast_at (int x) const;
  bool count_colors (const PackedView &now, int most);
  void find_needed (const PackedView &now);
  bool has_needed (const Palette &palette) const;
  std::uint32_t misfit_at (std::size_t i, Rgba wanted, std::uint32_t drawn) const;
  bool is_near () const;
  bool may_serve (const Palette &palette, const PackedView &now);
  bool draw_with (const Palette &palette, bool is_global, const PackedView &now);
  bool draw_with_known (const PackedView &now);
  void make_palette (const PackedView &now);
  void draw (const PackedView &now);
  void draw_row (std::uint32_t slack);
  void bridge_row (int y);
  void remember (const PackedView &now);

  Size size_;
  Settings settings_;
  FindNearest find_nearest_;
  Quantizer quantizer_;
  Ditherer ditherer_;

  bool begun_ = false;
  Palette global_;                          // the file's
  Palette palette_;                         // of the picture that is being written
  std::array<std::uint8_t, 4096> place_{};  // of a colour in palette_, if it is there
  bool is_global_ = false;                  // palette_ is the file's
  Palette kept_;                            // the last one for more colours than it has
  bool kept_is_global_ = false;
  Misfit made_{};       // when kept_ was made
  ColorSet needed_;     // colours that palette_ has to have
  bool exact_ = false;  // needed_ are all that are drawn

  std::vector<Rgba> shown_;            // what a reader sees; 0 where nothing is
  std::vector<Rgba> source_;           // what that stands for
  std::vector<std::uint8_t> symbols_;  // of the picture that is being written
  std::vector<std::uint8_t> free_;     // 1 where what is shown would do as well
  Row row_;
  Rect drawn_area_;  // without transparency: where all pixels are drawn
  Misfit misfit_{};  // of the pixels that were looked at last
};

}  // namespace quad::gif
