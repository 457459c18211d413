#include "host/compose.h"

#include "host/scalar.h"

namespace quad::host {
namespace {

// Mixes positions of 4 channels; channel `a` is alpha.
void over_row (int a, int alpha, const std::byte *upper, int count, std::byte *lower)
{
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

// blend_row_beside for samples of 8 bits. The number of channels is a constant, so the compiler
// makes vectors of the loop.
template <int kChannels>
void blend_bytes_beside (std::uint32_t alpha, const std::uint8_t *upper, const std::uint8_t *alphas,
                         int count, std::uint8_t *lower)
{
  for (int i = 0; i < count; i++) {
    const std::uint32_t a = scale_alpha (alphas[i], alpha);
    for (int c = 0; c < kChannels; c++) {
      const int at = i * kChannels + c;
      lower[at] = static_cast<std::uint8_t> (blend (upper[at], lower[at], a));
    }
  }
}

}  // namespace

void blend_row (const FormatInfo &format, int raster, int alpha, const std::byte *upper, int count,
                std::byte *lower)
{
  const RasterInfo &info = format.raster[std::size_t (raster)];
  if (info.alpha >= 0) {
    over_row (info.alpha, alpha, upper, count, lower);
    return;
  }
  const SampleFormat sample = SampleFormat::of (format);
  const auto a = static_cast<std::uint32_t> (alpha);
  for (int i = 0; i < count * info.channels; i++)
    set_sample (lower, i, sample,
                blend (static_cast<std::uint32_t> (sample_at (upper, i, sample)),
                       static_cast<std::uint32_t> (sample_at (lower, i, sample)), a));
}

void blend_row_beside (const FormatInfo &format, int raster, int alpha, const std::byte *upper,
                       const std::byte *alphas, int count, std::byte *lower)
{
  const int channels = format.raster[std::size_t (raster)].channels;
  const SampleFormat sample = SampleFormat::of (format);
  if (sample.bytes == 1 && channels <= 2) {
    const auto blend_bytes = channels == 1 ? blend_bytes_beside<1> : blend_bytes_beside<2>;
    blend_bytes (static_cast<std::uint32_t> (alpha), reinterpret_cast<const std::uint8_t *> (upper),
                 reinterpret_cast<const std::uint8_t *> (alphas), count,
                 reinterpret_cast<std::uint8_t *> (lower));
    return;
  }
  for (int i = 0; i < count * channels; i++) {
    const std::uint32_t a =
        scale_alpha (load<std::uint8_t> (alphas, i / channels), static_cast<std::uint32_t> (alpha));
    set_sample (lower, i, sample,
                blend (static_cast<std::uint32_t> (sample_at (upper, i, sample)),
                       static_cast<std::uint32_t> (sample_at (lower, i, sample)), a));
  }
}

void fill_row (const FormatInfo &format, int raster, const Color &color, int count, std::byte *out)
{
  const SampleFormat sample = SampleFormat::of (format);
  const RasterInfo &info = format.raster[std::size_t (raster)];
  for (int i = 0; i < count; i++)
    for (int c = 0; c < info.channels; c++) {
      // A padding channel (the x of RGBx) is written as opaque.
      const int component = info.channel[std::size_t (c)].component;
      const std::uint16_t padding = 255;
      set_sample (out, i * info.channels + c, sample,
                  component < 0 ? padding : color.value[std::size_t (component)]);
    }
}

}  // namespace quad::host
