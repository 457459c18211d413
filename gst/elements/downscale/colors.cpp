#include "elements/downscale/colors.h"

#include <algorithm>

#include "glue/backend.h"
#include "glue/caps_fields.h"
#include "glue/colorimetry.h"

namespace quad {
namespace {

constexpr const char *kColorimetry = "colorimetry";
constexpr const char *kSite = "chroma-site";

// The colorimetry named `name`; zeros if that is none.
GstVideoColorimetry named (const char *name)
{
  GstVideoColorimetry c{};
  if (!name || !gst_video_colorimetry_from_string (&c, name)) return {};
  return c;
}

GstVideoColorimetry said_by (const GstStructure *s)
{
  return named (gst_structure_get_string (s, kColorimetry));
}

struct CapsLight {
  GstVideoTransferFunction transfer;
  GstVideoColorPrimaries primaries;

  bool operator== (const CapsLight &) const = default;
};

CapsLight caps_light_of (const GstVideoColorimetry &c) { return {c.transfer, c.primaries}; }

// SDR as caps name it. They are converted into each other by one matrix (same_light).
constexpr CapsLight kLights[] = {
    {GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT709},
    {GST_VIDEO_TRANSFER_BT601, GST_VIDEO_COLOR_PRIMARIES_SMPTE170M},
    {GST_VIDEO_TRANSFER_SRGB, GST_VIDEO_COLOR_PRIMARIES_BT709},
    {GST_VIDEO_TRANSFER_SMPTE240M, GST_VIDEO_COLOR_PRIMARIES_SMPTE240M},
    {GST_VIDEO_TRANSFER_UNKNOWN, GST_VIDEO_COLOR_PRIMARIES_UNKNOWN},
    {GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_SMPTE170M},
    {GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT470BG},
    {GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_BT470M},
    {GST_VIDEO_TRANSFER_BT709, GST_VIDEO_COLOR_PRIMARIES_UNKNOWN},
    {GST_VIDEO_TRANSFER_BT601, GST_VIDEO_COLOR_PRIMARIES_BT709},
    {GST_VIDEO_TRANSFER_BT601, GST_VIDEO_COLOR_PRIMARIES_BT470BG},
    {GST_VIDEO_TRANSFER_SRGB, GST_VIDEO_COLOR_PRIMARIES_SMPTE170M},
    {GST_VIDEO_TRANSFER_SRGB, GST_VIDEO_COLOR_PRIMARIES_BT470BG},
    {GST_VIDEO_TRANSFER_SRGB, GST_VIDEO_COLOR_PRIMARIES_UNKNOWN},
    {GST_VIDEO_TRANSFER_UNKNOWN, GST_VIDEO_COLOR_PRIMARIES_BT709},
    {GST_VIDEO_TRANSFER_GAMMA28, GST_VIDEO_COLOR_PRIMARIES_BT470BG},
    {GST_VIDEO_TRANSFER_GAMMA22, GST_VIDEO_COLOR_PRIMARIES_BT470M},
};

constexpr GstVideoColorRange kRanges[] = {GST_VIDEO_COLOR_RANGE_16_235, GST_VIDEO_COLOR_RANGE_0_255,
                                          GST_VIDEO_COLOR_RANGE_UNKNOWN};
constexpr GstVideoColorMatrix kMatrices[] = {
    GST_VIDEO_COLOR_MATRIX_BT709,  GST_VIDEO_COLOR_MATRIX_BT601,
    GST_VIDEO_COLOR_MATRIX_RGB,    GST_VIDEO_COLOR_MATRIX_SMPTE240M,
    GST_VIDEO_COLOR_MATRIX_BT2020, GST_VIDEO_COLOR_MATRIX_UNKNOWN};

std::vector<CapsLight> lights_like (const std::vector<std::string> &said)
{
  std::vector<CapsLight> lights;
  const auto add = [&] (const CapsLight &light) {
    if (std::find (lights.begin (), lights.end (), light) == lights.end ())
      lights.push_back (light);
  };
  for (const std::string &name : said) {
    const GstVideoColorimetry c = named (name.c_str ());
    for (const CapsLight &light : kLights)
      if (same_light (c, {c.range, c.matrix, light.transfer, light.primaries})) add (light);
    add (caps_light_of (c));
  }
  return lights;
}

// A colorimetry's name as four numbers. Caps may use it in place of a word.
std::string numbers_of (const GstVideoColorimetry &c)
{
  return std::to_string (c.range) + ":" + std::to_string (c.matrix) + ":" +
         std::to_string (c.transfer) + ":" + std::to_string (c.primaries);
}

// GStreamer's defaults for the format and size of `s`.
GstVideoInfo plain_info (const GstStructure *s)
{
  GstVideoInfo info;
  gst_video_info_init (&info);
  gint width = 1, height = 1;
  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  const char *format = gst_structure_get_string (s, "format");
  if (format)
    gst_video_info_set_format (&info, gst_video_format_from_string (format),
                               static_cast<guint> (width), static_cast<guint> (height));
  return info;
}

const FormatInfo &format_of (const GstVideoInfo &info)
{
  return info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info)));
}

