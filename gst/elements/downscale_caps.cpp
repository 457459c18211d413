#include "elements/downscale_caps.h"

#include <algorithm>

#include "core/renderer.h"

namespace quad {
namespace {

// Calls `add` with every value that `value` holds: itself, or a list's items.
template <typename Add>
void for_each_value (const GValue *value, Add add)
{
  if (!GST_VALUE_HOLDS_LIST (value)) {
    add (value);
    return;
  }
  for (guint i = 0; i < gst_value_list_get_size (value); i++)
    add (gst_value_list_get_value (value, i));
}

std::vector<SideRange> side_of (const GstStructure *s, const char *field)
{
  std::vector<SideRange> ranges;
  if (const GValue *value = gst_structure_get_value (s, field))
    for_each_value (value, [&] (const GValue *v) {
      if (G_VALUE_HOLDS_INT (v))
        ranges.push_back ({g_value_get_int (v), g_value_get_int (v)});
      else if (GST_VALUE_HOLDS_INT_RANGE (v))
        ranges.push_back ({gst_value_get_int_range_min (v), gst_value_get_int_range_max (v),
                           gst_value_get_int_range_step (v)});
    });
  if (ranges.empty ()) ranges.push_back ({1, kMaxSide});
  return ranges;
}

Ratio ratio_of (const GValue *fraction)
{
  return {std::max (1, gst_value_get_fraction_numerator (fraction)),
          std::max (1, gst_value_get_fraction_denominator (fraction))};
}

std::vector<ParRange> pars_of (const GstStructure *s)
{
  std::vector<ParRange> ranges;
  if (const GValue *value = gst_structure_get_value (s, "pixel-aspect-ratio"))
    for_each_value (value, [&] (const GValue *v) {
      if (GST_VALUE_HOLDS_FRACTION (v))
        ranges.push_back ({ratio_of (v), ratio_of (v)});
      else if (GST_VALUE_HOLDS_FRACTION_RANGE (v))
        ranges.push_back ({ratio_of (gst_value_get_fraction_range_min (v)),
                           ratio_of (gst_value_get_fraction_range_max (v))});
    });
  return ranges;
}

Wish wish_of (const GstStructure *s)
{
  return {side_of (s, "width"), side_of (s, "height"), pars_of (s)};
}

Shape shape_of (const GstVideoInfo &info)
{
  return {{info.width, info.height}, {std::max (1, info.par_n), std::max (1, info.par_d)}};
}

// What caps leave unsaid follows from the size (SD is BT.601, HD is BT.709), so
// the smaller picture would be taken for one of other colours: it is said.
void keep_colorimetry (GstStructure *s, const GstVideoInfo &in)
{
  Owned<char> colorimetry{gst_video_colorimetry_to_string (&in.colorimetry)};
  if (!colorimetry) return;
  if (gst_structure_has_field (s, "colorimetry")) {
    gst_structure_fixate_field_string (s, "colorimetry", colorimetry.get ());
    return;
  }
  Owned<GstCaps> caps{gst_caps_new_full (gst_structure_copy (s), nullptr)};
  caps.reset (gst_caps_fixate (caps.release ()));
  GstVideoInfo implied;
  if (gst_video_info_from_caps (&implied, caps.get ()) &&
      !gst_video_colorimetry_is_equal (&implied.colorimetry, &in.colorimetry))
    gst_structure_set (s, "colorimetry", G_TYPE_STRING, colorimetry.get (), nullptr);
}

}  // namespace

Owned<GstCaps> downscale_transform (GstCaps *caps)
{
  if (gst_caps_is_any (caps)) return Owned<GstCaps>{gst_caps_ref (caps)};
  GstCaps *result = gst_caps_new_empty ();
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *s = gst_structure_copy (gst_caps_get_structure (caps, i));
    gst_structure_set (s, "width", GST_TYPE_INT_RANGE, 1, kMaxSide, "height", GST_TYPE_INT_RANGE, 1,
                       kMaxSide, nullptr);
    if (gst_structure_has_field (s, "pixel-aspect-ratio"))
      gst_structure_set (s, "pixel-aspect-ratio", GST_TYPE_FRACTION_RANGE, 1, G_MAXINT, G_MAXINT, 1,
                         nullptr);
    result = gst_caps_merge_structure_full (
        result, s, gst_caps_features_copy (gst_caps_get_features (caps, i)));
  }
  return Owned<GstCaps>{result};
}

Owned<GstCaps> downscale_fixate (GstCaps *in, Owned<GstCaps> allowed, const SizeRules &rules)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, in))
    return Owned<GstCaps>{gst_caps_fixate (allowed.release ())};

  SizeRules with_unit = rules;
  with_unit.unit = info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info))).chroma_unit ();
  std::vector<Wish> wishes;
  for (guint i = 0; i < gst_caps_get_size (allowed.get ()); i++)
    wishes.push_back (wish_of (gst_caps_get_structure (allowed.get (), i)));
  std::size_t which = 0;
  const Choice choice = choose_among (shape_of (info), wishes, with_unit, which);

  GstCaps *out = gst_caps_copy_nth (allowed.get (), static_cast<guint> (which));
  GstStructure *s = gst_caps_get_structure (out, 0);
  gst_structure_set (s, "width", G_TYPE_INT, choice.shape.size.width, "height", G_TYPE_INT,
                     choice.shape.size.height, nullptr);
  const Ratio par = choice.shape.par;
  if (par != Ratio{1, 1} || gst_structure_has_field (s, "pixel-aspect-ratio") ||
      gst_structure_has_field (gst_caps_get_structure (in, 0), "pixel-aspect-ratio"))
    gst_structure_set (s, "pixel-aspect-ratio", GST_TYPE_FRACTION, static_cast<int> (par.num),
                       static_cast<int> (par.den), nullptr);
  keep_colorimetry (s, info);
  if (gst_structure_has_field (s, "chroma-site") &&
      GST_VIDEO_INFO_CHROMA_SITE (&info) != GST_VIDEO_CHROMA_SITE_UNKNOWN) {
    Owned<char> site{gst_video_chroma_site_to_string (GST_VIDEO_INFO_CHROMA_SITE (&info))};
    if (site) gst_structure_fixate_field_string (s, "chroma-site", site.get ());
  }
  return Owned<GstCaps>{gst_caps_fixate (out)};
}

Outcome downscale_outcome (const GstVideoInfo &in, const GstVideoInfo &out)
{
  return {out.width > in.width || out.height > in.height,
          !same_aspect (shape_of (in), shape_of (out), kRoundingSamples)};
}

std::string downscale_refusal (const GstCaps *caps)
{
  if (gst_caps_is_any (caps) || gst_caps_get_size (caps) == 0) return {};
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  if (!gst_structure_has_name (s, "video/x-raw")) return {};

  const char *mode = gst_structure_get_string (s, "interlace-mode");
  if (mode && std::string{mode} != "progressive")
    return "The video is interlaced (interlace-mode=" + std::string{mode} +
           "): its two fields would be blurred into one picture. Put a deinterlace element "
           "before quaddownscale.";

  gint width = 1, height = 1;
  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide)
    return "The video's size, " + std::to_string (width) + "x" + std::to_string (height) +
           ", is out of range: quaddownscale takes 1x1 to " + std::to_string (kMaxSide) + "x" +
           std::to_string (kMaxSide) + ".";
  return {};
}

}  // namespace quad
