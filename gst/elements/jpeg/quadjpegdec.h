// The element quadjpegdec.
#pragma once

#include <gst/gst.h>
#include <gst/video/gstvideodecoder.h>

namespace quad::jpegdec {
class Decoding;
}

struct GstQuadJpegDec {
  GstVideoDecoder parent;
  quad::jpegdec::Decoding *impl;
};

struct GstQuadJpegDecClass {
  GstVideoDecoderClass parent_class;
};

#define GST_TYPE_QUAD_JPEG_DEC (gst_quad_jpeg_dec_get_type ())
GType gst_quad_jpeg_dec_get_type ();

GST_ELEMENT_REGISTER_DECLARE (quadjpegdec)
