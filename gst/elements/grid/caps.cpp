#include "elements/grid/caps.h"
#include "core/format_choice.h"
#include "glue/backend.h"
#include "glue/caps_fields.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"
#include "glue/video.h"

#include <algorithm>
#include <cmath>

namespace quad {
namespace {

// At a higher rate frames could not be told apart by their timestamps.
constexpr int kMaxRate = 1000000;
// A higher rate of an input is taken for a mistake of its file.
constexpr int kMaxInputRate = 1000;

struct Wanted {
  Size size;           // in square samples, unless `drawn`
  bool drawn = false;  // in the canvas's samples: no input has a cell
  FrameRate rate = {25, 1};
};

std::int64_t pixels (const GstVideoInfo &info) { return std::int64_t{info.width} * info.height; }

// The size at which the picture is shown in square samples without scaling it down.
Size seen_size (const InputCaps &input)
{
  const Ratio dar = display_aspect_of (input.info);
  Size size = {input.info.width, input.info.height};
  const int par_n = std::max (1, input.info.par_n), par_d = std::max (1, input.info.par_d);
  if (par_n > par_d)
    size.width = static_cast<int> (std::min<std::int64_t> (
        kMaxSide, round_div (std::int64_t{size.height} * dar.num, dar.den)));
  else if (par_n < par_d)
    size.height = static_cast<int> (
        std::min<std::int64_t> (kMaxSide, round_div (std::int64_t{size.width} * dar.den, dar.num)));
  return steps_of (input.orientation).swap_axes ? size.transposed () : size;
}

Wanted wanted_by (std::span<const InputCaps> inputs, const Grid &grid)
{
  Wanted wanted;
  Size largest, drawn;
  double highest = 0;
  for (const InputCaps &input : inputs) {
    const Rect free = input.is_background ? rect_of (seen_size (input)) : input.free;
    const Size s = free.empty () ? seen_size (input) : Size{};
    drawn = {std::max (drawn.width, free.right ()), std::max (drawn.height, free.bottom ())};
    if (std::int64_t{s.width} * s.height > std::int64_t{largest.width} * largest.height)
      largest = s;
    const int n = input.info.fps_n, d = std::max (1, input.info.fps_d);
    const double rate = double (n) / d;
    if (input.is_background && inputs.size () > 1) continue;
    if (rate > highest && rate <= kMaxInputRate) {
      highest = rate;
      wanted.rate = {n, d};
    }
  }
  // Inputs that lie freely count only if no input has a cell.
  wanted.drawn = largest.empty () && !inputs.empty ();
  wanted.size = canvas_for (grid, largest);
  if (wanted.drawn)
    wanted.size = {std::clamp (drawn.width, 1, kMaxSide), std::clamp (drawn.height, 1, kMaxSide)};
  return wanted;
}

// The memories that the output may be in. The first that downstream takes is used.
std::vector<Memory> memories_by_preference (std::span<const InputCaps> inputs)
{
  for (const InputCaps &i : inputs)
    if (i.memory != Memory::host) return memories_from (i.memory);
  return memories_from (Memory::host);
}

const FormatInfo &format_of (const GstVideoInfo &info)
{
  return info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info)));
}

// What speaks against a format, the first first.
struct Against {
  bool alpha = false;        // an input has alpha, and it has none
  std::int64_t lost = 0;     // what the inputs' pixels lose
  std::int64_t changed = 0;  // how much of them is changed

  auto operator<=> (const Against &) const = default;
};

Against against (const FormatInfo &format, std::span<const InputCaps> inputs)
{
  // Depth counts only if most pixels have it, as few players take encoded video of 10 bits.
  std::int64_t deeper = 0;
  for (const InputCaps &i : inputs)
    deeper += format_of (i.info).depth > 8 ? pixels (i.info) : -pixels (i.info);
  const bool deep = deeper > 0;
  Against sum;
  for (const InputCaps &i : inputs) {
    const FormatInfo &from = format_of (i.info);
    const int loss = format_loss (from, format);
    sum.alpha |= from.has_alpha () && !format.has_alpha ();
    // Else only the format that most pixels have.
    sum.lost += deep ? loss / kLeastLoss * pixels (i.info) : 0;
    sum.changed += (deep ? loss % kLeastLoss : loss != 0) * pixels (i.info);
  }
  return sum;
}

