// GStreamer's video types <-> the core's.
#pragma once

#include <gst/video/video.h>

#include "core/scene.h"
#include "glue/owned.h"

namespace quad {

GstVideoFormat to_gst (PixelFormat format);
PixelFormat from_gst (GstVideoFormat format);

// Sites that the caps leave open count as centred.
ChromaSite chroma_site_of (const GstVideoInfo &info);

// The same of a picture that is shown on a canvas of `canvas`. A site that is left open counts as
// the canvas's: nothing is moved on a guess.
ChromaSite chroma_site_beside (const GstVideoInfo &info, const GstVideoInfo &canvas);

Ratio display_aspect_of (const GstVideoInfo &info);

// Answers an allocation query for frames of `info`: upstream's pool needs `held` buffers more.
void ask_for_buffers (GstQuery *query, const GstVideoInfo &info, guint held);

}  // namespace quad
