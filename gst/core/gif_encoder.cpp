#include "core/gif_encoder.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace quad {
namespace {

// A pixel that stays as it is; palettes have at most 255 colours besides.
constexpr std::uint8_t kStay = 255;
constexpr int kLongestDelay = 65535, kShortestDelay = 2;

// The palette serves while the mean distance grows by no more than this, and few more pixels
// have another colour, that is are further off than 15 levels in each channel.
constexpr double kErrorFactor = 1.1, kErrorStep = 0.5, kBadFactor = 2, kBadStep = 0.0001;
constexpr std::uint32_t kBad = 15 * 15 * (kRedWeight + kGreenWeight + kBlueWeight);
// Looked at are this many rows or a quarter, whichever are more.
constexpr int kCheckedRows = 64, kCheckedPart = 4;
// With fewer changed pixels in them, all rows are.
constexpr std::size_t kFewChecked = 1024;

// A pixel is not drawn anew for a step of one level in two channels, or in all three where its
// neighbours differ.
constexpr std::uint32_t kUnseen = 5, kUnseenInTexture = kRedWeight + kGreenWeight + kBlueWeight;
constexpr int kTexture = 6;  // contrast () to two neighbours

// Between pixels that are drawn, this many that are not may be drawn too, in the colour they have.
constexpr int kLongestBridge = 4;

// Where a palette of its own for few colours is shorter than the longer symbols of the file's.
constexpr int kPixelsPerColor = 20;

int contrast (Rgba a, Rgba b)
{
  return std::abs (red (a) - red (b)) + std::abs (green (a) - green (b)) +
         std::abs (blue (a) - blue (b));
}

// The least rectangle around pixels.
class Bounds {
 public:
  void add (int x, int y)
  {
    left_ = std::min (left_, x);
    right_ = std::max (right_, x + 1);
    top_ = std::min (top_, y);
    bottom_ = std::max (bottom_, y + 1);
  }
  void add (const Rect &r)
  {
    if (r.empty ()) return;
    add (r.x, r.y);
    add (r.right () - 1, r.bottom () - 1);
  }
  Rect rect () const { return right_ ? Rect{left_, top_, right_ - left_, bottom_ - top_} : Rect{}; }

 private:
  int left_ = INT_MAX, right_ = 0, top_ = INT_MAX, bottom_ = 0;
};

// What a pixel counts: noise and edges hide errors that flat areas show.
std::uint32_t weight_of (int contrast)
{
  return static_cast<std::uint32_t> (8 + 128 / (8 + contrast));
}

}  // namespace

GifEncoder::GifEncoder (Size size, const GifSettings &settings, FindNearest find_nearest)
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
std::uint32_t GifEncoder::tolerance () const
{
  const int square = settings_.lossy * settings_.lossy;
  return static_cast<std::uint32_t> ((kRedWeight + kGreenWeight + kBlueWeight) * square / 25);
}

bool GifEncoder::same (const PackedView &a, const PackedView &b)
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
void GifEncoder::find_changed (const PackedView &now, int y)
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
int GifEncoder::contrast_at (int x) const
{
  const auto i = static_cast<std::size_t> (x);
  return contrast (row_.all[i], row_.all[i ? i - 1 : 0]) + contrast (row_.all[i], row_.above[i]);
}

Rect GifEncoder::area_of_changes (const PackedView &now)
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

void GifEncoder::Misfit::add (std::uint32_t distance)
{
  pixels++;
  sum += distance;
  bad += distance > kBad;
}

// Whether `palette` does for what changed, as far as some of the rows tell.
bool GifEncoder::serves (const Palette &palette, const PackedView &now)
{
  const auto check = [&] (int step) {
    misfit_ = {};
    for (int y = step / 2; y < size_.height; y += step) {
      find_changed (now, y);
      ditherer_.choose ({y, row_.x, row_.wanted}, palette, Dither::none, 0);
      for (std::size_t k = 0; k < row_.x.size (); k++) {
        const std::size_t i = at (row_.x[k], y);
        const std::uint32_t e = ditherer_.distances ()[k];
        misfit_.add (is_shown (i) ? std::min (e, distance (shown_[i], row_.wanted[k])) : e);
      }
    }
  };
  const int step = std::clamp (size_.height / kCheckedRows, 1, kCheckedPart);
  check (step);
  if (step > 1 && misfit_.pixels < kFewChecked) check (1);
  return misfit_.mean () <= kErrorFactor * made_.mean () + kErrorStep &&
         misfit_.bad_part () <= kBadFactor * made_.bad_part () + kBadStep;
}

// Whether there is a palette to go on with.
bool GifEncoder::keep_palette (const PackedView &now)
{
  if (palette_.count == 0 || settings_.palette == PaletteMode::per_frame) return false;
  if (settings_.palette == PaletteMode::global_first) return true;
  // The file's costs no bytes.
  if (begun_ && !is_global_ && serves (global_, now)) {
    palette_ = global_;
    is_global_ = true;
    return true;
  }
  return serves (palette_, now);
}

