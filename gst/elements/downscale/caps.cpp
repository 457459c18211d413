#include "elements/downscale/caps.h"

#include <algorithm>
#include <string_view>

#include "core/renderer.h"
#include "elements/downscale/colors.h"
#include "elements/downscale/format_choice.h"
#include "glue/backend.h"
#include "glue/caps_fields.h"
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
  if (!backend_of (memory).converts_drawing || !gst_structure_has_name (s, "video/x-raw") ||
      !gst_caps_features_is_equal (gst_caps_get_features (caps, i),
                                   gst_caps_get_features (drawn.get (), 0)))
    return nullptr;
  Owned<GstStructure> to = of_any_size (s);
  gst_structure_remove_fields (to.get (), "format", "chroma-site", nullptr);
  if (const std::vector<std::string> said = strings_in (s, "colorimetry"); !said.empty ())
    set_strings (to.get (), "colorimetry", convertible_colorimetries (said));
  return to;
}

constexpr int kImpossible = 1 << 16;

// Structures of caps with one best format for the input, which lose equally much.
struct Alike {
  int loss = 0;
  PixelFormat format = PixelFormat::unknown;
  std::vector<guint> structures;
};

// The best format of `s` for a video of caps `in`; the first of several.
Alike best_format (const GstStructure *s, const GstStructure *in, const GstVideoInfo &info)
{
  Alike best;
  const FormatInfo &from = info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info)));
  const ColorChange colors = color_change (s, in, info);
  std::vector<std::string> names = strings_in (s, "format");
  if (names.empty ()) names.push_back (from.name);
  for (const std::string &name : names) {
    const FormatInfo &to = info_of (from_gst (gst_video_format_from_string (name.c_str ())));
    int loss = 2 * format_loss (from, to);
    // Between equal formats colours matter. What is not possible comes last.
    if (colors == ColorChange::codes && family_of (from) == family_of (to)) loss++;
    if (colors == ColorChange::light) loss += kImpossible;
    if (best.format == PixelFormat::unknown || loss < best.loss) best = {loss, to.format, {}};
  }
  return best;
}

// The structures of `allowed`, those first that change the video of caps `in` least.
std::vector<Alike> by_loss (GstCaps *in, const GstCaps *allowed)
{
  std::vector<Alike> groups;
  GstVideoInfo info;
  const bool known = gst_caps_is_fixed (in) && gst_video_info_from_caps (&info, in);
  for (guint i = 0; i < gst_caps_get_size (allowed); i++) {
    const Alike best = known ? best_format (gst_caps_get_structure (allowed, i),
                                            gst_caps_get_structure (in, 0), info)
                             : Alike{};
    const auto same = std::find_if (groups.begin (), groups.end (), [&] (const Alike &g) {
      return g.loss == best.loss && g.format == best.format;
    });
    (same == groups.end () ? groups.emplace_back (best) : *same).structures.push_back (i);
  }
  std::stable_sort (groups.begin (), groups.end (),
                    [] (const Alike &a, const Alike &b) { return a.loss < b.loss; });
  return groups;
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

Owned<GstCaps> in_order_of (const GstCaps *taken, Owned<GstCaps> allowed)
{
  std::vector<std::string> order;
  for (guint i = 0; !gst_caps_is_any (taken) && i < gst_caps_get_size (taken); i++) {
    const std::vector<std::string> some = strings_in (gst_caps_get_structure (taken, i), "format");
    order.insert (order.end (), some.begin (), some.end ());
  }
  const auto place = [&] (const std::string &name) {
    return std::find (order.begin (), order.end (), name);
  };
  allowed.reset (gst_caps_make_writable (allowed.release ()));
  for (guint i = 0; i < gst_caps_get_size (allowed.get ()); i++) {
    GstStructure *s = gst_caps_get_structure (allowed.get (), i);
    std::vector<std::string> formats = strings_in (s, "format");
    std::stable_sort (formats.begin (), formats.end (),
                      [&] (const auto &a, const auto &b) { return place (a) < place (b); });
    if (!formats.empty ()) set_strings (s, "format", formats);
  }
  return allowed;
}

CapsChoice downscale_choice (GstCaps *in, const Shape &source, const GstCaps *allowed,
                             SizeRules rules, bool even_sides)
{
  CapsChoice first;
  const std::vector<Alike> groups = by_loss (in, allowed);
  for (const Alike &group : groups) {
    if (even_sides) rules.unit = info_of (group.format).chroma_unit ();
    std::vector<Wish> wishes;
    for (const guint i : group.structures)
      wishes.push_back (wish_of (gst_caps_get_structure (allowed, i)));
    std::size_t which = 0;
    const SizeChoice size = choose_among (source, wishes, rules, which);
    const CapsChoice choice = {group.structures[which], group.format, size.shape};
    if (size.possible) return choice;
    if (&group == groups.data ()) first = choice;
  }
  return first;
}

Owned<GstCaps> downscale_fixate (GstCaps *in, const Shape &source, Owned<GstCaps> allowed,
                                 const SizeRules &rules)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, in))
    return Owned<GstCaps>{gst_caps_fixate (allowed.release ())};

  const CapsChoice choice = downscale_choice (in, source, allowed.get (), rules, true);
  GstCaps *out = gst_caps_copy_nth (allowed.get (), choice.structure);
  GstStructure *s = gst_caps_get_structure (out, 0);
  const Shape &shape = choice.shape;
  gst_structure_set (s, "format", G_TYPE_STRING, info_of (choice.format).name, "width", G_TYPE_INT,
                     shape.size.width, "height", G_TYPE_INT, shape.size.height, nullptr);
  if (shape.par != Ratio{1, 1} || gst_structure_has_field (s, "pixel-aspect-ratio") ||
      gst_structure_has_field (gst_caps_get_structure (in, 0), "pixel-aspect-ratio"))
    gst_structure_set (s, "pixel-aspect-ratio", GST_TYPE_FRACTION, static_cast<int> (shape.par.num),
                       static_cast<int> (shape.par.den), nullptr);
  fixate_colors (s, gst_caps_get_structure (in, 0), info);
  return Owned<GstCaps>{gst_caps_fixate (out)};
}

bool insists_on_shape (const GstCaps *allowed)
{
  const GstStructure *first = gst_caps_get_structure (allowed, 0);
  for (guint i = 1; i < gst_caps_get_size (allowed); i++)
    for (const char *field : {"width", "height", "pixel-aspect-ratio"}) {
      const GValue *a = gst_structure_get_value (first, field);
      const GValue *b = gst_structure_get_value (gst_caps_get_structure (allowed, i), field);
      if (!a != !b || (a && gst_value_compare (a, b) != GST_VALUE_EQUAL)) return false;
    }
  return true;
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
       "HDR, wide gamut and SDR are not converted into each other here: put videoconvert after "
       "quaddownscale."},
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

Outcome downscale_outcome (const Shape &source, const GstVideoInfo &out)
{
  return {out.width > source.size.width || out.height > source.size.height,
          !same_aspect (source, shape_of (out), kRoundingSamples)};
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
