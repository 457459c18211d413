#include "tensor/packets.h"

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

// Headers have the first bit set; an empty packet repeats the frame before (Theora specification,
// 6.1 and 7).
bool hidden_theora (GstBuffer *packet)
{
  const int byte = first_byte (packet);
  return byte < 0 || (byte & 0x80);
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

bool may_hold_fields (const GstStructure *caps)
{
  const char *mode = gst_structure_get_string (caps, "interlace-mode");
  return mode && std::string_view{mode} != "progressive";
}

}  // namespace quad::tensor
