#include "text/fonts.h"

#include <fontconfig/fontconfig.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace quad::text {
namespace {

constexpr char kFamily[] = "Sans";
constexpr int kPoints = 14;
constexpr double kLargest = 1024;  // pixels, or points
constexpr std::size_t kMostKnown = 64;

// Names that stand for no font of their own, so none of them is missing.
constexpr std::array<std::string_view, 11> kGeneric = {
    "sans",      "sans-serif", "serif",   "monospace", "mono",        "system-ui",
    "system ui", "cursive",    "fantasy", "emoji",     "ui-monospace"};

std::string lower (std::string_view text)
{
  std::string result (text);
  std::transform (result.begin (), result.end (), result.begin (), g_ascii_tolower);
  return result;
}

// "DejaVu Sans, Serif" in lower letters.
std::vector<std::string> families_of (std::string_view list)
{
  std::vector<std::string> families;
  while (!list.empty ()) {
    const std::size_t end = std::min (list.find (','), list.size ());
    std::string_view family = list.substr (0, end);
    list.remove_prefix (std::min (end + 1, list.size ()));
    while (family.starts_with (' ')) family.remove_prefix (1);
    while (family.ends_with (' ')) family.remove_suffix (1);
    if (!family.empty ()) families.push_back (lower (family));
  }
  return families;
}

bool is_installed (PangoContext *context, const std::string &family)
{
  if (std::find (kGeneric.begin (), kGeneric.end (), family) != kGeneric.end ()) return true;
  PangoFontFamily **all = nullptr;
  int count = 0;
  pango_context_list_families (context, &all, &count);
  const bool found = std::any_of (all, all + count, [&family] (PangoFontFamily *f) {
    return lower (pango_font_family_get_name (f)) == family;
  });
  g_free (all);
  return found;
}

// The family of the font that is loaded for a description.
std::string loaded_family (PangoContext *context, const PangoFontDescription *description)
{
  const Held<PangoFont> font (pango_context_load_font (context, description));
  if (!font) return {};
  const Held<PangoFontDescription> loaded (pango_font_describe (font.get ()));
  const char *family = pango_font_description_get_family (loaded.get ());
  return family ? family : "";
}

}  // namespace

Held<PangoFontDescription> description_of (const std::string &text, int pixels)
{
  Held<PangoFontDescription> d (pango_font_description_from_string (text.c_str ()));
  const char *family = pango_font_description_get_family (d.get ());
  if (!family || !*family) pango_font_description_set_family (d.get (), kFamily);
  const int size = pango_font_description_get_size (d.get ());
  if (pixels > 0) {
    pango_font_description_set_absolute_size (d.get (),
                                              std::min<double> (pixels, kLargest) * PANGO_SCALE);
  } else if (size <= 0) {
    pango_font_description_set_size (d.get (), kPoints * PANGO_SCALE);
  } else if (size > kLargest * PANGO_SCALE) {
    pango_font_description_set_absolute_size (d.get (), kLargest * PANGO_SCALE);
  }
  return d;
}

bool has_fonts ()
{
  for (const FcSetName set : {FcSetSystem, FcSetApplication}) {
    const FcFontSet *fonts = FcConfigGetFonts (nullptr, set);
    if (fonts && fonts->nfont > 0) return true;
  }
  return false;
}

const FontChoice::Missing &FontChoice::find (PangoContext *context,
                                             const PangoFontDescription *description)
{
  const std::string list = pango_font_description_get_family (description);
  if (const auto known = known_.find (list); known != known_.end ()) return known->second;
  Missing missing;
  const std::vector<std::string> families = families_of (list);
  const std::string used = loaded_family (context, description);
  const bool there = std::any_of (families.begin (), families.end (), [&] (const std::string &f) {
    return f == lower (used) || is_installed (context, f);
  });
  if (!there) missing = {list, used};
  if (known_.size () >= kMostKnown) known_.clear ();
  return known_[list] = missing;
}

}  // namespace quad::text
