#include "elements/grid/input_caps.h"

#include <algorithm>

#include "elements/grid/caps.h"
#include "glue/backend.h"
#include "glue/caps_fields.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

namespace quad {
namespace {

// True for memory where not all colorimetries are converted into each other.
bool is_limited (Memory memory) { return backend_of (memory).converts != nullptr; }

// The colorimetries from which downstream asks for one in such memory; none if it leaves that open.
std::vector<std::string> asked_colorimetries (const GstCaps *downstream)
{
  std::vector<std::string> all;
  if (gst_caps_is_any (downstream)) return all;
  for (guint i = 0; i < gst_caps_get_size (downstream); i++) {
    const std::vector<std::string> some =
        strings_in (gst_caps_get_structure (downstream, i), "colorimetry");
    if (!is_limited (memory_of (downstream, i)) || some.empty ()) return {};
    for (const std::string &one : some)
      if (std::find (all.begin (), all.end (), one) == all.end ()) all.push_back (one);
  }
  return all;
}

// True if the memory's backend converts the colorimetry `name` to one of `others`.
bool converts_to_any (Memory memory, const std::string &name, std::span<const std::string> others)
{
  GstVideoInfo from, to;
  gst_video_info_init (&from);
  gst_video_info_init (&to);
  if (!gst_video_colorimetry_from_string (&from.colorimetry, name.c_str ())) return true;
  return std::any_of (others.begin (), others.end (), [&] (const std::string &other) {
    return !gst_video_colorimetry_from_string (&to.colorimetry, other.c_str ()) ||
           converts (backend_of (memory), from, to);
  });
}

void append (GstCaps *caps, Owned<GstStructure> s, const GstCaps *features_of, guint i)
{
  gst_caps_append_structure_full (caps, s.release (),
                                  gst_caps_features_copy (gst_caps_get_features (features_of, i)));
}

// `s` with only its RGB formats, or only the others, and with those colorimetries of `asked` that
// such pictures can have. Null if no format or no colorimetry is left.
Owned<GstStructure> asked_of_kind (const GstStructure *s, std::span<const std::string> asked,
                                   bool rgb)
{
  std::vector<std::string> formats = strings_in (s, "format");
  std::erase_if (formats, [rgb] (const std::string &name) {
    const GstVideoFormatInfo *info =
        gst_video_format_get_info (gst_video_format_from_string (name.c_str ()));
    return bool (GST_VIDEO_FORMAT_INFO_IS_RGB (info)) != rgb;
  });
  std::vector<std::string> colorimetries (asked.begin (), asked.end ());
  std::erase_if (colorimetries, [rgb] (const std::string &name) {
    GstVideoColorimetry c;
    return !gst_video_colorimetry_from_string (&c, name.c_str ()) ||
           c.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN ||
           (c.matrix == GST_VIDEO_COLOR_MATRIX_RGB) != rgb;
  });
  if (formats.empty () || colorimetries.empty ()) return nullptr;
  Owned<GstStructure> of_kind{gst_structure_copy (s)};
  set_strings (of_kind.get (), "format", formats);
  set_strings (of_kind.get (), "colorimetry", colorimetries);
  return of_kind;
}

// `caps`, where those in limited memory come first with the colorimetries of `asked`, so that a
// converter in front converts to them. RGB and YUV formats share no colorimetry.
Owned<GstCaps> preferring (const GstCaps *caps, std::span<const std::string> asked)
{
  Owned<GstCaps> all{gst_caps_new_empty ()};
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    Owned<GstStructure> s{gst_structure_copy (gst_caps_get_structure (caps, i))};
    if (is_limited (memory_of (caps, i)))
      for (const bool rgb : {false, true})
        if (Owned<GstStructure> first = asked_of_kind (s.get (), asked, rgb))
          append (all.get (), std::move (first), caps, i);
    append (all.get (), std::move (s), caps, i);
  }
  return all;
}

// `caps` without the colorimetries that the device cannot convert to one of `asked`.
Owned<GstCaps> without_other_light (const GstCaps *caps, std::span<const std::string> asked)
{
  Owned<GstCaps> all{gst_caps_new_empty ()};
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    Owned<GstStructure> s{gst_structure_copy (gst_caps_get_structure (caps, i))};
    std::vector<std::string> given = strings_in (s.get (), "colorimetry");
    if (const Memory memory = memory_of (caps, i); is_limited (memory) && !given.empty ()) {
      std::erase_if (given,
                     [&] (const auto &one) { return !converts_to_any (memory, one, asked); });
      if (given.empty ()) continue;
      set_strings (s.get (), "colorimetry", given);
    }
    append (all.get (), std::move (s), caps, i);
  }
  return all;
}

