#include "gif/encoder.h"

#include <algorithm>
#include <utility>

#include "core/bounds.h"

namespace quad::gif {
namespace {

constexpr std::uint8_t kLeft = Drawing::kLeft;
// The index in the file for pixels that stay. It is also the file's background, because FFmpeg
// clears to transparency only if both are the same.
constexpr int kStayIndex = 0;
constexpr int kLongestDelay = 65535, kShortestDelay = 2;

// Above this number of pixels for each colour, a small palette of the image's own costs fewer bytes
// than the longer symbols of the file's palette.
constexpr int kPixelsPerColor = 20;

// The colours as a table of the file, which begins with the index of pixels that stay.
Palette with_stay (const Palette &colors)
{
  static_assert (kStayIndex == 0);
  Palette table{colors.count + 1, {kAlphaMask}};
  std::copy_n (colors.colors.begin (), colors.count, table.colors.begin () + 1);
  return table;
}

template <typename Function>  // of a symbol, and whether its pixel may stay
void for_symbols (const SymbolPlane &plane, Function &&function)
{
  for (int y = 0; y < plane.height; y++) {
    const std::size_t row = static_cast<std::size_t> (y) * plane.stride;
    for (std::size_t i = row; i < row + static_cast<std::size_t> (plane.width); i++)
      function (plane.symbols[i], plane.free[i]);
  }
}

}  // namespace

Encoder::Encoder (Size size, const Settings &settings, FindNearest find_nearest)
    : size_{size},
      settings_{settings},
      painter_{size, settings_, find_nearest},
      now_{size},
      canvas_{size},
      drawing_{size}
{
}

// Replaces the symbols of `area` by those of the returned table: the file's, or one with only the
// used colours.
Encoder::Packed Encoder::pack_symbols (const Rect &area, const Painting &painting)
{
  const SymbolPlane plane = drawing_.plane (area, canvas_.source ());
  std::array<bool, 256> used{};
  bool leaves_any = false;
  for_symbols (plane, [&] (std::uint8_t symbol, std::uint8_t free) {
    used[symbol] = true;
    leaves_any |= free != 0;
  });
  leaves_any |= used[kLeft];

  Palette packed;
  std::array<std::uint8_t, 256> place{};
  for (std::size_t c = 0; c < kLeft; c++) {
    if (!used[c]) continue;
    packed.colors[static_cast<std::size_t> (packed.count++)] = painting.palette.colors[c];
    place[c] = static_cast<std::uint8_t> (packed.count);
  }
  const Palette &of_file = painter_.file_palette ();
  const int file_bits = symbol_bits (of_file.count + 1), bits = symbol_bits (packed.count + 1);
  const std::int64_t pixels = std::int64_t{area.width} * area.height;
  const bool file_does =
      painting.is_of_file && (bits >= file_bits || pixels < std::int64_t{kPixelsPerColor} << bits);
  const bool is_own = packed.count > 0 && !file_does;
  if (!is_own)
    for (std::size_t c = 0; c < kLeft; c++) place[c] = static_cast<std::uint8_t> (c + 1);
  place[kLeft] = kStayIndex;
  for_symbols (plane, [&] (std::uint8_t &symbol, std::uint8_t) { symbol = place[symbol]; });
  return {with_stay (is_own ? packed : of_file), is_own, leaves_any};
}

void Encoder::put_image (const Rect &area, const Painting &painting, const Showing &showing,
                         Bytes &out)
{
  const Packed packed = pack_symbols (area, painting);
  const int bits = symbol_bits (packed.table.count);
  const bool has_stay = packed.leaves_any || showing.to_nothing;
  put_image_head ({area, showing.delay, showing.disposal, has_stay ? kStayIndex : -1,
                   packed.is_own ? &packed.table : nullptr, bits},
                  out);
  const SymbolPlane plane = drawing_.plane (area, canvas_.source ());
  lzw_.encode (plane, {bits, kStayIndex, &packed.table, tolerance_of (settings_)}, out);
  canvas_.show (area, plane, packed.table, kStayIndex);
}

// An image that changes nothing until its time is over.
void Encoder::put_still (const Rect &area, const Showing &showing, Bytes &out)
{
  static constexpr Palette kAny{1, {kAlphaMask}};
  const SymbolPlane plane = drawing_.plane (area, canvas_.source ());
  for_symbols (plane, [] (std::uint8_t &symbol, std::uint8_t) { symbol = kStayIndex; });
  put_image_head ({area, showing.delay, showing.disposal, kStayIndex, &kAny, 1}, out);
  lzw_.encode (plane, {1, kStayIndex, &kAny, 0}, out);
}

// Clears what `now` does not show, if the picture before did not know of it. Returns the time that
// this takes.
std::int64_t Encoder::clear_late (const PackedView &now, Bytes &out)
{
  if (!begun_) return 0;
  const Rect area = canvas_.area_to_clear (now, settings_.alpha_threshold, nullptr);
  if (area.empty ()) return 0;
  put_still (area, {kShortestDelay, Disposal::clear}, out);
  canvas_.clear (area);
  return kShortestDelay;
}

// If the time is longer than the longest delay, images that change nothing follow. When the time is
// over, `cleared` is transparent.
void Encoder::put_picture (const Painting &painting, std::int64_t time, const Rect &cleared,
                           bool to_nothing, Bytes &out)
{
  bool is_drawn = painting.area.empty (), is_first = true;
  for (std::int64_t rest = time; rest > 0;) {
    auto part = static_cast<int> (std::min<std::int64_t> (rest, kLongestDelay));
    if (rest > part && rest - part < kShortestDelay) part -= kShortestDelay;
    rest -= part;
    Bounds area;
    if (!is_drawn) area.add (painting.area);
    const bool clears = rest == 0 && !cleared.empty ();
    if (clears) area.add (cleared);
    if (area.rect ().empty ()) area.add (0, 0);
    const Showing showing{part, clears ? Disposal::clear : Disposal::keep,
                          clears || (is_first && to_nothing)};
    if (is_drawn)
      put_still (area.rect (), showing, out);
    else
      put_image (area.rect (), painting, showing, out);
    is_drawn = true;
    is_first = false;
    if (clears) canvas_.clear (area.rect ());
  }
}

Encoder::Added Encoder::add (const PackedView &now, std::int64_t delay, const PackedView *next,
                             Bytes &out)
{
  const std::int64_t late = clear_late (now, out);
  now_.load (now, settings_.alpha_threshold);
  const Painting painting = painter_.paint (now_, canvas_, drawing_);
  canvas_.take_source (now_);

  const bool is_first = !std::exchange (begun_, true);
  if (is_first) {
    const Palette table = with_stay (painter_.file_palette ());
    put_head ({size_, &table, symbol_bits (table.count), settings_.loop, settings_.comment}, out);
  }
  Rect cleared;
  if (next) cleared = canvas_.area_to_clear (*next, settings_.alpha_threshold, &drawing_);
  const std::int64_t time = std::max<std::int64_t> (delay - late, kShortestDelay);
  // Readers detect transparency by the first image.
  put_picture (painting, time, cleared, is_first && now.format.alpha >= 0, out);
  return {time + late, painting.palette.count, painting.is_of_file, painting.is_new, painting.area};
}

}  // namespace quad::gif
