#include "glue/video.h"

#include <cmath>

#include "core/renderer.h"
#include "glue/colorimetry.h"
#include "glue/plain_pool.h"

namespace quad {

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

ChromaSite chroma_site_of (const GstVideoInfo &info)
{
  const auto site = GST_VIDEO_INFO_CHROMA_SITE (&info);
  return {(site & GST_VIDEO_CHROMA_SITE_H_COSITED) != 0,
          (site & GST_VIDEO_CHROMA_SITE_V_COSITED) != 0};
}

ChromaSite chroma_site_beside (const GstVideoInfo &info, const GstVideoInfo &canvas)
{
  const bool known = GST_VIDEO_INFO_CHROMA_SITE (&info) != GST_VIDEO_CHROMA_SITE_UNKNOWN;
  return chroma_site_of (known ? info : canvas);
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

void ask_for_buffers (GstQuery *query, const GstVideoInfo &info, guint held)
{
  gst_query_add_allocation_pool (query, plain_pool (info).get (),
                                 static_cast<guint> (GST_VIDEO_INFO_SIZE (&info)), held, 0);
}

}  // namespace quad