Owned<GstCaps> wished_caps (const InputWish &wish, std::span<const std::string> preferred,
                            Memory memory)
{
  // All formats, the preferred ones first.
  std::vector<std::string> formats;
  const Owned<GstCaps> any = drawable_caps (memory);
  const std::vector<std::string> all = formats_in (any.get ());
  for (const std::string &name : preferred)
    if (std::find (all.begin (), all.end (), name) != all.end ()) formats.push_back (name);
  for (const std::string &name : all)
    if (std::find (formats.begin (), formats.end (), name) == formats.end ())
      formats.push_back (name);
  GstStructure *s =
      gst_structure_new ("video/x-raw", "pixel-aspect-ratio", GST_TYPE_FRACTION,
                         static_cast<gint> (wish.sample.num), static_cast<gint> (wish.sample.den),
                         "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, nullptr);
  set_strings (s, "format", formats);
  auto side = [s] (const char *field, int low, int high) {
    if (low == high)
      gst_structure_set (s, field, G_TYPE_INT, low, nullptr);
    else
      gst_structure_set (s, field, GST_TYPE_INT_RANGE, low, high, nullptr);
  };
  const auto [w, h] = wish.size;
  side ("width", wish.fit == Fit::contain ? 1 : w, wish.fit == Fit::cover ? kMaxSide : w);
  side ("height", wish.fit == Fit::contain ? 1 : h, wish.fit == Fit::cover ? kMaxSide : h);
  GstCaps *caps = gst_caps_new_empty ();
  gst_caps_append_structure (caps, s);
  gst_caps_set_features (caps, 0, gst_caps_features_copy (gst_caps_get_features (any.get (), 0)));
  return Owned<GstCaps>{caps};
}

}  // namespace

Owned<GstCaps> caps_for (const InputWish &wish, std::span<const std::string> preferred,
                         Memory memory)
{
  const std::vector<Memory> order = memories_from (memory);
  Owned<GstCaps> any = drawable_caps_in (order);
  if (wish.any) return any;
  Owned<GstCaps> caps{gst_caps_new_empty ()};
  for (const Memory m : order)
    gst_caps_append (caps.get (), wished_caps (wish, preferred, m).release ());
  gst_caps_append (caps.get (), any.release ());
  return caps;
}

Owned<GstCaps> input_caps (Owned<GstCaps> caps, const GstCaps *downstream, GstCaps *filter)
{
  const std::vector<std::string> asked = asked_colorimetries (downstream);
  if (!asked.empty ()) caps = preferring (caps.get (), asked);
  // In the order of `caps`: the cell's size comes first.
  if (filter) caps.reset (gst_caps_intersect_full (caps.get (), filter, GST_CAPS_INTERSECT_FIRST));
  if (asked.empty ()) return caps;
  // If nothing is left, accept the frames: negotiation then fails with an error that says why.
  Owned<GstCaps> rest = without_other_light (caps.get (), asked);
  return gst_caps_is_empty (rest.get ()) ? std::move (caps) : std::move (rest);
}

}  // namespace quad
