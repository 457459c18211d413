// Chooses for each picture of a GIF the palette that it is drawn with.
#pragma once

#include <optional>

#include "gif/color_set.h"
#include "gif/drawer.h"
#include "gif/quantizer.h"

namespace quad::gif {

// A painted picture.
struct Painting {
  Palette palette;          // the drawing's symbols are its indices
  bool is_of_file = false;  // it is the file's
  bool is_new = false;      // it was made for this picture
  Misfit misfit;            // of the pixels that are drawn
  Rect area;                // around the part that has to be drawn; empty if nothing has
};

// Remembers the palettes of the pictures before. 5 MB, and some rows of pixels. Of one thread.
class Painter {
 public:
  // `settings` are read for each picture, and outlive it. Throws std::bad_alloc.
  Painter (Size size, const Settings &settings, FindNearest find_nearest);

  // Paints what `now` changes. Chooses a palette, and for each pixel one of its colours or that it
  // stays. If there are few colours, they are exact, except for what Settings::lossy allows.
  Painting paint (const Picture &now, const Canvas &canvas, Drawing &drawing);
  // The file's palette: the first picture's, which has at least one colour.
  const Palette &file_palette () const { return file_palette_; }

 private:
  // Colours that the palette must have.
  struct Needed {
    ColorSet colors{0};
    bool all = false;  // these are all drawn colours
  };
  // A palette that a picture may be drawn with.
  struct Candidate {
    const Palette &palette;
    bool is_of_file;
  };
  // The last palette that lacked some colours.
  struct Kept {
    Palette palette;
    bool is_of_file = false;
    Misfit made;  // its misfit when it was made

    bool is_near (const Misfit &misfit) const;
  };

  int most_colors () const;
  std::optional<ColorSet> count_colors (int most, Changes::Extent extent);
  Needed find_needed ();
  bool has_needed (const Palette &palette, const ColorSet &needed) const;
  bool may_serve (const Subject &subject, const Palette &palette);
  Painting draw (const Subject &subject, const Candidate &with, Drawing &drawing);
  std::optional<Painting> draw_if_it_serves (const Subject &subject, const ColorSet &needed,
                                             const Candidate &with, Drawing &drawing);
  std::optional<Painting> draw_with_known (const Subject &subject, const ColorSet &needed,
                                           Drawing &drawing);
  Palette make_palette (const Needed &needed);

  Size size_;
  const Settings &settings_;
  FindNearest find_nearest_;
  Quantizer quantizer_;
  Drawer drawer_;
  Changes changes_;

  Palette file_palette_;  // empty before the first picture
  Kept kept_;             // its palette is empty until there is one
};

}  // namespace quad::gif
