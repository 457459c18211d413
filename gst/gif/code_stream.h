// The codes of a GIF's image as bytes: bits, in sub-blocks of up to 255 bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace quad::gif {

// Of one image. Codes grow from one bit more than a symbol has to 12 bits.
class CodeStream {
 public:
  static constexpr int kMaxBits = 12;

  // Appends to `out`, which outlives it. `min_bits`: the size of a symbol in the file.
  CodeStream (int min_bits, std::vector<std::uint8_t> &out);

  void put (std::uint32_t code);
  // Makes codes as short as at the beginning.
  void shorten () { bits_ = min_bits_ + 1; }
  // The table has `codes` codes now. A reader learns each one code later than the writer, and then
  // reads longer codes if that needs more bits.
  void grow (std::uint32_t codes)
  {
    if (codes == 1u << bits_ && bits_ < kMaxBits) bits_++;
  }
  // Fills the last byte and ends the blocks.
  void end ();

 private:
  std::vector<std::uint8_t> &out_;
  int min_bits_, bits_;
  std::size_t block_;  // where the length of the running sub-block is
  std::uint64_t pending_ = 0;
  int pending_bits_ = 0;
};

}  // namespace quad::gif
