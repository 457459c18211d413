#include "gif/drawer.h"

#include <algorithm>
#include <array>

namespace quad::gif {
namespace {

// From 15 levels in each channel on, the eye sees another colour.
constexpr std::uint32_t kBad = 15 * 15 * (kRedWeight + kGreenWeight + kBlueWeight);

// A pixel is not drawn anew for one level in two channels; if it differs from its neighbours, also
// not for one level in all three.
constexpr std::uint32_t kUnseen = 5, kUnseenInTexture = kRedWeight + kGreenWeight + kBlueWeight;
constexpr int kTexture = 6;  // Picture::contrast_at ()

// Up to so many pixels between two that are drawn may be drawn too, in the colours they have.
constexpr int kLongestBridge = 4;

}  // namespace

void Misfit::add (std::uint32_t distance)
{
  pixels++;
  sum += distance;
  bad += distance > kBad;
}

// Finds the index of a palette's colour. If two colours have the same hash, it knows only the last
// one.
class Drawer::ColorIndex {
 public:
  explicit ColorIndex (const Palette &palette) : palette_{palette}
  {
    for (std::size_t c = 0; c < static_cast<std::size_t> (palette.count); c++)
      at_[hash_of (palette.colors[c])] = static_cast<std::uint8_t> (c);
  }
  // The index of an opaque colour; Drawing::kLeft if it is not known.
  std::uint8_t find (Rgba color) const
  {
    const std::uint8_t c = at_[hash_of (color)];
    return palette_.colors[c] == color ? c : Drawing::kLeft;
  }

 private:
  static std::size_t hash_of (Rgba color) { return color * 0x9e3779b1u >> 20; }

  const Palette &palette_;
  std::array<std::uint8_t, 4096> at_{};
};

Drawer::Drawer (Size size, const Settings &settings, FindNearest find_nearest)
    : size_{size},
      settings_{settings},
      find_nearest_{find_nearest},
      ditherer_{find_nearest, size.width},
      nearest_ (static_cast<std::size_t> (size.width)),
      distances_ (nearest_.size ())
{
}

Drawer::Drawn Drawer::draw (const Subject &subject, const Palette &palette, Drawing &drawing)
{
  const ColorIndex colors{palette};
  drawing.clear ();
  ditherer_.begin_picture (palette, settings_.dither, settings_.dither_strength);
  // With a tolerance, pixels between the drawn ones could get other colours, so they must stay.
  const bool bridges = settings_.transparency && tolerance_of (settings_) == 0;
  Misfit misfit;
  Bounds area;
  for (int y = 0; y < size_.height; y++) {
    const RowPixels row = subject.changes.row (y, extent ());
    draw_row (subject, palette, row, drawing, misfit, area);
    if (bridges) bridge_row (subject.canvas, colors, row, drawing);
  }
  return {misfit, area.rect ()};
}

Misfit Drawer::try_rows (const Subject &subject, const Palette &palette, int step)
{
  Misfit misfit;
  for (int y = step / 2; y < size_.height; y += step) {
    const RowPixels row = subject.changes.row (y, extent ());
    find_nearest_ (palette, row.wanted.data (), row.wanted.size (), nearest_.data (),
                   distances_.data ());
    const std::size_t begin = subject.changes.now ().at (0, y);
    for (std::size_t k = 0; k < row.x.size (); k++)
      misfit.add (misfit_at (subject.canvas, begin + static_cast<std::size_t> (row.x[k]),
                             row.wanted[k], distances_[k]));
  }
  return misfit;
}

// The visible colour of a pixel that may stay can be nearer than the palette's nearest colour,
// whose distance is `drawn`.
std::uint32_t Drawer::misfit_at (const Canvas &canvas, std::size_t i, Rgba wanted,
                                 std::uint32_t drawn) const
{
  if (!settings_.transparency || !canvas.is_shown (i)) return drawn;
  return std::min (drawn, distance (canvas.shown ()[i], wanted));
}

void Drawer::draw_row (const Subject &subject, const Palette &palette, const RowPixels &row,
                       Drawing &drawing, Misfit &misfit, Bounds &area)
{
  const Ditherer::Chosen chosen = ditherer_.choose (row);
  const std::uint32_t tolerance = tolerance_of (settings_);
  const std::uint32_t slack = subject.exact ? tolerance : std::max (kUnseen, tolerance);
  const Picture &now = subject.changes.now (), &shown = subject.canvas.shown ();
  for (std::size_t k = 0; k < row.x.size (); k++) {
    const int x = row.x[k];
    const std::size_t i = now.at (x, row.y);
    const std::uint8_t symbol = drawing.symbols[i] = chosen.index[k];
    const std::uint32_t e = chosen.distances[k];
    misfit.add (misfit_at (subject.canvas, i, row.wanted[k], e));
    bool may_stay = false;
    if (settings_.transparency && subject.canvas.is_shown (i)) {
      const std::uint32_t old = distance (shown[i], row.wanted[k]);
      may_stay =
          old <= std::max (e, slack) || shown[i] == palette.colors[symbol] ||
          (!subject.exact && old <= kUnseenInTexture && now.contrast_at (x, row.y) >= kTexture);
    }
    drawing.free[i] = may_stay;
    if (!may_stay) area.add (x, row.y);
  }
}

// Short runs of unchanged pixels between drawn ones may be drawn too, if the palette has exactly
// their colours. In noise this makes longer strings.
void Drawer::bridge_row (const Canvas &canvas, const ColorIndex &colors, const RowPixels &row,
                         Drawing &drawing) const
{
  const std::size_t first = canvas.shown ().at (0, row.y);
  const auto bridge = [&] (int begin, int end) {
    if (end - begin > kLongestBridge) return;
    for (int x = begin; x < end; x++) {
      const std::size_t i = first + static_cast<std::size_t> (x);
      if (!canvas.is_shown (i)) continue;
      const std::uint8_t symbol = colors.find (canvas.shown ()[i]);
      if (symbol == Drawing::kLeft) continue;
      drawing.symbols[i] = symbol;
      drawing.free[i] = 1;
    }
  };
  int begin = 0;
  for (const int x : row.x) {
    bridge (begin, x);
    begin = x + 1;
  }
  bridge (begin, size_.width);
}

}  // namespace quad::gif
