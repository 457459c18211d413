#include "gif/painter.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/bounds.h"

namespace quad::gif {
namespace {

// A palette for more colours than it has serves while the mean distance grows by no more than
// this, and few more pixels have another colour, that is are further off than 15 levels in each
// channel.
constexpr double kErrorFactor = 1.1, kErrorStep = 0.5, kBadFactor = 2, kBadStep = 0.0001;
constexpr std::uint32_t kBad = 15 * 15 * (kRedWeight + kGreenWeight + kBlueWeight);
// At first this many rows or a quarter are looked at, whichever are more.
constexpr int kCheckedRows = 64, kCheckedPart = 4;
// Fewer changed pixels than that in them tell nothing.
constexpr std::size_t kFewChecked = 1024;

// A pixel is not drawn anew for a step of one level in two channels, or in all three where its
// neighbours differ.
constexpr std::uint32_t kUnseen = 5, kUnseenInTexture = kRedWeight + kGreenWeight + kBlueWeight;
constexpr int kTexture = 6;  // contrast () to two neighbours

// Between pixels that are drawn, this many that are not may be drawn too, in the colour they have.
constexpr int kLongestBridge = 4;

int contrast (Rgba a, Rgba b)
{
  return std::abs (red (a) - red (b)) + std::abs (green (a) - green (b)) +
         std::abs (blue (a) - blue (b));
}

// What a pixel counts: noise and edges hide errors that flat areas show.
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
      ditherer_{find_nearest, size.width},
      shown_ (at (0, size.height)),
      source_ (shown_.size ()),
      symbols_ (shown_.size ()),
      free_ (shown_.size ())
{
  row_.all.resize (static_cast<std::size_t> (size.width));
  row_.above.resize (row_.all.size ());
}

// 100 is 20 levels in each channel.
std::uint32_t Painter::tolerance () const
{
  const int square = settings_.lossy * settings_.lossy;
  return static_cast<std::uint32_t> ((kRedWeight + kGreenWeight + kBlueWeight) * square / 25);
}

bool Painter::same (const PackedView &a, const PackedView &b)
{
  const std::size_t bytes = static_cast<std::size_t> (size_.width * a.format.bytes);
  for (int y = 0; y < size_.height; y++) {
    // Most that are, are so to the byte.
    if (a.format == b.format &&
        std::memcmp (a.data + y * a.stride, b.data + y * b.stride, bytes) == 0)
      continue;
    load_row (a, y, settings_.alpha_threshold, row_.all.data ());
    load_row (b, y, settings_.alpha_threshold, row_.above.data ());
    if (row_.all != row_.above) return false;
  }
  return true;
}

// --- What is drawn ---

// The pixels of row `y` that are not as they were, or without transparency all in the area.
void Painter::find_changed (const PackedView &now, int y)
{
  Row &row = row_;
  row.y = y;
  row.all.swap (row.above);
  load_row (now, y, settings_.alpha_threshold, row.all.data ());
  if (y == 0) row.above = row.all;
  const bool all = !settings_.transparency && y >= drawn_area_.y && y < drawn_area_.bottom ();
  const Rgba *old = &source_[at (0, y)];
  row.x.resize (row.all.size ());
  row.wanted.resize (row.all.size ());
  std::size_t count = 0;
  for (int x = 0; x < size_.width; x++) {
    const Rgba pixel = row.all[static_cast<std::size_t> (x)];
    row.x[count] = x;
    row.wanted[count] = pixel;
    const bool differs = pixel != old[x] || (all && x >= drawn_area_.x && x < drawn_area_.right ());
    count += differs && pixel != 0;
  }
  row.x.resize (count);
  row.wanted.resize (count);
}

// Of a pixel of the row, to those on its left and above.
int Painter::contrast_at (int x) const
{
  const auto i = static_cast<std::size_t> (x);
  return contrast (row_.all[i], row_.all[i ? i - 1 : 0]) + contrast (row_.all[i], row_.above[i]);
}

Rect Painter::area_of_changes (const PackedView &now)
{
  Bounds bounds;
  drawn_area_ = {};
  for (int y = 0; y < size_.height; y++) {
    find_changed (now, y);
    if (row_.x.empty ()) continue;
    bounds.add (row_.x.front (), y);
    bounds.add (row_.x.back (), y);
  }
  return bounds.rect ();
}

void Painter::Misfit::add (std::uint32_t distance)
{
  pixels++;
  sum += distance;
  bad += distance > kBad;
}

// One of 256 is kept for what is transparent.
int Painter::most_colors () const { return std::min<int> (settings_.colors, kLeft); }

// Whether what is drawn has `most` colours or fewer; needed_ are these, or none.
bool Painter::count_colors (const PackedView &now, int most)
{
  needed_ = ColorSet{most};
  for (int y = 0; y < size_.height; y++) {
    find_changed (now, y);
    for (const Rgba pixel : row_.wanted)
      if (!needed_.add (pixel)) {
        needed_ = ColorSet{};
        return false;
      }
  }
  return true;
}

// Few colours are met exactly. Where pixels are drawn that have not changed, too, half the palette
// is theirs.
void Painter::find_needed (const PackedView &now)
{
  exact_ = count_colors (now, most_colors ());
  if (exact_ || settings_.transparency) return;
  const Rect all = std::exchange (drawn_area_, {});
  count_colors (now, most_colors () / 2);
  drawn_area_ = all;
}

bool Painter::has_needed (const Palette &palette) const
{
  const Palette &needed = needed_.colors ();
  std::array<std::uint8_t, Palette::kMax> nearest;
  std::array<std::uint32_t, Palette::kMax> distances;
  const auto count = static_cast<std::size_t> (needed.count);
  find_nearest_ (palette, needed.colors.data (), count, nearest.data (), distances.data ());
  return std::all_of (distances.begin (), distances.begin () + static_cast<std::ptrdiff_t> (count),
                      [most = tolerance ()] (std::uint32_t d) { return d <= most; });
}

// Whether the pixels that were looked at last are met as well as when the kept palette was made.
bool Painter::is_near () const
{
  return misfit_.mean () <= kErrorFactor * made_.mean () + kErrorStep &&
         misfit_.bad_part () <= kBadFactor * made_.bad_part () + kBadStep;
}

// Looks at some rows, so that most palettes that do not serve cost little.
bool Painter::may_serve (const Palette &palette, const PackedView &now)
{
  const int step = std::clamp (size_.height / kCheckedRows, 1, kCheckedPart);
  if (step == 1) return true;
  misfit_ = {};
  for (int y = step / 2; y < size_.height; y += step) {
    find_changed (now, y);
    ditherer_.choose ({y, row_.x, row_.wanted}, palette, Dither::none, 0);
    for (std::size_t k = 0; k < row_.x.size (); k++)
      misfit_.add (misfit_at (at (row_.x[k], y), row_.wanted[k], ditherer_.distances ()[k]));
  }
  return misfit_.pixels < kFewChecked || is_near ();
}

// False where `palette` does not do for what changed.
bool Painter::draw_with (const Palette &palette, bool is_global, const PackedView &now)
{
  if (!has_needed (palette) || (!exact_ && !may_serve (palette, now))) return false;
  palette_ = palette;
  is_global_ = is_global;
  draw (now);
  return exact_ || is_near ();
}

// False where there is no palette to go on with.
bool Painter::draw_with_known (const PackedView &now)
{
  if (kept_.count == 0 || settings_.palette == PaletteMode::per_frame) return false;
  if (settings_.palette == PaletteMode::global_first) {
    palette_ = kept_;
    is_global_ = kept_is_global_;
    draw (now);
    return true;
  }
  // The file's costs no bytes.
  if (!kept_is_global_ && draw_with (global_, true, now)) return true;
  return draw_with (kept_, kept_is_global_, now);
}

void Painter::make_palette (const PackedView &now)
{
  is_global_ = false;
  palette_ = needed_.colors ();
  if (exact_) return;
  for (int y = 0; y < size_.height; y++) {
    find_changed (now, y);
    for (std::size_t k = 0; k < row_.x.size (); k++)
      if (!needed_.contains (row_.wanted[k]))
        quantizer_.add (row_.wanted[k], weight_of (contrast_at (row_.x[k])));
  }
  const Palette made = quantizer_.make (most_colors () - palette_.count);
  for (int c = 0; c < made.count; c++)
    palette_.colors[static_cast<std::size_t> (palette_.count++)] =
        made.colors[static_cast<std::size_t> (c)];
}

void Painter::paint (const PackedView &now)
{
  if (!settings_.transparency) drawn_area_ = area_of_changes (now);
  if (settings_.palette == PaletteMode::global_first && kept_.count) {
    needed_ = ColorSet{};
    exact_ = false;
  } else {
    find_needed (now);
  }
  const bool known = draw_with_known (now);
  if (!known) {
    make_palette (now);
    draw (now);
  }
  // One for few colours is of one picture's.
  if (!exact_ || kept_.count == 0) {
    kept_ = palette_;
    kept_is_global_ = is_global_;
    if (!known && misfit_.pixels) made_ = misfit_;
  }
  remember (now);
  if (std::exchange (begun_, true)) return;
  // Where nothing is seen yet, the first palette is still to come.
  is_global_ = kept_is_global_ = palette_.count > 0;
  global_ = is_global_ ? palette_ : Palette{1, {kAlphaMask}};
}

void Painter::draw (const PackedView &now)
{
  for (std::size_t c = 0; c < static_cast<std::size_t> (palette_.count); c++)
    place_[place_of (palette_.colors[c])] = static_cast<std::uint8_t> (c);
  misfit_ = {};
  ditherer_.begin_picture ();
  const std::uint32_t slack = exact_ ? tolerance () : std::max (kUnseen, tolerance ());
  for (int y = 0; y < size_.height; y++) {
    find_changed (now, y);
    draw_row (slack);
    // Not where what is drawn may differ: these pixels are to stay as they are.
    if (settings_.transparency && tolerance () == 0) bridge_row (y);
  }
}

void Painter::remember (const PackedView &now)
{
  for (int y = 0; y < size_.height; y++) {
    load_row (now, y, settings_.alpha_threshold, row_.all.data ());
    Rgba *source = &source_[at (0, y)];
    for (std::size_t x = 0; x < row_.all.size (); x++)
      if (row_.all[x]) source[x] = row_.all[x];
  }
}

// What a pixel adds to the misfit whose nearest colour is `drawn` off.
std::uint32_t Painter::misfit_at (std::size_t i, Rgba wanted, std::uint32_t drawn) const
{
  return settings_.transparency && is_shown (i) ? std::min (drawn, distance (shown_[i], wanted))
                                                : drawn;
}

void Painter::draw_row (std::uint32_t slack)
{
  const std::size_t begin = at (0, row_.y);
  std::fill_n (symbols_.begin () + static_cast<std::ptrdiff_t> (begin), size_.width, kLeft);
  std::fill_n (free_.begin () + static_cast<std::ptrdiff_t> (begin), size_.width, 0);
  ditherer_.choose ({row_.y, row_.x, row_.wanted}, palette_, settings_.dither,
                    settings_.dither_strength);
  for (std::size_t k = 0; k < row_.x.size (); k++) {
    const std::size_t i = begin + static_cast<std::size_t> (row_.x[k]);
    symbols_[i] = ditherer_.chosen ()[k];
    const std::uint32_t e = ditherer_.distances ()[k];
    misfit_.add (misfit_at (i, row_.wanted[k], e));
    if (!settings_.transparency || !is_shown (i)) continue;
    const std::uint32_t old = distance (shown_[i], row_.wanted[k]);
    const bool hides = !exact_ && old <= kUnseenInTexture && contrast_at (row_.x[k]) >= kTexture;
    free_[i] = old <= std::max (e, slack) || hides || shown_[i] == palette_.colors[symbols_[i]];
  }
}

// Offers pixels of short runs that stay as they are to be drawn as well, where the palette has
// just their colours: in noise, strings are longer so.
void Painter::bridge_row (int y)
{
  std::uint8_t *symbols = &symbols_[at (0, y)], *free = &free_[at (0, y)];
  const Rgba *shown = &shown_[at (0, y)];
  for (int x = 0; x < size_.width; x++) {
    if (symbols[x] != kLeft) continue;
    int end = x;
    while (end < size_.width && symbols[end] == kLeft) end++;
    for (int k = x; k < end && end - x <= kLongestBridge; k++) {
      const std::uint8_t c = place_[place_of (shown[k])];
      if (shown[k] == 0 || palette_.colors[c] != shown[k]) continue;
      symbols[k] = c;
      free[k] = 1;
    }
    x = end;
  }
}

// What has to be drawn.
Rect Painter::area_to_draw () const
{
  Bounds bounds;
  const auto is_drawn = [this] (int x, int y) {
    return symbols_[at (x, y)] != kLeft && !free_[at (x, y)];
  };
  for (int y = 0; y < size_.height; y++) {
    int left = 0, right = size_.width - 1;
    while (left <= right && !is_drawn (left, y)) left++;
    while (right > left && !is_drawn (right, y)) right--;
    if (left > right) continue;
    bounds.add (left, y);
    bounds.add (right, y);
  }
  return bounds.rect ();
}

SymbolPlane Painter::plane (const Rect &area)
{
  const std::size_t first = at (area.x, area.y);
  return {&symbols_[first], &free_[first], &source_[first], static_cast<std::size_t> (size_.width),
          area.width,       area.height};
}

// --- What is seen ---

// Where something is seen that `next` does not have; with what is still to be `drawn`.
Rect Painter::area_to_clear (const PackedView &next, bool drawn) const
{
  Bounds bounds;
  std::vector<Rgba> row (static_cast<std::size_t> (size_.width));
  for (int y = 0; y < size_.height; y++) {
    load_row (next, y, settings_.alpha_threshold, row.data ());
    for (int x = 0; x < size_.width; x++) {
      const std::size_t i = at (x, y);
      if (!row[static_cast<std::size_t> (x)] && (is_shown (i) || (drawn && symbols_[i] != kLeft)))
        bounds.add (x, y);
    }
  }
  return bounds.rect ();
}

void Painter::show (const Rect &area, const Palette &table, int stay)
{
  for (int y = area.y; y < area.bottom (); y++)
    for (int x = area.x; x < area.right (); x++)
      if (const std::uint8_t s = symbols_[at (x, y)]; s != stay)
        shown_[at (x, y)] = table.colors[s];
}

void Painter::clear (const Rect &area)
{
  for (int y = area.y; y < area.bottom (); y++)
    for (int x = area.x; x < area.right (); x++) shown_[at (x, y)] = source_[at (x, y)] = 0;
}

}  // namespace quad::gif
