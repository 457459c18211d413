#include "elements/jpeg/scale_chooser.h"

#include "elements/jpeg/output.h"
#include "glue/target.h"

namespace quad::jpegdec {

Choice ScaleChooser::choose_for_target (const Settings &settings, const jpeg::Header &header,
                                        PixelFormat format)
{
  const auto taken = [&] (Size size) { return is_taken (src_, format, size); };
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
  return {scale, true, target.has_value (), why};
}

Choice ScaleChooser::choose (const Settings &settings, const jpeg::Header &header,
                             PixelFormat format)
{
  const auto [width, height] = settings.limit;
  if (width == 0 && height == 0 && !settings.ignore_target)
    return choose_for_target (settings, header, format);
  steady_.reset ();
  if (width == 0 && height == 0) return {jpeg::kFullScale, false, false, "ignore-target is set"};
  return {
      jpeg::scale_within (header.size, settings.limit), false, false,
      "max-width and max-height are " + std::to_string (width) + " and " + std::to_string (height)};
}

}  // namespace quad::jpegdec
