#include "gif/painter.h"

#include <algorithm>

namespace quad::gif {
namespace {

// A palette that lacks some colours still serves while the mean distance grows by no more than
// this, and also the part of pixels that get another colour.
constexpr double kErrorFactor = 1.1, kErrorStep = 0.5, kBadFactor = 2, kBadStep = 0.0001;
// A first check takes this many rows or a quarter of all rows, whichever are more.
constexpr int kCheckedRows = 64, kCheckedPart = 4;
// With fewer changed pixels in them the check decides nothing.
constexpr std::size_t kFewChecked = 1024;

// The weight of a pixel: noise and edges hide errors that flat areas show.
std::uint32_t weight_of (int contrast)
{
  return static_cast<std::uint32_t> (8 + 128 / (8 + contrast));
}

}  // namespace

Painter::Painter (Size size, const Settings &settings, FindNearest find_nearest)
    : size_{size},
      settings_{settings},
      find_nearest_{find_nearest},
      quantizer_{find_nearest},
      drawer_{size, settings, find_nearest},
      changes_{size}
{
}

Painting Painter::paint (const Picture &now, const Canvas &canvas, Drawing &drawing)
{
  changes_.find (now, canvas.source ());
  const bool is_fixed = settings_.palette == PaletteMode::global_first && kept_.palette.count > 0;
  const Needed needed = is_fixed ? Needed{} : find_needed ();
  const Subject subject{changes_, canvas, needed.all};
  std::optional<Painting> known = draw_with_known (subject, needed.colors, drawing);
  Painting painting = known ? *known : draw (subject, {make_palette (needed), false}, drawing);
  painting.is_new = !known;

  const bool is_first = file_palette_.count == 0;
  if (is_first) {
    // If nothing is visible yet, the first palette is still to come.
    painting.is_of_file = painting.palette.count > 0;
    file_palette_ = painting.is_of_file ? painting.palette : Palette{1, {kAlphaMask}};
  }
  // A palette for few colours is of no use for the next picture.
  if (!needed.all || kept_.palette.count == 0) {
    kept_.palette = painting.palette;
    kept_.is_of_file = painting.is_of_file;
    if (painting.is_new && painting.misfit.pixels) kept_.made = painting.misfit;
  }
  return painting;
}

// --- The colours that a picture needs ---

// One of 256 is kept for transparency.
int Painter::most_colors () const { return std::min<int> (settings_.colors, Drawing::kLeft); }

// The colours of the pixels; nothing if there are more than `most`.
std::optional<ColorSet> Painter::count_colors (int most, Changes::Extent extent)
{
  ColorSet colors{most};
  for (int y = 0; y < size_.height; y++)
    for (const Rgba pixel : changes_.row (y, extent).wanted)
      if (!colors.add (pixel)) return {};
  return colors;
}

// Few colours get exact entries. If unchanged pixels are drawn too, the changed ones get half of
// the palette for that.
Painter::Needed Painter::find_needed ()
{
  if (const auto all = count_colors (most_colors (), drawer_.extent ())) return {*all, true};
  if (settings_.transparency) return {};
  return {count_colors (most_colors () / 2, Changes::Extent::pixels).value_or (ColorSet{}), false};
}

// --- Palettes of pictures before ---

// True if a palette is as good as the kept one was when it was made.
bool Painter::Kept::is_near (const Misfit &misfit) const
{
  return misfit.mean () <= kErrorFactor * made.mean () + kErrorStep &&
         misfit.bad_part () <= kBadFactor * made.bad_part () + kBadStep;
}

bool Painter::has_needed (const Palette &palette, const ColorSet &needed) const
{
  const Palette &colors = needed.colors ();
  std::array<std::uint8_t, Palette::kMax> nearest;
  std::array<std::uint32_t, Palette::kMax> distances;
  const auto count = static_cast<std::size_t> (colors.count);
  find_nearest_ (palette, colors.colors.data (), count, nearest.data (), distances.data ());
  return std::all_of (distances.begin (), distances.begin () + colors.count,
                      [most = tolerance_of (settings_)] (std::uint32_t d) { return d <= most; });
}

// Checks some rows, so that most palettes that do not serve cost little.
bool Painter::may_serve (const Subject &subject, const Palette &palette)
{
  const int step = std::clamp (size_.height / kCheckedRows, 1, kCheckedPart);
  if (step == 1) return true;
  const Misfit misfit = drawer_.try_rows (subject, palette, step);
  return misfit.pixels < kFewChecked || kept_.is_near (misfit);
}

Painting Painter::draw (const Subject &subject, const Candidate &with, Drawing &drawing)
{
  const auto [misfit, area] = drawer_.draw (subject, with.palette, drawing);
  return {with.palette, with.is_of_file, false, misfit, area};
}

// Nothing if the palette does not serve for the changes.
std::optional<Painting> Painter::draw_if_it_serves (const Subject &subject, const ColorSet &needed,
                                                    const Candidate &with, Drawing &drawing)
{
  if (!has_needed (with.palette, needed)) return {};
  if (!subject.exact && !may_serve (subject, with.palette)) return {};
  const Painting painting = draw (subject, with, drawing);
  if (!subject.exact && !kept_.is_near (painting.misfit)) return {};
  return painting;
}

// Nothing if no known palette serves.
std::optional<Painting> Painter::draw_with_known (const Subject &subject, const ColorSet &needed,
                                                  Drawing &drawing)
{
  if (kept_.palette.count == 0 || settings_.palette == PaletteMode::per_frame) return {};
  const Candidate kept{kept_.palette, kept_.is_of_file};
  if (settings_.palette == PaletteMode::global_first) return draw (subject, kept, drawing);
  // Using the file's palette again costs no bytes.
  if (!kept.is_of_file)
    if (auto painting = draw_if_it_serves (subject, needed, {file_palette_, true}, drawing))
      return painting;
  return draw_if_it_serves (subject, needed, kept, drawing);
}

// --- New palettes ---

// The needed colours, and the best for all others.
Palette Painter::make_palette (const Needed &needed)
{
  Palette palette = needed.colors.colors ();
  if (needed.all) return palette;
  for (int y = 0; y < size_.height; y++) {
    const RowPixels row = changes_.row (y, drawer_.extent ());
    for (std::size_t k = 0; k < row.x.size (); k++)
      if (!needed.colors.contains (row.wanted[k]))
        quantizer_.add (row.wanted[k], weight_of (changes_.now ().contrast_at (row.x[k], y)));
  }
  const Palette made = quantizer_.make (most_colors () - palette.count);
  std::copy_n (made.colors.begin (), made.count, palette.colors.begin () + palette.count);
  palette.count += made.count;
  return palette;
}

}  // namespace quad::gif
