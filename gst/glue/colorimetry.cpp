#include "glue/colorimetry.h"

namespace quad {
namespace {

// Takes what `value` leaves open from `other`.
template <typename T>
void fill (T &value, T other)
{
  if (static_cast<int> (value) == 0) value = other;  // UNKNOWN
}

void fill_codes (GstVideoColorimetry &c, const GstVideoColorimetry &other)
{
  fill (c.range, other.range);
  fill (c.matrix, other.matrix);
}

void fill_light (GstVideoColorimetry &c, const GstVideoColorimetry &other)
{
  fill (c.transfer, other.transfer);
  fill (c.primaries, other.primaries);
}

}  // namespace

GstVideoColorimetry completed (const GstVideoInfo &info)
{
  GstVideoColorimetry c = info.colorimetry;
  GstVideoInfo plain;
  if (gst_video_info_set_format (&plain, GST_VIDEO_INFO_FORMAT (&info),
                                 static_cast<guint> (info.width), static_cast<guint> (info.height)))
    fill_codes (c, plain.colorimetry);
  return c;
}

Colorimetries completed (const GstVideoInfo &from, const GstVideoInfo &to)
{
  Colorimetries c = {from.colorimetry, to.colorimetry};
  const bool one_kind = GST_VIDEO_INFO_IS_RGB (&from) == GST_VIDEO_INFO_IS_RGB (&to);
  if (one_kind) fill_codes (c.to, c.from);
  fill_codes (c.to, completed (to));
  fill_codes (c.from, one_kind ? c.to : completed (from));
  fill_light (c.to, c.from);
  fill_light (c.from, c.to);
  return c;
}

GstVideoInfo completed_beside (const GstVideoInfo &from, const GstVideoInfo &to)
{
  GstVideoInfo known = from;
  known.colorimetry = completed (from, to).from;
  return known;
}

}  // namespace quad
