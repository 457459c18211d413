#include "glue/video.h"

#include <cmath>

#include "core/renderer.h"
#include "glue/colorimetry.h"
#include "glue/device.h"
#include "glue/plain_pool.h"
#include "glue/video_meta.h"

namespace quad {
namespace {

// The map that plane `p` points into: one for all planes, or one a plane.
const GstMapInfo &map_of (const GstVideoFrame &frame, int p)
{
  const auto plane = static_cast<std::size_t> (p);
  return frame.map[plane].memory || frame.map[plane].data ? frame.map[plane] : frame.map[0];
}

// Formats that GStreamer's CUDA memory can hold in every release since 1.22.
bool in_cuda_memory (PixelFormat format)
{
  switch (format) {
    case PixelFormat::nv12:
    case PixelFormat::i420:
    case PixelFormat::yv12:
    case PixelFormat::p010_10le:
    case PixelFormat::i420_10le:
    case PixelFormat::y444:
    case PixelFormat::rgba:
    case PixelFormat::bgra:
    case PixelFormat::rgbx:
    case PixelFormat::bgrx: return true;
    default: return false;
  }
}

}  // namespace

GstVideoFormat to_gst (PixelFormat format)
{
  return gst_video_format_from_string (info_of (format).name);
}

PixelFormat from_gst (GstVideoFormat format)
{
  const std::string_view name = gst_video_format_to_string (format);
  for (const FormatInfo &f : all_formats ())
    if (name == f.name) return f.format;
  return PixelFormat::unknown;
}

Owned<GstCaps> drawable_caps (Memory memory)
{
  GValue formats = G_VALUE_INIT;
  g_value_init (&formats, GST_TYPE_LIST);
  for (const FormatInfo &f : all_formats ()) {
    if (memory == Memory::cuda && !in_cuda_memory (f.format)) continue;
    GValue name = G_VALUE_INIT;
    g_value_init (&name, G_TYPE_STRING);
    g_value_set_static_string (&name, f.name);
    gst_value_list_append_and_take_value (&formats, &name);
  }
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "width", GST_TYPE_INT_RANGE, 1, kMaxSide,
                                       "height", GST_TYPE_INT_RANGE, 1, kMaxSide, "framerate",
                                       GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, nullptr);
  gst_caps_set_value (caps, "format", &formats);
  g_value_unset (&formats);
  if (memory == Memory::cuda)
    gst_caps_set_features_simple (caps, gst_caps_features_new (kCudaFeature, nullptr));
  return Owned<GstCaps>{caps};
}

Owned<GstCaps> drawable_caps_from (Memory first)
{
  if (!device_available ()) return drawable_caps (Memory::host);
  Owned<GstCaps> caps = drawable_caps (first);
  gst_caps_append (caps.get (),
                   drawable_caps (first == Memory::cuda ? Memory::host : Memory::cuda).release ());
  return caps;
}

Memory memory_of (const GstCaps *caps, guint i)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, i);
  return features && gst_caps_features_contains (features, kCudaFeature) ? Memory::cuda
                                                                         : Memory::host;
}

ChromaSite chroma_site_of (const GstVideoInfo &info)
{
  const auto site = GST_VIDEO_INFO_CHROMA_SITE (&info);
  return {(site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0,
          (site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0};
}

Color color_of (guint argb, const GstVideoInfo &info)
{
  const double rgb[3] = {((argb >> 16) & 255) / 255.0, ((argb >> 8) & 255) / 255.0,
                         (argb & 255) / 255.0};
  double value[3] = {rgb[0], rgb[1], rgb[2]};
  const GstVideoFormatInfo *format = info.finfo;
  const GstVideoColorimetry known = completed (info);
  if (!GST_VIDEO_FORMAT_INFO_IS_RGB (format)) {
    // Y' = Kr R' + Kg G' + Kb B', Cb and Cr scaled to -1/2 ... 1/2 (ITU-T H.273 8.3).
    double kr = 0.299, kb = 0.114;
    gst_video_color_matrix_get_Kr_Kb (known.matrix, &kr, &kb);
    value[0] = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2];
    value[1] = (rgb[2] - value[0]) / (2 * (1 - kb));
    value[2] = (rgb[0] - value[0]) / (2 * (1 - kr));
  }
  gint offset[GST_VIDEO_MAX_COMPONENTS], scale[GST_VIDEO_MAX_COMPONENTS];
  gst_video_color_range_offsets (known.range, format, offset, scale);
  Color color;
  for (std::size_t i = 0; i < 3; i++) {
    const int c = GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format) > i ? static_cast<int> (i) : 0;
    const double code = std::floor (value[i] * scale[c] + offset[c] + 0.5);
    const double max = (1 << GST_VIDEO_FORMAT_INFO_DEPTH (format, c)) - 1;
    color.value[i] = static_cast<std::uint16_t> (std::clamp (code, 0.0, max));
  }
  color.value[3] = static_cast<std::uint16_t> (argb >> 24);
  return color;
}

