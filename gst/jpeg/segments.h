// What segments of a JPEG say that its picture does not need.
#pragma once

#include <optional>
#include <vector>

#include "core/geometry.h"
#include "jpeg/bytes.h"

namespace quad::jpeg {

// How a picture has to be turned to be shown, from the content of an APP1 segment: the tag
// Orientation (EXIF 2.32, 4.6.4). Nothing if the segment holds no such tag, or a wrong value.
std::optional<Orientation> exif_orientation (Bytes app1);

// The first bytes of the content of an APP2 segment with an index of further pictures.
inline constexpr char kMpf[] = "MPF";

// Where further pictures of the file begin (CIPA DC-007, Multi-Picture Format), from the content
// of an APP2 segment. Counted from the byte after kMpf. Empty if the segment holds no such index.
std::vector<std::uint32_t> further_pictures (Bytes app2);

}  // namespace quad::jpeg
