#include "glue/frame.h"

#include <algorithm>
#include <cstdint>

#include "glue/video.h"

namespace quad {
namespace {

// Sides that gst_video_frame_map and the arithmetic here can take.
constexpr guint kLargestSide = G_MAXINT / 16;

constexpr const char *kTooSmall = "is smaller than its caps and strides say";

// Whether a frame of `info` may lie in a buffer with `meta`, or without one (nullptr).
// gst_video_frame_map does not check that.
bool meta_fits (const GstVideoMeta *meta, const GstVideoInfo &info)
{
  const auto fits = [] (guint side, int least) {
    return side >= static_cast<guint> (least) && side <= kLargestSide;
  };
  return !meta ||
         (meta->format == GST_VIDEO_INFO_FORMAT (&info) && fits (meta->width, info.width) &&
          fits (meta->height, info.height) && meta->n_planes == GST_VIDEO_INFO_N_PLANES (&info));
}

// Each plane has a map of its own, or all share the first.
const GstMapInfo &map_of (const GstVideoFrame &frame, guint plane)
{
  const GstMapInfo &own = frame.map[plane];
  return own.memory || own.data ? own : frame.map[0];
}

}  // namespace

Size frame_size (GstBuffer *buffer, const GstVideoInfo &info)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  if (!meta || !gst_buffer_get_video_crop_meta (buffer)) return {info.width, info.height};
  return {static_cast<int> (meta->width), static_cast<int> (meta->height)};
}

Rect crop_of (GstBuffer *buffer, Size size)
{
  const GstVideoCropMeta *meta = gst_buffer_get_video_crop_meta (buffer);
  if (!meta) return rect_of (size);
  // The meta's fields are unsigned.
  const auto limited = [] (guint v) { return static_cast<int> (std::min (v, kLargestSide)); };
  return intersect (
      {limited (meta->x), limited (meta->y), limited (meta->width), limited (meta->height)},
      rect_of (size));
}

MappedBuffer::MappedBuffer (const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags access,
                            Memory memory)
{
  // GST_MAP_CUDA, whose header needs CUDA's own. GStreamer's other devices use the same bit.
  constexpr int kMapDevice = int{GST_MAP_FLAG_LAST} << 1;
  // An empty buffer holds a frame of no bytes. It is mapped without flags, so gst_video_frame_unmap
  // would give away a reference that NO_REF did not take.
  if (!info.finfo || GST_VIDEO_INFO_N_PLANES (&info) == 0 || GST_VIDEO_INFO_SIZE (&info) == 0) {
    problem_ = "has caps that describe no frame";
    return;
  }
  if (!meta_fits (gst_buffer_get_video_meta (buffer), info)) {
    problem_ = "has a video meta of another format, or a smaller size, than its caps";
    return;
  }
  int flags = int{access} | int{GST_VIDEO_FRAME_MAP_FLAG_NO_REF};
  if (memory != Memory::host) flags |= kMapDevice;
  mapped_ = gst_video_frame_map (&frame_, &info, buffer, static_cast<GstMapFlags> (flags));
  if (!mapped_) problem_ = "is smaller than its caps say, or its memory cannot be mapped";
}

std::byte *MappedBuffer::data (int plane) const
{
  return static_cast<std::byte *> (GST_VIDEO_FRAME_PLANE_DATA (&frame_, plane));
}

const char *MappedBuffer::problem_of (const Rect &part) const
{
  const GstVideoFormatInfo *format = frame_.info.finfo;
  constexpr guint kIrregular = guint{GST_VIDEO_FORMAT_FLAG_COMPLEX} | GST_VIDEO_FORMAT_FLAG_TILED |
                               GST_VIDEO_FORMAT_FLAG_PALETTE;
  if (guint (GST_VIDEO_FORMAT_INFO_FLAGS (format)) & kIrregular) return kTooSmall;
  for (guint c = 0; c < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format); c++)
    if (!holds (c, part)) return kTooSmall;
  return nullptr;
}

bool MappedBuffer::holds (guint component, const Rect &part) const
{
  const GstVideoFormatInfo *format = frame_.info.finfo;
  const guint plane = GST_VIDEO_FORMAT_INFO_PLANE (format, component);
  const guint w_sub = GST_VIDEO_FORMAT_INFO_W_SUB (format, component);
  const guint h_sub = GST_VIDEO_FORMAT_INFO_H_SUB (format, component);
  const std::intptr_t step = GST_VIDEO_FORMAT_INFO_PSTRIDE (format, component);
  const std::intptr_t stride = GST_VIDEO_FRAME_PLANE_STRIDE (&frame_, plane);
  const GstMapInfo &map = map_of (frame_, plane);
  const auto *data = static_cast<const guint8 *> (GST_VIDEO_FRAME_PLANE_DATA (&frame_, plane));
  const auto row = [&] (int y) { return data - map.data + stride * y; };
  const std::intptr_t top = row (part.y >> h_sub);
  const std::intptr_t bottom = row (GST_VIDEO_SUB_SCALE (h_sub, part.bottom ()) - 1);
  const std::intptr_t begin = std::min (top, bottom) + step * (part.x >> w_sub);
  const std::intptr_t end =
      std::max (top, bottom) + step * GST_VIDEO_SUB_SCALE (w_sub, part.right ());
  return step > 0 && begin >= 0 && end <= static_cast<std::intptr_t> (map.size);
}

void MappedBuffer::reject (const char *problem)
{
  unmap ();
  problem_ = problem;
}

void MappedBuffer::unmap ()
{
  if (mapped_) gst_video_frame_unmap (&frame_);
  mapped_ = false;
}

MappedFrame::MappedFrame (const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags access,
                          Memory memory)
    : MappedBuffer (info, buffer, access, memory)
{
  view_.memory = memory;
  if (!*this) return;
  view_.format = from_gst (GST_VIDEO_INFO_FORMAT (&info));
  view_.size = frame_size (buffer, info);
  const FormatInfo &format = info_of (view_.format);
  if (!format.planes) {
    reject (kTooSmall);
    return;
  }
  for (int p = 0; p < format.planes; p++)
    view_.plane[std::size_t (p)] = {data (p), stride (p), plane_size (format, p, view_.size)};
  if (const char *problem = problem_of (rect_of (view_.size))) reject (problem);
}

}  // namespace quad
