#include "elements/gif/enums.h"

#include "gif/encoder.h"

GType gst_quad_palette_mode_get_type ()
{
  using quad::gif::PaletteMode;
  static const GEnumValue values[] = {
      quad::enum_value (PaletteMode::adaptive, "Kept while it serves, made anew when it does not",
                        "adaptive"),
      quad::enum_value (PaletteMode::global_first, "Made for the first frame and kept",
                        "global-first"),
      quad::enum_value (PaletteMode::per_frame, "Made for each frame", "per-frame"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadPaletteMode", values);
  return type;
}

GType gst_quad_dither_get_type ()
{
  using quad::gif::Dither;
  static const GEnumValue values[] = {
      quad::enum_value (Dither::ordered, "A pattern that is fixed in place", "ordered"),
      quad::enum_value (Dither::error_diffusion,
                        "What a pixel lacks goes to its neighbours (Floyd-Steinberg)",
                        "error-diffusion"),
      quad::enum_value (Dither::none, "The nearest colour", "none"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadDither", values);
  return type;
}
