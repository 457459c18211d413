// What a JPEG says of itself before its first scan.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/format.h"
#include "jpeg/bytes.h"

namespace quad::jpeg {

// The meaning of the components, as libjpeg derives it from their number and identifiers, and
// from JFIF's and Adobe's segments.
enum class Colors { unknown, grey, yuv, rgb, cmyk, ycck };

struct Component {
  std::uint8_t id = 0;
  std::uint8_t h = 0, v = 0;  // sampling factors
  std::uint8_t quantization = 0;
};

struct Header {
  Size size;                 // in pixels
  std::uint8_t process = 0;  // the marker SOFn
  int precision = 8;         // bits of a sample
  int components = 0;        // may be more than `component` has
  std::array<Component, 4> component = {};
  Colors colors = Colors::unknown;
  bool limited_range = false;  // FFmpeg's comment says so; JFIF has full range
  Orientation orientation = Orientation::identity;
  bool has_orientation = false;
  // The first scan holds the whole picture.
  bool one_scan = false;
  // All tables that the first scan needs come before it.
  bool own_tables = false;
};

// Of a JPEG that begins with the first byte. Nothing if it ends or is damaged before its first
// scan.
std::optional<Header> read_header (Bytes jpeg);

// How a JPEG samples its colours, if it can be decoded.
struct Sampling {
  const char *name;
  std::array<std::uint8_t, 4> factors;  // h and v of the first component, h and v of the others
  int turbojpeg;                        // TJSAMP
  PixelFormat format;                   // it is decoded to
  int row_repeat = 1;                   // rows of the format for each row of chroma
};

// The row of `header`'s sampling, or nullptr if pictures of that kind are not decoded.
const Sampling *sampling_of (const Header &header);

// Why a picture is not decoded, and what the user can do: two sentences. Empty if it is decoded.
std::string refusal_of (const Header &header, std::uint64_t max_pixels);

}  // namespace quad::jpeg
