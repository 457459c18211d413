#include "elements/extract/entry_point.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace quad::extract {
namespace {

using Bytes = std::basic_string_view<guint8>;

enum class Verdict { undecided, yes, no };

// Yes only for an IDR picture. After any other I picture, later ones may refer to pictures before
// it. Even after a recovery point, libav's decoder was seen to give wrong pictures.
Verdict of_h264 (Bytes unit)
{
  switch (unit[0] & 0x1f) {
    case 5: return Verdict::yes;
    case 1:
    case 2: return Verdict::no;
    default: return Verdict::undecided;
  }
}

Verdict of_h265 (Bytes unit)
{
  const int type = unit[0] >> 1 & 0x3f;
  if (type >= 32) return Verdict::undecided;  // no slice
  return type >= 16 && type <= 23 ? Verdict::yes : Verdict::no;
}

// Decoders give nothing before a sequence header (ISO/IEC 13818-2, 6.2.2).
Verdict of_mpeg (Bytes unit)
{
  switch (unit[0]) {
    case 0xb3: return Verdict::yes;
    case 0x00: return Verdict::no;  // a picture
    default: return Verdict::undecided;
  }
}

struct Coding {
  const char *caps;
  Verdict (*of_unit) (Bytes);
  // In codec_data: the byte whose lowest bits are the size of lengths, less 1. 0: there is none.
  std::size_t length_at;
  bool wants_headers = false;
  int latest = 0;  // of MPEG's versions, which share a name
};

constexpr std::array kCodings = {
    Coding{"video/x-h264", of_h264, 4},
    Coding{"video/x-h265", of_h265, 21},
    Coding{"video/mpeg", of_mpeg, 0, true, 2},
};

const Coding *coding_of (const GstCaps *caps)
{
  if (!caps || gst_caps_get_size (caps) == 0) return nullptr;
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  const auto found = std::find_if (kCodings.begin (), kCodings.end (), [&] (const Coding &c) {
    int version = 0;
    gst_structure_get_int (structure, "mpegversion", &version);
    return gst_structure_has_name (structure, c.caps) && version <= c.latest;
  });
  return found == kCodings.end () ? nullptr : &*found;
}

// How many bytes hold a unit's length; 0 if start codes separate units.
std::size_t length_size (const GstStructure *structure, const Coding &coding)
{
  if (coding.length_at == 0) return 0;
  const char *format = gst_structure_get_string (structure, "stream-format");
  if (!format || std::string_view (format) == "byte-stream") return 0;
  const GValue *value = gst_structure_get_value (structure, "codec_data");
  GstBuffer *header = value ? gst_value_get_buffer (value) : nullptr;
  guint8 size = 3;
  if (header) gst_buffer_extract (header, coding.length_at, &size, 1);
  return std::size_t{size & 3U} + 1;
}

// Takes the next unit from `rest`; an empty one at the end.
Bytes next_unit (Bytes &rest, std::size_t length)
{
  static constexpr std::array<guint8, 3> kCode = {0, 0, 1};
  const Bytes code (kCode.data (), kCode.size ());
  if (length == 0) {
    const std::size_t begin = rest.find (code);
    if (begin == rest.npos) return {};
    rest.remove_prefix (begin + code.size ());
    return rest.substr (0, rest.find (code));
  }
  if (rest.size () <= length) return {};
  std::size_t size = 0;
  for (std::size_t i = 0; i < length; i++) size = size << 8 | rest[i];
  rest.remove_prefix (length);
  const Bytes unit = rest.substr (0, size);
  rest.remove_prefix (unit.size ());
  return unit;
}

}  // namespace

bool is_delta (GstBuffer *picture, const GstCaps *caps)
{
  if (GST_BUFFER_FLAG_IS_SET (picture, GST_BUFFER_FLAG_DELTA_UNIT)) return true;
  if (!caps || gst_caps_is_empty (caps) ||
      !gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-vp8"))
    return false;
  // RFC 6386, section 9.1: the first bit is set in all but keyframes.
  guint8 first = 0;
  return gst_buffer_extract (picture, 0, &first, 1) == 1 && first & 1;
}

bool wants_headers (const GstCaps *caps)
{
  const Coding *coding = coding_of (caps);
  return coding && coding->wants_headers;
}

bool is_entry_point (GstBuffer *picture, const GstCaps *caps)
{
  if (is_delta (picture, caps)) return false;
  const Coding *coding = coding_of (caps);
  if (!coding) return true;
  GstMapInfo map;
  if (!gst_buffer_map (picture, &map, GST_MAP_READ)) return false;
  Bytes rest (map.data, map.size);
  const std::size_t length = length_size (gst_caps_get_structure (caps, 0), *coding);
  Verdict verdict = Verdict::undecided;
  while (verdict == Verdict::undecided) {
    const Bytes unit = next_unit (rest, length);
    if (unit.empty ()) break;
    verdict = coding->of_unit (unit);
  }
  gst_buffer_unmap (picture, &map);
  return verdict == Verdict::yes;
}

}  // namespace quad::extract
