// The LZW coding of a GIF's images, with a choice where several codes will do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gif/palette.h"

namespace quad::gif {

// The pixels of an image as symbols: indices into a palette, one of which may mean "leave what is
// there". All three planes have `width` times `height` pixels, in rows `stride` pixels apart.
struct SymbolPlane {
  std::uint8_t *symbols;     // become what was coded
  const std::uint8_t *free;  // not 0 where a pixel may be left as it is as well
  const Rgba *wanted;        // the colours that they stand for
  std::size_t stride;
  int width, height;  // >= 1
};

struct SymbolRules {
  int bits = 8;                      // of a symbol, 1 to 8
  int stay = -1;                     // the symbol that leaves what is there, or -1
  const Palette *palette = nullptr;  // the colours of the others, by symbol
  // How far from the wanted colour, as distance (), any other symbol may be. 0: none.
  std::uint32_t tolerance = 0;
};

// Codes images one after the other, as the GIF specification's appendix F says
// (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): T. A. Welch, "A Technique for
// High-Performance Data Compression" (Computer 17(6), 1984), with codes that grow and a code that
// empties the table, here as soon as it is full.
//
// Where a pixel may have one of several symbols, all strings of the table that meet the pixels
// are followed side by side, and the longest one is coded; of equals the one that is nearest to
// what was wanted. Of one thread; 100 kB, whatever the image's size.
class LzwEncoder {
 public:
  LzwEncoder ();

  // Appends the minimum code size, the codes in sub-blocks and their terminator.
  void encode (const SymbolPlane &plane, const SymbolRules &rules, std::vector<std::uint8_t> &out);

 private:
  static constexpr int kMaxBits = 12, kMaxCodes = 1 << kMaxBits;
  static constexpr std::uint16_t kNone = 0xffff;
  static constexpr std::uint32_t kFree = ~std::uint32_t{0};
  static constexpr std::size_t kSlots = 1 << 14, kMaxPaths = 16;

  // A string of the table that meets the last pixels.
  struct Path {
    std::uint16_t code;
    std::uint32_t cost;  // the sum of distances that it adds
  };
  // Those that are followed, all of one length.
  struct Paths {
    std::size_t count = 0;
    std::array<Path, kMaxPaths> at{};

    void add (std::uint32_t code, std::uint32_t cost)
    {
      if (count < kMaxPaths) at[count++] = {static_cast<std::uint16_t> (code), cost};
    }
    const Path &best () const;
  };
  // What one pixel may be.
  struct Pixel {
    std::uint8_t symbol;
    bool may_stay, may_differ;
    Rgba wanted;
  };

  void clear_table ();
  std::uint16_t child (std::uint32_t code, std::uint8_t symbol) const;
  void add_child (std::uint32_t code, std::uint8_t symbol);
  void begin_strings (const Pixel &pixel, const SymbolRules &rules, Paths &paths) const;
  void extend (const Paths &paths, const Pixel &pixel, const SymbolRules &rules,
               Paths &longer) const;
  std::uint8_t put_string (std::uint16_t code, std::size_t last, std::size_t length,
                           const SymbolPlane &plane);
  void put (std::uint32_t code);
  void grow ();
  void begin (int bits, std::vector<std::uint8_t> &out);
  void end ();

  // The table: of each code the string that it goes on from, its last symbol, and the codes that
  // go on from it; and a hash of code << 20 | string before << 8 | symbol.
  std::vector<std::uint32_t> slots_;
  std::array<std::uint16_t, kMaxCodes> parent_, first_child_, next_sibling_;
  std::array<std::uint8_t, kMaxCodes> symbol_;
  std::uint32_t clear_ = 0, next_ = 0;
  int min_bits_ = 0, bits_ = 0;

  std::vector<std::uint8_t> *out_ = nullptr;
  std::size_t block_ = 0;  // where the length of the running sub-block is
  std::uint64_t pending_ = 0;
  int pending_bits_ = 0;
};

}  // namespace quad::gif
