#include "gif/lzw_table.h"

#include <cstring>

namespace quad::gif {

void LzwTable::clear (std::uint32_t symbols)
{
  static_assert (kFree == ~std::uint32_t{0} && kNone == 0xffff);
  std::memset (slots_.data (), 0xff, slots_.size () * sizeof slots_[0]);
  std::memset (first_child_.data (), 0xff, sizeof first_child_);
  for (std::uint32_t i = 0; i < symbols; i++) {
    symbol_[i] = static_cast<std::uint8_t> (i);
    parent_[i] = kNone;
  }
  next_ = symbols + 2;
}

void LzwTable::add_child (std::uint32_t code, std::uint8_t symbol)
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

}  // namespace quad::gif
