#include "elements/downscale/caps.h"

#include <algorithm>
#include <string_view>

#include "core/renderer.h"
#include "elements/downscale/colors.h"
#include "glue/backend.h"
#include "glue/caps_fields.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

namespace quad {
namespace {

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

// A copy of `s` that allows every size.
Owned<GstStructure> of_any_size (const GstStructure *s)
{
  Owned<GstStructure> any{gst_structure_copy (s)};
  gst_structure_set (any.get (), "width", GST_TYPE_INT_RANGE, 1, kMaxSide, "height",
                     GST_TYPE_INT_RANGE, 1, kMaxSide, nullptr);
  if (gst_structure_has_field (any.get (), "pixel-aspect-ratio"))
    gst_structure_set (any.get (), "pixel-aspect-ratio", GST_TYPE_FRACTION_RANGE, 1, G_MAXINT,
                       G_MAXINT, 1, nullptr);
  return any;
}

// What the structure `i` of `caps` is converted from and to: any size, and every format of the
// pads' templates. Null if frames with these features are not converted.
Owned<GstStructure> converted (const GstCaps *caps, guint i)
{
  const GstStructure *s = gst_caps_get_structure (caps, i);
  const Memory memory = memory_of (caps, i);
  const Owned<GstCaps> drawn = drawable_caps (memory);
  const BackendRow &row = backend_of (memory);
  if (!row.converts_drawing || !gst_structure_has_name (s, "video/x-raw") ||
      !gst_caps_features_is_equal (gst_caps_get_features (caps, i),
                                   gst_caps_get_features (drawn.get (), 0)))
    return nullptr;
  Owned<GstStructure> to = of_any_size (s);
  gst_structure_remove_fields (to.get (), "format", "chroma-site", nullptr);
  const std::vector<std::string> said = strings_in (s, "colorimetry");
  if (converts_light (row))
    gst_structure_remove_field (to.get (), "colorimetry");
  else if (!said.empty ())
    set_strings (to.get (), "colorimetry", convertible_colorimetries (said));
  return to;
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

Owned<GstCaps> downscale_transform (GstCaps *caps, GstPadDirection from)
{
  if (gst_caps_is_any (caps)) return Owned<GstCaps>{gst_caps_ref (caps)};
  GstCaps *result = gst_caps_new_empty ();
  const auto add = [&] (Owned<GstStructure> s, guint i) {
    result = gst_caps_merge_structure_full (
        result, s.release (), gst_caps_features_copy (gst_caps_get_features (caps, i)));
  };
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    const Owned<GstStructure> s{gst_structure_copy (gst_caps_get_structure (caps, i))};
    if (from == GST_PAD_SINK) allow_full_colorimetry (s.get ());
    add (of_any_size (s.get ()), i);
  }
  for (guint i = 0; i < gst_caps_get_size (caps); i++)
    if (Owned<GstStructure> s = converted (caps, i)) add (std::move (s), i);
  return Owned<GstCaps>{result};
}

Owned<GstCaps> downscale_offer (GstCaps *in)
{
  const Owned<GstCaps> pad = downscale_caps (), any = downscale_transform (in, GST_PAD_SINK);
  return Owned<GstCaps>{gst_caps_intersect_full (any.get (), pad.get (), GST_CAPS_INTERSECT_FIRST)};
}

std::string downscale_unwanted (GstCaps *in, GstCaps *taken)
{
  // What downstream does not take of a video, and what changes that.
  struct Remedy {
    const char *field, *text;
  };
  constexpr Remedy kRemedies[] = {
      {"framerate", "Put videorate after quaddownscale."},
      {"colorimetry",
       "HDR, wide gamut and SDR are not converted into each other in this memory: put cudadownload "
       "and a second quaddownscale after quaddownscale."},
      {"format", "Put videoconvert after quaddownscale."},
  };
  const Owned<char> is{gst_caps_to_string (in)}, wanted{gst_caps_to_string (taken)};
  const std::string text =
      "What comes after quaddownscale takes the video in no size: the video is " +
      std::string{is.get ()} + ", and downstream takes " + wanted.get () + ". ";
  for (const Remedy &remedy : kRemedies) {
    const Owned<GstCaps> changed = downscale_offer (in);
    for (guint i = 0; i < gst_caps_get_size (changed.get ()); i++)
      gst_structure_remove_field (gst_caps_get_structure (changed.get (), i), remedy.field);
    if (gst_caps_can_intersect (changed.get (), taken)) return text + remedy.text;
  }
  return text + "Put videoconvert (videorate for another framerate) after quaddownscale.";
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
