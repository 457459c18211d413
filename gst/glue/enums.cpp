#include "glue/enums.h"

#include "core/filter.h"
#include "core/frame_choice.h"
#include "core/geometry.h"
#include "core/gif_encoder.h"

namespace {

template <typename E>
constexpr GEnumValue value (E e, const char *description, const char *nick)
{
  return {static_cast<gint> (e), description, nick};
}

}  // namespace

GType gst_quad_method_get_type ()
{
  using quad::Filter;
  static const GEnumValue values[] = {
      value (Filter::area, "Area: exact box coverage, bilinear when enlarging", "area"),
      value (Filter::bilinear, "Bilinear: triangle, widened when shrinking", "bilinear"),
      value (Filter::bicubic, "Bicubic: Catmull-Rom, widened when shrinking", "bicubic"),
      value (Filter::lanczos, "Lanczos: three lobes, widened when shrinking", "lanczos"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadMethod", values);
  return type;
}

GType gst_quad_fit_get_type ()
{
  using quad::Fit;
  static const GEnumValue values[] = {
      value (Fit::contain, "All of the picture, with bars where the shapes differ", "contain"),
      value (Fit::cover, "All of the cell, with the picture's edges cut off", "cover"),
      value (Fit::fill, "All of both: the picture is stretched", "fill"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadFit", values);
  return type;
}

GType gst_quad_eos_policy_get_type ()
{
  using quad::EosPolicy;
  static const GEnumValue values[] = {
      value (EosPolicy::longest, "End when all inputs have ended", "longest"),
      value (EosPolicy::shortest, "End when the first input ends", "shortest"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadEosPolicy", values);
  return type;
}

GType gst_quad_policy_get_type ()
{
  using quad::Policy;
  static const GEnumValue values[] = {
      value (Policy::played_at, "The frame on screen at that time", "played-at"),
      value (Policy::nearest, "The frame that begins nearest to it", "nearest"),
      value (Policy::next, "The first frame that begins at or after it", "next"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadPolicy", values);
  return type;
}

GType gst_quad_missing_get_type ()
{
  using quad::Missing;
  static const GEnumValue values[] = {
      value (Missing::repeat, "Repeat the previous frame", "repeat"),
      value (Missing::skip, "Skip the tick", "skip"),
      value (Missing::error, "End with an error", "error"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadMissing", values);
  return type;
}

GType gst_quad_seek_mode_get_type ()
{
  using quad::SeekMode;
  static const GEnumValue values[] = {
      value (SeekMode::automatic, "Where decoding up to the frame takes longer", "auto"),
      value (SeekMode::never, "Never: decode all", "never"),
      value (SeekMode::always, "For each frame that is not the next one", "always"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadSeekMode", values);
  return type;
}

GType gst_quad_palette_mode_get_type ()
{
  using quad::PaletteMode;
  static const GEnumValue values[] = {
      value (PaletteMode::adaptive, "Kept while it serves, made anew when it does not", "adaptive"),
      value (PaletteMode::global_first, "Made for the first frame and kept", "global-first"),
      value (PaletteMode::per_frame, "Made for each frame", "per-frame"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadPaletteMode", values);
  return type;
}

GType gst_quad_dither_get_type ()
{
  using quad::Dither;
  static const GEnumValue values[] = {
      value (Dither::ordered, "A pattern that is fixed in place", "ordered"),
      value (Dither::error_diffusion, "What a pixel lacks goes to its neighbours (Floyd-Steinberg)",
             "error-diffusion"),
      value (Dither::none, "The nearest colour", "none"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadDither", values);
  return type;
}