// What the output says if downstream takes everything.
GstVideoColorimetry wanted_colorimetry (const GstStructure *in, const GstVideoInfo &info,
                                        const GstVideoInfo &plain, Converted converted)
{
  const GstVideoColorimetry is = downscale_colorimetry (in, info), &to = plain.colorimetry;
  const Family family = family_of (format_of (plain));
  if (converted == Converted::light && is_better_sdr (is, plain) &&
      format_of (plain).format != format_of (info).format)
    return sdr_of (to);
  if (family == family_of (format_of (info))) return is;
  // An SDR picture that becomes YUV gets BT.601 or BT.709 as a whole.
  if (family == Family::yuv && same_light (is, to)) return to;
  return {to.range, to.matrix, is.transfer, is.primaries};
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

bool is_rgb (const GstVideoColorimetry &c) { return c.matrix == GST_VIDEO_COLOR_MATRIX_RGB; }

// How much of `a` changes in `b`. YUV formats have no RGB matrix, and RGB formats no other.
int distance (const GstVideoColorimetry &a, const GstVideoColorimetry &b)
{
  return 32 * !same_light (a, b) + 16 * (is_rgb (a) != is_rgb (b)) + 8 * (a.range != b.range) +
         4 * (a.matrix != b.matrix) + 2 * (a.primaries != b.primaries) + (a.transfer != b.transfer);
}

std::string nearest_of (const std::vector<std::string> &names, const GstVideoColorimetry &to)
{
  return *std::min_element (names.begin (), names.end (), [&] (const auto &a, const auto &b) {
    return distance (named (a.c_str ()), to) < distance (named (b.c_str ()), to);
  });
}

void fixate_colorimetry (GstStructure *s, const GstStructure *in, const GstVideoInfo &info,
                         Converted converted)
{
  const GstVideoInfo plain = plain_info (s);
  const GstVideoColorimetry wanted = wanted_colorimetry (in, info, plain, converted);
  const bool stays = family_of (format_of (plain)) == family_of (format_of (info)) &&
                     same_light (wanted, downscale_colorimetry (in, info));
  const std::vector<std::string> allowed = strings_in (s, kColorimetry);
  const char *said = gst_structure_get_string (in, kColorimetry);
  if (stays && said &&
      (allowed.empty () || std::find (allowed.begin (), allowed.end (), said) != allowed.end ())) {
    const Owned<GstStructure> as_said{gst_structure_copy (s)};
    gst_structure_set (as_said.get (), kColorimetry, G_TYPE_STRING, said, nullptr);
    if (means (as_said.get (), info.colorimetry)) {
      gst_structure_set (s, kColorimetry, G_TYPE_STRING, said, nullptr);
      return;
    }
  }
  const std::string name = allowed.empty () ? name_of (wanted) : nearest_of (allowed, wanted);
  const bool needed = !allowed.empty () || said || !means (s, stays ? info.colorimetry : wanted);
  if (needed && !name.empty ())
    gst_structure_set (s, kColorimetry, G_TYPE_STRING, name.c_str (), nullptr);
}

bool has_chroma_site (const FormatInfo &format) { return format.chroma_unit () != Size{1, 1}; }

void fixate_site (GstStructure *s, const GstVideoInfo &info)
{
  const auto site = GST_VIDEO_INFO_CHROMA_SITE (&info);
  if (site == GST_VIDEO_CHROMA_SITE_UNKNOWN) return;
  const Owned<char> name{gst_video_chroma_site_to_string (site)};
  if (!name) return;
  const GstVideoInfo out = plain_info (s);
  if (gst_structure_has_field (s, kSite))
    gst_structure_fixate_field_string (s, kSite, name.get ());
  else if (GST_VIDEO_INFO_FORMAT (&out) != GST_VIDEO_INFO_FORMAT (&info) &&
           has_chroma_site (format_of (info)) && has_chroma_site (format_of (out)))
    gst_structure_set (s, kSite, G_TYPE_STRING, name.get (), nullptr);
}

}  // namespace

GstVideoColorimetry downscale_colorimetry (const GstStructure *s, const GstVideoInfo &info)
{
  const GstVideoColorimetry said = said_by (s);
  GstVideoColorimetry full = info.colorimetry;
  const auto take = [] (auto &value, auto from) {
    if (static_cast<int> (from)) value = from;
  };
  // RGB words for YUV formats, or the other way round: keep what GStreamer makes of them.
  const bool foreign = said.matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN &&
                       is_rgb (said) != bool (GST_VIDEO_INFO_IS_RGB (&info));
  if (!foreign) {
    take (full.range, said.range);
    take (full.matrix, said.matrix);
  }
  take (full.transfer, said.transfer);
  take (full.primaries, said.primaries);
  return full;
}