// Sorts `names` of formats, the best first.
std::vector<std::string> by_preference (const std::vector<std::string> &names,
                                        std::span<const InputCaps> inputs)
{
  std::vector<std::pair<Against, std::string>> weighed;
  for (const std::string &name : names)
    weighed.emplace_back (
        against (info_of (from_gst (gst_video_format_from_string (name.c_str ()))), inputs), name);
  std::ranges::stable_sort (weighed, {}, &std::pair<Against, std::string>::first);
  std::vector<std::string> sorted;
  for (auto &[against, name] : weighed) sorted.push_back (std::move (name));
  return sorted;
}

// Fixes width and height to the wanted size, in samples of the caps' shape. If the caps do not take
// that size, it becomes the nearest of the same shape that they take.
void fixate_size (GstStructure *s, const Wanted &wanted)
{
  double width = wanted.size.width, height = wanted.size.height;
  if (gst_structure_has_field (s, "pixel-aspect-ratio"))
    gst_structure_fixate_field_nearest_fraction (s, "pixel-aspect-ratio", 1, 1);
  else
    gst_structure_set (s, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr);
  gint par_n = 1, par_d = 1;
  gst_structure_get_fraction (s, "pixel-aspect-ratio", &par_n, &par_d);
  if (!wanted.drawn) width = width * std::max (1, par_d) / std::max (1, par_n);
  auto fix = [s] (const char *field, double v) {
    const double limited = std::clamp (v, 1.0, double (G_MAXINT));
    gst_structure_fixate_field_nearest_int (s, field, static_cast<gint> (std::lround (limited)));
    gint fixed = 1;
    gst_structure_get_int (s, field, &fixed);
    return fixed / limited;
  };
  // First fix each side alone. Then fix the side that the caps limit more, and let the other
  // follow.
  GstStructure *trial = gst_structure_copy (s);
  gst_structure_fixate_field_nearest_int (trial, "width", static_cast<gint> (std::lround (width)));
  gst_structure_fixate_field_nearest_int (trial, "height",
                                          static_cast<gint> (std::lround (height)));
  gint w = 1, h = 1;
  gst_structure_get_int (trial, "width", &w);
  gst_structure_get_int (trial, "height", &h);
  gst_structure_free (trial);
  const double scale_x = w / std::max (1.0, std::round (width));
  const double scale_y = h / std::max (1.0, std::round (height));
  if (std::abs (std::log (scale_x)) >= std::abs (std::log (scale_y)))
    fix ("height", height * fix ("width", width));
  else
    fix ("width", width * fix ("height", height));
}

const InputCaps *larger_of (const InputCaps *a, const InputCaps &b)
{
  return !a || pixels (b.info) > pixels (a->info) ? &b : a;
}

// The colorimetry of `like`, as far as a format with the default colorimetry of `fallback` can have
// it.
GstVideoColorimetry colorimetry_like (const GstVideoInfo &like, const GstVideoInfo &fallback)
{
  const GstVideoColorimetry &c = like.colorimetry;
  if (GST_VIDEO_INFO_IS_YUV (&like) && GST_VIDEO_INFO_IS_YUV (&fallback)) return c;
  // All SDR standards count as the same light.
  if (same_light (c, fallback.colorimetry)) return fallback.colorimetry;
  return {fallback.colorimetry.range, fallback.colorimetry.matrix, c.transfer, c.primaries};
}

