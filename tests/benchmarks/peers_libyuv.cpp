// libyuv: I420Scale, NV12Scale, ARGBScale.
#include <libyuv/scale.h>
#include <libyuv/scale_argb.h>

#include "contender.h"

namespace quad::bench {
namespace {

std::uint8_t *data (const PlaneView &p) { return reinterpret_cast<std::uint8_t *> (p.data); }
int stride (const PlaneView &p) { return static_cast<int> (p.stride); }

int scale (const FrameView &in, const FrameView &out, libyuv::FilterMode mode)
{
  const auto &i = in.plane, &o = out.plane;
  const Size from = in.size, to = out.size;
  switch (in.format) {
    case PixelFormat::i420:
      return libyuv::I420Scale (data (i[0]), stride (i[0]), data (i[1]), stride (i[1]), data (i[2]),
                                stride (i[2]), from.width, from.height, data (o[0]), stride (o[0]),
                                data (o[1]), stride (o[1]), data (o[2]), stride (o[2]), to.width,
                                to.height, mode);
    case PixelFormat::nv12:
      return libyuv::NV12Scale (data (i[0]), stride (i[0]), data (i[1]), stride (i[1]), from.width,
                                from.height, data (o[0]), stride (o[0]), data (o[1]), stride (o[1]),
                                to.width, to.height, mode);
    default:
      return libyuv::ARGBScale (data (i[0]), stride (i[0]), from.width, from.height, data (o[0]),
                                stride (o[0]), to.width, to.height, mode);
  }
}

}  // namespace

void add_libyuv (Contenders &list, PixelFormat format, Size, Size)
{
  auto add = [&] (const char *name, libyuv::FilterMode mode) {
    list.push_back (
        {name, Family::area, false, format, [mode] (const FrameView &in, const FrameView &out) {
           if (scale (in, out, mode) != 0) give_up ("libyuv refused to scale");
         }});
  };
  add ("libyuv box", libyuv::kFilterBox);
  add ("libyuv bilinear (aliases)", libyuv::kFilterBilinear);
}

}  // namespace quad::bench
