#include "glue/light.h"

#include <algorithm>

#include "glue/colorimetry.h"

namespace quad {
namespace {

// HDR10 without a word of its brightness: most is graded on displays of 1,000 cd/m2.
constexpr double kUsualPeak = 1000;

Transfer transfer_of (GstVideoTransferFunction transfer)
{
  switch (transfer) {
    case GST_VIDEO_TRANSFER_SMPTE2084: return Transfer::pq;
    case GST_VIDEO_TRANSFER_ARIB_STD_B67: return Transfer::hlg;
    default: return Transfer::sdr;
  }
}

// BT.709's where GStreamer knows no chromaticities: caps may hold any number, and those of SMPTE
// ST 428 are X, Y and Z.
Primaries primaries_of (GstVideoColorPrimaries primaries)
{
  const bool listed = primaries > GST_VIDEO_COLOR_PRIMARIES_UNKNOWN &&
                      primaries <= GST_VIDEO_COLOR_PRIMARIES_EBU3213;
  const GstVideoColorPrimariesInfo *p =
      listed && is_wide (primaries) ? gst_video_color_primaries_get_info (primaries) : nullptr;
  if (!p || std::min ({p->Wy, p->Ry, p->Gy, p->By}) <= 0)
    p = gst_video_color_primaries_get_info (GST_VIDEO_COLOR_PRIMARIES_BT709);
  return {{p->Rx, p->Gx, p->Bx, p->Wx}, {p->Ry, p->Gy, p->By, p->Wy}};
}

Light light_of (const GstVideoColorimetry &c)
{
  return {transfer_of (c.transfer), primaries_of (c.primaries)};
}

// R', G' and B' of 16 bits and full range between the light of two pictures.
GstVideoInfo codes_beside (const GstVideoInfo &info, const GstVideoColorimetry &known)
{
  GstVideoInfo codes;
  gst_video_info_set_format (&codes, GST_VIDEO_FORMAT_ARGB64, static_cast<guint> (info.width),
                             static_cast<guint> (info.height));
  codes.colorimetry = {GST_VIDEO_COLOR_RANGE_0_255, GST_VIDEO_COLOR_MATRIX_RGB, known.transfer,
                       known.primaries};
  return codes;
}

GstVideoInfo with (GstVideoInfo info, const GstVideoColorimetry &known)
{
  info.colorimetry = known;
  return info;
}

}  // namespace

std::shared_ptr<const LightMap> light_between (const GstVideoInfo &from, const GstVideoInfo &to,
                                               double peak)
{
  const Colorimetries known = completed_colorimetries (from, to);
  if (same_light (known.from, known.to)) return nullptr;
  Light a = light_of (known.from), b = light_of (known.to);
  const double most_of_pq = decode (Transfer::pq, 1);
  if (a.transfer == Transfer::pq) a.peak = peak > 0 ? std::min (peak, most_of_pq) : kUsualPeak;
  if (b.transfer == Transfer::pq) b.peak = most_of_pq;
  for (Light *l : {&a, &b})
    if (l->transfer == Transfer::hlg) l->peak = kHlgPeak;
  return light_map (a, b, map_between (with (from, known.from), codes_beside (from, known.from)),
                    map_between (codes_beside (to, known.to), with (to, known.to)));
}

double peak_of (const GstCaps *caps)
{
  GstVideoContentLightLevel level;
  if (gst_video_content_light_level_from_caps (&level, caps) && level.max_content_light_level > 0)
    return level.max_content_light_level;
  GstVideoMasteringDisplayInfo display;
  if (!gst_video_mastering_display_info_from_caps (&display, caps)) return 0;
  return display.max_display_mastering_luminance / 10000.0;
}

void Conversion::set (Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to, double peak)
{
  const Colorimetries known = completed_colorimetries (from, to);
  const Kind a = {GST_VIDEO_INFO_FORMAT (&from), known.from};
  const Kind b = {GST_VIDEO_INFO_FORMAT (&to), known.to};
  if (!(from_ == a && to_ == b && peak_ == peak)) {
    light_ = light_between (from, to, peak);
    colors_ = light_ ? std::nullopt : colors_between (from, to);
    from_ = a;
    to_ = b;
    peak_ = peak;
  }
  tile.colors = colors_;
  tile.light = light_;
}

}  // namespace quad
