// FFmpeg's libswscale.
extern "C" {
#include <libavutil/log.h>
#include <libswscale/swscale.h>
}

#include <memory>

#include "contender.h"

namespace quad::bench {

void add_swscale (Contenders &list, PixelFormat format, Size from, Size to)
{
  av_log_set_level (AV_LOG_ERROR);
  const AVPixelFormat f = format == PixelFormat::i420   ? AV_PIX_FMT_YUV420P
                          : format == PixelFormat::nv12 ? AV_PIX_FMT_NV12
                                                        : AV_PIX_FMT_BGRA;
  auto add = [&] (const char *name, Family family, int flags) {
    std::shared_ptr<SwsContext> context (
        sws_getContext (from.width, from.height, f, to.width, to.height, f, flags, nullptr, nullptr,
                        nullptr),
        sws_freeContext);
    if (!context) give_up ("swscale made no context");
    list.push_back (
        {name, family, false, format, [context] (const FrameView &in, const FrameView &out) {
           const std::uint8_t *src[4] = {};
           std::uint8_t *dst[4] = {};
           int src_stride[4] = {}, dst_stride[4] = {};
           for (std::size_t p = 0; p < 3; p++) {
             src[p] = reinterpret_cast<std::uint8_t *> (in.plane[p].data);
             dst[p] = reinterpret_cast<std::uint8_t *> (out.plane[p].data);
             src_stride[p] = static_cast<int> (in.plane[p].stride);
             dst_stride[p] = static_cast<int> (out.plane[p].stride);
           }
           if (sws_scale (context.get (), src, src_stride, 0, in.size.height, dst, dst_stride) !=
               out.size.height)
             give_up ("swscale did not scale all rows");
         }});
  };
  add ("swscale area", Family::area, SWS_AREA);
  add ("swscale lanczos", Family::lanczos, SWS_LANCZOS);
}

}  // namespace quad::bench
