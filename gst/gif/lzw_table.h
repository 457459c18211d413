// The strings for which an LZW coder has codes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace quad::gif {

// Each code stands for a string of symbols: one symbol, or the string of another code, its parent,
// and one symbol more. 100 kB.
class LzwTable {
 public:
  static constexpr std::uint32_t kMaxCodes = 1 << 12;
  static constexpr std::uint16_t kNone = 0xffff;

  LzwTable () : slots_ (kSlots) {}

  // The table at the beginning of an image: a code for each of `symbols` symbols, and two that
  // stand for no string.
  void clear (std::uint32_t symbols);
  // How many codes there are.
  std::uint32_t size () const { return next_; }
  bool full () const { return next_ == kMaxCodes; }

  // The code of `code`'s string and `symbol` after it, or kNone.
  std::uint16_t child (std::uint32_t code, std::uint8_t symbol) const
  {
    const std::uint32_t key = code << 8 | symbol;
    for (std::size_t i = slot_of (key);; i = (i + 1) % kSlots) {
      if (slots_[i] == kFree) return kNone;
      if ((slots_[i] & 0xfffff) == key) return static_cast<std::uint16_t> (slots_[i] >> 20);
    }
  }
  // Gives that string, which has no code yet, the next code. The table must not be full.
  void add_child (std::uint32_t code, std::uint8_t symbol);

  // All children of a code: the first one, and the one after `child`; kNone at the end.
  std::uint16_t first_child (std::uint32_t code) const { return first_child_[code]; }
  std::uint16_t next_sibling (std::uint32_t child) const { return next_sibling_[child]; }
  // A string's last symbol, and the code of what is before that: kNone if nothing is.
  std::uint8_t symbol (std::uint32_t code) const { return symbol_[code]; }
  std::uint16_t parent (std::uint32_t code) const { return parent_[code]; }

 private:
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  static constexpr std::size_t kSlots = 1 << 14;

  static constexpr std::size_t slot_of (std::uint32_t key) { return (key * 0x9e3779b1u) >> 18; }

  std::vector<std::uint32_t> slots_;  // a hash table of code << 20 | parent << 8 | symbol
  std::array<std::uint16_t, kMaxCodes> parent_, first_child_, next_sibling_;
  std::array<std::uint8_t, kMaxCodes> symbol_;
  std::uint32_t next_ = 0;
};

}  // namespace quad::gif
