#include "host/compose.h"

#include "host/scalar.h"

namespace quad::host {
namespace {

void over_row (const FormatInfo &format, int alpha, const std::byte *upper, int count,
               std::byte *lower)
{
  const int a = format.alpha_channel;
  for (int i = 0; i < count; i++, upper += 4, lower += 4) {
    const auto sa = scale_alpha (load<std::uint8_t> (upper, a), static_cast<std::uint32_t> (alpha));
    const std::uint32_t da = load<std::uint8_t> (lower, a);
    const std::uint32_t weight = over_weight (sa, da);
    for (int c = 0; c < 4; c++)
      store (lower, c,
             static_cast<std::uint8_t> (c == a ? over_alpha (weight)
                                               : over_color (load<std::uint8_t> (upper, c), sa,
                                                             load<std::uint8_t> (lower, c), da,
                                                             weight)));
  }
}

}  // namespace

void blend_row (const FormatInfo &format, int plane, int alpha, const std::byte *upper, int count,
                std::byte *lower)
{
  if (format.has_alpha ()) {
    over_row (format, alpha, upper, count, lower);
    return;
  }
  const SampleFormat sample = SampleFormat::of (format);
  const auto a = static_cast<std::uint32_t> (alpha);
  for (int i = 0; i < count * format.plane[std::size_t (plane)].channels; i++)
    set_sample (lower, i, sample,
                blend (static_cast<std::uint32_t> (sample_at (upper, i, sample)),
                       static_cast<std::uint32_t> (sample_at (lower, i, sample)), a));
}

void fill_row (const FormatInfo &format, int plane, const Color &color, int count, std::byte *out)
{
  const SampleFormat sample = SampleFormat::of (format);
  const PlaneInfo &info = format.plane[std::size_t (plane)];
  for (int i = 0; i < count; i++)
    for (int c = 0; c < info.channels; c++) {
      // A padding channel (the x of RGBx) is written as opaque.
      const int component = info.component[std::size_t (c)];
      const std::uint16_t padding = 255;
      set_sample (out, i * info.channels + c, sample,
                  component < 0 ? padding : color.value[std::size_t (component)]);
    }
}

}  // namespace quad::host
