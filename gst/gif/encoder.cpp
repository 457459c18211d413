#include "gif/encoder.h"

#include <algorithm>
#include <utility>

#include "core/bounds.h"

namespace quad::gif {
namespace {

constexpr std::uint8_t kLeft = Painter::kLeft;
// Its index in the file. It is the file's background, too: FFmpeg clears to transparency only
// where both are the same.
constexpr int kStayIndex = 0;
constexpr int kLongestDelay = 65535, kShortestDelay = 2;

// Where a palette of its own for few colours is shorter than the longer symbols of the file's.
constexpr int kPixelsPerColor = 20;

// The colours as a file's table, which begins with the index of what stays.
Palette with_stay (const Palette &colors)
{
  static_assert (kStayIndex == 0);
  Palette table{colors.count + 1, {kAlphaMask}};
  std::copy_n (colors.colors.begin (), colors.count, table.colors.begin () + 1);
  return table;
}

}  // namespace

// Makes the symbols of `area` those of the table that is given back: the file's, or one that has
// only colours that are used.
Palette Encoder::pack_symbols (const Rect &area, bool *is_own, bool *leaves_any)
{
  std::array<bool, 256> used{};
  *leaves_any = false;
  const SymbolPlane plane = painter_.plane (area);
  const auto for_each = [&plane] (auto &&visit) {
    for (int y = 0; y < plane.height; y++)
      for (int x = 0; x < plane.width; x++)
        visit (static_cast<std::size_t> (y) * plane.stride + static_cast<std::size_t> (x));
  };
  for_each ([&] (std::size_t i) {
    used[plane.symbols[i]] = true;
    *leaves_any |= plane.free[i] || plane.symbols[i] == kLeft;
  });
  Palette packed;
  std::array<std::uint8_t, 256> place{};
  for (std::size_t c = 0; c < kLeft; c++) {
    if (!used[c]) continue;
    packed.colors[static_cast<std::size_t> (packed.count++)] = painter_.palette ().colors[c];
    place[c] = static_cast<std::uint8_t> (packed.count);
  }
  const Palette &global = painter_.file_palette ();
  const int all_bits = symbol_bits (global.count + 1), bits = symbol_bits (packed.count + 1);
  const std::int64_t pixels = std::int64_t{area.width} * area.height;
  *is_own =
      packed.count > 0 && !(painter_.has_file_palette () &&
                            (bits >= all_bits || pixels < std::int64_t{kPixelsPerColor} << bits));
  if (!*is_own)
    for (std::size_t c = 0; c < kLeft; c++) place[c] = static_cast<std::uint8_t> (c + 1);
  place[kLeft] = kStayIndex;
  for_each ([&] (std::size_t i) { plane.symbols[i] = place[plane.symbols[i]]; });
  return with_stay (*is_own ? packed : global);
}

void Encoder::put_image (const Rect &area, const Showing &showing, Bytes &out)
{
  bool is_own, leaves_any;
  const Palette palette = pack_symbols (area, &is_own, &leaves_any);
  const int bits = symbol_bits (palette.count);
  put_image_head (
      {area, showing.delay, showing.disposal, leaves_any || showing.to_nothing ? kStayIndex : -1,
       is_own ? &palette : nullptr, bits},
      out);
  lzw_.encode (painter_.plane (area), {bits, kStayIndex, &palette, painter_.tolerance ()}, out);
  painter_.show (area, palette, kStayIndex);
}

// An image that changes nothing until its time is over.
void Encoder::put_still (const Rect &area, const Showing &showing, Bytes &out)
{
  static constexpr Palette kAny{1, {kAlphaMask}};
  const SymbolPlane plane = painter_.plane (area);
  for (int y = 0; y < area.height; y++)
    std::fill_n (plane.symbols + static_cast<std::size_t> (y) * plane.stride, area.width,
                 static_cast<std::uint8_t> (kStayIndex));
  put_image_head ({area, showing.delay, showing.disposal, kStayIndex, &kAny, 1}, out);
  lzw_.encode (plane, {1, kStayIndex, &kAny, 0}, out);
}

std::int64_t Encoder::add (const PackedView &now, std::int64_t delay, const PackedView *next,
                           Bytes &out)
{
  std::int64_t late = 0;
  if (begun_ && now.format.alpha >= 0) {
    if (const Rect area = painter_.area_to_clear (now, false); !area.empty ()) {
      put_still (area, {kShortestDelay, Disposal::clear}, out);
      painter_.clear (area);
      late = kShortestDelay;
    }
  }

  painter_.paint (now);
  // Readers take a file for one with transparency where its first image says so.
  bool to_nothing = !begun_ && now.format.alpha >= 0;
  if (!std::exchange (begun_, true)) {
    const Palette table = with_stay (painter_.file_palette ());
    put_head ({size_, &table, symbol_bits (table.count), settings_.loop, settings_.comment}, out);
  }
  Rect cleared;
  if (next && next->format.alpha >= 0) cleared = painter_.area_to_clear (*next, true);

  // A time that is longer than a delay can be goes on with images that change nothing.
  const std::int64_t time = std::max<std::int64_t> (delay - late, kShortestDelay);
  std::int64_t rest = time;
  const Rect to_draw = painter_.area_to_draw ();
  const bool nothing = to_draw.empty ();
  bool drawn = false;
  do {
    auto part = static_cast<int> (std::min<std::int64_t> (rest, kLongestDelay));
    if (rest > part && rest - part < kShortestDelay) part -= kShortestDelay;
    rest -= part;
    Bounds area;
    if (!drawn) area.add (to_draw);
    const bool clears = rest == 0 && !cleared.empty ();
    if (clears) area.add (cleared);
    if (area.rect ().empty ()) area.add (0, 0);
    const Showing showing{part, clears ? Disposal::clear : Disposal::keep,
                          clears || std::exchange (to_nothing, false)};
    if (drawn || nothing)
      put_still (area.rect (), showing, out);
    else
      put_image (area.rect (), showing, out);
    drawn = true;
    if (clears) painter_.clear (area.rect ());
  } while (rest > 0);
  return time + late;
}

}  // namespace quad::gif
