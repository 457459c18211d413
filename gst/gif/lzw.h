// The LZW coding of a GIF's images. A pixel may have a choice of symbols.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gif/lzw_table.h"
#include "gif/palette.h"

namespace quad::gif {

// The pixels of an image as symbols: indices into a palette, one of which may mean "leave what is
// there". All three planes have `width` times `height` pixels, in rows `stride` pixels apart.
struct SymbolPlane {
  std::uint8_t *symbols;     // become what was coded
  const std::uint8_t *free;  // not 0 if a pixel may also stay as it is
  const Rgba *wanted;        // the colours that the symbols stand for
  std::size_t stride;
  int width, height;  // >= 1
};

struct SymbolRules {
  int bits = 8;                      // of a symbol, 1 to 8
  int stay = -1;                     // the symbol that leaves what is there, or -1
  const Palette *palette = nullptr;  // the colours of the others, by symbol
  // Also allows symbols whose colour is at most this distance () from the wanted one. 0: none.
  std::uint32_t tolerance = 0;
};

// Codes images one after the other, as the GIF specification's appendix F says
// (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): T. A. Welch, "A Technique for
// High-Performance Data Compression" (Computer 17(6), 1984), with codes that grow and a code that
// empties the table. It empties the table as soon as that is full.
//
// Where a pixel may have one of several symbols, it follows all strings of the table that match the
// pixels, and codes the longest one; of equally long ones that whose colours are nearest to the
// wanted ones. Of one thread; 100 kB, whatever the image's size.
class LzwEncoder {
 public:
  // Appends the minimum code size, the codes in sub-blocks and their terminator.
  void encode (const SymbolPlane &plane, const SymbolRules &rules, std::vector<std::uint8_t> &out);

 private:
  static constexpr std::size_t kMaxPaths = 16;

  // A string of the table that matches the last pixels.
  struct Path {
    std::uint16_t code;
    std::uint32_t cost;  // the sum of distances that it adds
  };
  // The followed strings, all of one length.
  struct Paths {
    std::size_t count = 0;
    std::array<Path, kMaxPaths> at{};

    void add (std::uint32_t code, std::uint32_t cost)
    {
      if (count < kMaxPaths) at[count++] = {static_cast<std::uint16_t> (code), cost};
    }
    const Path &best () const;
  };
  // The choices of one pixel.
  struct Pixel {
    std::uint8_t symbol;
    bool may_stay, may_differ;
    Rgba wanted;
  };

  void begin_strings (const Pixel &pixel, const SymbolRules &rules, Paths &paths) const;
  void extend (const Paths &paths, const Pixel &pixel, const SymbolRules &rules,
               Paths &longer) const;
  std::uint8_t write_back (std::uint16_t code, std::size_t end, std::size_t length,
                           const SymbolPlane &plane) const;

  LzwTable table_;
};

}  // namespace quad::gif