Ratio display_aspect_of (const GstVideoInfo &info)
{
  gint num = 1, den = 1;
  if (!gst_util_fraction_multiply (info.width, info.height, std::max (1, info.par_n),
                                   std::max (1, info.par_d), &num, &den))
    return {info.width, info.height};
  return {num, den};
}

Rect crop_of (GstBuffer *buffer, Size size)
{
  const GstVideoCropMeta *meta = gst_buffer_get_video_crop_meta (buffer);
  if (!meta) return rect_of (size);
  // Kept in range before it becomes an int: the meta's fields are unsigned.
  auto limited = [] (guint v) { return static_cast<int> (std::min<guint> (v, kMaxSide)); };
  return intersect (
      {limited (meta->x), limited (meta->y), limited (meta->width), limited (meta->height)},
      rect_of (size));
}

void ask_for_buffers (GstQuery *query, const GstVideoInfo &info, guint held)
{
  gst_query_add_allocation_pool (query, plain_pool (info).get (),
                                 static_cast<guint> (GST_VIDEO_INFO_SIZE (&info)), held, 0);
}

MappedFrame::MappedFrame (const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags flags,
                          Memory memory)
{
  // GST_MAP_CUDA: its header needs CUDA's own.
  constexpr int kMapCuda = int{GST_MAP_FLAG_LAST} << 1;
  if (memory == Memory::cuda) flags = static_cast<GstMapFlags> (int{flags} | kMapCuda);
  view_.memory = memory;
  if (!matches (info, gst_buffer_get_video_meta (buffer))) {
    problem_ = "has a video meta of another format, or a smaller size, than its caps";
    return;
  }
  // The reference that gst_video_frame_map takes would make the buffer unwritable.
  const auto no_ref = static_cast<GstMapFlags> (int{flags} | int{GST_VIDEO_FRAME_MAP_FLAG_NO_REF});
  if (!gst_video_frame_map (&frame_, &info, buffer, no_ref)) {
    problem_ = "is smaller than its caps say, or its memory cannot be mapped";
    return;
  }
  mapped_ = true;

  view_.format = from_gst (GST_VIDEO_FRAME_FORMAT (&frame_));
  view_.size = {info.width, info.height};
  if (gst_buffer_get_video_crop_meta (buffer))
    view_.size = {GST_VIDEO_FRAME_WIDTH (&frame_), GST_VIDEO_FRAME_HEIGHT (&frame_)};
  const FormatInfo &format = info_of (view_.format);
  bool fits = format.planes > 0;
  for (int p = 0; fits && p < format.planes; p++) {
    auto *data = static_cast<guint8 *> (GST_VIDEO_FRAME_PLANE_DATA (&frame_, p));
    const int stride = GST_VIDEO_FRAME_PLANE_STRIDE (&frame_, p);
    const Size size = plane_size (format, p, view_.size);
    const GstMapInfo &map = map_of (frame_, p);
    fits = inside (data, stride, size.height, size.width * format.bytes_per_position (p), map.data,
                   map.size);
    view_.plane[std::size_t (p)] = {reinterpret_cast<std::byte *> (data), stride, size};
  }
  if (fits) return;
  problem_ = "is smaller than its caps and strides say";
  gst_video_frame_unmap (&frame_);
  mapped_ = false;
}

MappedFrame::~MappedFrame ()
{
  if (mapped_) gst_video_frame_unmap (&frame_);
}

}  // namespace quad
