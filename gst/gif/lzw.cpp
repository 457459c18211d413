#include "gif/lzw.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace quad::gif {
namespace {

constexpr std::size_t slot_of (std::uint32_t key) { return (key * 0x9e3779b1u) >> 18; }

}  // namespace

LzwEncoder::LzwEncoder () : slots_ (kSlots) {}

const LzwEncoder::Path &LzwEncoder::Paths::best () const
{
  return *std::min_element (at.begin (), at.begin () + static_cast<std::ptrdiff_t> (count),
                            [] (const Path &a, const Path &b) { return a.cost < b.cost; });
}

// --- The table ---

void LzwEncoder::clear_table ()
{
  static_assert (kFree == ~std::uint32_t{0} && kNone == 0xffff);
  std::memset (slots_.data (), 0xff, slots_.size () * sizeof slots_[0]);
  std::memset (first_child_.data (), 0xff, sizeof first_child_);
  next_ = clear_ + 2;
  bits_ = min_bits_ + 1;
  for (std::uint32_t i = 0; i < clear_; i++) {
    symbol_[i] = static_cast<std::uint8_t> (i);
    parent_[i] = kNone;
  }
}

std::uint16_t LzwEncoder::child (std::uint32_t code, std::uint8_t symbol) const
{
  const std::uint32_t key = code << 8 | symbol;
  for (std::size_t i = slot_of (key);; i = (i + 1) % kSlots) {
    if (slots_[i] == kFree) return kNone;
    if ((slots_[i] & 0xfffff) == key) return static_cast<std::uint16_t> (slots_[i] >> 20);
  }
}

void LzwEncoder::add_child (std::uint32_t code, std::uint8_t symbol)
{
  const std::uint32_t key = code << 8 | symbol;
  std::size_t i = slot_of (key);
  while (slots_[i] != kFree) i = (i + 1) % kSlots;
  slots_[i] = next_ << 20 | key;
  parent_[next_] = static_cast<std::uint16_t> (code);
  symbol_[next_] = symbol;
  next_sibling_[next_] = first_child_[code];
  first_child_[code] = static_cast<std::uint16_t> (next_);
  next_++;
}

// --- The bits ---

void LzwEncoder::begin (int bits, std::vector<std::uint8_t> &out)
{
  out_ = &out;
  min_bits_ = std::max (bits, 2);
  clear_ = 1u << min_bits_;
  out.push_back (static_cast<std::uint8_t> (min_bits_));
  block_ = out.size ();
  out.push_back (0);
  pending_ = 0;
  pending_bits_ = 0;
  clear_table ();
  put (clear_);
}

void LzwEncoder::put (std::uint32_t code)
{
  pending_ |= std::uint64_t{code} << pending_bits_;
  pending_bits_ += bits_;
  for (; pending_bits_ >= 8; pending_bits_ -= 8, pending_ >>= 8) {
    if (out_->size () - block_ == 256) {
      (*out_)[block_] = 255;
      block_ = out_->size ();
      out_->push_back (0);
    }
    out_->push_back (static_cast<std::uint8_t> (pending_));
  }
}

// The reader knows a string one code later than we do, and has longer codes from then on.
void LzwEncoder::grow ()
{
  if (next_ == 1u << bits_ && bits_ < kMaxBits) bits_++;
}

void LzwEncoder::end ()
{
  grow ();
  put (clear_ + 1);
  if (pending_bits_) {
    bits_ = 8 - pending_bits_;
    put (0);
  }
  const std::size_t length = out_->size () - block_ - 1;
  (*out_)[block_] = static_cast<std::uint8_t> (length);
  if (length) out_->push_back (0);
}

// --- The strings ---

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

void LzwEncoder::extend (const Paths &paths, const Pixel &pixel, const SymbolRules &rules,
                         Paths &longer) const
{
  longer.count = 0;
  for (std::size_t p = 0; p < paths.count; p++) {
    const auto [code, cost] = paths.at[p];
    if (!pixel.may_differ) {
      const std::uint16_t drawn = child (code, pixel.symbol);
      if (drawn != kNone) longer.add (drawn, cost);
      if (!pixel.may_stay) continue;
      const std::uint16_t left = child (code, static_cast<std::uint8_t> (rules.stay));
      if (left != kNone) longer.add (left, cost);
      continue;
    }
    for (std::uint16_t c = first_child_[code]; c != kNone; c = next_sibling_[c]) {
      const std::uint8_t s = symbol_[c];
      if (s == pixel.symbol || (s == rules.stay && pixel.may_stay)) {
        longer.add (c, cost);
      } else if (s != rules.stay) {
        const std::uint32_t e = distance (rules.palette->colors[s], pixel.wanted);
        if (e <= rules.tolerance) longer.add (c, cost + e);
      }
    }
  }
}

// Codes the string that ends before pixel `last`, and puts its symbols where they came from; gives
// the first of them.
std::uint8_t LzwEncoder::put_string (std::uint16_t code, std::size_t last, std::size_t length,
                                     const SymbolPlane &plane)
{
  put (code);
  const auto width = static_cast<std::size_t> (plane.width);
  std::uint8_t first = 0;
  for (std::size_t x = last % width, y = last / width; length > 0; length--, code = parent_[code]) {
    if (x-- == 0) {
      x = width - 1;
      y--;
    }
    plane.symbols[y * plane.stride + x] = first = symbol_[code];
  }
  return first;
}

void LzwEncoder::encode (const SymbolPlane &plane, const SymbolRules &rules,
                         std::vector<std::uint8_t> &out)
{
  begin (rules.bits, out);
  Paths both[2], *paths = &both[0], *longer = &both[1];
  std::size_t length = 0;  // of the strings
  // A string that was coded, while it is not known which symbol it goes on with.
  std::uint16_t waiting = kNone;
  const auto end_string = [&] (std::size_t at) {
    const std::uint16_t code = paths->best ().code;
    const std::uint8_t first = put_string (code, at, length, plane);
    if (waiting != kNone) add_child (waiting, first);
    waiting = kNone;
    paths->count = length = 0;
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
      if (paths->count == 1 && !pixel.may_stay && !pixel.may_differ) {
        // Most pixels have no choice, and most strings no twin.
        const std::uint16_t next = child (paths->at[0].code, symbol);
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
        grow ();
        if (next_ == kMaxCodes) {
          put (clear_);
          clear_table ();
        } else if (pixel.may_stay || pixel.may_differ) {
          waiting = code;
        } else {
          // Known now, so that the coming string may be the one that goes on.
          add_child (code, symbol);
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
  end ();
}

}  // namespace quad::gif
