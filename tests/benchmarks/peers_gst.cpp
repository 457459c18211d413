// GstVideoConverter, which videoscale and compositor scale with.
#include <gst/video/video.h>

#include <memory>

#include "contender.h"
#include "gst_frames.h"

namespace quad::bench {
void add_gst (Contenders &list, PixelFormat format, Size from, Size to)
{
  GstVideoInfo in = info_for (format, from), out = info_for (format, to);
  // The defaults depend on the size: without this, colours would be converted too.
  out.colorimetry = in.colorimetry;
  out.chroma_site = in.chroma_site;
  GstStructure *config = gst_structure_new (
      "config", GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
      GST_VIDEO_RESAMPLER_METHOD_LANCZOS, GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1, nullptr);
  std::shared_ptr<GstVideoConverter> converter (gst_video_converter_new (&in, &out, config),
                                                gst_video_converter_free);
  if (!converter) give_up ("GstVideoConverter does not convert this");
  list.push_back ({"GstVideoConverter lanczos", Family::lanczos, false, format,
                   [=] (const FrameView &source, const FrameView &target) {
                     const GstVideoFrame a = frame_on (in, source);
                     GstVideoFrame b = frame_on (out, target);
                     gst_video_converter_frame (converter.get (), &a, &b);
                   }});
}

}  // namespace quad::bench