void GifEncoder::make_palette (const PackedView &now)
{
  for (int y = 0; y < size_.height; y++) {
    find_changed (now, y);
    for (std::size_t k = 0; k < row_.x.size (); k++) {
      quantizer_.add (row_.wanted[k], weight_of (contrast_at (row_.x[k])));
    }
  }
  const Palette made = quantizer_.make (std::min<int> (settings_.colors, kStay));
  if (made.count == 0) return;  // nothing is drawn
  palette_ = made;
  is_global_ = false;
}

void GifEncoder::draw_row (std::uint32_t slack)
{
  const std::size_t begin = at (0, row_.y);
  std::fill_n (symbols_.begin () + static_cast<std::ptrdiff_t> (begin), size_.width, kStay);
  std::fill_n (free_.begin () + static_cast<std::ptrdiff_t> (begin), size_.width, 0);
  ditherer_.choose ({row_.y, row_.x, row_.wanted}, palette_, settings_.dither,
                    settings_.dither_strength);
  for (std::size_t k = 0; k < row_.x.size (); k++) {
    const std::size_t i = begin + static_cast<std::size_t> (row_.x[k]);
    symbols_[i] = ditherer_.chosen ()[k];
    source_[i] = row_.wanted[k];
    std::uint32_t e = ditherer_.distances ()[k];
    if (settings_.transparency && is_shown (i)) {
      const std::uint32_t old = distance (shown_[i], row_.wanted[k]);
      const bool hides = old <= kUnseenInTexture && contrast_at (row_.x[k]) >= kTexture;
      free_[i] = old <= std::max (e, slack) || hides || shown_[i] == palette_.colors[symbols_[i]];
      e = std::min (e, old);
    }
    misfit_.add (e);
  }
}

// Offers pixels of short runs that stay as they are to be drawn as well, where the palette has
// just their colours: in noise, strings are longer so.
void GifEncoder::bridge_row (int y)
{
  std::uint8_t *symbols = &symbols_[at (0, y)], *free = &free_[at (0, y)];
  const Rgba *shown = &shown_[at (0, y)];
  for (int x = 0; x < size_.width; x++) {
    if (symbols[x] != kStay) continue;
    int end = x;
    while (end < size_.width && symbols[end] == kStay) end++;
    for (int k = x; k < end && end - x <= kLongestBridge; k++) {
      const std::uint8_t c = place_[place_of (shown[k])];
      if (shown[k] == 0 || palette_.colors[c] != shown[k]) continue;
      symbols[k] = c;
      free[k] = 1;
    }
    x = end;
  }
}

void GifEncoder::choose_symbols (const PackedView &now)
{
  const bool kept = keep_palette (now);
  if (!kept) make_palette (now);
  for (std::size_t c = 0; c < static_cast<std::size_t> (palette_.count); c++)
    place_[place_of (palette_.colors[c])] = static_cast<std::uint8_t> (c);
  misfit_ = {};
  ditherer_.begin_picture ();
  const std::uint32_t slack = std::max (kUnseen, tolerance ());
  for (int y = 0; y < size_.height; y++) {
    find_changed (now, y);
    draw_row (slack);
    // Not where what is drawn may differ: these pixels are to stay as they are.
    if (settings_.transparency && tolerance () == 0) bridge_row (y);
  }
  if (!kept && misfit_.pixels) made_ = misfit_;
}

