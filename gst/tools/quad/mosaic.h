// Pictures side by side in one picture.
#pragma once

#include <string>
#include <vector>

#include "tools/quad/line.h"
#include "tools/quad/values.h"

namespace quad {

struct Mosaic {
  std::vector<std::string> pictures;  // files, row by row
  std::string decoder;                // words that decode one
  Pixels cell;
  int columns = 1;
  int gap = 8;  // between pictures and around them

  int rows () const { return (static_cast<int> (pictures.size ()) + columns - 1) / columns; }
  Pixels size () const
  {
    return {columns * (cell.width + gap) + gap, rows () * (cell.height + gap) + gap};
  }
  // Where a picture's cell lies.
  Pixels place (int i) const
  {
    return {gap + i % columns * (cell.width + gap), gap + i / columns * (cell.height + gap)};
  }
};
// Writes to `path`, whose kind is `type`: jpg, jpeg or png. Throws Failure where it gets too large.
Line mosaic_line (const Mosaic &mosaic, const std::string &type, const std::string &path);
// Whether a file is a JPEG or a PNG in which nothing can be transparent.
bool is_opaque (const std::string &path);
// The size of a PNG file, from its head. Throws Failure.
Pixels png_size (const std::string &path);
// The least number of columns that is no less than that of rows.
int square_columns (std::size_t pictures);

}  // namespace quad
