// Makes JPEGs of all kinds with TurboJPEG's encoder, and edits their bytes.
#pragma once

#include <turbojpeg.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/geometry.h"

namespace quad::test {

using JpegBytes = std::vector<std::uint8_t>;

struct JpegKind {
  int sampling = TJSAMP_420;
  bool progressive = false;
  bool arithmetic = false;
  bool optimized = false;  // Huffman tables of its own
  int restart_rows = 0;    // a restart marker each so many rows of blocks
  int quality = 90;
  int shade = 0;     // another picture for each value
  bool rgb = false;  // the planes are R, G and B; the sampling is 4:4:4
};

// A smooth picture with some detail. Other threads may run only where the kind has no restart rows,
// no arithmetic coding and no optimized tables.
JpegBytes make_jpeg (Size size, const JpegKind &kind = {});

// Without the segments of a marker that come before the first scan, and with one after SOI.
JpegBytes without_segments (const JpegBytes &jpeg, std::uint8_t marker);
JpegBytes with_segment (const JpegBytes &jpeg, std::uint8_t marker, const JpegBytes &content);
// Where the first marker of a kind before the first scan's end stands, at its 0xff.
std::size_t marker_at (const JpegBytes &jpeg, std::uint8_t marker);
// With another size in the header.
JpegBytes with_size (JpegBytes jpeg, int width, int height);
// With other sampling factors of a component, written as h * 16 + v.
JpegBytes with_factors (JpegBytes jpeg, std::size_t component, std::uint8_t factors);
// Without EOI.
JpegBytes without_end (JpegBytes jpeg);

// The content of an APP1 segment that says how a picture is turned: EXIF's values 1 to 8.
JpegBytes exif (int orientation, bool little_endian);
// The same with the first directory at `offset`, which may lie anywhere.
JpegBytes exif_at (int orientation, bool little_endian, std::uint32_t offset);
// The content of an APP2 segment that lists pictures at these offsets from its TIFF header.
JpegBytes mpf (const std::vector<std::uint32_t> &offsets, bool little_endian);

JpegBytes joined (const std::vector<JpegBytes> &parts);

}  // namespace quad::test