bool read_video_info (GstVideoInfo &info, const GstCaps *caps)
{
  if (!gst_video_info_from_caps (&info, caps)) return false;
  const char *site = gst_structure_get_string (gst_caps_get_structure (caps, 0), kSite);
  const auto said = site ? gst_video_chroma_site_from_string (site) : GST_VIDEO_CHROMA_SITE_UNKNOWN;
  if (said != GST_VIDEO_CHROMA_SITE_UNKNOWN) info.chroma_site = said;
  return true;
}

std::vector<std::string> convertible_colorimetries (const std::vector<std::string> &said)
{
  std::vector<std::string> words = said, numbers;
  const auto add = [&] (const GstVideoColorimetry &c) {
    const std::string name = name_of (c), in_numbers = numbers_of (c);
    if (name.empty ()) return;
    const auto add_once = [] (std::vector<std::string> &list, const std::string &one) {
      if (std::find (list.begin (), list.end (), one) == list.end ()) list.push_back (one);
    };
    if (name != in_numbers) add_once (words, name);
    if (std::find (said.begin (), said.end (), in_numbers) == said.end ())
      add_once (numbers, in_numbers);
  };
  for (const CapsLight &light : lights_like (said))
    for (const GstVideoColorRange range : kRanges)
      for (const GstVideoColorMatrix matrix : kMatrices)
        add ({range, matrix, light.transfer, light.primaries});
  words.insert (words.end (), numbers.begin (), numbers.end ());
  return words;
}

ColorChange color_change (const GstStructure *s, Family family, const GstStructure *in,
                          const GstVideoInfo &info)
{
  std::vector<std::string> allowed = strings_in (s, kColorimetry);
  if (allowed.empty ()) return ColorChange::none;
  const GstVideoColorimetry is = downscale_colorimetry (in, info);
  const bool same_family = family == family_of (format_of (info));
  const char *said = gst_structure_get_string (in, kColorimetry);
  if (same_family && said && std::find (allowed.begin (), allowed.end (), said) != allowed.end ())
    return ColorChange::none;
  if (!same_light (named (nearest_of (allowed, is).c_str ()), is)) return ColorChange::light;
  std::erase_if (allowed, [&] (const std::string &name) {
    const GstVideoColorimetry c = named (name.c_str ());
    if (c.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN) return !same_family;
    return is_rgb (c) != (family == Family::rgb);
  });
  if (allowed.empty ()) return ColorChange::foreign;
  const GstVideoColorimetry nearest = named (nearest_of (allowed, is).c_str ());
  if (!same_light (nearest, is)) return ColorChange::light;
  return same_family && !same_where_known (nearest, is) ? ColorChange::codes : ColorChange::none;
}

Converted converted_in (Memory memory)
{
  const BackendRow &row = backend_of (memory);
  return converts_light (row)   ? Converted::light
         : row.converts_drawing ? Converted::codes
                                : Converted::nothing;
}

void fixate_colors (GstStructure *s, const GstStructure *in, const GstVideoInfo &info,
                    Converted converted)
{
  fixate_colorimetry (s, in, info, converted);
  fixate_site (s, info);
}

Reading reading_beside (const GstCaps *in_caps, const GstVideoInfo &in, const GstCaps *out_caps,
                        const GstVideoInfo &out, Converted converted)
{
  const GstStructure *s = gst_caps_get_structure (in_caps, 0);
  const GstVideoColorimetry is = downscale_colorimetry (s, in);
  const GstVideoColorimetry said = with_implied_light (said_by (s));
  const GstVideoColorimetry to = downscale_colorimetry (gst_caps_get_structure (out_caps, 0), out);
  const std::string text = "The video's colorimetry is " + name_of (is) +
                           ", as far as it is not said what its size implies, and downstream takes "
                           "the output for " +
                           name_of (to) + ": ";
  const std::string shown =
      text +
      "that is not converted, so it shows other colours. Put videoconvert and the colorimetry that "
      "is wanted after quaddownscale, or leave the colorimetry open there.";
  if (converted == Converted::nothing) {
    const bool same = gst_video_colorimetry_is_equal (&in.colorimetry, &out.colorimetry) ||
                      same_where_known (is, out.colorimetry);
    return {to, same ? "" : shown};
  }
  if (same_light (is, to)) return {is, {}};
  Reading reading = {is, shown};
  const auto open = [] (auto &value, auto from, auto word) {
    if (!static_cast<int> (word)) value = from;
  };
  open (reading.colorimetry.transfer, to.transfer, said.transfer);
  open (reading.colorimetry.primaries, to.primaries, said.primaries);
  if (family_of (format_of (in)) == family_of (format_of (out))) {
    open (reading.colorimetry.range, to.range, said.range);
    open (reading.colorimetry.matrix, to.matrix, said.matrix);
  }
  if (same_light (reading.colorimetry, to)) return reading;
  if (converted == Converted::light) return {is, {}};
  return {is,
          text +
              "HDR, wide gamut and SDR are not converted into each other in this memory. Put "
              "cudadownload and a second quaddownscale after quaddownscale, or leave the "
              "colorimetry open there.",
          false};
}

}  // namespace quad
