// Bytes of files, and numbers in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace quad::jpeg {

using Bytes = std::span<const std::uint8_t>;

// The marker codes that matter here (ITU-T T.81, table B.1). A marker is 0xff and one of these.
inline constexpr std::uint8_t kPrefix = 0xff, kStuffing = 0x00, kTem = 0x01, kDht = 0xc4,
                              kRst0 = 0xd0, kSoi = 0xd8, kEoi = 0xd9, kSos = 0xda, kDqt = 0xdb,
                              kApp0 = 0xe0, kApp1 = 0xe1, kApp2 = 0xe2, kApp14 = 0xee, kCom = 0xfe;

// A marker that stands alone: no length and no content follow.
constexpr bool stands_alone (std::uint8_t marker)
{
  return marker == kStuffing || marker == kTem || (marker >= kRst0 && marker <= kEoi);
}

// Big-endian, as everything in a JPEG outside of its EXIF. There are two bytes at `at`.
constexpr unsigned read_16 (Bytes bytes, std::size_t at)
{
  return static_cast<unsigned> (bytes[at] << 8 | bytes[at + 1]);
}

// Whether `bytes` begin with these characters; a string's final 0 counts.
template <std::size_t N>
constexpr bool begins_with (Bytes bytes, const char (&text)[N])
{
  if (bytes.size () < N) return false;
  for (std::size_t i = 0; i < N; i++)
    if (bytes[i] != static_cast<std::uint8_t> (text[i])) return false;
  return true;
}

}  // namespace quad::jpeg
