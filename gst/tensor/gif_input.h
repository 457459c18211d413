// libav's reader and decoder of GIFs in GStreamer, made to work.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// For avdemux_gif and avdec_gif when they have just been made.
void mend_gif_demuxer (GstElement *demuxer);
void mend_gif_decoder (GstElement *decoder);

}  // namespace quad::tensor
