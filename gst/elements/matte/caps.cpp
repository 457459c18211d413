#include "elements/matte/caps.h"

#include <gst/video/video.h>

#include <optional>
#include <string_view>
#include <vector>

#include "core/format_choice.h"
#include "core/renderer.h"
#include "glue/backend.h"
#include "glue/caps_fields.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

namespace quad {
namespace {

// What loses least comes first where all else is equal.
constexpr PixelFormat kWithAlpha[] = {PixelFormat::a420, PixelFormat::av12, PixelFormat::ayuv,
                                      PixelFormat::rgba, PixelFormat::bgra, PixelFormat::argb,
                                      PixelFormat::abgr, PixelFormat::gray8};

const FormatInfo *format_named (const std::string &name)
{
  for (const FormatInfo &f : all_formats ())
    if (name == f.name) return &f;
  return nullptr;
}

// Whether frames of the format come out in `memory`.
bool comes_out (Memory memory, PixelFormat format)
{
  const BackendRow &row = backend_of (memory);
  const FormatInfo &info = info_of (format);
  return !row.feature || (row.draws && row.draws (format) && info.has_alpha () && info.planes == 1);
}

// The formats in `memory`: of a family, or all.
std::vector<std::string> names_of (Memory memory, std::optional<Family> family = {})
{
  std::vector<std::string> names;
  for (const PixelFormat format : kWithAlpha)
    if (comes_out (memory, format) && (!family || family_of (info_of (format)) == *family))
      names.emplace_back (info_of (format).name);
  return names;
}

bool may_be (const GstStructure *s, Family family)
{
  const std::vector<std::string> names = strings_in (s, "format");
  if (names.empty ()) return true;
  for (const std::string &name : names)
    if (const FormatInfo *f = format_named (name); f && family_of (*f) == family) return true;
  return false;
}

void append (GstCaps *caps, const GstStructure *s, std::span<const std::string> formats,
             bool same_colors, Memory memory)
{
  GstStructure *to = gst_structure_copy (s);
  if (formats.empty ())
    gst_structure_remove_field (to, "format");
  else
    set_strings (to, "format", formats);
  if (!same_colors) gst_structure_remove_fields (to, "colorimetry", "chroma-site", nullptr);
  GstCaps *one = gst_caps_new_full (to, nullptr);
  set_memory (one, memory);
  gst_caps_append (caps, one);
}

}  // namespace

Owned<GstCaps> matte_sink_caps () { return drawable_caps_in (memories ()); }

Owned<GstCaps> matte_src_caps ()
{
  Owned<GstCaps> caps{gst_caps_new_empty ()};
  for (const Memory memory : memories ()) {
    Owned<GstCaps> there = drawable_caps (memory);
    set_strings (gst_caps_get_structure (there.get (), 0), "format", names_of (memory));
    gst_caps_append (caps.get (), there.release ());
  }
  return caps;
}

Owned<GstCaps> matte_mask_caps ()
{
  Owned<GstCaps> caps = drawable_caps (Memory::host);
  gst_caps_set_simple (caps.get (), "format", G_TYPE_STRING, "GRAY8", nullptr);
  return caps;
}

Owned<GstCaps> matte_transform (const GstCaps *caps, GstPadDirection from)
{
  Owned<GstCaps> result{gst_caps_new_empty ()};
  for (guint i = 0; i < gst_caps_get_size (caps); i++) {
    const GstStructure *s = gst_caps_get_structure (caps, i);
    if (from == GST_PAD_SRC) {
      // Colours stay only if the family does; which one comes is not known here.
      for (const Memory memory : memories ()) append (result.get (), s, {}, false, memory);
      continue;
    }
    for (const Memory memory : memories_from (memory_of (caps, i))) {
      const auto append_all = [&] (Family family, bool same_colors) {
        const std::vector<std::string> names = names_of (memory, family);
        if (!names.empty ()) append (result.get (), s, names, same_colors, memory);
      };
      for (const Family family : {Family::yuv, Family::rgb})
        if (may_be (s, family)) append_all (family, true);
      for (const Family family : {Family::yuv, Family::rgb, Family::gray})
        append_all (family, false);
    }
  }
  return result;
}

Owned<GstCaps> matte_fixate (const GstCaps *in, Owned<GstCaps> allowed)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, in))
    return Owned<GstCaps>{gst_caps_fixate (allowed.release ())};
  const FormatInfo &from = info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info)));
  // What comes first is in the best memory.
  const Memory memory = memory_of (allowed.get ());
  constexpr int kAlphaAlone = 1 << 20;
  std::optional<int> least;
  guint best = 0;
  std::string format;
  for (guint i = 0; i < gst_caps_get_size (allowed.get ()); i++) {
    if (memory_of (allowed.get (), i) != memory) continue;
    for (const std::string &name :
         strings_in (gst_caps_get_structure (allowed.get (), i), "format")) {
      const FormatInfo *to = format_named (name);
      if (!to) continue;
      // Where all else is equal, the planes stay as they are.
      const bool stay = to->planes == from.planes + 1 && to->depth == from.depth;
      const int loss = to->has_alpha () ? 2 * format_loss (from, *to) + !stay : kAlphaAlone;
      if (least && loss >= *least) continue;
      least = loss;
      best = i;
      format = name;
    }
  }
  if (!least) return Owned<GstCaps>{gst_caps_fixate (allowed.release ())};
  Owned<GstCaps> chosen{gst_caps_copy_nth (allowed.get (), best)};
  gst_caps_set_simple (chosen.get (), "format", G_TYPE_STRING, format.c_str (), nullptr);
  return Owned<GstCaps>{gst_caps_fixate (chosen.release ())};
}

std::string matte_refusal (const GstCaps *caps, const char *element)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const char *mode = gst_structure_get_string (s, "interlace-mode");
  if (!mode || std::string_view{mode} == "progressive") return {};
  return std::string{"The video is interlaced (interlace-mode="} + mode +
         "): a mask would lie between its two fields. Put a deinterlace element before " + element +
         ".";
}

}  // namespace quad
