#include "gif/code_stream.h"

namespace quad::gif {

CodeStream::CodeStream (int min_bits, std::vector<std::uint8_t> &out)
    : out_{out}, min_bits_{min_bits}, bits_{min_bits + 1}
{
  out_.push_back (static_cast<std::uint8_t> (min_bits));
  block_ = out_.size ();
  out_.push_back (0);
}

void CodeStream::put (std::uint32_t code)
{
  pending_ |= std::uint64_t{code} << pending_bits_;
  pending_bits_ += bits_;
  for (; pending_bits_ >= 8; pending_bits_ -= 8, pending_ >>= 8) {
    if (out_.size () - block_ == 256) {
      out_[block_] = 255;
      block_ = out_.size ();
      out_.push_back (0);
    }
    out_.push_back (static_cast<std::uint8_t> (pending_));
  }
}

void CodeStream::end ()
{
  if (pending_bits_) {
    bits_ = 8 - pending_bits_;
    put (0);
  }
  const std::size_t length = out_.size () - block_ - 1;
  out_[block_] = static_cast<std::uint8_t> (length);
  if (length) out_.push_back (0);
}

}  // namespace quad::gif
