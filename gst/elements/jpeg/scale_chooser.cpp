#include "elements/jpeg/scale_chooser.h"

#include "glue/target.h"
#include "glue/video.h"

namespace quad::jpegdec {

// Whether downstream's caps allow frames of this size.
bool ScaleChooser::accepts (PixelFormat format, Size size) const
{
  const Owned<GstCaps> filter{gst_caps_new_simple (
      "video/x-raw", "format", G_TYPE_STRING, gst_video_format_to_string (to_gst (format)), "width",
      G_TYPE_INT, size.width, "height", G_TYPE_INT, size.height, nullptr)};
  const Owned<GstCaps> taken{gst_pad_peer_query_caps (src_, filter.get ())};
  return !gst_caps_is_empty (taken.get ());
}

Choice ScaleChooser::choose_for_target (const Settings &settings, const jpeg::Header &header,
                                        PixelFormat format)
{
  const auto taken = [&] (Size size) { return accepts (format, size); };
  const auto target = ask_target (src_, {header.size, {1, 1}, header.orientation});
  // A new kind of picture needs new caps anyway.
  if (header.size != last_size_ || header.orientation != last_orientation_ ||
      format != last_format_)
    steady_.reset ();
  last_size_ = header.size;
  last_orientation_ = header.orientation;
  last_format_ = format;
  const int wanted = target
                         ? jpeg::scale_for_target (header.size, *target, settings.headroom, taken)
                         : jpeg::kFullScale;
  int scale = steady_.next (wanted);
  if (scale != wanted && !taken (jpeg::scaled (header.size, scale))) {
    steady_.reset ();
    scale = steady_.next (wanted);
  }
  std::string why = "downstream needs all pixels";
  if (target)
    why =
        "it is shown at " + std::to_string (target->width) + "x" + std::to_string (target->height);
  return {scale, true, why};
}

Choice ScaleChooser::choose (const Settings &settings, const jpeg::Header &header,
                             PixelFormat format)
{
  const auto [width, height] = settings.limit;
  if (width == 0 && height == 0 && !settings.ignore_target)
    return choose_for_target (settings, header, format);
  steady_.reset ();
  if (width == 0 && height == 0) return {jpeg::kFullScale, false, "ignore-target is set"};
  return {
      jpeg::scale_within (header.size, settings.limit), false,
      "max-width and max-height are " + std::to_string (width) + " and " + std::to_string (height)};
}

}  // namespace quad::jpegdec
