#include "elements/downscale/caps.h"

#include <algorithm>
#include <string_view>

#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

namespace quad {
namespace {

// Calls `add` for `value`, or for each item if it is a list.
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
  return {{info.width, info.height}, sample_shape_of (info)};
}

// The colorimetry in `s` (fixed); zeros if there is none, or an impossible one.
GstVideoColorimetry said_by (const GstStructure *s)
{
  GstVideoColorimetry said{};
  const char *text = gst_structure_get_string (s, "colorimetry");
  if (!text || !gst_video_colorimetry_from_string (&said, text)) return {};
  return said;
}

// True if `s` means the colorimetry `in` to its readers. Caps without colorimetry mean what the
// size implies (SD is BT.601, HD is BT.709).
bool means (const GstStructure *s, const GstVideoColorimetry &in)
{
  Owned<GstCaps> caps{gst_caps_new_full (gst_structure_copy (s), nullptr)};
  caps.reset (gst_caps_fixate (caps.release ()));
  GstVideoInfo info;
  return gst_video_info_from_caps (&info, caps.get ()) &&
         gst_video_colorimetry_is_equal (&info.colorimetry, &in);
}

// Chooses the colorimetry of `s` among those that downstream takes: the input's own text if it
// means the same at this size; else in full.
void keep_colorimetry (GstStructure *s, const GstStructure *in, const GstVideoInfo &info)
{
  const char *field = "colorimetry";
  const std::string full = name_of (downscale_colorimetry (in, info));
  const GValue *allowed = gst_structure_get_value (s, field);
  if (!allowed) {
    if (!full.empty () && !means (s, info.colorimetry))
      gst_structure_set (s, field, G_TYPE_STRING, full.c_str (), nullptr);
    return;
  }
  const GValue *said = gst_structure_get_value (in, field);
  if (said && gst_value_is_subset (said, allowed)) {
    const Owned<GstStructure> as_said{gst_structure_copy (s)};
    gst_structure_set_value (as_said.get (), field, said);
    if (means (as_said.get (), info.colorimetry)) {
      gst_structure_set_value (s, field, said);
      return;
    }
  }
  gst_structure_fixate_field_string (s, field, full.c_str ());
}

// Allows the colorimetry of fixed caps in full, too.
void allow_full_colorimetry (GstStructure *s)
{
  const Owned<GstCaps> caps{gst_caps_new_full (gst_structure_copy (s), nullptr)};
  GstVideoInfo info;
  if (!gst_structure_has_field_typed (s, "colorimetry", G_TYPE_STRING) ||
      !gst_caps_is_fixed (caps.get ()) || !gst_video_info_from_caps (&info, caps.get ()))
    return;
  const std::string full = name_of (downscale_colorimetry (s, info));
  if (full.empty () || full == gst_structure_get_string (s, "colorimetry")) return;
  GValue either = G_VALUE_INIT, other = G_VALUE_INIT;
  g_value_init (&either, GST_TYPE_LIST);
  g_value_init (&other, G_TYPE_STRING);
  g_value_set_string (&other, full.c_str ());
  gst_value_list_append_value (&either, gst_structure_get_value (s, "colorimetry"));
  gst_value_list_append_and_take_value (&either, &other);
  gst_structure_take_value (s, "colorimetry", &either);
}

// `video` begins a sentence.
std::string format_refusal (const GstCaps *caps, const std::string &video)
{
  const Owned<GstCaps> taken = downscale_caps ();
  if (gst_caps_is_subset (caps, taken.get ())) return {};

  const GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  const auto has_features = [features] (const GstCapsFeatures *f) {
    return gst_caps_features_is_equal (features, f);
  };
  bool memory_taken = false;
  for (guint i = 0; i < gst_caps_get_size (taken.get ()); i++)
    memory_taken |= has_features (gst_caps_get_features (taken.get (), i));
  if (!memory_taken) {
    const Owned<char> names{gst_caps_features_to_string (features)};
    return video + "has the features " + names.get () + ", which are not taken here. Put " +
           download_of (features) + " and videoconvert before quaddownscale.";
  }

  const GstStructure *s = gst_caps_get_structure (caps, 0);
  for (const char *field : {"format", "width", "height"})
    if (!gst_structure_has_field (s, field))
      return video + "has caps that say no " + field +
             ". Put a capsfilter element that says it before quaddownscale.";
  const char *format = gst_structure_get_string (s, "format");
  if (const BackendRow &row = backend_of (memory_of (caps)); row.feature) {
    const std::string remedy =
        row.converter ? std::string{row.converter} : download_of (row.memory) + " and videoconvert";
    return video + "has the format " + format + ", which is not scaled in " + row.name +
           " memory. Put " + remedy + " before quaddownscale.";
  }
  return video + "has the format " + (format ? format : "of no name") +
         ", which is not scaled. Put videoconvert before quaddownscale.";
}

}  // namespace

Owned<GstCaps> downscale_caps ()
{
  Owned<GstCaps> caps = drawable_caps_in (memories ());
  for (guint i = 0; i < gst_caps_get_size (caps.get ()); i++)
    gst_structure_remove_field (gst_caps_get_structure (caps.get (), i), "framerate");
  return caps;
}

GstVideoColorimetry downscale_colorimetry (const GstStructure *s, const GstVideoInfo &info)
{
  const GstVideoColorimetry said = said_by (s);
  GstVideoColorimetry full = info.colorimetry;
  const auto take = [] (auto &value, auto from) {
    if (static_cast<int> (from)) value = from;
  };
  take (full.range, said.range);
  // GStreamer rejects a YUV matrix for RGB formats and the other way round.
  if ((said.matrix == GST_VIDEO_COLOR_MATRIX_RGB) == GST_VIDEO_INFO_IS_RGB (&info))
    take (full.matrix, said.matrix);
  take (full.transfer, said.transfer);
  take (full.primaries, said.primaries);
  return full;
}

