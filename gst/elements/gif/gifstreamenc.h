// The element gifstreamenc.
#pragma once

#include <gst/gst.h>
#include <gst/video/gstvideoencoder.h>

namespace quad::gif {
class Stream;
}

struct GstGifStreamEnc {
  GstVideoEncoder parent;
  quad::gif::Stream *impl;
};

struct GstGifStreamEncClass {
  GstVideoEncoderClass parent_class;
};

#define GST_TYPE_GIF_STREAM_ENC (gst_gif_stream_enc_get_type ())
GType gst_gif_stream_enc_get_type ();

GST_ELEMENT_REGISTER_DECLARE (gifstreamenc)
