#include "tensor/packets.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

namespace quad::tensor {
namespace {

// The first byte of a packet, or -1 of an empty one.
int first_byte (GstBuffer *packet)
{
  guint8 byte = 0;
  return gst_buffer_extract (packet, 0, &byte, 1) == 1 ? byte : -1;
}

// The fifth bit is show_frame (RFC 6386, 9.1). An empty packet repeats the frame before.
bool hidden_vp8 (GstBuffer *packet)
{
  const int byte = first_byte (packet);
  return byte < 0 || !(byte & 0x10);
}

// Headers have the first bit set (Theora specification, 6.1). An empty packet repeats the frame
// before (7): the decoder shows it once more.
bool hidden_theora (GstBuffer *packet)
{
  const int byte = first_byte (packet);
  return byte >= 0 && (byte & 0x80);
}

// A view of a packet.
class Mapped {
 public:
  explicit Mapped (GstBuffer *packet) : packet_{packet}
  {
    if (!gst_buffer_map (packet_, &map_, GST_MAP_READ)) packet_ = nullptr;
  }
  Mapped (const Mapped &) = delete;
  Mapped &operator= (const Mapped &) = delete;
  ~Mapped ()
  {
    if (packet_) gst_buffer_unmap (packet_, &map_);
  }
  std::span<const guint8> bytes () const
  {
    return packet_ ? std::span<const guint8> (map_.data, map_.size) : std::span<const guint8> ();
  }

 private:
  GstBuffer *packet_;
  GstMapInfo map_ = GST_MAP_INFO_INIT;
};

// Takes the first NAL unit away from `rest`: after its length in `prefix` bytes, or, with 0, from
// start code to start code (Rec. ITU-T H.264, annex B). Empty at the end, or if it is damaged.
std::span<const guint8> next_nal (std::span<const guint8> &rest, gsize prefix)
{
  constexpr guint8 kStart[] = {0, 0, 1};
  const auto find = [&] (std::span<const guint8> in) {
    return gsize (std::search (in.begin (), in.end (), std::begin (kStart), std::end (kStart)) -
                  in.begin ());
  };
  gsize begin = prefix, size = 0;
  if (prefix == 0) {
    begin = std::min (find (rest) + 3, rest.size ());
    size = find (rest.subspan (begin));
  } else if (rest.size () > prefix) {
    for (gsize i = 0; i < prefix; i++) size = size << 8 | rest[i];
  }
  if (begin > rest.size () || size > rest.size () - begin) size = 0;
  const auto nal = size > 0 ? rest.subspan (begin, size) : std::span<const guint8> ();
  rest = size > 0 ? rest.subspan (begin + size) : nal;
  return nal;
}

// True if all slices have a nal_ref_idc of 0 (7.4.1), and nothing else is there that later pictures
// may need: parameter sets (7, 8, 13, 15).
bool is_lone_h264 (GstBuffer *packet, gsize prefix)
{
  const Mapped mapped (packet);
  std::span<const guint8> rest = mapped.bytes ();
  bool any = false;
  for (auto nal = next_nal (rest, prefix); !nal.empty (); nal = next_nal (rest, prefix)) {
    const int type = nal[0] & 0x1f;
    if (type == 7 || type == 8 || type == 13 || type == 15) return false;
    if (type < 1 || type > 5) continue;
    if (nal[0] & 0x60) return false;
    any = true;
  }
  return any;
}

struct Row {
  std::string_view type;
  bool (*hidden) (GstBuffer *);
};

constexpr Row kRows[] = {{"video/x-vp8", hidden_vp8}, {"video/x-theora", hidden_theora}};

}  // namespace

bool (*hidden_packets (const char *type)) (GstBuffer *)
{
  for (const Row &row : kRows)
    if (row.type == type) return row.hidden;
  return nullptr;
}

LonePackets lone_packets (const GstCaps *caps)
{
  const GstStructure *fields = gst_caps_get_structure (caps, 0);
  if (!gst_structure_has_name (fields, "video/x-h264") || may_hold_fields (fields)) return {};
  const char *format = gst_structure_get_string (fields, "stream-format");
  const char *alignment = gst_structure_get_string (fields, "alignment");
  if (!format || !alignment || std::string_view{alignment} != "au") return {};
  if (std::string_view{format} == "byte-stream")
    return [] (GstBuffer *packet) { return is_lone_h264 (packet, 0); };
  const GValue *data = gst_structure_get_value (fields, "codec_data");
  guint8 byte = 0;
  if (!data || gst_buffer_extract (gst_value_get_buffer (data), 4, &byte, 1) != 1) return {};
  const gsize length = (byte & 3) + 1u;
  return [length] (GstBuffer *packet) { return is_lone_h264 (packet, length); };
}

bool may_hold_fields (const GstStructure *caps)
{
  const char *mode = gst_structure_get_string (caps, "interlace-mode");
  return mode && std::string_view{mode} != "progressive";
}

}  // namespace quad::tensor
