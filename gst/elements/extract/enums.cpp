#include "elements/extract/enums.h"

#include "core/frame_choice.h"

GType gst_quad_policy_get_type ()
{
  using quad::Policy;
  static const GEnumValue values[] = {
      quad::enum_value (Policy::played_at, "The frame on screen at that time", "played-at"),
      quad::enum_value (Policy::nearest, "The frame that begins nearest to it", "nearest"),
      quad::enum_value (Policy::next, "The first frame that begins at or after it", "next"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadPolicy", values);
  return type;
}

GType gst_quad_missing_get_type ()
{
  using quad::extract::Missing;
  static const GEnumValue values[] = {
      quad::enum_value (Missing::repeat, "Repeat the previous frame", "repeat"),
      quad::enum_value (Missing::skip, "Skip the tick", "skip"),
      quad::enum_value (Missing::error, "End with an error", "error"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadMissing", values);
  return type;
}

GType gst_quad_seek_mode_get_type ()
{
  using quad::extract::SeekMode;
  static const GEnumValue values[] = {
      quad::enum_value (SeekMode::automatic, "Where decoding up to the frame takes longer", "auto"),
      quad::enum_value (SeekMode::never, "Never: decode all", "never"),
      quad::enum_value (SeekMode::always, "For each frame that is not the next one", "always"),
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static ("GstQuadSeekMode", values);
  return type;
}
