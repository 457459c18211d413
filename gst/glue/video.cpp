#include "glue/video.h"

#include <algorithm>
#include <string_view>

#include "glue/plain_pool.h"

namespace quad {

GstVideoFormat to_gst (PixelFormat format)
{
  return gst_video_format_from_string (info_of (format).name);
}

PixelFormat from_gst (GstVideoFormat format)
{
  if (format == GST_VIDEO_FORMAT_UNKNOWN) return PixelFormat::unknown;
  const std::string_view name = gst_video_format_to_string (format);
  for (const FormatInfo &f : all_formats ())
    if (name == f.name) return f.format;
  return PixelFormat::unknown;
}

bool is_known (const GstVideoInfo &info)
{
  return info.finfo && GST_VIDEO_INFO_FORMAT (&info) != GST_VIDEO_FORMAT_UNKNOWN && info.width > 0;
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

// A shape that no fraction of 32 bits holds counts as one of square samples, because samples that
// odd are likely a mistake. (core's display_aspect () would approximate it.)
Ratio sample_shape_of (const GstVideoInfo &info)
{
  return {std::max (1, info.par_n), std::max (1, info.par_d)};
}

Canvas canvas_of (const GstVideoInfo &info)
{
  return {{info.width, info.height},
          sample_shape_of (info),
          info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info))).chroma_unit ()};
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
