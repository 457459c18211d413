#include "gif/lzw.h"

#include <algorithm>
#include <utility>

#include "gif/code_stream.h"

namespace quad::gif {
namespace {

constexpr std::uint16_t kNone = LzwTable::kNone;

}  // namespace

const LzwEncoder::Path &LzwEncoder::Paths::best () const
{
  return *std::min_element (at.begin (), at.begin () + static_cast<std::ptrdiff_t> (count),
                            [] (const Path &a, const Path &b) { return a.cost < b.cost; });
}

// All strings of one symbol that match the pixel.
void LzwEncoder::begin_strings (const Pixel &pixel, const SymbolRules &rules, Paths &paths) const
{
  paths.add (pixel.symbol, 0);
  if (pixel.may_stay) paths.add (static_cast<std::uint32_t> (rules.stay), 0);
  if (!pixel.may_differ) return;
  for (int s = 0; s < rules.palette->count; s++) {
    if (s == pixel.symbol || s == rules.stay) continue;
    const std::uint32_t e =
        distance (rules.palette->colors[static_cast<std::size_t> (s)], pixel.wanted);
    if (e <= rules.tolerance) paths.add (static_cast<std::uint32_t> (s), e);
  }
}

// All strings of the table that are one of `paths` and one symbol more, which matches the pixel.
void LzwEncoder::extend (const Paths &paths, const Pixel &pixel, const SymbolRules &rules,
                         Paths &longer) const
{
  longer.count = 0;
  for (std::size_t p = 0; p < paths.count; p++) {
    const auto [code, cost] = paths.at[p];
    if (!pixel.may_differ) {
      const std::uint16_t drawn = table_.child (code, pixel.symbol);
      if (drawn != kNone) longer.add (drawn, cost);
      if (!pixel.may_stay) continue;
      const std::uint16_t left = table_.child (code, static_cast<std::uint8_t> (rules.stay));
      if (left != kNone) longer.add (left, cost);
      continue;
    }
    for (std::uint16_t c = table_.first_child (code); c != kNone; c = table_.next_sibling (c)) {
      const std::uint8_t s = table_.symbol (c);
      if (s == pixel.symbol || (s == rules.stay && pixel.may_stay)) {
        longer.add (c, cost);
      } else if (s != rules.stay) {
        const std::uint32_t e = distance (rules.palette->colors[s], pixel.wanted);
        if (e <= rules.tolerance) longer.add (c, cost + e);
      }
    }
  }
}

// Writes a code's symbols into the plane, where they end before pixel `end`. Returns the first one.
std::uint8_t LzwEncoder::write_back (std::uint16_t code, std::size_t end, std::size_t length,
                                     const SymbolPlane &plane) const
{
  const auto width = static_cast<std::size_t> (plane.width);
  std::uint8_t first = 0;
  for (std::size_t x = end % width, y = end / width; length > 0;
       length--, code = table_.parent (code)) {
    if (x-- == 0) {
      x = width - 1;
      y--;
    }
    plane.symbols[y * plane.stride + x] = first = table_.symbol (code);
  }
  return first;
}

void LzwEncoder::encode (const SymbolPlane &plane, const SymbolRules &rules,
                         std::vector<std::uint8_t> &out)
{
  const int min_bits = std::max (rules.bits, 2);
  const std::uint32_t clear = 1u << min_bits, end = clear + 1;
  table_.clear (clear);
  CodeStream codes{min_bits, out};
  codes.put (clear);

  Paths both[2], *paths = &both[0], *longer = &both[1];
  std::size_t length = 0;  // of the strings
  // Emitted code whose extension symbol is undecided.
  std::uint16_t waiting = kNone;
  const auto end_string = [&] (std::size_t at) {
    const std::uint16_t code = paths->best ().code;
    codes.put (code);
    const std::uint8_t first = write_back (code, at, length, plane);
    if (waiting != kNone) table_.add_child (waiting, first);
    waiting = kNone;
    paths->count = length = 0;
    codes.grow (table_.size ());
    return code;
  };

  std::size_t at = 0;
  for (int y = 0; y < plane.height; y++) {
    const std::size_t row = static_cast<std::size_t> (y) * plane.stride;
    for (std::size_t x = 0; x < static_cast<std::size_t> (plane.width); x++, at++) {
      const std::uint8_t symbol = plane.symbols[row + x];
      const bool is_drawn = symbol != rules.stay;
      const Pixel pixel{symbol, is_drawn && plane.free[row + x], is_drawn && rules.tolerance > 0,
                        plane.wanted[row + x]};
      const bool may_vary = pixel.may_stay || pixel.may_differ;
      if (paths->count == 1 && !may_vary) {
        // The usual case: no choice, and one string to follow.
        const std::uint16_t next = table_.child (paths->at[0].code, symbol);
        if (next != kNone) {
          paths->at[0].code = next;
          length++;
          continue;
        }
        longer->count = 0;
      } else if (paths->count) {
        extend (*paths, pixel, rules, *longer);
      }
      if (paths->count && longer->count == 0) {
        const std::uint16_t code = end_string (at);
        if (table_.full ()) {
          codes.put (clear);
          codes.shorten ();
          table_.clear (clear);
        } else if (may_vary) {
          waiting = code;
        } else {
          // The symbol is decided, so the next string can use the new code already.
          table_.add_child (code, symbol);
        }
      }
      if (paths->count)
        std::swap (paths, longer);
      else
        begin_strings (pixel, rules, *paths);
      length++;
    }
  }
  end_string (at);
  codes.put (end);
  codes.end ();
}

}  // namespace quad::gif
