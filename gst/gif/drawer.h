// Draws a picture in the colours of a palette, and measures the error.
#pragma once

#include "core/bounds.h"
#include "gif/canvas.h"
#include "gif/changes.h"
#include "gif/dither.h"
#include "gif/settings.h"

namespace quad::gif {

// How far pixels are from the colours that they get.
struct Misfit {
  std::size_t pixels = 0, bad = 0;  // bad: those that have another colour to the eye
  double sum = 0;                   // of distances

  void add (std::uint32_t distance);
  double mean () const { return pixels ? sum / static_cast<double> (pixels) : 0; }
  double bad_part () const
  {
    return pixels ? static_cast<double> (bad) / static_cast<double> (pixels) : 0;
  }
};

// The changes to draw, and the canvas below them.
struct Subject {
  Changes &changes;
  const Canvas &canvas;
  bool exact;  // the palette has all colours that are drawn
};

// Holds only working memory, and nothing of a picture. Used by one thread.
class Drawer {
 public:
  struct Drawn {
    Misfit misfit;
    Rect area;  // around the pixels that may not stay as they are; empty where all may
  };

  // `settings` are read for each picture, and outlive it.
  Drawer (Size size, const Settings &settings, FindNearest find_nearest);

  // The pixels of a picture that are drawn.
  Changes::Extent extent () const
  {
    return settings_.transparency ? Changes::Extent::pixels : Changes::Extent::rectangle;
  }

  // Chooses for each pixel an index of `palette`, or that it stays as it is.
  Drawn draw (const Subject &subject, const Palette &palette, Drawing &drawing);
  // The misfit of every `step`th row.
  Misfit try_rows (const Subject &subject, const Palette &palette, int step);

 private:
  class ColorIndex;

  std::uint32_t misfit_at (const Canvas &canvas, std::size_t i, Rgba wanted,
                           std::uint32_t drawn) const;
  void draw_row (const Subject &subject, const Palette &palette, const RowPixels &row,
                 Drawing &drawing, Misfit &misfit, Bounds &area);
  void bridge_row (const Canvas &canvas, const ColorIndex &colors, const RowPixels &row,
                   Drawing &drawing) const;

  Size size_;
  const Settings &settings_;
  FindNearest find_nearest_;
  Ditherer ditherer_;
  std::vector<std::uint8_t> nearest_;
  std::vector<std::uint32_t> distances_;
};

}  // namespace quad::gif
