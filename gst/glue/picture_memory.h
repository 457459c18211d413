// Memory for the pictures of decoders: they are read where they lie.
//
// Decoders like avdec_* draw straight into buffers, and keep these mapped for writing while later
// pictures refer to them. What is mapped for writing cannot be shared, so
// gst_video_decoder_finish_frame () copies each such picture: at 1080p, 3 MB into new pages.
//
// Here a copy is the same bytes until one of both is written to: who maps it for writing then gets
// bytes of its own. Who had mapped it for writing before goes on writing to the bytes of both.
// The usual decoders of YUV do not: what they have shown, they only read. FFmpeg's decoder of GIFs,
// which are RGB, draws the next picture over the last one.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

namespace quad {

// Answers an ALLOCATION query for frames of `info` in system memory, if they are YUV. Any thread.
void offer_picture_memory (GstQuery *allocation, const GstVideoInfo &info);

}  // namespace quad