// What has to be drawn.
Rect GifEncoder::area_of_symbols () const
{
  Bounds bounds;
  const auto is_drawn = [this] (int x, int y) {
    return symbols_[at (x, y)] != kStay && !free_[at (x, y)];
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

// --- What is cleared ---

// Where something is seen that `next` does not have; with what is still to be `drawn`.
Rect GifEncoder::area_to_clear (const PackedView &next, bool drawn) const
{
  Bounds bounds;
  std::vector<Rgba> row (static_cast<std::size_t> (size_.width));
  for (int y = 0; y < size_.height; y++) {
    load_row (next, y, settings_.alpha_threshold, row.data ());
    for (int x = 0; x < size_.width; x++) {
      const std::size_t i = at (x, y);
      if (!row[static_cast<std::size_t> (x)] && (is_shown (i) || (drawn && symbols_[i] != kStay)))
        bounds.add (x, y);
    }
  }
  return bounds.rect ();
}

void GifEncoder::clear (const Rect &area)
{
  for (int y = area.y; y < area.bottom (); y++)
    for (int x = area.x; x < area.right (); x++) shown_[at (x, y)] = source_[at (x, y)] = 0;
}

// --- What is written ---

// Leaves in the palette only colours that are used, and makes the symbols theirs.
Palette GifEncoder::pack_symbols (const Rect &area, bool *leaves_any)
{
  std::array<bool, 256> used{};
  *leaves_any = false;
  for (int y = area.y; y < area.bottom (); y++)
    for (int x = area.x; x < area.right (); x++) {
      used[symbols_[at (x, y)]] = true;
      *leaves_any |= free_[at (x, y)] || symbols_[at (x, y)] == kStay;
    }
  Palette packed;
  std::array<std::uint8_t, 256> place{};
  for (std::size_t c = 0; c < kStay; c++) {
    if (!used[c]) continue;
    place[c] = static_cast<std::uint8_t> (packed.count);
    packed.colors[static_cast<std::size_t> (packed.count++)] = palette_.colors[c];
  }
  place[kStay] = static_cast<std::uint8_t> (packed.count);
  const int all_bits = symbol_bits (global_.count + 1), bits = symbol_bits (packed.count + 1);
  const std::int64_t pixels = std::int64_t{area.width} * area.height;
  if (packed.count == 0 ||
      (is_global_ && (bits >= all_bits || pixels < std::int64_t{kPixelsPerColor} << bits))) {
    for (std::size_t c = 0; c < kStay; c++) place[c] = static_cast<std::uint8_t> (c);
    place[kStay] = static_cast<std::uint8_t> (global_.count);
    packed.count = 0;
  }
  for (int y = area.y; y < area.bottom (); y++)
    for (int x = area.x; x < area.right (); x++) symbols_[at (x, y)] = place[symbols_[at (x, y)]];
  return packed;
}

void GifEncoder::put_image (const Rect &area, int delay, Disposal disposal, Bytes &out)
{
  bool leaves_any;
  const Palette own = pack_symbols (area, &leaves_any);
  const Palette &palette = own.count ? own : global_;
  const int stay = palette.count, bits = symbol_bits (palette.count + 1);
  put_image_head ({area, delay, disposal, leaves_any ? stay : -1, own.count ? &own : nullptr, bits},
                  out);
  const std::size_t first = at (area.x, area.y);
  lzw_.encode ({&symbols_[first], &free_[first], &source_[first],
                static_cast<std::size_t> (size_.width), area.width, area.height},
               {bits, stay, &palette, tolerance ()}, out);
  for (int y = area.y; y < area.bottom (); y++)
    for (int x = area.x; x < area.right (); x++)
      if (const std::uint8_t s = symbols_[at (x, y)]; s != stay)
        shown_[at (x, y)] = palette.colors[s];
}

// An image that changes nothing until its time is over.
void GifEncoder::put_still (const Rect &area, int delay, Disposal disposal, Bytes &out)
{
  static constexpr Palette kAny{1, {kAlphaMask}};
  constexpr int kLeft = 1;
  for (int y = area.y; y < area.bottom (); y++)
    std::fill_n (symbols_.begin () + static_cast<std::ptrdiff_t> (at (area.x, y)), area.width,
                 kLeft);
  put_image_head ({area, delay, disposal, kLeft, &kAny, 1}, out);
  const std::size_t first = at (area.x, area.y);
  lzw_.encode ({&symbols_[first], &free_[first], &source_[first],
                static_cast<std::size_t> (size_.width), area.width, area.height},
               {1, kLeft, &kAny, 0}, out);
}

std::int64_t GifEncoder::add (const PackedView &now, std::int64_t delay, const PackedView *next,
                              Bytes &out)
{
  std::int64_t late = 0;
  if (begun_ && now.format.alpha >= 0) {
    if (const Rect area = area_to_clear (now, false); !area.empty ()) {
      put_still (area, kShortestDelay, Disposal::clear, out);
      clear (area);
      late = kShortestDelay;
    }
  }

  if (!settings_.transparency) drawn_area_ = area_of_changes (now);
  choose_symbols (now);
  if (!begun_) {
    // Where nothing is seen yet, the first palette is still to come.
    is_global_ = palette_.count > 0;
    global_ = is_global_ ? palette_ : Palette{1, {kAlphaMask}};
    const int bits = symbol_bits (global_.count + 1);
    put_gif_head ({size_, &global_, bits, settings_.loop, settings_.comment}, out);
    begun_ = true;
  }
  Rect cleared;
  if (next && next->format.alpha >= 0) cleared = area_to_clear (*next, true);

  // A time that is longer than a delay can be goes on with images that change nothing.
  const std::int64_t time = std::max<std::int64_t> (delay - late, kShortestDelay);
  std::int64_t rest = time;
  const Rect to_draw = area_of_symbols ();
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
    const Disposal disposal = clears ? Disposal::clear : Disposal::keep;
    if (drawn || nothing)
      put_still (area.rect (), part, disposal, out);
    else
      put_image (area.rect (), part, disposal, out);
    drawn = true;
    if (clears) clear (area.rect ());
  } while (rest > 0);
  return time + late;
}

}  // namespace quad
