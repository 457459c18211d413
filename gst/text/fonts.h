// The fonts of this machine. Part of the module.
#pragma once

#include <pango/pangocairo.h>

#include <map>
#include <memory>
#include <string>

namespace quad::text {

struct PangoFree {
  void operator() (PangoFontDescription *p) const { pango_font_description_free (p); }
  void operator() (PangoLayoutIter *p) const { pango_layout_iter_free (p); }
  void operator() (cairo_surface_t *p) const { cairo_surface_destroy (p); }
  void operator() (cairo_t *p) const { cairo_destroy (p); }
  void operator() (cairo_font_options_t *p) const { cairo_font_options_destroy (p); }
  void operator() (char *p) const { g_free (p); }
  // GObjects: layouts, contexts, font maps.
  template <typename T>
  void operator() (T *p) const
  {
    g_object_unref (p);
  }
};

template <typename T>
using Held = std::unique_ptr<T, PangoFree>;

// The description that is meant: "Sans 14" for what `text` leaves open, and no size that nobody
// reads.
// `pixels`: the letters' size instead of that of `text`; 0: that of `text`.
Held<PangoFontDescription> description_of (const std::string &text, int pixels);

// Whether there is any font. Pango must not be asked for a layout without one.
bool has_fonts ();

// Finds out which font is used for a description. Not thread safe.
class FontChoice {
 public:
  struct Missing {
    std::string wanted;  // the families that are not there; empty: one of them is
    std::string used;    // the family that is used instead
  };
  const Missing &find (PangoContext *context, const PangoFontDescription *description);

 private:
  std::map<std::string, Missing> known_;  // by the families
};

}  // namespace quad::text
