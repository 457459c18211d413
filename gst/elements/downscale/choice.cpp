#include "elements/downscale/choice.h"

#include <algorithm>
#include <map>
#include <string>

#include "core/format_choice.h"
#include "core/renderer.h"
#include "elements/downscale/colors.h"
#include "glue/caps_fields.h"
#include "glue/drawable_caps.h"

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

// What a change of colours adds to twice the loss of a format: between equal formats colours
// matter. Colorimetries that a format does not have come late, and what is not possible comes last.
int color_loss (ColorChange change)
{
  switch (change) {
    case ColorChange::none: return 0;
    case ColorChange::codes: return 1;
    case ColorChange::foreign: return 1 << 15;
    case ColorChange::light: return 1 << 16;
  }
  return 0;
}

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
  std::map<Family, ColorChange> changes;
  std::vector<std::string> names = strings_in (s, "format");
  if (names.empty ()) names.push_back (from.name);
  for (const std::string &name : names) {
    const FormatInfo &to = info_of (from_gst (gst_video_format_from_string (name.c_str ())));
    const Family family = family_of (to);
    if (!changes.contains (family)) changes[family] = color_change (s, family, in, info);
    const int loss = 2 * format_loss (from, to) + color_loss (changes[family]);
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

// Whether downstream, unasked, takes every colorimetry of the frames in structure `i` of `allowed`.
bool leaves_colors_open (GstCaps *taken, const GstCaps *allowed, guint i)
{
  const Owned<GstCaps> one{gst_caps_copy_nth (allowed, i)};
  gst_structure_remove_field (gst_caps_get_structure (one.get (), 0), "colorimetry");
  const Owned<GstCaps> both{gst_caps_intersect (taken, one.get ())};
  for (guint k = 0; k < gst_caps_get_size (both.get ()); k++)
    if (!gst_structure_has_field (gst_caps_get_structure (both.get (), k), "colorimetry"))
      return true;
  return false;
}

}  // namespace

Shape downscale_shape (const GstVideoInfo &info, const ReducedPicture *reduced)
{
  Shape shape = shape_of (info);
  if (reduced && reduced->decoded == shape.size) shape.size = reduced->full;
  return shape;
}

Shape zoomed_shape (const Shape &whole, const Zoom &zoom, Orientation orientation)
{
  if (zoom == Zoom{}) return whole;
  const Picture picture = {.part = rect_of (whole.size), .orientation = orientation, .zoom = zoom};
  const FineRect part = zoomed_part (picture);
  const auto rounded = [] (double side) { return std::max (1, static_cast<int> (side + 0.5)); };
  const Size size = {rounded (part.width), rounded (part.height)};
  Ratio aspect = zoomed_aspect (picture);
  if (steps_of (orientation).swap_axes) aspect = inverse (aspect);
  return {size, whole.par, aspect / reduced (size.width, size.height)};
}

Owned<GstCaps> as_unasked (GstCaps *taken, Owned<GstCaps> allowed)
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
    if (gst_structure_has_field (s, "colorimetry") && leaves_colors_open (taken, allowed.get (), i))
      gst_structure_remove_field (s, "colorimetry");
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
  if (!read_video_info (info, in)) return Owned<GstCaps>{gst_caps_fixate (allowed.release ())};

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
  fixate_colors (s, gst_caps_get_structure (in, 0), info, converted_in (memory_of (in)));
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

Outcome downscale_outcome (const Shape &source, const GstVideoInfo &out)
{
  return {out.width > source.size.width || out.height > source.size.height,
          !same_aspect (source, shape_of (out), kRoundingSamples)};
}

}  // namespace quad
