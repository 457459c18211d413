// Works around faults of avdemux_gif and avdec_gif.
#pragma once

#include <gst/gst.h>

namespace quad::tensor {

// Call these for avdemux_gif and avdec_gif when they are just made.
void mend_gif_demuxer (GstElement *demuxer);
void mend_gif_decoder (GstElement *decoder);

}  // namespace quad::tensor