// Fixes colorimetry and chroma siting to those of the largest input in this format, if `s` takes
// them. If no input has the format, or only one of the two is HDR, takes what it can of the largest
// input's colorimetry, so that light need not be converted, unless SDR is better. Else GStreamer's
// defaults for the size.
void fixate_colors (GstStructure *s, GstVideoFormat format, std::span<const InputCaps> inputs)
{
  const InputCaps *model = nullptr, *largest = nullptr;
  for (const InputCaps &i : inputs) {
    largest = larger_of (largest, i);
    if (GST_VIDEO_INFO_FORMAT (&i.info) == format) model = larger_of (model, i);
  }
  gint width = 1, height = 1;
  gst_structure_get_int (s, "width", &width);
  gst_structure_get_int (s, "height", &height);
  GstVideoInfo info;
  if (!gst_video_info_set_format (&info, format, static_cast<guint> (width),
                                  static_cast<guint> (height)))
    return;
  const auto becomes_sdr = [&] (const InputCaps *i) {
    return i && i->memory == Memory::host && is_better_sdr (i->info.colorimetry, info);
  };
  if (model && (becomes_sdr (largest) ? !becomes_sdr (model)
                                      : is_hdr (model->info.colorimetry.transfer) ==
                                            is_hdr (largest->info.colorimetry.transfer))) {
    info.colorimetry = model->info.colorimetry;
    info.chroma_site = model->info.chroma_site;
  } else if (becomes_sdr (largest)) {
    info.colorimetry = sdr_of (info.colorimetry);
  } else if (largest) {
    info.colorimetry = colorimetry_like (largest->info, info);
  }
  auto set = [s] (const char *field, gchar *value) {
    const Owned<char> owned{value};
    if (!value) return;
    if (gst_structure_has_field (s, field))
      gst_structure_fixate_field_string (s, field, value);
    else
      gst_structure_set (s, field, G_TYPE_STRING, value, nullptr);
  };
  set ("colorimetry", gst_video_colorimetry_to_string (&info.colorimetry));
  if (info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info))).chroma_unit () != Size{1, 1} &&
      info.chroma_site != GST_VIDEO_CHROMA_SITE_UNKNOWN)
    set ("chroma-site", gst_video_chroma_site_to_string (info.chroma_site));
}

// The first structure of `caps` that takes `format`, fixed to it. `caps` are all of `memory`.
Owned<GstStructure> structure_with (const GstCaps *caps, const std::string &format, Memory memory)
{
  Owned<GstCaps> only{gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format.c_str (),
                                           "interlace-mode", G_TYPE_STRING, "progressive",
                                           nullptr)};
  set_memory (only.get (), memory);
  Owned<GstCaps> taken{gst_caps_intersect_full (const_cast<GstCaps *> (caps), only.get (),
                                                GST_CAPS_INTERSECT_FIRST)};
  if (gst_caps_is_empty (taken.get ())) return nullptr;
  return Owned<GstStructure>{gst_structure_copy (gst_caps_get_structure (taken.get (), 0))};
}

std::string too_large (const Grid &grid, Size size)
{
  return "The grid would be " + std::to_string (size.width) + " by " +
         std::to_string (size.height) + " pixels with " + std::to_string (grid.rows) +
         " rows and " + std::to_string (grid.columns) +
         " columns of the largest input's size, and " + std::to_string (kMaxSide) +
         " is the most for a side: set a width and height with a capsfilter behind it, or put "
         "quaddownscale in front.";
}

std::string bad_rate (int n, int d)
{
  return "An output rate of " + std::to_string (n) + "/" + std::to_string (d) +
         " frames a second is not possible: set another with a capsfilter behind it, for example "
         "video/x-raw,framerate=25/1.";
}

// True if the field allows sides up to the largest.
bool is_unlimited (const GstStructure *s, const char *field)
{
  const GValue *v = gst_structure_get_value (s, field);
  return v && GST_VALUE_HOLDS_INT_RANGE (v) && gst_value_get_int_range_max (v) >= kMaxSide;
}

bool leaves_size_open (const GstStructure *s)
{
  gint v = 0;
  return !gst_structure_get_int (s, "width", &v) || !gst_structure_get_int (s, "height", &v);
}

// The caps of the output before its size is chosen. Null if downstream takes nothing in this
// memory.
struct FormatChoice {
  Owned<GstStructure> structure;
  GstVideoFormat format = GST_VIDEO_FORMAT_UNKNOWN;
  Memory memory = Memory::host;
};

FormatChoice first_format (const GstCaps *downstream, std::span<const InputCaps> inputs,
                           Memory memory)
{
  const Owned<GstCaps> drawable = drawable_caps (memory);
  const Owned<GstCaps> possible{gst_caps_intersect_full (
      const_cast<GstCaps *> (downstream), drawable.get (), GST_CAPS_INTERSECT_FIRST)};
  for (const std::string &name : by_preference (formats_in (possible.get ()), inputs))
    if (Owned<GstStructure> s = structure_with (possible.get (), name, memory))
      return {std::move (s), gst_video_format_from_string (name.c_str ()), memory};
  return {};
}

