#include "tensor/planes.h"

#include <algorithm>
#include <cstdint>

namespace quad {
namespace {

// One plane of a format: `channels` samples of `bytes` each a position, the letters of
// which are `names`; a position stands for 1 << w_sub by 1 << h_sub luma samples.
struct PlaneForm {
  int channels = 0;
  int bytes = 0;
  guint w_sub = 0, h_sub = 0;
  std::array<char, 5> names = {};
};

int sample_bytes (const GstVideoFormatInfo *format, guint c)
{
  return (GST_VIDEO_FORMAT_INFO_DEPTH (format, c) + GST_VIDEO_FORMAT_INFO_SHIFT (format, c) + 7) /
         8;
}

char letter_of (const GstVideoFormatInfo *format, guint c)
{
  return (GST_VIDEO_FORMAT_INFO_IS_RGB (format) ? "RGBA" : "YUVA")[c];
}

// Which of a position's samples a component is, or -1.
int slot_of (int offset, int bytes)
{
  // GStreamer's tables give the second sample of P010 and its like the offset 1, not 2.
  if (bytes == 2 && offset == 1) return 1;
  return offset < 0 || offset % bytes ? -1 : offset / bytes;
}

// False where the plane's samples do not lie at equal distances, each in bytes of its own.
bool form_of (const GstVideoFormatInfo *format, guint plane, PlaneForm &form)
{
  form = {};
  for (guint c = 0; c < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format); c++) {
    if (GST_VIDEO_FORMAT_INFO_PLANE (format, c) != plane) continue;
    const int bytes = sample_bytes (format, c);
    const int slot = slot_of (GST_VIDEO_FORMAT_INFO_POFFSET (format, c), bytes);
    const int step = GST_VIDEO_FORMAT_INFO_PSTRIDE (format, c);
    if (bytes < 1 || bytes > 2 || step < bytes || step % bytes || step / bytes > 4) return false;
    if (!form.channels) {
      form = {step / bytes,
              bytes,
              GST_VIDEO_FORMAT_INFO_W_SUB (format, c),
              GST_VIDEO_FORMAT_INFO_H_SUB (format, c),
              {}};
      std::fill_n (form.names.begin (), form.channels, 'x');
    }
    if (form.bytes != bytes || form.channels != step / bytes || slot < 0 || slot >= form.channels ||
        form.w_sub != GST_VIDEO_FORMAT_INFO_W_SUB (format, c) ||
        form.h_sub != GST_VIDEO_FORMAT_INFO_H_SUB (format, c))
      return false;
    char &name = form.names[std::size_t (slot)];
    if (name != 'x') return false;
    name = letter_of (format, c);
  }
  return form.channels > 0;
}

// Planes of one form at equal distances become one tensor, the planes its first axis.
void join_planes (Planes &planes)
{
  const QuadTensor &first = planes.tensor[0];
  const auto bytes = std::intptr_t (first.bits / 8);
  auto address = [&] (guint p) { return reinterpret_cast<std::intptr_t> (planes.tensor[p].data); };
  const std::intptr_t distance = address (1) - address (0);
  if (distance % bytes) return;
  for (guint p = 1; p < planes.count; p++)
    if (planes.tensor[p].strides[0] != first.strides[0] ||
        address (p) - address (p - 1) != distance)
      return;
  QuadTensor joined = first;
  joined.ndim = 3;
  joined.shape[0] = planes.count;
  joined.strides[0] = distance / bytes;
  std::copy_n (first.shape, 2, joined.shape + 1);
  std::copy_n (first.strides, 2, joined.strides + 1);
  for (guint p = 1; p < planes.count; p++) planes.channels[0][p] = planes.channels[p][0];
  planes.tensor[0] = joined;
  planes.count = 1;
}

}  // namespace

std::string problem_of_format (const GstVideoInfo &info)
{
  const GstVideoFormatInfo *format = info.finfo;
  const auto flags = guint (GST_VIDEO_FORMAT_INFO_FLAGS (format));
  bool fits = !(flags & (guint{GST_VIDEO_FORMAT_FLAG_COMPLEX} | GST_VIDEO_FORMAT_FLAG_TILED |
                         GST_VIDEO_FORMAT_FLAG_PALETTE));
  for (guint p = 0; fits && p < GST_VIDEO_FORMAT_INFO_N_PLANES (format); p++) {
    PlaneForm form;
    fits = form_of (format, p, form) &&
           (form.bytes == 1 ||
            ((flags & GST_VIDEO_FORMAT_FLAG_LE) != 0) == (G_BYTE_ORDER == G_LITTLE_ENDIAN));
  }
  if (!fits)
    return std::string{"The samples of "} + gst_video_format_to_string (info.finfo->format) +
           " are no elements of a tensor. Put videoconvert and a format such as RGB, NV12 or "
           "I420_10LE before.";
  if (GST_VIDEO_INFO_INTERLACE_MODE (&info) == GST_VIDEO_INTERLACE_MODE_ALTERNATE)
    return "The buffers hold fields, not frames. Put deinterlace before.";
  return {};
}

std::string describe_planes (const GstVideoInfo &info, GstBuffer *buffer,
                             const MappedBuffer &mapped, Planes &planes)
{
  const Rect area = crop_of (buffer, frame_size (buffer, info));
  if (area.empty ()) return "The frame's crop lies outside of it.";
  planes.width = area.width;
  planes.height = area.height;
  planes.count = GST_VIDEO_INFO_N_PLANES (&info);
  for (guint p = 0; p < planes.count; p++) {
    PlaneForm form;
    form_of (info.finfo, p, form);
    if (area.x % (1 << form.w_sub) || area.y % (1 << form.h_sub))
      return "The frame's crop begins between two samples of chroma. Crop at even positions, or "
             "put videoconvert and a format such as RGB before the crop.";
    const int stride = mapped.stride (int (p));
    std::byte *data = mapped.data (int (p));
    if (stride % form.bytes || reinterpret_cast<std::uintptr_t> (data) % unsigned (form.bytes))
      return "The frame's stride or address is no multiple of its samples' size.";
    QuadTensor &t = planes.tensor[p];
    t.data = data + std::intptr_t{area.y >> form.h_sub} * stride +
             std::intptr_t{area.x >> form.w_sub} * form.channels * form.bytes;
    t.bits = guint (form.bytes * 8);
    t.ndim = form.channels > 1 ? 3 : 2;
    t.shape[0] = GST_VIDEO_SUB_SCALE (form.h_sub, area.height);
    t.shape[1] = GST_VIDEO_SUB_SCALE (form.w_sub, area.width);
    t.shape[2] = form.channels > 1 ? form.channels : 0;
    t.strides[0] = stride / form.bytes;
    t.strides[1] = form.channels;
    t.strides[2] = form.channels > 1 ? 1 : 0;
    planes.channels[p] = form.names;
  }
  if (const char *problem = mapped.problem_of (area))
    return std::string{"The buffer "} + problem + ".";
  if (GST_VIDEO_FORMAT_INFO_IS_RGB (info.finfo) && planes.count > 1) join_planes (planes);
  return {};
}

}  // namespace quad
