#include "tensor/incoming.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "glue/owned.h"

namespace quad::tensor {
namespace {

struct Layout {
  std::string_view letters;
  bool planar;
  GstVideoFormat format;
};

constexpr Layout kLayouts[] = {
    {"RGB", false, GST_VIDEO_FORMAT_RGB},   {"RGB", true, GST_VIDEO_FORMAT_RGBP},
    {"BGR", false, GST_VIDEO_FORMAT_BGR},   {"GBR", true, GST_VIDEO_FORMAT_GBR},
    {"RGBA", false, GST_VIDEO_FORMAT_RGBA}, {"BGRA", false, GST_VIDEO_FORMAT_BGRA},
    {"ARGB", false, GST_VIDEO_FORMAT_ARGB}, {"ABGR", false, GST_VIDEO_FORMAT_ABGR},
    {"RGBx", false, GST_VIDEO_FORMAT_RGBx}, {"BGRx", false, GST_VIDEO_FORMAT_BGRx},
    {"xRGB", false, GST_VIDEO_FORMAT_xRGB}, {"xBGR", false, GST_VIDEO_FORMAT_xBGR},
    {"Y", false, GST_VIDEO_FORMAT_GRAY8},
};

const Layout *layout_of (std::string_view letters, bool planar)
{
  for (const Layout &each : kLayouts)
    if (each.letters == letters && each.planar == planar) return &each;
  return nullptr;
}

constexpr std::uint8_t kFloat = 2, kBool = 6;  // codes of DLDataType

std::string shape_text (const dlpack::Tensor &tensor)
{
  std::string text = "[";
  for (int i = 0; i < tensor.ndim; i++) text += (i ? ", " : "") + std::to_string (tensor.shape[i]);
  return text + "]";
}

std::string type_text (const dlpack::DataType &type)
{
  constexpr const char *kNames[] = {"int", "uint", "float", "handle", "bfloat", "complex", "bool"};
  const bool known = type.code < std::size (kNames);
  return (known ? kNames[type.code] : "type " + std::to_string (type.code)) +
         (type.code == kBool ? "" : std::to_string (type.bits));
}

Failure misuse (const std::string &text) { return {QUAD_TENSOR_ERROR_ARGUMENT, text}; }

bool is_count_of_channels (std::int64_t n) { return n == 1 || n == 3 || n == 4; }

// The axis of colours; -1: there is none; -2: the tensor is no picture.
int colour_axis (const dlpack::Tensor &tensor)
{
  if (tensor.ndim == 2) return -1;
  if (tensor.ndim != 3) return -2;
  if (is_count_of_channels (tensor.shape[2])) return 2;
  return is_count_of_channels (tensor.shape[0]) ? 0 : -2;
}

// Of an axis with one element the distance says nothing.
std::ptrdiff_t distance (const dlpack::Tensor &tensor, int axis)
{
  if (axis < 0 || tensor.shape[axis] == 1) return 1;
  if (tensor.strides) return tensor.strides[axis];
  std::int64_t product = 1;
  for (int i = axis + 1; i < tensor.ndim; i++) product *= tensor.shape[i];
  return product;
}

Failure read_device (const dlpack::Device &device, int &number)
{
  enum { cpu = 1, cuda = 2, pinned = 3, managed = 13 };
  number = device.type == cuda || device.type == managed ? device.id : -1;
  if (number >= 0 || device.type == cpu || device.type == pinned) return {};
  return misuse ("The frame lies on a device that is neither the host nor CUDA (DLPack's type " +
                 std::to_string (device.type) + "). Copy it to the host first.");
}

}  // namespace

bool Incoming::rows_are_whole () const
{
  return planar ? pixel == 1 : pixel == channels && (channel == 1 || channels == 1);
}

bool Incoming::can_be_wrapped () const
{
  const std::ptrdiff_t length = std::ptrdiff_t (width) * (planar ? 1 : channels);
  return device < 0 && rows_are_whole () && row >= length && row <= G_MAXINT &&
         (!planar || channel >= row * height);
}

Failure read_incoming (const dlpack::Tensor &tensor, const char *letters, Incoming &incoming)
{
  if (tensor.dtype.code != dlpack::kUnsigned || tensor.dtype.bits != 8 || tensor.dtype.lanes != 1)
    return {QUAD_TENSOR_ERROR_UNSUPPORTED,
            "Frames are uint8, from 0 to 255, and this one is " + type_text (tensor.dtype) +
                (tensor.dtype.code == kFloat
                     ? ". Of values from 0 to 1: (frame * 255).round() as uint8."
                     : ". Convert it first.")};
  const int axis = colour_axis (tensor);
  if (axis == -2)
    return misuse (
        "A frame has the shape [H, W, 3], [3, H, W], [H, W, 4], [4, H, W] or [H, W], and this one "
        "has " +
        shape_text (tensor) + ".");
  const int down = axis == 0 ? 1 : 0, across = down + 1;
  for (const int each : {down, across})
    if (tensor.shape[each] < 1 || tensor.shape[each] > 16384)
      return misuse ("A frame has from 1 to 16384 rows and columns, and this one has the shape " +
                     shape_text (tensor) + ".");
  if (Failure why = read_device (tensor.device, incoming.device); !why.empty ()) return why;
  incoming.data = static_cast<std::byte *> (tensor.data) + tensor.byte_offset;
  incoming.height = int (tensor.shape[down]);
  incoming.width = int (tensor.shape[across]);
  incoming.channels = axis < 0 ? 1 : int (tensor.shape[axis]);
  incoming.row = distance (tensor, down);
  incoming.pixel = distance (tensor, across);
  incoming.channel = distance (tensor, axis);
  if (incoming.height == 1) incoming.row = std::ptrdiff_t (incoming.width) * incoming.channels;
  constexpr const char *kUsual[] = {"", "Y", "", "RGB", "RGBA"};
  const std::string_view order = letters ? letters : kUsual[incoming.channels];
  const bool lies_in_planes = incoming.channels == 3 && incoming.pixel == 1;
  const Layout *layout = layout_of (order, lies_in_planes);
  if (!layout) layout = layout_of (order, !lies_in_planes);
  if (!layout || int (order.size ()) != incoming.channels)
    return misuse ("Frames whose channels are " + std::string{order} +
                   " cannot be written, and this one has " + std::to_string (incoming.channels) +
                   ". Make RGB, RGBA or gray of it.");
  incoming.format = layout->format;
  incoming.planar = layout->planar;
  if (incoming.width == 1) incoming.pixel = incoming.planar ? 1 : incoming.channels;
  return {};
}

void leave_alpha_out (Incoming &incoming)
{
  struct Pair {
    GstVideoFormat with, without;
    bool on_device;  // whether GPUs know the one without
  };
  constexpr Pair kPairs[] = {
      {GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_RGBx, true},
      {GST_VIDEO_FORMAT_BGRA, GST_VIDEO_FORMAT_BGRx, true},
      {GST_VIDEO_FORMAT_ARGB, GST_VIDEO_FORMAT_xRGB, false},
      {GST_VIDEO_FORMAT_ABGR, GST_VIDEO_FORMAT_xBGR, false},
  };
  for (const Pair &pair : kPairs) {
    if (incoming.format != pair.with) continue;
    if (incoming.device < 0 || pair.on_device) incoming.format = pair.without;
    return;
  }
}

GstBuffer *wrapped (const Incoming &incoming, gpointer data, GDestroyNotify gone)
{
  const int planes = incoming.planar ? incoming.channels : 1;
  gsize offsets[GST_VIDEO_MAX_PLANES] = {};
  gint strides[GST_VIDEO_MAX_PLANES] = {};
  for (int i = 0; i < planes; i++) {
    offsets[i] = gsize (i * incoming.channel);
    strides[i] = int (incoming.row);
  }
  const gsize length = gsize (incoming.width) * gsize (incoming.planar ? 1 : incoming.channels);
  const gsize size =
      offsets[planes - 1] + gsize (incoming.row) * gsize (incoming.height - 1) + length;
  GstBuffer *buffer = gst_buffer_new ();
  gst_buffer_append_memory (buffer, gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, incoming.data,
                                                            size, 0, size, data, gone));
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, incoming.format,
                                  guint (incoming.width), guint (incoming.height), guint (planes),
                                  offsets, strides);
  return buffer;
}