// Chooses size, rate and colours.
OutputChoice completed (FormatChoice choice, std::span<const InputCaps> inputs, const Grid &grid)
{
  GstStructure *s = choice.structure.get ();
  const Wanted wanted = wanted_by (inputs, grid);
  if (leaves_size_open (s)) {
    if (inputs.empty ()) return {};
    if (std::max (wanted.size.width, wanted.size.height) > kMaxSide && is_unlimited (s, "width") &&
        is_unlimited (s, "height"))
      return {nullptr, too_large (grid, wanted.size)};
  }
  fixate_size (s, wanted);
  if (gst_structure_has_field (s, "framerate"))
    gst_structure_fixate_field_nearest_fraction (s, "framerate", wanted.rate.num, wanted.rate.den);
  gint rate_n = 0, rate_d = 1;
  gst_structure_get_fraction (s, "framerate", &rate_n, &rate_d);
  if (rate_n <= 0 || rate_n / rate_d > kMaxRate) return {nullptr, bad_rate (rate_n, rate_d)};
  fixate_colors (s, choice.format, inputs);
  GstCaps *caps = gst_caps_new_empty ();
  gst_caps_append_structure (caps, choice.structure.release ());
  set_memory (caps, choice.memory);
  return {Owned<GstCaps>{gst_caps_fixate (caps)}, {}};
}

// Why an input cannot be shown on an output of `caps`; empty if all can. The host converts between
// HDR, wide gamut and SDR; devices do not.
std::string light_problem (const GstCaps *caps, std::span<const InputCaps> inputs)
{
  GstVideoInfo output;
  const BackendRow &row = backend_of (memory_of (caps));
  if (!row.converts || !gst_video_info_from_caps (&output, caps)) return {};
  const auto said = [] (const GstVideoInfo &info) {
    const std::string name = name_of (info.colorimetry);
    return name.empty () ? "unknown" : name;
  };
  for (const InputCaps &i : inputs)
    if (i.memory == row.memory && !converts (row, i.info, output))
      return std::string{"An input in "} + row.name + " memory has the colorimetry " +
             said (i.info) + " and the output " + said (output) +
             ": HDR, wide gamut and SDR are not converted into each other there. Put " +
             download_of (row.memory) +
             " ! video/x-raw in front of that pad, as the host does convert, or let the output be "
             "in system memory.";
  return {};
}

}  // namespace

std::vector<std::string> formats_in (const GstCaps *caps)
{
  std::vector<std::string> names;
  for (guint i = 0; i < gst_caps_get_size (caps); i++)
    for (std::string &name : strings_in (gst_caps_get_structure (caps, i), "format"))
      if (std::find (names.begin (), names.end (), name) == names.end ())
        names.push_back (std::move (name));
  return names;
}

OutputChoice choose_output (const GstCaps *downstream, std::span<const InputCaps> inputs,
                            const Grid &grid)
{
  std::string problem;
  for (const Memory memory : memories_by_preference (inputs)) {
    FormatChoice first = first_format (downstream, inputs, memory);
    if (!first.structure) continue;
    OutputChoice choice = completed (std::move (first), inputs, grid);
    if (!choice.caps) return choice;
    const std::string other_light = light_problem (choice.caps.get (), inputs);
    if (other_light.empty ()) return choice;
    problem = other_light;
  }
  return {nullptr, problem.empty () ? kTakesNothing : problem};
}

std::optional<Canvas> fixed_canvas (const GstCaps *downstream)
{
  std::optional<Canvas> canvas;
  if (gst_caps_is_any (downstream)) return canvas;
  for (guint i = 0; i < gst_caps_get_size (downstream); i++) {
    const GstStructure *s = gst_caps_get_structure (downstream, i);
    Canvas c;
    if (!gst_structure_get_int (s, "width", &c.size.width) ||
        !gst_structure_get_int (s, "height", &c.size.height))
      return std::nullopt;
    gint n = 1, d = 1;
    if (gst_structure_get_fraction (s, "pixel-aspect-ratio", &n, &d) && n > 0 && d > 0)
      c.sample = {n, d};
    if (canvas && (canvas->size != c.size || canvas->sample != c.sample)) return std::nullopt;
    canvas = c;
  }
  return canvas;
}

}  // namespace quad
