// GStreamer's video types <-> the core's.
#pragma once

#include <gst/video/video.h>

#include "core/placement.h"
#include "core/scene.h"
#include "glue/owned.h"

namespace quad {

GstVideoFormat to_gst (PixelFormat format);
PixelFormat from_gst (GstVideoFormat format);

// False where caps have not come yet.
bool is_known (const GstVideoInfo &info);

// The chroma site of caps; an unknown site counts as centred.
ChromaSite chroma_site_of (const GstVideoInfo &info);

// The chroma site of a picture on a canvas of `canvas`. An unknown site counts as the canvas's, so
// that nothing is shifted on a guess.
ChromaSite chroma_site_beside (const GstVideoInfo &info, const GstVideoInfo &canvas);

// The shape of a sample; square if the caps say nothing sensible.
Ratio sample_shape_of (const GstVideoInfo &info);

// Frames of `info` as a canvas.
Canvas canvas_of (const GstVideoInfo &info);

// The shape of the whole picture. If its terms do not fit into 32 bits, samples count as square.
Ratio display_aspect_of (const GstVideoInfo &info);

// Answers an ALLOCATION query for frames of `info`: asks for `held` buffers more.
void ask_for_buffers (GstQuery *query, const GstVideoInfo &info, guint held);

}  // namespace quad
