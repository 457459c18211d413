// Chooses the colours of a palette for the pixels of a picture.
#pragma once

#include <vector>

#include "gif/nearest.h"

namespace quad::gif {

// Counts pixels by colour. Its table holds some ten thousand colours; with more, near ones count as
// one. Then it divides these colours into groups, one a colour of the palette: first it cuts the
// group of greatest variance across its widest axis, as in S. J. Wan, P. Prusinkiewicz and
// S. K. M. Wong, "Variance-based color image quantization for frame buffer display" (Color Research
// & Application 15(1), 1990). Then come rounds of k-means over the counted colours, as in
// M. E. Celebi, "Improving the performance of k-means for color quantization" (Image and Vision
// Computing 29(4), 2011). A group whose pixels mostly have one colour gets exactly that, so flat
// areas keep their colour. Of one thread; at most 2 MB between pictures, and some MB while it
// chooses, whatever the pictures' size.
class Quantizer {
 public:
  explicit Quantizer (FindNearest find_nearest);

  // Counts an opaque pixel, `weight` > 0 times.
  void add (Rgba pixel, std::uint32_t weight)
  {
    Cell &cell = cell_of (pixel);
    cell.add (pixel, weight);
  }

  // At most `colors` (1 to 256) for what was counted since the last call. Empties the table.
  Palette make (int colors);

 private:
  static constexpr std::size_t kSlots = std::size_t{1} << 16, kMostCells = kSlots / 2;

  // Pixels that are counted as one.
  struct Cell {
    std::uint64_t weight = 0;
    std::uint64_t sum[3] = {};
    // Finds the colour that more than half of them have, if there is one: R. S. Boyer and J S.
    // Moore, "MJRTY: A Fast Majority Vote Algorithm" (1981).
    std::uint64_t votes = 0;
    Rgba color = 0;

    void add (Rgba pixel, std::uint32_t n)
    {
      weight += n;
      sum[0] += std::uint64_t{n} * static_cast<std::uint32_t> (red (pixel));
      sum[1] += std::uint64_t{n} * static_cast<std::uint32_t> (green (pixel));
      sum[2] += std::uint64_t{n} * static_cast<std::uint32_t> (blue (pixel));
      vote (pixel, n);
    }
    void vote (Rgba pixel, std::uint64_t n)
    {
      if (pixel == color) {
        votes += n;
      } else if (votes >= n) {
        votes -= n;
      } else {
        color = pixel;
        votes = n - votes;
      }
    }
    Rgba mean () const;
  };
  // The same for all pixels of a cell.
  Rgba key_of (Rgba pixel) const { return pixel & mask_; }
  Cell &cell_of (Rgba pixel)
  {
    const Rgba key = key_of (pixel);
    for (std::size_t i = (key * 0x9e3779b1u) >> 16;; i = (i + 1) % kSlots) {
      if (!slots_[i]) return claim (i, pixel);
      Cell &cell = cells_[slots_[i] - 1u];
      if (key_of (cell.color) == key) return cell;
    }
  }
  Cell &claim (std::size_t slot, Rgba pixel);
  void clear_slots ();
  void set_detail (int bits);

  FindNearest find_nearest_;
  std::vector<std::uint16_t> slots_;  // by hash: the place in cells_, plus 1; 0 if free
  std::vector<Cell> cells_;
  Rgba mask_ = 0;
  int bits_ = 8;  // a channel's highest bits, which tell cells apart
};

}  // namespace quad::gif