Owned<GstCaps> downscale_transform (GstCaps *caps, GstPadDirection from)
{
  if (gst_caps_is_any (caps)) return Owned<GstCaps>{gst_caps_ref (caps)};
  GstCaps *result = gst_caps_new_empty ();
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    GstStructure *s = gst_structure_copy (gst_caps_get_structure (caps, i));
    if (from == GST_PAD_SINK) allow_full_colorimetry (s);
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

Shape downscale_shape (const GstVideoInfo &info, const ReducedPicture *reduced)
{
  Shape shape = shape_of (info);
  if (reduced && reduced->decoded == shape.size) shape.size = reduced->full;
  return shape;
}

Shape zoomed_shape (const Shape &whole, const Zoom &zoom)
{
  if (zoom == Zoom{}) return whole;
  const Picture picture = {.part = rect_of (whole.size), .zoom = zoom};
  const FineRect part = zoomed_part (picture);
  const auto rounded = [] (double side) { return std::max (1, static_cast<int> (side + 0.5)); };
  const Size size = {rounded (part.width), rounded (part.height)};
  return {size, whole.par, zoomed_aspect (picture) / reduced (size.width, size.height)};
}

SizeChoice downscale_size (const Shape &source, const GstCaps *allowed, const SizeRules &rules,
                           std::size_t &which)
{
  std::vector<Wish> wishes;
  for (guint i = 0; i < gst_caps_get_size (allowed); i++)
    wishes.push_back (wish_of (gst_caps_get_structure (allowed, i)));
  return choose_among (source, wishes, rules, which);
}

Owned<GstCaps> downscale_fixate (GstCaps *in, const Shape &source, Owned<GstCaps> allowed,
                                 const SizeRules &rules)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, in))
    return Owned<GstCaps>{gst_caps_fixate (allowed.release ())};

  SizeRules with_unit = rules;
  with_unit.unit = info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info))).chroma_unit ();
  std::size_t which = 0;
  const SizeChoice choice = downscale_size (source, allowed.get (), with_unit, which);

  GstCaps *out = gst_caps_copy_nth (allowed.get (), static_cast<guint> (which));
  GstStructure *s = gst_caps_get_structure (out, 0);
  gst_structure_set (s, "width", G_TYPE_INT, choice.shape.size.width, "height", G_TYPE_INT,
                     choice.shape.size.height, nullptr);
  const Ratio par = choice.shape.par;
  if (par != Ratio{1, 1} || gst_structure_has_field (s, "pixel-aspect-ratio") ||
      gst_structure_has_field (gst_caps_get_structure (in, 0), "pixel-aspect-ratio"))
    gst_structure_set (s, "pixel-aspect-ratio", GST_TYPE_FRACTION, static_cast<int> (par.num),
                       static_cast<int> (par.den), nullptr);
  keep_colorimetry (s, gst_caps_get_structure (in, 0), info);
  if (gst_structure_has_field (s, "chroma-site") &&
      GST_VIDEO_INFO_CHROMA_SITE (&info) != GST_VIDEO_CHROMA_SITE_UNKNOWN) {
    Owned<char> site{gst_video_chroma_site_to_string (GST_VIDEO_INFO_CHROMA_SITE (&info))};
    if (site) gst_structure_fixate_field_string (s, "chroma-site", site.get ());
  }
  return Owned<GstCaps>{gst_caps_fixate (out)};
}

Outcome downscale_outcome (const Shape &source, const GstVideoInfo &out)
{
  return {out.width > source.size.width || out.height > source.size.height,
          !same_aspect (source, shape_of (out), kRoundingSamples)};
}

std::string downscale_relabels (const GstCaps *in_caps, const GstVideoInfo &in,
                                const GstVideoInfo &out)
{
  const GstVideoColorimetry is = downscale_colorimetry (gst_caps_get_structure (in_caps, 0), in);
  if (gst_video_colorimetry_is_equal (&in.colorimetry, &out.colorimetry) ||
      same_where_known (is, out.colorimetry))
    return {};
  return "The video's colorimetry is " + name_of (is) +
         ", as far as it is not said what its size implies, and downstream takes the output for " +
         name_of (out.colorimetry) +
         ": the samples go on as they are, so it shows other colours. Put videoconvert and the "
         "colorimetry that is wanted after quaddownscale, or leave the colorimetry open there.";
}

std::string downscale_refusal (const GstCaps *caps)
{
  if (gst_caps_is_any (caps) || gst_caps_get_size (caps) != 1 || !gst_caps_is_fixed (caps))
    return {};
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  if (!gst_structure_has_name (s, "video/x-raw")) return {};

  gint width = 1, height = 1;
  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  const char *format = gst_structure_get_string (s, "format");
  const std::string size = std::to_string (width) + "x" + std::to_string (height);
  const std::string video =
      "The video (" + std::string{format ? format : "no format"} + ", " + size + ") ";

  const char *mode = gst_structure_get_string (s, "interlace-mode");
  if (mode && std::string_view{mode} != "progressive")
    return video + "is interlaced (interlace-mode=" + mode +
           "): its two fields would be blurred into one picture. Put a deinterlace element "
           "before quaddownscale.";
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide)
    return video + "is out of range: quaddownscale takes 1x1 to " + std::to_string (kMaxSide) +
           "x" + std::to_string (kMaxSide) + ". Put a videoscale or videocrop element before it.";
  return format_refusal (caps, video);
}

}  // namespace quad
