#include "elements/jpeg/scale_chooser.h"

#include "elements/jpeg/output.h"
#include "glue/target.h"

namespace quad::jpegdec {
namespace {

constexpr char kForbidden[] = "the caps of what follows forbid more";

}  // namespace

int ScaleChooser::allowed (const Picture &picture, int scale)
{
  const Asked now{picture, scale};
  if (asked_ == now && !gst_pad_needs_reconfigure (src_)) return allowed_;
  asked_ = now;
  allowed_ = jpeg::largest_accepted (picture.size, scale, taken (picture));
  return allowed_;
}

jpeg::Accepts ScaleChooser::taken (const Picture &picture) const
{
  return [this, picture] (Size size) { return is_taken (src_, picture.format, size); };
}

Choice ScaleChooser::choose_for_target (const Settings &settings, const Picture &picture)
{
  const auto target = ask_target (src_, {picture.size, {1, 1}, picture.orientation});
  // A new kind of picture needs new caps anyway.
  if (picture != last_) steady_.reset ();
  last_ = picture;
  const auto taken = this->taken (picture);
  const int needed = target
                         ? jpeg::scale_for_target (picture.size, *target, settings.headroom, taken)
                         : jpeg::kFullScale;
  const int wanted = allowed (picture, needed);
  int scale = steady_.next (wanted);
  if (scale != wanted && !taken (jpeg::scaled (picture.size, scale))) {
    steady_.reset ();
    scale = steady_.next (wanted);
  }
  if (wanted < needed) return {scale, false, false, kForbidden};
  std::string why = "downstream needs all pixels";
  if (target)
    why =
        "it is shown at " + std::to_string (target->width) + "x" + std::to_string (target->height);
  return {scale, true, target.has_value (), why};
}

Choice ScaleChooser::choose (const Settings &settings, const jpeg::Header &header,
                             PixelFormat format)
{
  const Picture picture{header.size, header.orientation, format};
  const auto [width, height] = settings.limit;
  const bool limited = width > 0 || height > 0;
  if (!limited && !settings.ignore_target) return choose_for_target (settings, picture);
  steady_.reset ();
  const int wanted = limited ? jpeg::scale_within (header.size, settings.limit) : jpeg::kFullScale;
  const int scale = allowed (picture, wanted);
  if (scale < wanted) return {scale, false, false, kForbidden};
  if (!limited) return {scale, false, false, "ignore-target is set"};
  return {
      scale, false, false,
      "max-width and max-height are " + std::to_string (width) + " and " + std::to_string (height)};
}

}  // namespace quad::jpegdec
