// How this project encodes H.264: elements, as gst-launch-1.0 has them, with the name `video`.
#pragma once

#include <string>

namespace quad {

// The quality where nobody says another: 0 is the best, 51 the worst.
inline constexpr int kQuantizer = 22;

// On the host, from I420. Without the buffer of 0, the element would keep to 2 Mbit/s at any
// quality.
inline std::string x264enc (int quantizer)
{
  return "x264enc name=video pass=qual vbv-buf-capacity=0 quantizer=" + std::to_string (quantizer);
}

// On an NVIDIA GPU, from frames in CUDA memory or in system memory. `element` is nvh264enc, or that
// of another device. The card's quantizer gives the same quality two steps higher.
inline std::string nvh264enc (int quantizer, const std::string &element = "nvh264enc")
{
  return element + " name=video rc-mode=constqp qp-const=" + std::to_string (quantizer + 2) +
         " zerolatency=true";
}

// x264enc: no frames in another order than they are shown. GStreamer's muxer counts a film's length
// in decoding times. In another order these end early where the rate varies, and players cut off
// the rest.
inline constexpr const char *kInOrder = "bframes=0";

}  // namespace quad