void copy_to_host (const Incoming &incoming, MappedBuffer &to, int width, int height)
{
  const int planes = incoming.planar ? incoming.channels : 1;
  const int samples = incoming.planar ? 1 : incoming.channels;  // of a pixel, in a plane
  const bool whole = incoming.rows_are_whole ();
  for (int plane = 0; plane < planes; plane++) {
    for (int y = 0; y < height; y++) {
      const std::byte *from = incoming.data + plane * incoming.channel +
                              std::min (y, incoming.height - 1) * incoming.row;
      std::byte *row = to.data (plane) + std::ptrdiff_t (y) * to.stride (plane);
      if (whole) std::memcpy (row, from, std::size_t (incoming.width) * std::size_t (samples));
      for (int x = whole ? incoming.width : 0; x < width; x++)
        for (int c = 0; c < samples; c++)
          row[x * samples + c] =
              from[std::min (x, incoming.width - 1) * incoming.pixel + c * incoming.channel];
    }
  }
}

std::vector<Rows> rows_for_device (const Incoming &incoming, const MappedBuffer &to, int width,
                                   int height)
{
  const int planes = incoming.planar ? incoming.channels : 1;
  const auto pixel = std::size_t (incoming.planar ? 1 : incoming.channels);
  std::vector<Rows> rows;
  for (int plane = 0; plane < planes; plane++) {
    const std::byte *from = incoming.data + plane * incoming.channel;
    std::byte *into = to.data (plane);
    const auto step = std::size_t (to.stride (plane));
    // `count` pixels from (x, y), in `lines` rows.
    const auto add = [&] (int x, int y, int to_x, int to_y, int count, int lines) {
      rows.push_back ({from + y * incoming.row + x * incoming.pixel,
                       into + std::size_t (to_y) * step + std::size_t (to_x) * pixel,
                       std::size_t (incoming.row), std::size_t (count) * pixel, std::size_t (lines),
                       step});
    };
    const int w = incoming.width, h = incoming.height;
    add (0, 0, 0, 0, w, h);
    if (width > w) add (w - 1, 0, w, 0, 1, h);
    if (height > h) add (0, h - 1, 0, h, w, 1);
    if (width > w && height > h) add (w - 1, h - 1, w, h, 1, 1);
  }
  return rows;
}

}  // namespace quad::tensor
